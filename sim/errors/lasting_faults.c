/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Permanent and intermittent faults. Their times are a function of the fault alone; how long they go on is not. */
#include "sim/errors/lasting_faults.h"

#include "models/catalog/fault_class.h"
#include "sim/state/replica_state.h"

#include <utlist.h>

void bh_lasting_schedule(struct bh_replica *replica, struct bh_lasting_fault *lasting, double from_s)
{
    double every_s = lasting->first.stream->hardware->recurrence.every_s.value;
    double time_s = from_s + bh_random_exponential(&replica->random, BH_PURPOSE_RECURRENCE, lasting->first.identity,
                                                   lasting->strikes, 1, every_s);
    bh_event_queue_push(&replica->queue,
                        (struct bh_event){.time_s = time_s, .kind = BH_EVENT_RECURRENCE, .subject = lasting});
}

void bh_lasting_begin(struct bh_replica *replica, size_t source, const struct bh_fault *fault)
{
    const struct bh_recurrence *recurrence = &fault->stream->hardware->recurrence;
    if (!recurrence->is_given || bh_random_uniform(&replica->random, BH_PURPOSE_RECURRENCE, fault->identity, 0, 0) >=
                                     recurrence->probability.value)
        return;
    struct bh_lasting_fault *lasting = bh_allocate(1, sizeof *lasting);
    lasting->first = *fault;
    lasting->source = source;
    lasting->strikes = 1;
    DL_APPEND(replica->lasting, lasting);
    bh_lasting_schedule(replica, lasting, fault->time_s);
}

bool bh_lasting_failed(struct bh_replica *replica, size_t source, uint64_t node)
{
    struct bh_lasting_fault *lasting;
    DL_FOREACH(replica->lasting, lasting)
    if (lasting->source == source && lasting->first.node == node)
        return (double)++lasting->failures > lasting->first.stream->hardware->recurrence.tolerated.value;
    return false;
}

void bh_lasting_end(struct bh_replica *replica, uint64_t node)
{
    struct bh_lasting_fault *lasting, *next;
    DL_FOREACH_SAFE(replica->lasting, lasting, next)
    if (lasting->first.node == node) {
        DL_DELETE(replica->lasting, lasting);
        lasting->is_over = true;
    }
}
