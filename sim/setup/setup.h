/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A scenario under one of its policies, resolved into models: everything a replica needs, and nothing that changes. */
#pragma once

#include "models/base/error.h"
#include "models/cost/slowdown.h"
#include "models/silent/choose_pattern.h"
#include "models/silent/taint.h"
#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/node_setup.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* How fast an enclave computes. */
struct bh_pace {
    struct bh_slowdown slowdown;
    double noise_per_step_s; /* expected; 0 without noise */
    double wall_per_work;    /* wall-clock seconds per native compute second, expected noise included */
    double checkpoint_bytes; /* per node; of guests saved whole with what guards hold for them */
};

/* What is slower where a zone is degraded: what a channel has left so loses and delays messages, what the script has computes slower,
 * too. The later one includes the earlier. */
enum bh_slow { BH_SLOW_NOT, BH_SLOW_MESSAGES, BH_SLOW_ALL, BH_SLOWS };

struct bh_enclave_setup {
    const struct bh_enclave_spec *spec;
    const struct bh_node_setup *node;
    uint64_t nodes;
    struct bh_pace pace[2];           /* while not protected, and while protected */
    struct bh_pace slow[BH_SLOWS][2]; /* the same where a zone is degraded that a part is in, or needs for progress */
    double wall_per_work;             /* of both, by their share of time in the long run */
    double checkpoint_bytes;          /* per node; likewise */
    double link_rate; /* bytes/s that its nodes can move together; INFINITY: all nodes, as the platform has it */
    double mtti_s[BH_LEVELS]; /* mean time between failures that a checkpoint of this level must recover from */
    bool has_level[BH_LEVELS];
    double write_s[BH_LEVELS]; /* expected; what is simulated for storage is traffic unless the scenario fixes it */
    double read_s[BH_LEVELS];
    bool is_fixed[BH_LEVELS];  /* write_s and read_s are fixed by the scenario: no traffic */
    double interval_work_s;    /* native compute seconds between checkpoints; INFINITY: none */
    uint64_t keep[BH_LEVELS];  /* newest checkpoints of the level that are kept */
    uint64_t every[BH_LEVELS]; /* every n-th checkpoint goes to this level; the nearest: 1; 0: never */
    /* Staggered: its checkpoints come so much native work before multiples of the interval; so many multiples have passed
     * before its work begins. */
    double lead_work_s;
    uint64_t passed_checkpoints;
    struct bh_verification_spec verification; /* of its data; costs as the scenario says */
    double
        verify_every_work_s; /* native compute seconds between verifications, beside those at checkpoints; INFINITY: none */
    /* With workload.trust: the pattern that was chosen, and what it is expected to reach; intervals 0: none was. */
    struct bh_pattern_choice trust;
    struct bh_taint taint;       /* how tainted data spread among its ranks */
    double restart_s[BH_SCOPES]; /* expected outage after losing this scope, restore not included; NaN: none */
};

/* A source of faults: a stream and where it strikes. */
struct bh_fault_source {
    const struct bh_fault_stream *stream;
    /* Software strikes these slots. Hardware strikes physical nodes, spares too: the nodes of all slots and spares; or,
     * where it lands on storage, storage hosts, which are counted as nodes here. */
    uint64_t first_slot, nodes;
    char *name; /* of the stream; with several classes, software's says whose */
};

struct bh_setup {
    const struct bh_scenario *scenario;
    const struct bh_policy_spec *policy;
    size_t nodes_count;
    struct bh_node_setup *nodes;           /* per partition class */
    struct bh_fault_stream *class_streams; /* of the catalog's fault classes, whether they are on or not */
    size_t sources_count;
    struct bh_fault_source *sources; /* hardware of nodes first, that of storage last */
    uint64_t storage_hosts;
    struct bh_isolation isolation; /* over all nodes; per class: that of its node setup */
    size_t enclaves_count;
    struct bh_enclave_setup *enclaves;
    /* Mean over the script's errors, each alone on a node that is up, by the exact chain; `loss` is per enclave of the
     * scenario. NULL without a script. */
    struct bh_spread *script;
};

const struct bh_fault_stream *bh_setup_stream(const struct bh_setup *setup, const struct bh_fault_class *class);

/* The level that every checkpoint goes to; BH_LEVELS without any. */
static inline enum bh_level bh_setup_nearest_level(const struct bh_enclave_setup *enclave)
{
    enum bh_level level = 0;
    while (level < BH_LEVELS && !enclave->has_level[level])
        level++;
    return level;
}

/* Verifications that are evenly spaced between checkpoints come as much before their multiples as these. */
static inline double bh_setup_verification_lead_s(const struct bh_enclave_setup *enclave)
{
    return enclave->verification.rule == BH_VERIFY_BEFORE_CHECKPOINT ? enclave->lead_work_s : 0.0;
}

/* Multiples of their spacing that have passed at a position. */
static inline uint64_t bh_setup_verifications_at(const struct bh_enclave_setup *enclave, double work_s)
{
    if (isinf(enclave->verify_every_work_s))
        return 0;
    double passed_s = work_s + bh_setup_verification_lead_s(enclave);
    return (uint64_t)fmin(floor(passed_s / enclave->verify_every_work_s + 1e-9), 0x1p53);
}

/* Whether it has a level whose states go through there. */
static inline bool bh_setup_goes_through(const struct bh_enclave_setup *enclave, enum bh_level_way way)
{
    enum bh_level level = 0;
    while (level < BH_LEVELS && !(enclave->has_level[level] && bh_level_goes_through(level, way)))
        level++;
    return level < BH_LEVELS;
}

/* Whether an enclave stands still, or falls, with the file system. */
static inline bool bh_setup_needs_storage(const struct bh_enclave_setup *enclave)
{
    return bh_setup_goes_through(enclave, BH_THROUGH_STORAGE) || enclave->spec->needs_storage;
}

/* What a degraded zone does to those that it makes slower. */
struct bh_degradation bh_setup_degradation(const struct bh_setup *setup);

/* Resolves line `policy` of a scenario on a platform with these facts. The scenario and the cache must outlive the
 * setup. */
struct bh_setup *bh_setup_create(const struct bh_scenario *scenario, size_t policy,
                                 const struct bh_platform_facts *facts, struct bh_isolation_cache *cache,
                                 struct bh_error *err);
/* The scenario's baseline, which all enclaves follow, whatever they have of their own. */
struct bh_setup *bh_setup_create_baseline(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                                          struct bh_isolation_cache *cache, struct bh_error *err);
void bh_setup_destroy(struct bh_setup *setup);

/* Takes over the checkpoint intervals of another setup, in wall-clock time (for prices: same nodes, intervals and
 * checkpoints). */
void bh_setup_copy_intervals(struct bh_setup *setup, const struct bh_setup *from);
/* Leaves checkpoints and verifications out (for net overhead: native, without checkpoints). */
void bh_setup_drop_checkpoints(struct bh_setup *setup);

/* What a slot's nodes have in common with others. */
static inline const struct bh_partition *bh_setup_partition(const struct bh_setup *setup, uint64_t slot)
{
    const struct bh_partitions *partitions = &setup->scenario->partitions;
    return &partitions->partition[bh_partitions_find(partitions, slot)];
}
