/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of the fits share; nobody else includes this. */
#ifndef BH_MODELS_FIT_PARTS_H
#define BH_MODELS_FIT_PARTS_H

#include <stddef.h>

struct bh_distribution;
struct bh_distribution_type;
struct bh_sample;

/* A sample as likelihoods need it: times seen from start to end, as times, logarithms and sums; and all others. */
struct bh_fit_data {
    size_t count;
    double *t, *log_t;
    double sum, log_sum, log_mean, log_squares; /* the last about log_mean */
    size_t others_count;
    struct bh_duration *others;
    double exposure; /* time watched, over all */
    size_t ended;
};
struct bh_fit_data *bh_fit_data_create(const struct bh_sample *sample);
void bh_fit_data_destroy(struct bh_fit_data *data);

/* The maximum of the likelihood; enough data is the caller's care. */
void bh_fit_maximize(const struct bh_fit_data *data, const struct bh_distribution_type *type, size_t phases,
                     struct bh_distribution *d);
/* From d uphill by Nelder and Mead's simplex, whose first sides and last size are in logarithms of the numbers. */
void bh_fit_climb(const struct bh_fit_data *data, struct bh_distribution *d, double step, double tolerance);
/* Hyperexponential by expectation-maximization, in which durations watched from some age or from an unknown one are
 * taken as if from their start; they get their own likelihood in the climb that follows. */
void bh_fit_expectation_maximization(const struct bh_fit_data *data, size_t phases, struct bh_distribution *d);

#endif
