/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether failures come more often, or less often, as time goes on. */
#pragma once

#include "models/logs/failure_log.h"
#include "models/logs/up_and_down_times.h"

#include <stddef.h>

/* Tests of a Poisson process of constant rate, pooled over nodes of different windows and rates (one window if the rule is
 * of systems). t is a failure's time in its window of length T; a failure at its beginning tells nothing.
 * Laplace: u = sum (t - T / 2) / sqrt(sum T^2 / 12), standard normal without a trend; above 0 failures come more often.
 * Crow-AMSAA (power law, MIL-HDBK-189): beta = N / sum ln(T / t), 2 N / beta is chi-squared with 2 N degrees of freedom
 * without a trend; above 1 they come more often. Both take failures for independent: bursts make p too small. */
struct bh_trend {
    size_t failures;
    double laplace, laplace_p; /* NAN: there are none */
    double beta, beta_p;       /* two-sided, both */
};

struct bh_trend bh_trend_of(const struct bh_failure_log *log, const struct bh_sample_rule *rule);
