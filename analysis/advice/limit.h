/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What policies have to keep to: limits on the mean of a number, as a user writes them. */
#pragma once

#include "analysis/advice/criterion.h"

struct bh_limit {
    const char *text;
    struct bh_criterion criterion;
    bool is_upper;
    double bound;
};

/* "wrong-results < 1e-3", "makespan <= 26 h", "violation < 1 %"; blanks do not matter. `text` is borrowed. Fails with what
 * was expected, or with the names that there are. */
int bh_limit_parse(const struct bh_view *view, const char *text, struct bh_limit *limit, struct bh_error *err);

/* Fails if there are two that no number can meet both. */
int bh_limits_check(const struct bh_limit *limits, size_t count, struct bh_error *err);

/* Open: the interval has the limit inside, or there is no interval. */
enum bh_limit_verdict { BH_LIMIT_MET, BH_LIMIT_OPEN, BH_LIMIT_BROKEN };
enum bh_limit_verdict bh_limit_judge(const struct bh_limit *limit, struct bh_estimate estimate);
