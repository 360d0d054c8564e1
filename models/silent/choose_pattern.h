/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The cheapest pattern of checkpoints and verifications that leaves few enough results wrong. */
#pragma once

#include "models/silent/pattern.h"

/* At most so many verifications of one interval, and states that are kept, are tried. */
enum { BH_PATTERN_VERIFICATIONS_MOST = 64, BH_PATTERN_KEEP_MOST = 8 };

/* What it may choose from. */
struct bh_pattern_wish {
    double target;        /* P(wrong result) at most */
    double least_piece_s; /* of work between two verifications, or checkpoints */
    uint64_t intervals;   /* so many; 0: chosen */
    uint64_t keep;        /* likewise */
    bool is_verified;     /* false: never */
    uint64_t verifications;
};

struct bh_pattern_choice {
    struct bh_pattern pattern;
    struct bh_pattern_outcome outcome;
    bool is_met;        /* the target */
    double least_wrong; /* the best that any pattern of those tried can reach */
};

/* The least expected time among patterns with P(wrong) at most the target; of numbers of states that are kept the smallest
 * whose successor saves less than a thousandth. Where no pattern meets the target: among those that leave at most twice as
 * many results wrong as the best that can be reached, which takes endlessly many verifications. Intervals are whole
 * parts of the work. */
struct bh_pattern_choice bh_pattern_choose(const struct bh_pattern_job *job, const struct bh_pattern_wish *wish);
