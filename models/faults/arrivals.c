/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Merges the clocks of carriers that have had no event, of those that have, and the faults that events bring along. */
#include "models/faults/arrivals.h"

#include "models/base/event_queue.h"
#include "models/catalog/fault_class.h"
#include "models/faults/replay_player.h"
#include "models/times/exponential.h"
#include "models/times/renewal.h"

#include <math.h>
#include <stdlib.h>

/* An event of a clock. */
struct occurrence {
    double time_s;
    uint64_t carrier, identity;
    uint64_t number; /* superposed: of the stream; else: of the carrier, from 0 */
};

/* Kinds of events in the queue. */
enum { CLOCK, FAULT };

struct bh_fault_arrivals {
    const struct bh_fault_stream *stream;
    uint64_t nodes, carriers;
    struct bh_renewal_law law;
    struct bh_age_table *between;         /* of the law; NULL: superposed */
    struct bh_first_events *first_events; /* NULL: superposed */
    struct occurrence fresh;              /* the next of the superposed, or the next first one */
    bool has_begun, has_fresh;
    bool has_now; /* a fault comes before all that is known and fresh: */
    struct bh_fault now;
    /* What is known to come: later events of carriers (index: which of `later`), faults that others bring along (subject:
     * struct bh_fault). */
    struct bh_event_queue queue;
    size_t later_count;
    struct occurrence *later;        /* a place for each carrier that has had an event */
    struct bh_replay_player *player; /* not NULL: a log says it all */
};

struct bh_fault_arrivals *bh_fault_arrivals_create(const struct bh_fault_stream *stream, uint64_t nodes, bool is_steady)
{
    struct bh_fault_arrivals *arrivals = bh_allocate(1, sizeof *arrivals);
    arrivals->stream = stream;
    arrivals->nodes = nodes;
    if (stream->hardware != NULL && stream->hardware->recorded.is_given) {
        arrivals->player = bh_replay_player_create(stream, nodes);
        return arrivals;
    }
    arrivals->carriers = (nodes + stream->span - 1) / stream->span;
    if (stream->hardware != NULL && stream->hardware->carrier == BH_CARRIER_MACHINE)
        arrivals->carriers = 1;
    if (stream->hardware == NULL || stream->hardware->arrival.distribution.type == &bh_exponential)
        return arrivals;
    arrivals->law = (struct bh_renewal_law){stream->hardware->arrival.distribution, is_steady};
    arrivals->between = bh_age_table_create(&arrivals->law.between, BH_AGE_BETWEEN, stream->ages);
    arrivals->first_events = bh_first_events_create(&arrivals->law, stream->ages, arrivals->carriers, stream->identity);
    return arrivals;
}

void bh_fault_arrivals_destroy(struct bh_fault_arrivals *arrivals)
{
    if (arrivals == NULL)
        return;
    for (size_t i = 0; i < arrivals->queue.count; i++)
        free(arrivals->queue.heap[i].subject);
    bh_event_queue_clear(&arrivals->queue);
    free(arrivals->later);
    bh_first_events_destroy(arrivals->first_events);
    bh_age_table_destroy(arrivals->between);
    bh_replay_player_destroy(arrivals->player);
    free(arrivals);
}

static uint64_t identity_on(const struct bh_fault_arrivals *arrivals, uint64_t carrier, uint64_t number)
{
    return bh_identity_join(bh_identity_join(arrivals->stream->identity, carrier), number);
}

static void draw_fresh(struct bh_fault_arrivals *arrivals, const struct bh_random *random)
{
    const struct bh_fault_stream *stream = arrivals->stream;
    struct occurrence *fresh = &arrivals->fresh;
    arrivals->has_fresh = true;
    if (arrivals->first_events != NULL) {
        arrivals->has_fresh = bh_first_events_next(arrivals->first_events, random, &fresh->time_s, &fresh->carrier);
        fresh->identity = identity_on(arrivals, fresh->carrier, 0);
        return;
    }
    double mean_s = 1.0 / (stream->carrier_rate * (double)arrivals->carriers);
    fresh->number = arrivals->has_begun ? fresh->number + 1 : 0;
    fresh->time_s += bh_random_exponential(random, BH_PURPOSE_ARRIVAL, stream->identity, fresh->number, 0, mean_s);
    fresh->carrier = (uint64_t)(bh_random_uniform(random, BH_PURPOSE_CARRIER, stream->identity, fresh->number, 0) *
                                (double)arrivals->carriers);
    fresh->identity = bh_identity_join(stream->identity, fresh->number);
}

static void push_fault(struct bh_fault_arrivals *arrivals, const struct bh_fault *fault)
{
    struct bh_fault *kept = bh_allocate(1, sizeof *kept);
    *kept = *fault;
    bh_event_queue_push(&arrivals->queue, (struct bh_event){.time_s = fault->time_s, .kind = FAULT, .subject = kept});
}

/* The fault `now` comes. If nothing known comes before it, it need not wait among that. */
static void come(struct bh_fault_arrivals *arrivals)
{
    const struct bh_event *known = bh_event_queue_first(&arrivals->queue);
    arrivals->has_now = known == NULL || known->time_s > arrivals->now.time_s;
    if (!arrivals->has_now)
        push_fault(arrivals, &arrivals->now);
}

/* The clock of a carrier that had an event, and has that place or the next one, runs again, at once or when what broke is
 * repaired. */
static void wind_up(struct bh_fault_arrivals *arrivals, const struct bh_random *random, const struct occurrence *past,
                    size_t place)
{
    if (arrivals->first_events == NULL)
        return;
    const struct bh_fault_class *class = arrivals->stream->hardware;
    struct bh_fault fault = {.stream = arrivals->stream, .identity = past->identity, .event = past->identity};
    double repair_s = class->mend == BH_MEND_REPAIR ? bh_fault_repair_s(random, &fault) : 0.0;
    struct occurrence next = {.carrier = past->carrier, .number = past->number + 1};
    next.time_s = bh_renewal_next_s(arrivals->between, random, arrivals->stream->identity, past->carrier, next.number,
                                    past->time_s + repair_s);
    next.identity = identity_on(arrivals, next.carrier, next.number);
    if (place == arrivals->later_count) {
        arrivals->later = bh_grow(arrivals->later, arrivals->later_count, sizeof *arrivals->later);
        arrivals->later_count++;
    }
    arrivals->later[place] = next;
    bh_event_queue_push(&arrivals->queue, (struct bh_event){.time_s = next.time_s, .kind = CLOCK, .index = place});
}

/* Pushes faults on the nodes [first, end) but `but`, each with probability `reach`: from one to the next it is a
 * geometric number of nodes, so that the cost is that of those struck. Neighbours that a node takes along break, and
 * are repaired, each for itself. */
static void strike_others(struct bh_fault_arrivals *arrivals, const struct bh_random *random,
                          const struct bh_fault *event, uint64_t first, uint64_t end, uint64_t but)
{
    const struct bh_burst *burst = &arrivals->stream->hardware->burst;
    double reach = burst->is_given ? burst->reach.value : 1.0, within_s = burst->is_given ? burst->within_s.value : 0.0;
    double skips = log1p(-reach); /* -inf: none */
    bool is_neighbour = arrivals->stream->hardware->carrier == BH_CARRIER_NODE;
    if (reach <= 0.0)
        return;
    uint64_t draw = 0;
    for (uint64_t node = first; node < end; node++) {
        double skipped = floor(log(bh_random_uniform(random, BH_PURPOSE_BURST, event->identity, draw++, 1)) / skips);
        if (skipped >= (double)(end - node))
            return;
        node += (uint64_t)skipped;
        if (node == but)
            continue;
        struct bh_fault fault = *event;
        fault.node = node;
        fault.identity = fault.landing = bh_identity_join(event->identity, node);
        if (is_neighbour)
            fault.event = fault.identity;
        if (within_s > 0.0)
            fault.time_s += bh_random_exponential(random, BH_PURPOSE_BURST, fault.identity, 0, 0, within_s);
        push_fault(arrivals, &fault);
    }
}

/* What an event of a clock does: strikes its node and perhaps others; or nodes of its domain; or the machine. */
static void unfold(struct bh_fault_arrivals *arrivals, const struct bh_random *random, const struct occurrence *event)
{
    const struct bh_fault_class *class = arrivals->stream->hardware;
    struct bh_fault *fault = &arrivals->now;
    *fault = (struct bh_fault){.stream = arrivals->stream,
                               .time_s = event->time_s,
                               .node = event->carrier,
                               .identity = event->identity,
                               .landing = event->identity,
                               .event = event->identity};
    if (class != NULL && bh_fault_class_is_machine_wide(class)) {
        fault->is_machine = true;
        come(arrivals);
    } else if (class != NULL && class->carrier != BH_CARRIER_NODE) {
        uint64_t first = event->carrier * arrivals->stream->span;
        uint64_t end = class->carrier == BH_CARRIER_MACHINE ? arrivals->nodes : first + arrivals->stream->span;
        strike_others(arrivals, random, fault, first, end < arrivals->nodes ? end : arrivals->nodes, UINT64_MAX);
    } else {
        come(arrivals);
        if (class == NULL || !class->burst.is_given ||
            bh_random_uniform(random, BH_PURPOSE_BURST, event->identity, 0, 0) >= class->burst.probability.value)
            return;
        uint64_t nodes = bh_domain_nodes(class->burst.domain), first = event->carrier / nodes * nodes;
        uint64_t end = first + nodes < arrivals->nodes ? first + nodes : arrivals->nodes;
        strike_others(arrivals, random, fault, first, end, event->carrier);
    }
}

/* The next event of any clock happens before anything known: `fresh`, or the one that was at the head of the queue. */
static void advance(struct bh_fault_arrivals *arrivals, const struct bh_random *random, const struct occurrence *event,
                    size_t place)
{
    unfold(arrivals, random, event);
    wind_up(arrivals, random, event, place);
}

bool bh_fault_arrivals_next(struct bh_fault_arrivals *arrivals, const struct bh_random *random, struct bh_fault *fault)
{
    if (arrivals->player != NULL)
        return bh_replay_player_next(arrivals->player, random, fault);
    if (!arrivals->has_begun)
        draw_fresh(arrivals, random);
    arrivals->has_begun = true;
    for (;;) {
        if (arrivals->has_now) {
            arrivals->has_now = false;
            *fault = arrivals->now;
            return true;
        }
        const struct bh_event *known = bh_event_queue_first(&arrivals->queue);
        if (arrivals->has_fresh && (known == NULL || arrivals->fresh.time_s < known->time_s)) {
            advance(arrivals, random, &arrivals->fresh, arrivals->later_count);
            draw_fresh(arrivals, random);
            continue;
        }
        if (known == NULL)
            return false;
        struct bh_event event = bh_event_queue_pop(&arrivals->queue);
        if (event.kind == CLOCK) {
            struct occurrence past = arrivals->later[event.index];
            advance(arrivals, random, &past, event.index);
            continue;
        }
        *fault = *(const struct bh_fault *)event.subject;
        free(event.subject);
        return true;
    }
}
