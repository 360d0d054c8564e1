/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Operating-system noise of a bulk-synchronous application: the slowest of N nodes sets each step. */
#pragma once

#include "models/base/random.h"

#include <stdbool.h>
#include <stdint.h>

/* Noise of one kernel on one node and step: uniform on [0, 2 mean] (bounded) or exponential of that mean. */
struct bh_noise_source {
    double mean_share; /* mean noise per second of the step */
    bool is_bounded;
};

/* Host and guest kernel both disturb a guest. The maximum of the sum over N nodes is taken as the sum of the maxima,
 * which is an upper bound. */
struct bh_noise {
    unsigned count;
    struct bh_noise_source source[2];
    uint64_t nodes;    /* N that wait for each other; 1 for a service */
    double step_s;     /* length of an undisturbed step */
    bool extrapolated; /* N is beyond the largest machine for which a source was measured */
};

/* Mean and variance of the noise in one step:
 * bounded, maximum of N uniforms: 2m N/(N+1), (2m)^2 N/((N+1)^2 (N+2));
 * exponential: m H_N, m^2 sum 1/i^2. Both follow from the distribution F^N of a maximum. */
double bh_noise_mean_s(const struct bh_noise *noise);
double bh_noise_variance_s2(const struct bh_noise *noise);

/* By how much the sum of the maxima exceeds the maximum of the sum on average, in one step: the mean above less the integral of
 * 1 - F(x)^N, F of the sum of both kernels' noise on a node. 0 with one kernel; within 1 % of it for up to a million nodes. */
double bh_noise_excess_s(const struct bh_noise *noise);

/* Noise of `steps` steps together (a fraction of a step counts in proportion). Up to 8 whole steps: each maximum is
 * drawn on its own, directly as the maximum of N; more: the normal approximation to their sum, with the exact mean and
 * variance, never below 0. Keyed by `stream` and `ordinal`, so that it does not depend on what happened before. */
double bh_noise_draw_s(const struct bh_noise *noise, double steps, const struct bh_random *random, uint64_t stream,
                       uint64_t ordinal);
