/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a kind of zone, and of errors whatever zone they are in. */
#ifndef BH_MODELS_CATALOG_ZONE_NUMBERS_H
#define BH_MODELS_CATALOG_ZONE_NUMBERS_H

#include "models/catalog/mechanism.h"
#include "models/catalog/parameter.h"
#include "models/words/words.h"

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

/* What errors do in any zone (models/data/errors.yaml). */
struct bh_error_numbers {
    struct bh_parameter
        again; /* P(an error enters a zone that its copy there has left, when it comes by another way) */
    struct bh_parameter carries;        /* P(wrong data is in what a partner takes), per error and ordered pair */
    enum bh_mechanisms_rule mechanisms; /* of all systems; listed: as each has them */
    struct bh_parameter matters;        /* P(wrong data makes the result wrong), per error */
};

#endif
