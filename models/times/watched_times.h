/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Times that somebody watched, as likelihoods of distributions need them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* age_s = 0: seen from the start. age_s > 0: watched from that age on. NAN: at an age that nobody knows; then `until_s`
 * counts from where watching began. */
struct bh_watched_time {
    double until_s, age_s;
    bool ended;    /* else watching ended */
    double weight; /* how many it stands for */
};

/* Those seen from start to end, as times, logarithms and sums; and all others. */
struct bh_watched_times {
    size_t count;
    size_t values; /* of t: as many, or fewer that stand for more than one each */
    double *t, *log_t;
    double *weight;                             /* how many each value stands for; NULL: one */
    double sum, log_sum, log_mean, log_squares; /* the last about log_mean */
    size_t others_count;
    struct bh_watched_time *others;
    double exposure; /* time watched, over all */
    size_t ended;    /* of all */
    struct {
        double mean, log_mean, log_sigma;
        bool has_three; /* different ones */
    } seen;             /* moments of `until_s` over all that ended */
};
