/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Applications. */
#pragma once

#include "models/catalog/application_kinds.h"
#include "models/catalog/parameter.h"

#include <stdbool.h>

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
