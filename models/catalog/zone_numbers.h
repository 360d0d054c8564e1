/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a kind of zone, and of errors whatever zone they are in. */
#pragma once

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
    bool has_ending[BH_ERROR_KINDS]; /* always those of hardware's errors */
};

/* By which kind's numbers errors of a kind end: those of software by hardware's, unless the file has their own. */
static inline enum bh_error_kind bh_ending_kind(const struct bh_zone_numbers *numbers, enum bh_error_kind kind)
{
    return numbers->has_ending[kind] ? kind : bh_error_kind_of(false, bh_error_kind_is_instruction(kind));
}
static inline const struct bh_ending *bh_ending_of(const struct bh_zone_numbers *numbers, enum bh_error_kind kind)
{
    return &numbers->ending[bh_ending_kind(numbers, kind)];
}

/* What errors do in any zone (models/data/errors.yaml). */
struct bh_error_numbers {
    struct bh_parameter
        again; /* P(an error enters a zone that its copy there has left, when it comes by another way) */
    struct bh_parameter carries;        /* P(wrong data is in what a partner takes), per error and ordered pair */
    enum bh_mechanisms_rule mechanisms; /* of all systems; listed: as each has them */
    struct bh_parameter matters;        /* P(wrong data makes the result wrong), per error */
};
