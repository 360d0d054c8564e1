/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors that are live: what each has done, and its copies in zones. */
#pragma once

#include "models/spread/spread.h"
#include "sim/setup/node_setup.h"
#include "sim/state/error_totals.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_enclave;
struct bh_partition;
struct bh_replica;

/* Bits that are set by number, as many as are asked for. */
struct bh_bits {
    size_t words;
    uint64_t *word; /* owned */
};
bool bh_bits_has(const struct bh_bits *bits, size_t number);
void bh_bits_set(struct bh_bits *bits, size_t number);

/* An activated error: what it has done so far, until a restore brings it back: then a new generation begins, which is an
 * error of its own. Within one each channel, and each way to another node, is tried once. */
struct bh_live_error {
    int source;        /* index into the setup's sources of faults; -1: the script */
    uint64_t identity; /* keys its draws */
    uint64_t lineage;  /* what all its generations and parts share: the identity that it began with */
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
    unsigned copies;           /* live ones */
    unsigned depth;            /* largest number of hops so far */
    bool is_revived;           /* came back with a checkpoint: not counted again */
    struct bh_zone_set past;   /* zones that a copy has left */
    struct bh_bits used, ways; /* channels of the node tried; and ways to other nodes, see sim/errors/crossing.c */
    size_t zones;              /* room in the next */
    unsigned lives[];          /* per zone: times a copy began there or was left live, which numbers its fresh draws */
};

/* A live copy of an error in one zone. Its pending events hold it: the last of them frees it once it is ended. */
struct bh_copy {
    struct bh_live_error *error;
    size_t zone;
    enum bh_error_kind kind;
    unsigned generation; /* which of the error's lives in this zone this is; part of the key of its draws */
    enum bh_forced_ending forced_ending; /* by the script, or by the fault's class: at once; then drawn */
    int entered_boundary;                /* the last that it crossed; -1: it began here */
    const struct bh_guard_level *guard;  /* that was on there; NULL: none */
    unsigned depth;
    double born_s;
    double due_s;     /* time of the pending event that counts */
    int due_channel;  /* what then: live_errors.c */
    unsigned pending; /* events on their way; those before the last one scheduled are void */
    bool is_hung, is_ended;
    struct bh_copy *prev, *next;
};

/* A new error on a slot, without a copy as yet. */
struct bh_live_error *bh_live_error_create(struct bh_replica *replica, int source, uint64_t identity, uint64_t slot,
                                           size_t origin);
/* Frees what is kept for the next. */
void bh_live_errors_clear(struct bh_replica *replica);
/* The part of an error on a slot of another partition, made on first use; it lives only once it has a copy. */
struct bh_live_error *bh_live_error_on_slot(struct bh_replica *replica, struct bh_live_error *error, uint64_t slot,
                                            size_t zone);
/* Holds an error while it is worked on, and lets go of it: the last to do so finishes it. */
void bh_live_error_hold(struct bh_live_error *error);
void bh_live_error_release(struct bh_replica *replica, struct bh_live_error *error);

/* Whether an error can live in a zone now: it is up and, for application zones, the application runs. */
bool bh_errors_can_live_in(const struct bh_replica *replica, uint64_t slot, size_t zone);

/* A new copy, with nothing scheduled. */
struct bh_copy *bh_copy_add(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                            enum bh_error_kind kind);
bool bh_live_error_is_in(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone);
/* Whether it may come into a zone: one that it is not in, where it can live, and which it has not taken down in this
 * generation, nor the enclave that owns it. */
bool bh_live_error_may_enter(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone);
/* The same, whether or not it is there already. */
bool bh_live_error_may_reach(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone);
/* Makes an error another generation of what a checkpoint held, in a zone of a slot; `first` (or NULL) is what came back of
 * the same lineage before. */
struct bh_saved_copy;
struct bh_live_error *bh_live_error_revive(struct bh_replica *replica, const struct bh_saved_copy *saved,
                                           unsigned restores, struct bh_live_error *first);
/* Errors that took an enclave down and are live yet in a zone that it runs in, now that it is restarted. */
size_t bh_live_errors_survive(const struct bh_replica *replica, size_t enclave);
/* Ends a copy; the step that holds it, or its pending event, frees it. */
void bh_copy_end(struct bh_replica *replica, struct bh_copy *copy);
/* Drops an event of a copy. */
void bh_copy_release(struct bh_replica *replica, struct bh_copy *copy);
/* A hung copy begins, or stops, to hold up the enclaves that its zone serves. */
void bh_copy_stall(struct bh_replica *replica, const struct bh_copy *copy, bool begins, long cause);

/* The zone that a copy is in, and the tree and the model of its node. */
const struct bh_zone *bh_copy_zone(const struct bh_copy *copy);
const struct bh_zone_tree *bh_copy_tree(const struct bh_copy *copy);
const struct bh_node_model *bh_copy_model(const struct bh_copy *copy);
/* The number of the enclave that owns the zone of a copy; -1: all on the node share it. */
int bh_copy_owner(const struct bh_copy *copy);

/* Zones start again. Ends copies as `cleared`, and what was degraded: those in `zones` of a slot; or those in an enclave's
 * zones on all slots, or in all enclaves' (enclave < 0). */
void bh_errors_clear(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *zones);
void bh_errors_clear_everywhere(struct bh_replica *replica, int enclave);
/* An enclave's processes start again, on one slot or on BH_ALL_SLOTS: ends copies in them. */
void bh_errors_clear_processes(struct bh_replica *replica, int enclave, uint64_t slot);

/* What a checkpoint of an enclave holds of live errors. */
struct bh_saved_copy {
    int source;
    uint64_t identity, lineage, slot;
    size_t zone;
    enum bh_error_kind kind;
};
/* Copies in the zones that the enclave's checkpoints save; the caller frees. */
struct bh_saved_copy *bh_errors_save(const struct bh_replica *replica, int enclave, size_t *count);
