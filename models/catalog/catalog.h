/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Everything under models/data, read and checked: each number with its unit, source, status and range. */
#ifndef BH_MODELS_CATALOG_CATALOG_H
#define BH_MODELS_CATALOG_CATALOG_H

#include "models/base/error.h"
#include "models/catalog/application_kinds.h"
#include "models/document/document.h"
#include "models/memory/dram.h"
#include "models/policy/protection.h"
#include "models/times/distribution.h"

#include <stdbool.h>
#include <stddef.h>

/* --- The words of the model ------------------------------------------------------------------------------------ */

/* Error zones (E-Zones 1 to 4). Names: host-kernel, host-user, guest-kernel, guest-user. */
enum bh_zone_kind { BH_HOST_KERNEL, BH_HOST_USER, BH_GUEST_KERNEL, BH_GUEST_USER, BH_ZONE_KINDS };

/* Kinds of error after Goloubeva et al. 2006. Names: data, instruction. */
enum bh_error_kind { BH_DATA, BH_INSTRUCTION, BH_ERROR_KINDS };

/* How far something reaches; also what a disposition takes down (all but NONE). Ordered. Names as in the design. */
enum bh_scope {
    BH_SCOPE_NONE,
    BH_SCOPE_PROCESS,
    BH_SCOPE_GUEST,
    BH_SCOPE_NODE,
    BH_SCOPE_ENCLAVE,
    BH_SCOPE_COMPOSITION,
    BH_SCOPE_SYSTEM,
    BH_SCOPES
};

/* Names: process/kernel, guest/host, enclave/enclave, node/node. */
enum bh_boundary { BH_PROCESS_KERNEL, BH_GUEST_HOST, BH_ENCLAVE_ENCLAVE, BH_NODE_NODE, BH_BOUNDARIES };

/* How many instances of a zone a node has. Names: node, guest, process. */
enum bh_multiplicity { BH_PER_NODE, BH_PER_GUEST, BH_PER_PROCESS };

/* What a zone cannot do while one that it needs is down: reach disks and network, or anything. Names: io, progress. */
enum bh_need_for { BH_NEED_IO, BH_NEED_PROGRESS, BH_NEEDS };

/* Names, NULL-terminated, in the order of the enumerations. */
extern const char *const bh_zone_kind_names[];
extern const char *const bh_error_kind_names[];
extern const char *const bh_scope_names[];
extern const char *const bh_boundary_names[];
extern const char *const bh_multiplicity_names[];
extern const char *const bh_need_names[];

/* --- Numbers ----------------------------------------------------------------------------------------------------- */

/* published: read in the cited work; computed: from cited data, the source says how; assumed: ours, always with a
 * range; scenario: set by a scenario or by --set. */
enum bh_status { BH_PUBLISHED, BH_COMPUTED, BH_ASSUMED, BH_SET_BY_SCENARIO };
extern const char *const bh_status_names[];

struct bh_parameter {
    double value;     /* SI */
    double low, high; /* range in SI; both equal to value where none is given. Assumed numbers always have one. */
    double step;      /* what is counted is a multiple of it, from `low` up; 0: any number */
    enum bh_dimension dimension;
    enum bh_status status;
    const char *source; /* borrowed from the catalog */
    const char *path;   /* "channels.vm-exit.probability"; borrowed */
    struct bh_place place;
};

/* --- What the files hold ------------------------------------------------------------------------------------------ */

/* The end of one live error copy in a zone, by error kind (models/data/zones.yaml). The three shares sum to 1. */
struct bh_ending {
    struct bh_parameter lifetime_s;                /* mean; 1/mu */
    struct bh_parameter masked, signalled, silent; /* shares; silent only where applications live */
    struct bh_parameter hang; /* share of the signalled errors that are hangs and wait for a watchdog */
};

struct bh_zone_numbers {
    struct bh_parameter memory_weight, cpu_weight; /* relative share of a node, split over the instances of the kind */
    struct bh_parameter residual; /* probability that the error stays live after a disposition smaller than the zone */
    struct bh_ending ending[BH_ERROR_KINDS];
};

/* What carries software faults and noise: kernels, VMMs, applications (models/data/components.yaml). */
struct bh_component {
    const char *name;
    const char *description;
    bool is_kernel;
    struct bh_parameter fault_rate;        /* activated software faults per second and instance */
    struct bh_parameter instruction_share; /* share of its faults that are instruction errors */
    /* Kernels only: operating-system noise per node and step. The tail is "bounded" (uniform on 0..2 mean) or
     * "exponential"; `measured_nodes` is the largest machine for which it was measured, beyond it: extrapolated. */
    struct bh_parameter noise_share; /* mean noise per compute second */
    bool noise_is_bounded;
    struct bh_parameter noise_measured_nodes;
    struct bh_parameter shared_bug; /* probability that a trigger also strikes the same kernel in the host */
};

/* A mechanism by which an error crosses (models/data/channels.yaml). */
struct bh_channel_type {
    const char *name;
    const char *description;
    enum bh_boundary boundary;
    struct bh_parameter probability; /* crossed before the end, if alone and unguarded */
    bool bypasses_guards;            /* both sides share what it leads through: no guard level stands in between */
};

/* A protection level of one boundary (models/data/guards.yaml), in order of strength. Costs while on. */
struct bh_guard_level {
    const char *name;
    const char *description;
    enum bh_boundary boundary;
    unsigned strength;                    /* position in the file, from 0 */
    struct bh_parameter blocks;           /* probability that an attempt is blocked */
    bool detects;                         /* on-block: detected (signals in the source zone) or dropped */
    struct bh_parameter compute_slowdown; /* fraction of compute time */
    struct bh_parameter exit_time_s;      /* added to each VM exit */
    struct bh_parameter latency_s;        /* added to each message */
    struct bh_parameter bandwidth_loss;   /* fraction of link bandwidth lost */
    struct bh_parameter memory_share;     /* fraction of node memory used */
    struct bh_parameter switch_time_s;    /* to switch it on or off */
};

/* A zone beside this one, one per node, without which it stops, though it does not fail. */
struct bh_zone_need {
    int zone; /* index into zones */
    enum bh_need_for what;
    struct bh_place place;
};

struct bh_zone_template {
    const char *name;
    enum bh_zone_kind kind;
    enum bh_multiplicity per;
    int parent; /* index into zones, -1 for the root; parents precede children */
    size_t needs_count;
    struct bh_zone_need *needs;
    size_t components_count;
    const struct bh_component **components; /* resolved; "host-kernel" and "guest-kernel" stand for the chosen kernels,
                                               "application" for the enclave's application: both are NULL entries,
                                               see roles */
    const char **roles;                     /* as written, one per component */
    struct bh_place place;
};

struct bh_channel_template {
    const struct bh_channel_type *type;
    int from, to; /* zone templates. Ancestor and descendant: related instances; else: all pairs of other guests */
    struct bh_place place;
};

/* A virtualization system (models/data/systems). */
struct bh_system {
    const char *name;
    const char *title;
    const char *colour;                                    /* in figures, "#rrggbb"; NULL: any that is free */
    const struct bh_component *host_kernel, *guest_kernel; /* guest_kernel NULL if it has no guests */
    size_t zones_count;
    struct bh_zone_template *zones;
    size_t channels_count;
    struct bh_channel_template *channels;
    /* Levels offered per boundary, weakest first; count 0: the boundary does not exist here. */
    size_t offered_count[BH_BOUNDARIES];
    const struct bh_guard_level **offered[BH_BOUNDARIES];
    struct bh_parameter compute_slowdown; /* without guards; may be negative */
    struct bh_parameter exit_time_s;      /* per VM exit, without guards */
    struct bh_parameter latency_s;        /* added per message */
    struct bh_parameter bandwidth_loss;
    struct bh_parameter guest_boot_s; /* 0 where there are no guests */
    struct bh_place place;
};

/* Hardware fault classes (models/data/faults.yaml). Landing: node (takes the whole node, whatever the policy), memory
 * or cpu (a zone by that share), or storage (a storage host: no node is struck). */
enum bh_landing { BH_LANDING_NODE, BH_LANDING_MEMORY, BH_LANDING_CPU, BH_LANDING_STORAGE };
extern const char *const bh_landing_names[];
enum bh_mend { BH_MEND_REBOOT, BH_MEND_REPAIR };
extern const char *const bh_mend_names[];

/* A distribution of times as a file gives it: what it is in SI, and its numbers with their sources. `{weibull: {shape:
 * ..., scale: ...}}`, and a list of such maps for what has parts: `{hyperexponential: [{weight: ..., mean: ...}, ...]}`,
 * `{piecewise: [{age: ..., hazard: ...}, ...]}`. */
struct bh_timing {
    struct bh_distribution distribution;
    struct bh_parameter a[BH_DISTRIBUTION_PARTS_MOST], b[BH_DISTRIBUTION_PARTS_MOST]; /* as the distribution's */
    struct bh_place place;
};

/* A part of the machine that fails as one: blade, cabinet, power domain, switch (models/data/domains.yaml). Domain d
 * holds the physical nodes from d * nodes on. */
struct bh_domain {
    const char *name;
    const char *description;
    struct bh_parameter nodes; /* rounded to a whole number, at least 1 */
    struct bh_place place;
};

/* What the clock of a fault class belongs to: each node; each domain of a kind, whose faults strike the nodes in it; or
 * the machine, one clock for all. */
enum bh_carrier { BH_CARRIER_NODE, BH_CARRIER_DOMAIN, BH_CARRIER_MACHINE };

/* Faults that take others with them: with `probability`, each other node of the domain is struck too with probability
 * `reach`, each after an exponential time of mean `within`. Of a class that a domain or the machine carries, all nodes of
 * it with `reach`; then `probability` is 1. */
struct bh_burst {
    bool is_given;
    const struct bh_domain *domain;
    struct bh_parameter probability, reach, within_s;
};

/* Faults that stay: with `probability` a fault strikes its node again and again, at exponential times of mean `every`,
 * until the node is repaired. A node that failed from it more often than `tolerated` is taken out of service, whatever
 * the policy. */
struct bh_recurrence {
    bool is_given;
    struct bh_parameter probability, every_s, tolerated;
};

/* Arrivals that a log records (models/faults/replay.h), of a class with `arrival: recorded`. */
struct bh_replay;
struct bh_recorded_arrivals {
    bool is_given;
    const struct bh_node
        *causes; /* a list of names: the records of these alone; NULL: of all that no other class takes */
    struct bh_place place;
    /* Once a scenario has named the log. Borrowed. */
    const struct bh_replay *replay;
    size_t number;     /* among the classes that replay it */
    double event_rate; /* per second and node: records of the same moment count once, shared by all nodes */
    bool binds_nodes;  /* what strikes one tells when others are struck: they share a piece of the log */
};

struct bh_fault_class {
    const char *name;
    const char *description;
    bool is_off_by_default; /* `default: off`: only scenarios that name it have it */
    /* `signalled: yes`: the hardware tells of it before anything reads it (machine check). The error signals in its zone
     * at once and crosses nothing before. */
    bool is_signalled;
    enum bh_landing landing;
    enum bh_mend mend;
    /* Activated faults per second and carrier: a number of the files where arrivals are exponential (`rate`, or `arrival:
     * {exponential: {rate: ...}}`, which is the same), else 1 / the mean time between them. Or `rate: {from: memory,
     * outcome: ...}`: computed from the memory's numbers, with that outcome; else, or set by a scenario: -1. */
    struct bh_parameter rate;
    int memory_outcome;
    struct bh_timing arrival; /* time from repair or start to the next fault of this class on the carrier */
    struct bh_parameter instruction_share; /* of those that land in a zone */
    /* Repair (mend: repair). The first two are numbers of the files where it is lognormal (`repair-median` and
     * `repair-sigma`, the standard deviation of the logarithm, 0: constant; or `repair: {lognormal: {median, sigma}}`).
     * The type of `repair.distribution` is NULL for mend: reboot. */
    struct bh_parameter repair_median_s;
    struct bh_parameter repair_sigma;
    struct bh_timing repair;
    /* Landing: storage: P(an enclave that needs storage fails at once), where others wait. */
    struct bh_parameter fails_jobs;
    enum bh_carrier carrier;
    const struct bh_domain *carrier_domain; /* BH_CARRIER_DOMAIN */
    struct bh_burst burst;
    struct bh_recurrence recurrence;
    /* If given, `rate` and `arrival` are those of the log on the scenario's machine, and `repair` may be absent (type
     * NULL): a record's own down time. */
    struct bh_recorded_arrivals recorded;
};

/* A bulk-synchronous application or a loss-tolerant service (models/data/applications.yaml). */
struct bh_application {
    const char *name;
    const char *description;
    const struct bh_application_kind *kind;
    struct bh_parameter fault_rate; /* software faults per second and process */
    struct bh_parameter instruction_share;
    struct bh_parameter step_s;           /* native compute time per step */
    struct bh_parameter exits_per_s;      /* VM exits per compute second */
    struct bh_parameter halo_bytes;       /* per node and step */
    struct bh_parameter halo_messages;    /* per node and step */
    struct bh_parameter collectives;      /* per step; each takes 2 log2(nodes) messages */
    struct bh_parameter checkpoint_bytes; /* per node; a service reloads as much when a part restarts */
    bool saves_guest;                     /* checkpoints save the whole guest, not the application alone */
    /* 0 to 3: ranks stand on a lattice of so many dimensions and exchange a halo with their neighbours every step; 0:
     * with none. Default 3. */
    unsigned halo_dimensions;
    /* Instead of a halo, each rank contacts others drawn at random, so often per step. */
    bool communicates_at_random;
    struct bh_parameter contacts;
    /* Verification of its data; what a scenario's `verification` uses unless it says otherwise. Optional: path "" where
     * the application has none. */
    struct bh_parameter verification_cost_s;    /* wall-clock time of one verification of the whole enclave */
    struct bh_parameter verification_recall;    /* P(found | a silent error is there), per error and verification */
    struct bh_parameter verification_latency_s; /* from the end of the verification that found it to the signal */
};

/* A choice of guard levels, as written: for each boundary the weakest or the strongest that a system offers, or one by
 * name. */
enum bh_guard_rule { BH_GUARDS_WEAKEST, BH_GUARDS_STRONGEST, BH_GUARDS_NAMED };
struct bh_guard_choice {
    enum bh_guard_rule rule;
    const char *name[BH_BOUNDARIES]; /* for BH_GUARDS_NAMED; NULL: as `others` says */
    enum bh_guard_rule others;       /* for BH_GUARDS_NAMED: weakest or strongest */
    struct bh_place place;
};

/* What a policy disposes of a zone by its name, whatever it does of the others of its kind. */
struct bh_named_disposition {
    const char *zone;
    enum bh_scope disposition;
    struct bh_place place;
};

/* Dispositions and guards, as written (models/data/policies.yaml). `guards` are on while the enclave is protected, and
 * `protect` says when that is; else `unprotected` are. */
struct bh_policy {
    const char *name;
    const char *description;
    const char *colour; /* in figures, "#rrggbb"; NULL: any that is free */
    const char *mark;   /* see bh_mark_number; NULL: any that is free */
    enum bh_scope disposition[BH_ZONE_KINDS];
    size_t named_count;
    struct bh_named_disposition *named; /* zones that are disposed of otherwise, in the systems that have them; owned */
    struct bh_guard_choice guards, unprotected;
    struct bh_protection_rule protect;
    struct bh_place place;
    struct bh_place disposition_place[BH_ZONE_KINDS];
};

/* Times of recovery that do not depend on the virtualization system (models/data/recovery.yaml). */
struct bh_recovery_numbers {
    struct bh_parameter process_restart_s; /* relaunch of an application once its nodes and guests are up */
    struct bh_parameter node_reboot_s;
    struct bh_parameter spare_activation_s; /* a warm spare takes a failed node's place */
    struct bh_parameter system_restart_s;   /* the whole machine */
    struct bh_parameter detection_s;        /* from a failure to the start of recovery */
    struct bh_parameter watchdog_s;         /* from the start of a hang to its detection */
    struct bh_parameter local_bandwidth;    /* bytes per second and node, to node-local storage */
    struct bh_parameter memory_bandwidth;   /* the same, to a checkpoint in the node's memory */
    struct bh_parameter partner_bandwidth;  /* the same, of a copy on a partner, where links are not slower */
    struct bh_parameter partner_distance;   /* to a node's partner, as a share of its enclave's nodes */
};

/* A node's main memory (models/data/memory.yaml), as of struct bh_dram. */
struct bh_memory_numbers {
    enum bh_dram_code code;
    unsigned device_width;
    bool lockstep;
    struct bh_parameter dimms, ranks_per_dimm, banks, rows, row_bytes, wrong_bits, scrub_s, replacement_s;
    struct bh_parameter column_one_bit;
    struct bh_parameter rate[BH_DRAM_MODES][BH_DRAM_LASTINGS]; /* of the channel the first only */
};

/* A word of the catalog that scenarios set as they set numbers: `memory.code`. */
struct bh_word {
    const char *path;
    const char *const *known; /* NULL-terminated */
};

struct bh_catalog {
    struct bh_zone_numbers zones[BH_ZONE_KINDS];
    struct bh_memory_numbers memory;
    struct bh_recovery_numbers recovery;
    size_t components_count;
    struct bh_component *components;
    size_t channel_types_count;
    struct bh_channel_type *channel_types;
    size_t guards_count;
    struct bh_guard_level *guards; /* grouped by boundary, weakest first */
    size_t systems_count;
    struct bh_system *systems;
    size_t domains_count;
    struct bh_domain *domains;
    size_t faults_count;
    struct bh_fault_class *faults;
    size_t applications_count;
    struct bh_application *applications;
    size_t policies_count;
    struct bh_policy *policies;
    /* Every parameter of the catalog, in file order, for `check` and for uncertainty. */
    size_t parameters_count;
    const struct bh_parameter **parameters;
    size_t words_count;
    struct bh_word *words;
    struct bh_document *document; /* all files merged into one tree; owns the text */
    char *directory;
    size_t texts_count;
    char **texts; /* the parameters' paths */
};

/* Reads DIRECTORY/{zones,components,channels,guards,domains,memory,faults,applications,policies,recovery}.yaml and
 * DIRECTORY/systems/(*).yaml, applies `overrides` (a map from dotted parameter path to value, or NULL) and resolves.
 * An override is a quantity with its own unit ("5 s", 1e-3); it may leave the parameter's range, which it replaces, and
 * its status becomes BH_SET_BY_SCENARIO. One of the form {value: ..., source: ...} was computed from what the source says.
 * `extra` (or NULL) is a map with any of the keys components, channels, guards, systems, domains, faults, applications,
 * policies: entries a scenario defines itself, in the same form as in the files; they add to or replace the files'.
 * Fails with a place on anything malformed: unknown keys, missing unit/source/status, an assumed number without range,
 * a value outside its range, shares that do not sum to 1, a zone tree with a cycle or two roots, unknown names. */
struct bh_catalog *bh_catalog_read(const char *directory, const struct bh_node *overrides, const struct bh_node *extra,
                                   struct bh_error *err);
void bh_catalog_destroy(struct bh_catalog *catalog);

/* What the policy disposes of errors in a zone of a system, and where it says so: by the zone's name, else by its kind. */
enum bh_scope bh_policy_disposition(const struct bh_policy *policy, const struct bh_zone_template *zone);
struct bh_place bh_policy_disposition_place(const struct bh_policy *policy, const struct bh_zone_template *zone);

/* Whether any zone of a system needs another. */
bool bh_system_has_needs(const struct bh_system *system);

/* By name; with an error at `place` that names the nearest known one. */
const struct bh_system *bh_catalog_system(const struct bh_catalog *, const char *name, struct bh_place,
                                          struct bh_error *);
const struct bh_policy *bh_catalog_policy(const struct bh_catalog *, const char *name, struct bh_place,
                                          struct bh_error *);
const struct bh_application *bh_catalog_application(const struct bh_catalog *, const char *name, struct bh_place,
                                                    struct bh_error *);
const struct bh_component *bh_catalog_component(const struct bh_catalog *, const char *name, struct bh_place,
                                                struct bh_error *);
const struct bh_domain *bh_catalog_domain(const struct bh_catalog *, const char *name, struct bh_place,
                                          struct bh_error *);
const struct bh_fault_class *bh_catalog_fault(const struct bh_catalog *, const char *name, struct bh_place,
                                              struct bh_error *);
const struct bh_parameter *bh_catalog_parameter(const struct bh_catalog *, const char *path, struct bh_place,
                                                struct bh_error *);

/* The word at a path; NULL: there is none. */
const struct bh_word *bh_catalog_word(const struct bh_catalog *catalog, const char *path);

/* The memory as the model takes it. */
struct bh_dram bh_catalog_dram(const struct bh_catalog *catalog);
/* Computes the rates of the classes that come from the memory anew: after a number of it was moved. */
void bh_catalog_derive_rates(struct bh_catalog *catalog);
/* d rate with an outcome / d each number of the memory, by central differences of a closed form. Returns how many, at most
 * BH_MEMORY_NUMBERS. */
enum { BH_MEMORY_NUMBERS = 9 + BH_DRAM_MODES * BH_DRAM_LASTINGS };
struct bh_memory_slope {
    const struct bh_parameter *parameter;
    double slope;
};
size_t bh_catalog_memory_slopes(const struct bh_catalog *catalog, enum bh_dram_outcome outcome,
                                struct bh_memory_slope slope[BH_MEMORY_NUMBERS]);
/* Whether another of the words that are known there would give another rate with that outcome. */
bool bh_catalog_memory_word_matters(const struct bh_catalog *catalog, const struct bh_word *word,
                                    enum bh_dram_outcome outcome);

/* The level of a boundary by name. */
const struct bh_guard_level *bh_catalog_guard(const struct bh_catalog *catalog, enum bh_boundary boundary,
                                              const char *name, struct bh_place place, struct bh_error *err);

#endif
