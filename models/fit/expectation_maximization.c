/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Expectation-maximization of hyperexponential distributions, with right-censored times. */
#include "models/fit/fit.h"
#include "models/fit/parts.h"
#include "models/times/hyperexponential.h"

#include <math.h>

/* Sums that one step collects per phase: times that belong to it (in expectation), and how long they took. */
struct sums {
    double weight[BH_FIT_PHASES_MOST], ended[BH_FIT_PHASES_MOST], time[BH_FIT_PHASES_MOST];
    double log_likelihood;
};

/* A time t belongs to phase i with probability proportional to w_i / m_i e^(-t / m_i), or without 1 / m_i if it has not
 * ended. One that has not is expected to take m_i more, so mean_i = time_i / ended_i needs no more than time and ends. */
static void add(struct sums *sums, const struct bh_distribution *d, double t, bool ended)
{
    double share[BH_FIT_PHASES_MOST], total = 0.0;
    for (size_t i = 0; i < d->parts; i++)
        total += share[i] = d->a[i] * (ended ? 1.0 / d->b[i] : 1.0) * exp(-t / d->b[i]);
    if (!(total > 0.0)) { /* beyond all phases: the longest has it */
        size_t longest = 0;
        for (size_t i = 1; i < d->parts; i++)
            longest = d->b[i] > d->b[longest] ? i : longest;
        for (size_t i = 0; i < d->parts; i++)
            share[i] = i == longest;
        total = 1.0;
    } else {
        sums->log_likelihood += log(total);
    }
    for (size_t i = 0; i < d->parts; i++) {
        double part = share[i] / total;
        sums->weight[i] += part;
        sums->time[i] += part * t;
        sums->ended[i] += ended ? part : 0.0;
    }
}

static double step(const struct bh_fit_data *data, struct bh_distribution *d)
{
    static const double least_weight = 1e-9;
    struct sums sums = {.log_likelihood = 0.0};
    double n = 0.0;
    for (size_t i = 0; i < data->count; i++)
        add(&sums, d, data->t[i], true);
    for (size_t i = 0; i < data->others_count; i++)
        add(&sums, d, data->others[i].until_s, data->others[i].ended);
    for (size_t i = 0; i < d->parts; i++)
        n += sums.weight[i] = fmax(sums.weight[i], least_weight);
    for (size_t i = 0; i < d->parts; i++) {
        d->a[i] = sums.weight[i] / n;
        /* A phase in which hardly anything ended keeps its mean. */
        if (sums.ended[i] > 1e-6)
            d->b[i] = sums.time[i] / sums.ended[i];
    }
    return sums.log_likelihood;
}

void bh_fit_expectation_maximization(const struct bh_fit_data *data, size_t phases, struct bh_distribution *d)
{
    enum { STEPS_MOST = 300 };
    /* Means spread over three deviations of the logarithm, from below the typical time to above it. */
    double spread = fmax(sqrt(data->log_squares / (double)data->count), 0.5), last = -INFINITY;
    *d = (struct bh_distribution){.type = &bh_hyperexponential, .parts = phases};
    for (size_t i = 0; i < phases; i++) {
        d->a[i] = 1.0 / (double)phases;
        d->b[i] = exp(data->log_mean + spread * (3.0 * (double)i / (double)(phases - 1) - 1.0));
    }
    for (int i = 0; i < STEPS_MOST; i++) {
        double log_likelihood = step(data, d);
        if (fabs(log_likelihood - last) <= 1e-9 * fabs(log_likelihood))
            break;
        last = log_likelihood;
    }
}
