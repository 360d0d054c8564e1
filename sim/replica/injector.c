/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The injector owns the queue of all that happens to the machine. */
#include "sim/replica/injector.h"

#include "models/faults/arrivals.h"
#include "sim/enclaves/compositions.h"
#include "sim/enclaves/verification.h"
#include "sim/errors/disposal.h"
#include "sim/errors/live_errors.h"
#include "sim/errors/striking.h"
#include "sim/errors/zone_outages.h"
#include "sim/state/enclave_state.h"
#include "sim/state/protecting.h"
#include "sim/state/replica_state.h"

static bool draw_next_fault(struct bh_replica *replica, size_t number, struct bh_event *event)
{
    struct bh_fault *fault = &replica->next_fault[number];
    bool comes = bh_fault_arrivals_next(replica->arrivals[number], &replica->random, fault);
    *event = (struct bh_event){.time_s = fault->time_s, .kind = BH_EVENT_FAULT, .index = number};
    return comes;
}

void bh_injector_schedule(struct bh_replica *replica)
{
    const struct bh_scenario *scenario = replica->setup->scenario;
    bh_event_queue_push(&replica->queue, (struct bh_event){.time_s = scenario->horizon_s, .kind = BH_EVENT_HORIZON});
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        if (scenario->enclaves[e].leave_s < scenario->horizon_s)
            bh_event_queue_push(
                &replica->queue,
                (struct bh_event){.time_s = scenario->enclaves[e].leave_s, .kind = BH_EVENT_LEAVE, .index = e});
    bh_composing_schedule(replica);
    if (!replica->options.faults)
        return;
    struct bh_event event;
    for (size_t s = 0; scenario->random_faults && s < replica->setup->sources_count; s++)
        if (draw_next_fault(replica, s, &event))
            bh_event_queue_push(&replica->queue, event);
    for (size_t i = 0; i < scenario->script_count; i++)
        bh_event_queue_push(&replica->queue,
                            (struct bh_event){.time_s = scenario->script[i].at_s, .kind = BH_EVENT_SCRIPT, .index = i});
}

static void reach_horizon(struct bh_replica *replica)
{
    replica->over = true;
    for (size_t e = 0; e < replica->setup->enclaves_count; e++)
        if (replica->enclaves[e].phase != BH_PHASE_DONE)
            bh_enclave_signal(&replica->enclaves[e]);
}

/* The next one of its source takes the place of the first in the queue, which this one is. */
static void fault_happens(struct bh_replica *replica, size_t number)
{
    struct bh_fault fault = replica->next_fault[number];
    struct bh_event next;
    if (draw_next_fault(replica, number, &next))
        bh_event_queue_replace(&replica->queue, next);
    else
        bh_event_queue_pop(&replica->queue);
    bh_errors_strike(replica, number, &fault);
}

static void happen(struct bh_replica *replica, const struct bh_event *event)
{
    switch ((enum bh_event_kind)event->kind) {
    case BH_EVENT_FAULT:
        break;
    case BH_EVENT_HORIZON:
        reach_horizon(replica);
        break;
    case BH_EVENT_RECURRENCE:
        bh_errors_strike_again(replica, event->subject, event->time_s);
        break;
    case BH_EVENT_SCRIPT:
        bh_errors_strike_by_script(replica, event->index);
        break;
    case BH_EVENT_COPY:
        bh_errors_step(replica, event->subject, event->time_s);
        break;
    case BH_EVENT_LEAVE:
        replica->enclaves[event->index].must_leave = true;
        if (replica->enclaves[event->index].phase != BH_PHASE_DONE)
            bh_enclave_signal(&replica->enclaves[event->index]);
        break;
    case BH_EVENT_COMPOSITION:
        bh_composing_turn(replica, event->index);
        break;
    case BH_EVENT_PROTECTION:
        bh_protecting_advance(replica, event->index, event->time_s);
        break;
    case BH_EVENT_ZONE_UP:
        bh_stops_end(replica, event->subject);
        break;
    case BH_EVENT_NOTICED:
        bh_disposal_notice(replica, event->subject);
        break;
    case BH_EVENT_RETURNED:
        bh_disposal_returned(replica, event->index);
        break;
    case BH_EVENT_SILENT_SIGNAL:
        bh_silent_signal(&replica->enclaves[event->index], event->time_s);
        break;
    }
}

void bh_injector_happen(struct bh_replica *replica)
{
    const struct bh_event *first = bh_event_queue_first(&replica->queue);
    if (first->kind == BH_EVENT_FAULT) {
        fault_happens(replica, first->index);
        return;
    }
    struct bh_event event = bh_event_queue_pop(&replica->queue);
    happen(replica, &event);
}
