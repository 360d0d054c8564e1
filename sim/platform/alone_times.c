/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A table in memory that forked processes share. Whoever finds out the same finds the same number, so that it does not
 * matter who was first. */
#include "sim/platform/alone_times.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

/* So many places of a table are looked at. */
enum { PLACES = 4096, TRIES = 8 };

struct place {
    _Atomic uint64_t key;   /* 0: free */
    _Atomic double takes_s; /* 0: about to be written */
};

struct bh_alone_times {
    struct place place[PLACES];
};

struct bh_alone_times *bh_alone_times_create(void)
{
    /* cppcheck-suppress invalidFunctionArg; memory of no file has -1 */
    void *memory = mmap(NULL, sizeof(struct bh_alone_times), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* cppcheck-suppress memleak; the caller's */
    return memory != MAP_FAILED ? memory : NULL;
}

void bh_alone_times_destroy(struct bh_alone_times *times)
{
    if (times != NULL)
        munmap(times, sizeof *times);
}

double bh_alone_times_find(const struct bh_alone_times *times, uint64_t key)
{
    for (uint64_t i = 0; times != NULL && i < TRIES; i++) {
        const struct place *place = &times->place[(key + i) % PLACES];
        if (atomic_load(&place->key) != key)
            continue;
        double takes_s = atomic_load(&place->takes_s);
        return takes_s > 0.0 ? takes_s : NAN;
    }
    return NAN;
}

void bh_alone_times_keep(struct bh_alone_times *times, uint64_t key, double takes_s)
{
    for (uint64_t i = 0; times != NULL && i < TRIES; i++) {
        struct place *place = &times->place[(key + i) % PLACES];
        uint64_t found = 0;
        if (!atomic_compare_exchange_strong(&place->key, &found, key) && found != key)
            continue;
        atomic_store(&place->takes_s, takes_s);
        return;
    }
}
