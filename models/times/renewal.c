/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Events of components that have had none, and of those that have. */
#include "models/times/renewal.h"

#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
/* uthash ends the program by itself when memory runs out; ours says so first. */
#define uthash_malloc(size)       bh_allocate(1, (size))
#define uthash_free(memory, size) free(memory)
/* Keys are numbers of components: a multiplication mixes them well enough. */
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)(*(key)*UINT64_C(0x9e3779b97f4a7c15) >> 32))
#include <uthash.h>

/* A component that has had its first event. */
struct seen {
    uint64_t component;
    UT_hash_handle hh;
};

/* They come one by one and go together. */
struct block {
    struct block *before;
    struct seen seen[64];
};

struct bh_first_events {
    double (*first_s)(const void *owner, double hazard);
    const void *owner;
    struct bh_age_table *table; /* the owner, if not another's law; ours */
    uint64_t components, identity;
    uint64_t number; /* events so far */
    double hazard;   /* cumulative, at the last event */
    struct seen *seen;
    struct block *block; /* the last; `number` says how full it is */
};

struct bh_first_events *bh_first_events_create_for(double (*first)(const void *owner, double hazard), const void *owner,
                                                   uint64_t components, uint64_t identity)
{
    struct bh_first_events *events = bh_allocate(1, sizeof *events);
    *events =
        (struct bh_first_events){.first_s = first, .owner = owner, .components = components, .identity = identity};
    return events;
}

struct bh_first_events *bh_first_events_create(const struct bh_renewal_law *law, struct bh_age_polynomials *polynomials,
                                               uint64_t components, uint64_t identity)
{
    struct bh_first_events *events = bh_first_events_create_for(NULL, NULL, components, identity);
    events->table = bh_age_table_create(&law->between, law->is_steady ? BH_AGE_RESIDUAL : BH_AGE_BETWEEN, polynomials);
    return events;
}

void bh_first_events_destroy(struct bh_first_events *events)
{
    if (events == NULL)
        return;
    HASH_CLEAR(hh, events->seen);
    for (struct block *block = events->block, *before; block != NULL; block = before) {
        before = block->before;
        free(block);
    }
    bh_age_table_destroy(events->table);
    free(events);
}

/* The place of the next component. */
static struct seen *take_place(struct bh_first_events *events)
{
    size_t used = events->number % BH_COUNT(events->block->seen);
    if (used == 0) {
        struct block *block = bh_allocate(1, sizeof *block);
        block->before = events->block;
        events->block = block;
    }
    return &events->block->seen[used];
}

/* Uniform among those without an event, by rejection: while they are the larger part, in two draws or less on average;
 * over all events of n components n ln n draws at most. */
static uint64_t choose(struct bh_first_events *events, const struct bh_random *random)
{
    struct seen *found;
    uint64_t component;
    uint64_t key = bh_identity_join(events->identity, events->number);
    for (uint64_t attempt = 0;; attempt++) {
        double u = bh_random_uniform(random, BH_PURPOSE_CARRIER, key, attempt, 0);
        component = (uint64_t)(u * (double)events->components);
        HASH_FIND(hh, events->seen, &component, sizeof component, found);
        if (found == NULL)
            break;
    }
    found = take_place(events);
    found->component = component;
    HASH_ADD(hh, events->seen, component, sizeof component, found);
    return component;
}

bool bh_first_events_next(struct bh_first_events *events, const struct bh_random *random, double *time_s,
                          uint64_t *component)
{
    if (events->number == events->components)
        return false;
    double waiting = (double)(events->components - events->number);
    events->hazard +=
        bh_random_exponential(random, BH_PURPOSE_ARRIVAL, events->identity, events->number, 0, 1.0 / waiting);
    *time_s = events->table != NULL ? bh_age_table_at(events->table, events->hazard)
                                    : events->first_s(events->owner, events->hazard);
    *component = choose(events, random);
    events->number++;
    return true;
}

double bh_renewal_next_s(struct bh_age_table *between, const struct bh_random *random, uint64_t identity,
                         uint64_t component, uint64_t number, double from_s)
{
    uint64_t key = bh_identity_join(identity, component);
    return from_s + bh_age_table_at(between, -log(bh_random_uniform(random, BH_PURPOSE_ARRIVAL, key, number, 1)));
}
