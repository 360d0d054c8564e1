/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Virtualization systems: zones, channels, what guards they offer. */
#pragma once

#include "models/base/error.h"
#include "models/catalog/mechanism.h"
#include "models/catalog/parameter.h"
#include "models/words/offers.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

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
    bool offers[BH_OFFERS];         /* to the programs above it, of what is a kernel's to offer */
};

/* What guards cost while they are on, a row each: member, key, what it measures, what it is where the key is absent, and what
 * it means. Files, their manual and `check` know a new one from here; it acts where it is read. */
#define BH_GUARD_COSTS(COST)                                                                                           \
    COST(compute_slowdown, "compute-slowdown", FRACTION, "0", "Of computing, while it is on.")                         \
    COST(exit_time_s, "exit-time", TIME, "0 s", "Added to each VM exit.")                                              \
    COST(latency_s, "latency", TIME, "0 s", "Added to each message.")                                                  \
    COST(bandwidth_loss, "bandwidth-loss", PROBABILITY, "0", "Share of a link's bandwidth.")                           \
    COST(memory_share, "memory-share", PROBABILITY, "0", "Share of a node's memory that it takes.")                    \
    COST(switch_time_s, "switch-time", TIME, "0 s", "To switch it on or off.")

/* A protection level of one boundary (models/data/guards.yaml), in order of strength. */
struct bh_guard_level {
    const char *name;
    const char *description;
    enum bh_boundary boundary;
    unsigned strength;          /* position in the file, from 0 */
    struct bh_parameter blocks; /* probability that an attempt is blocked */
    bool detects;               /* on-block: detected (signals in the source zone) or rejected */
#define BH_GUARD_COST(member, ...) struct bh_parameter member;
    BH_GUARD_COSTS(BH_GUARD_COST)
#undef BH_GUARD_COST
    bool withholds[BH_OFFERS]; /* what a system offers, but not behind this level */
};

/* A mechanism by which an error crosses (models/data/channels.yaml). */
struct bh_channel_type {
    const char *name;
    const char *description;
    enum bh_boundary boundary;
    struct bh_parameter probability; /* crossed before the end, if alone and unguarded */
    struct bh_parameter
        probability_of[BH_KINDS_AND_MODELS]; /* that of errors of a kind, or of a fault model, where it is
                                                                another; else without a path */
    bool bypasses_guards;         /* both sides share what it leads through: no guard level stands in between */
    struct bh_parameter corrupts; /* P(what crosses leaves an error where it comes to); 1 unless given */
    struct bh_parameter degrades; /* P(else it leaves that zone degraded); 0 unless given */
};

/* The probability of errors of a kind: the first that the channel has of its sources', before those of hardware that of all of
 * software's; then that of all of hardware's; else that of all. */
const struct bh_parameter *bh_channel_probability(const struct bh_channel_type *type, enum bh_error_kind kind);

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
    bool is_opened; /* there only under policies that open channels for speed */
    int from, to;   /* zone templates. Ancestor and descendant: related instances; else: all pairs of other guests */
    struct bh_place place;
};

/* What a system says of one thing that its users may need. */
struct bh_system_offer {
    bool is_said, is_offered;
    const char *source; /* NULL where nothing is said */
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
    enum bh_mechanisms_rule mechanisms_rule;
    size_t mechanisms_count;
    struct bh_mechanism *mechanisms;
    struct bh_mechanism_part *alone; /* per zone: what restarts it while it is degraded; NULL: nothing restarts any */
    /* Levels offered per boundary, weakest first; count 0: the boundary does not exist here. */
    size_t offered_count[BH_BOUNDARIES];
    const struct bh_guard_level **offered[BH_BOUNDARIES];
    struct bh_parameter compute_slowdown; /* without guards; may be negative */
    struct bh_parameter exit_time_s;      /* per VM exit, without guards */
    struct bh_parameter latency_s;        /* added per message */
    struct bh_parameter bandwidth_loss;
    struct bh_parameter guest_boot_s; /* 0 where there are no guests */
    struct bh_system_offer offers[BH_OFFERS];
    struct bh_place place;
};

/* What comes of what a system offers, where its users' programs stand on this kernel behind these guard levels (NULL: none). */
enum bh_offer_answer {
    BH_OFFERED,
    BH_OFFER_NOT_SAID,          /* the system says nothing of it */
    BH_OFFER_LACKING,           /* the system does not offer it */
    BH_OFFER_KERNEL_LACKS,      /* its users' kernel does not */
    BH_OFFER_WITHHELD_BY_GUARD, /* a guard level in force stands against it */
};
enum bh_offer_answer bh_system_offers(const struct bh_system *system, const struct bh_component *users_kernel,
                                      const struct bh_guard_level *const guard[BH_BOUNDARIES], enum bh_offer offer);

/* Whether any zone of a system needs another. */
bool bh_system_has_needs(const struct bh_system *system);

/* Whether any of its channels may leave a zone degraded. */
bool bh_system_degrades(const struct bh_system *system);

/* Whether the application lives in the zone. */
bool bh_zone_holds_application(const struct bh_zone_template *zone);

/* Position of the zone in which an enclave's processes live: in its guests, if the system has any; of a native enclave, on the
 * host's kernel itself. -1 where the system has no such zone. */
long bh_system_home(const struct bh_system *system, bool is_native);
/* Whether a zone that is one per guest or process is there for such an enclave: it is its home or around it, or beside all
 * homes of a system whose guests it has. */
bool bh_system_zone_is_of(const struct bh_system *system, size_t zone, bool is_native);
