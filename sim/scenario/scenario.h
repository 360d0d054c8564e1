/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A scenario file: what is simulated, under which policies, at which points. */
#pragma once

#include "models/base/error.h"
#include "models/catalog/zone_choice.h"
#include "models/document/document.h"
#include "models/faults/replay.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/node/zone_tree.h"
#include "models/words/checkpoint_levels.h"
#include "sim/platform/partition.h"
#include "sim/platform/placement.h"
#include "sim/scenario/composition.h"
#include "sim/scenario/recorded_logs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When an enclave verifies its data: never, before each checkpoint, or after each `every_s` of useful wall-clock time;
 * if at all, at the end of its work too. */
enum bh_verification_rule { BH_VERIFY_NEVER, BH_VERIFY_BEFORE_CHECKPOINT, BH_VERIFY_PERIODICALLY };
struct bh_verification_spec {
    enum bh_verification_rule rule;
    double every_s;   /* BH_VERIFY_PERIODICALLY: above 0 and at most the enclave's work */
    double cost_s;    /* wall-clock time of one verification */
    double recall;    /* P(found | a silent error is there), per error and verification */
    double latency_s; /* from the end of the verification that found an error to the signal */
    /* What it then returns to: the newest state that a verification has passed; or, which nobody knows, the newest that is
     * older than the error. */
    bool knows_age;
    uint64_t per_checkpoint; /* so many, evenly spaced, the last of them before it; 0: chosen for workload.trust */
    uint64_t returns;        /* to one state, until it is given up; 1 where nothing is verified */
    bool has_usual_cost, has_usual_recall, has_usual_latency; /* the application's */
    struct bh_place place;
};

/* An enclave: a share of the nodes of its partition given to one application. */
struct bh_enclave_spec {
    char *name;
    size_t entry; /* that made it */
    const struct bh_application *application;
    uint64_t guests_per_node; /* native: process sets */
    uint64_t processes_per_guest;
    double node_share; /* share of each node's CPU and node-time; the shares of a partition's enclaves sum to 1 */
    double contention; /* its communication takes so many times as long as with links of its own */
    size_t partition, tenant;
    const struct bh_system *system; /* its own, whatever the line of the comparison says; NULL: that */
    const struct bh_policy *policy; /* likewise */
    bool is_native;                 /* its processes stand on the host's kernel, beside the guests of others */
    double start_s, leave_s;        /* calendar time; it is given up when it leaves. INFINITY: never */
    double work_s;                  /* native fault-free compute time per node */
    uint64_t parts_needed;          /* a service is lost, and serves nobody, with fewer of its parts; at least 1 */
    double parts_share;             /* the same as a share of its nodes; negative: not given as one */
    bool needs_storage;             /* fails with the file system though it has no checkpoints there */
    struct bh_verification_spec verification;
    struct bh_place place;
};

/* A line of the workload: one enclave, or many alike. */
struct bh_enclave_entry {
    const char *name;
    size_t first_enclave, count;
};

/* One line of the comparison: a virtualization system under a policy. */
struct bh_policy_spec {
    char *name; /* default "SYSTEM POLICY", e.g. "kvm protection-first" */
    const struct bh_system *system;
    const struct bh_policy *policy;
    const struct bh_component *host_kernel, *guest_kernel; /* the system's own unless the entry names others */
    /* What the node's operating system dictates; without `has_limits` it dictates nothing. */
    bool has_limits;
    struct bh_guard_limits limits;
    struct bh_place place;
};

/* What is still acceptable: no more than so many enclaves lost within a time. */
struct bh_acceptance {
    bool is_given;
    uint64_t lost_at_once;
    double within_s;
};

enum bh_interval_rule { BH_INTERVAL_FIXED, BH_INTERVAL_YOUNG, BH_INTERVAL_DALY, BH_INTERVAL_EXACT };

struct bh_checkpoint_spec {
    bool enabled;
    enum bh_interval_rule rule;
    double interval_s;      /* BH_INTERVAL_FIXED: useful wall-clock seconds between checkpoints of this level */
    double write_s, read_s; /* fixed times instead of bandwidth or traffic; negative: not given */
    uint64_t keep;          /* newest checkpoints of this level that are kept; at least 1 */
    bool has_keep;          /* the file gives that */
    struct bh_place place;
};

/* A fault by script: what happens instead of, or besides, what the catalog's rates bring. Either an error that begins in
 * a zone, or the loss of a node or of a storage host by a fault class. */
struct bh_script_fault {
    double at_s;
    const struct bh_fault_class *class; /* NULL: an error in a zone */
    uint64_t slot;                      /* of a class that lands on storage: the storage host */
    struct bh_zone_choice zone;         /* where it lands, on the nodes of every line of the comparison */
    size_t enclave;                     /* whose guest or process */
    enum bh_error_kind kind;
    enum bh_forced_ending ending; /* of the copy at the origin */
    struct bh_place place;
};

/* One value of an axis: a label and the settings it makes. */
struct bh_axis_value {
    const char *label;
    double number; /* the label as a number; NaN if it is none */
    size_t settings_count;
    const char **paths; /* dotted paths into the scenario; "models.X" reaches the catalog's parameter X */
    const struct bh_node **values;
};
struct bh_axis {
    const char *name;
    const char *unit; /* "1" unless given */
    size_t count;
    struct bh_axis_value *values;
    bool is_unordered; /* of draws or points, which are but numbered */
    struct bh_place place;
};

/* Replicas of a policy, in a file or on the command line. */
#define BH_REPLICAS_MOST 1000000
/* Where simulated time ends at the latest: some 32,000 years, where a clock in doubles still has steps of 0.1 ms. */
#define BH_HORIZON_MOST_S 1e12

/* What warm spares stand in for: nodes that are gone for good, and those that come back after a reboot. */
enum bh_spare_use { BH_SPARES_FOR_NODE_LOSS, BH_SPARES_FOR_CRASH, BH_SPARE_USES };

/* A resolved scenario at one point: all axes have taken a value. */
/* Who says when a wait is over: a calendar, which asks SimGrid for what shares links or disks, and once for what has them
 * alone; or SimGrid, always. */
enum bh_engine { BH_ENGINE_CALENDAR, BH_ENGINE_SIMGRID };

/* What is carried out: what enclaves do as a whole; or each process of theirs, as an actor in SimGrid's virtual machines. */
enum bh_resolution { BH_RESOLUTION_ENCLAVE, BH_RESOLUTION_PROCESS };
/* That are carried out one by one: each is an actor with a stack of its own. */
enum { BH_PROCESSES_MOST = 16384 };

struct bh_scenario {
    const char *name, *title, *description;
    char *file; /* as given */
    struct bh_catalog *catalog;

    char *platform_file; /* absolute or relative to the working directory; .xml, or .yaml for a parametric machine */
    struct bh_place platform_place;
    uint64_t platform_nodes; /* nodes given to the workload, without spares */
    uint64_t nodes;          /* of these, the ones that carry enclaves: slots */
    struct bh_place nodes_place;

    double work_s; /* native fault-free compute time per node, of enclaves that have none of their own */
    double horizon_s;
    double trust; /* most of the runs that may end with a wrong result: patterns are chosen for it; 0: none are */
    struct bh_place trust_place;
    uint64_t spares; /* warm spares, nodes; a share of `nodes` in the file is rounded up */
    bool spares_for[BH_SPARE_USES];
    size_t enclaves_count;
    struct bh_enclave_spec *enclaves;
    size_t entries_count;
    struct bh_enclave_entry *entries;
    struct bh_partitions partitions;
    enum bh_placement placement;
    struct bh_compositions compositions;
    struct bh_acceptance acceptance;
    size_t primary; /* the enclave that headline numbers speak of: the first */

    struct bh_checkpoint_spec checkpoint[BH_LEVELS];
    bool staggered;            /* enclaves take turns at their checkpoints instead of writing at once */
    bool final_checkpoint;     /* also one after the last stretch of work (closed-form tests) */
    bool wrong_is_done;        /* a run whose result is wrong counts as done where policies are compared */
    bool virtualization_costs; /* off: slowdown, guards, noise and communication cost nothing (closed-form tests) */

    size_t policies_count;
    struct bh_policy_spec *policies;
    size_t baseline; /* the policy entry that prices are relative to */

    bool random_faults;  /* false: only the script */
    bool *fault_enabled; /* per catalog fault class (hardware) */
    bool software_faults;
    bool machine_is_steady; /* clocks of faults have long been running when the work begins; else they begin with it */
    bool faults_spare_rest; /* `during: computation`: faults strike only while what they hit computes (closed forms) */
    struct bh_recorded_logs *logs;     /* the study's */
    const struct bh_recorded_log *log; /* that its classes with `arrival: recorded` replay; NULL: none. The study's */
    struct bh_replay *replay;          /* of it on this machine */
    size_t script_count;
    struct bh_script_fault *script;

    uint64_t replicas;
    uint64_t seed;
    enum bh_engine engine;
    enum bh_resolution resolution;
    struct bh_place resolution_place;
    bool reproduces_input; /* results are headed "reproduced, not predicted" */

    struct bh_document *document; /* with this point's settings made; owned */
};

/* Whether patterns of checkpoints and verifications are chosen for a share of wrong results. */
static inline bool bh_has_trust(const struct bh_scenario *scenario)
{
    return scenario->trust > 0.0;
}

/* A setting from the command line, "path=value". */
struct bh_setting {
    const char *path;
    const char *value;
};

/* The posterior that an uncertainty axis draws from (command fit-injections). */
struct bh_posterior {
    const char *source; /* NULL: the scenario has none, and the axis is a number over its range */
    struct bh_document *document;
    size_t paths_count;
    char **paths;
    char **labels;               /* of the draws taken */
    struct bh_axis_value center; /* set wherever no draw is */
};

/* Axes of a grid of points, each of which is a dimension of every array of the results and a column of their causes. */
enum { BH_GRID_AXES_MOST = 8 };

/* A scenario with its axes. */
struct bh_study {
    char *file;
    char *data_directory;                   /* models/data */
    struct bh_catalog_files *catalog_files; /* what is there, read so far */
    struct bh_document *scenario;           /* the file as it is: every point is resolved from a copy */
    size_t settings_count;
    struct bh_setting *settings;  /* copies; each point makes them last */
    struct bh_document *document; /* owns the axes' names, labels and values */
    size_t axes_count;
    struct bh_axis *axes; /* the `vary` list: a full product */
    /* The `uncertainty` axis: an assumed number over its range, at one point of the product. */
    bool has_uncertainty;
    struct bh_axis uncertainty;
    size_t *uncertainty_at;        /* index on each axis */
    struct bh_posterior posterior; /* the axis' values are joint draws: without order */
    struct bh_recorded_logs *logs; /* read so far, whichever point asked for them */
};
