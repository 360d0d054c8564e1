/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a kind of zone, and of errors whatever zone they are in. */
#pragma once

#include "models/catalog/mechanism.h"
#include "models/catalog/parameter.h"
#include "models/words/words.h"

/* The end of one live error copy in a zone, by error kind (models/data/zones.yaml). The three shares sum to 1. Numbers that the
 * file leaves out have no path: those of errors in data and in instructions of hardware are always there. */
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

/* The numbers by which errors of a kind end in a zone, each of the first of the kind's sources that has it, shares together. */
struct bh_ending_numbers {
    const struct bh_parameter *lifetime_s, *masked, *signalled, *silent, *hang;
};
struct bh_ending_numbers bh_ending_of(const struct bh_zone_numbers *numbers, enum bh_error_kind kind);
/* The kind whose shares these are. */
enum bh_error_kind bh_shares_kind(const struct bh_zone_numbers *numbers, enum bh_error_kind kind);

/* What errors do in any zone (models/data/errors.yaml). */
struct bh_error_numbers {
    struct bh_parameter
        again; /* P(an error enters a zone that its copy there has left, when it comes by another way) */
    struct bh_parameter carries;        /* P(wrong data is in what a partner takes), per error and ordered pair */
    enum bh_mechanisms_rule mechanisms; /* of all systems; listed: as each has them */
    struct bh_parameter matters;        /* P(wrong data makes the result wrong), per error */
    /* P(an error in instructions changes the flow), of hardware and of software; without a path where it is not said. */
    struct bh_parameter flow_share, software_flow_share;
};

/* That of a fault model; NULL: neither it nor hardware has one, and errors in instructions are not told apart. */
const struct bh_parameter *bh_flow_share_of(const struct bh_error_numbers *numbers, bool is_software);
