/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Live errors in calendar time: copies that end, cross channels, meet guards, and are disposed of. */
#ifndef BH_SIM_ERRORS_LIVE_ERRORS_H
#define BH_SIM_ERRORS_LIVE_ERRORS_H

#include "models/faults/streams.h"
#include "models/spread/spread.h"
#include "sim/setup/setup.h"
#include "sim/state/lost_enclaves.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_replica;

/* An activated error: what it has done so far. */
struct bh_live_error {
    int source;        /* index into the setup's sources of faults; -1: the script */
    uint64_t identity; /* keys its draws */
    uint64_t slot;
    const struct bh_partition *partition; /* of the slot */
    const struct bh_node_setup *node;     /* of the partition */
    size_t origin;
    /* An error that reached other nodes over the network has a part on each, which the first, its root, holds: the root
     * lives as long as any, and all that they did is its effect. A part is its own root's if it is the first. */
    struct bh_live_error *root, *parts; /* parts: of the root, by next_part */
    struct bh_live_error *next_part;
    bool has_crossed;             /* root: beyond the node, by a composition */
    struct bh_lost_enclaves lost; /* root */
    struct bh_effect effect;
    enum bh_scope application_extent;
    unsigned copies;  /* live ones */
    unsigned depth;   /* largest number of hops so far */
    bool is_revived;  /* came back with a checkpoint: not counted again */
    unsigned lives[]; /* per zone: times a copy began there or was left live, which numbers its fresh draws */
};

/* Signalled before anything else can happen. */
enum { BH_AT_ONCE = 3 };

/* A live copy of an error in one zone. Its pending events hold it: the last of them frees it once it is ended. */
struct bh_copy {
    struct bh_live_error *error;
    size_t zone;
    enum bh_error_kind kind;
    unsigned generation; /* which of the error's lives in this zone this is; part of the key of its draws */
    /* -1, or what the script says: 0 masked, 1 signalled, 2 silent; or what the fault's class says: BH_AT_ONCE */
    int forced_ending;
    int entered_boundary;               /* the last that it crossed; -1: it began here */
    const struct bh_guard_level *guard; /* that was on there; NULL: none */
    unsigned depth;
    double born_s;
    size_t ways_words; /* ways to other nodes attempted, a bit each; owned */
    uint64_t *ways_used;
    double due_s;     /* time of the pending event that counts */
    unsigned pending; /* events on their way; those before the last one scheduled are void */
    bool is_hung, is_ended;
    struct bh_copy *prev, *next;
    uint64_t used[]; /* channels of the node attempted, a bit each */
};

/* A fault strikes: hardware that takes the node or the machine, or an error in a zone. */
void bh_errors_strike(struct bh_replica *replica, size_t source, const struct bh_fault *fault);
/* The same for one that lasts and has struck before. */
void bh_errors_strike_again(struct bh_replica *replica, size_t source, const struct bh_fault *fault);
void bh_errors_strike_by_script(struct bh_replica *replica, size_t line);

/* Whether an error can live in a zone now: it is up and, for application zones, the application runs. */
bool bh_errors_can_live_in(const struct bh_replica *replica, uint64_t slot, size_t zone);
/* A new error on a slot, without a copy as yet, and its first copies. `forced_ending`: as struct bh_copy's. */
struct bh_live_error *bh_error_create(struct bh_replica *replica, int source, uint64_t identity, uint64_t slot,
                                      size_t origin);
struct bh_copy *bh_copy_begin(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                              enum bh_error_kind kind, int forced_ending);

/* The next step of a copy is due: an attempt, its ending, or the watchdog. */
void bh_errors_step(struct bh_replica *replica, struct bh_copy *copy, double time_s);
/* A composition has begun: copies that it opens ways for may have something due earlier. */
void bh_errors_look_again(struct bh_replica *replica, size_t composed);
/* The last copy of an error and of all its parts is gone: counts what it did, and frees it. */
void bh_error_finish(struct bh_replica *replica, struct bh_live_error *error);
/* Drops an event of a copy. */
void bh_copy_release(struct bh_copy *copy);
/* The part of an error on a slot of another partition, made on first use; it lives only once it has a copy. */
struct bh_live_error *bh_error_on_slot(struct bh_replica *replica, struct bh_live_error *error, uint64_t slot,
                                       size_t zone);

/* The number of the enclave that owns the zone of a copy; -1: all on the node share it. */
int bh_copy_owner(const struct bh_copy *copy);

/* Ends copies as `cleared`: those in `zones` of a slot; or those in an enclave's (application) zones on all slots, or
 * in all enclaves' (enclave < 0). */
void bh_errors_clear(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *zones);
void bh_errors_clear_everywhere(struct bh_replica *replica, int enclave, bool application_only);

/* What a checkpoint of an enclave holds of live errors. */
struct bh_saved_copy {
    int source;
    uint64_t identity, slot;
    size_t zone;
    enum bh_error_kind kind;
    unsigned generation;
};
/* Copies in the zones that the enclave's checkpoints save; the caller frees. */
struct bh_saved_copy *bh_errors_save(const struct bh_replica *replica, int enclave, size_t *count);
/* A restore brings a saved copy back. */
void bh_errors_revive(struct bh_replica *replica, const struct bh_saved_copy *saved, unsigned restores);

/* The job is over: what is still live is pending. */
void bh_errors_finish(struct bh_replica *replica);

#endif
