/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where E-Zone 3, the guest's kernel, lies between E-Zones 2 and 1: the question of the originating study as a number. */
#pragma once

#include "models/containment/containment.h"

#include <stdbool.h>
#include <stddef.h>

/* Errors of one origin, with the weight that they have among those of their zones. */
struct bh_zone_errors {
    enum bh_zone_kind zone;
    double weight;
    const struct bh_containment *answer;
};

/* C_k(s): of the errors that begin in E-Zone k and have an effect, the share whose largest extent is s or wider. The weight
 * minimises the sum over s of (C_3 - w C_1 - (1 - w) C_2)^2, within [0, 1]: 0 where a guest kernel's errors reach as far as
 * those of the host's users, 1 where they reach as far as the host kernel's. */
struct bh_zone_three {
    bool is_defined;
    int lacks; /* the E-Zone, 1 to 3, in which no error with an effect begins; 0: none, those of 1 and 2 reach alike */
    double weight;
    double low, high; /* 95 %, linearised from the trials; equal to the weight where all is exact */
};
struct bh_zone_three bh_find_zone_three(const struct bh_zone_errors *errors, size_t count);
