/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How one replica is run, and who watches it. */
#pragma once

#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* An attempt of an error to cross a boundary. Error, key and generation are those of its draws: the same attempt has the
 * same under every policy, as long as what came before it is the same. */
struct bh_attempt_seen {
    double time_s;
    uint64_t slot; /* where it comes from */
    size_t zone;
    uint64_t error;      /* on that node */
    uint64_t key;        /* of the channel, or of the composition, partner and zone */
    unsigned generation; /* of the error's lives in that zone */
    unsigned depth;      /* hops before this one; 0: from where it began */
    enum bh_boundary boundary;
    const struct bh_guard_level *guard; /* that is on; NULL: none */
    bool is_blocked;
};

/* What an enclave does from now on, or that it has failed. */
enum bh_doing {
    BH_DOING_NOTHING, /* before its time, or at its end */
    BH_DOING_WORK,
    BH_DOING_SAVE, /* or verify */
    BH_DOING_DETECT,
    BH_DOING_AWAIT_NODES, /* or storage, or a zone that it needs */
    BH_DOING_RESTART,     /* or restore */
    BH_DOING_AWAIT_PARTNER,
    BH_DOING_FAIL,
    BH_DOINGS
};
struct bh_doing_seen {
    double time_s;
    size_t enclave;
    enum bh_doing doing;
};

struct bh_replica_options {
    uint64_t replica;
    bool faults; /* off: the fault-free run, with the expected noise in place of drawn noise */
    /* Told of every attempt as it is made; NULL: nobody is. */
    void (*watch)(void *context, const struct bh_attempt_seen *attempt);
    void *watch_context;
    /* Told of what enclaves do, more than once where nothing changes; NULL: nobody is. */
    void (*see)(void *context, const struct bh_doing_seen *doing);
    void *see_context;
    FILE *trace; /* of every process, in Paje's format; NULL: none. With resolution: process */
};
