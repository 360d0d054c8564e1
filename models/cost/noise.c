/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Maxima of noise over many nodes. */
#include "models/cost/noise.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>

enum { STEPS_DRAWN_SINGLY = 8 };

double bh_noise_mean_s(const struct bh_noise *noise)
{
    double n = (double)noise->nodes, mean = 0.0;
    for (unsigned i = 0; i < noise->count; i++) {
        double m = noise->source[i].mean_share * noise->step_s;
        /* H_N = psi(N + 1) + Euler's constant. */
        mean += noise->source[i].is_bounded ? 2.0 * m * n / (n + 1.0) : m * (gsl_sf_psi(n + 1.0) + M_EULER);
    }
    return mean;
}

double bh_noise_variance_s2(const struct bh_noise *noise)
{
    double n = (double)noise->nodes, variance = 0.0;
    for (unsigned i = 0; i < noise->count; i++) {
        double m = noise->source[i].mean_share * noise->step_s;
        /* sum of 1/i^2 up to N = pi^2/6 - psi'(N + 1). */
        variance += noise->source[i].is_bounded ? 4.0 * m * m * n / ((n + 1.0) * (n + 1.0) * (n + 2.0))
                                                : m * m * (M_PI * M_PI / 6.0 - gsl_sf_psi_1(n + 1.0));
    }
    return variance;
}

/* P(noise of one kernel on one node and step is at most x). */
static double noise_below(const struct bh_noise *noise, const struct bh_noise_source *source, double x)
{
    double m = source->mean_share * noise->step_s;
    if (x <= 0.0)
        return 0.0;
    return source->is_bounded ? fmin(1.0, x / (2.0 * m)) : -expm1(-x / m);
}

/* F is a sum over pieces of the first kernel's noise, and the integral one over points: at the middle of each. */
double bh_noise_excess_s(const struct bh_noise *noise)
{
    enum { PIECES = 1000 };
    const struct bh_noise_source *first = &noise->source[0], *second = &noise->source[1];
    if (noise->count < 2 || !(first->mean_share > 0.0) || !(second->mean_share > 0.0))
        return 0.0;
    /* Beyond the sum of the means of both maxima by 20 means all is certain to e^-20. */
    double piece_s =
        (bh_noise_mean_s(noise) + 20.0 * (first->mean_share + second->mean_share) * noise->step_s) / PIECES;
    double slowest_s = 0.0;
    for (int i = 0; i < PIECES; i++) {
        double below = 0.0;
        for (int j = 0; j <= i; j++)
            below += (noise_below(noise, first, (j + 1) * piece_s) - noise_below(noise, first, j * piece_s)) *
                     noise_below(noise, second, (i - j) * piece_s);
        slowest_s += (1.0 - pow(below, (double)noise->nodes)) * piece_s;
    }
    return fmax(0.0, bh_noise_mean_s(noise) - slowest_s);
}

/* Maximum of N draws by inverse transform: F^{-1}(u^{1/N}). */
static double draw_maximum_s(const struct bh_noise *noise, const struct bh_noise_source *source, double u)
{
    double m = source->mean_share * noise->step_s, log_u = log(u) / (double)noise->nodes;
    return source->is_bounded ? 2.0 * m * exp(log_u) : -m * log(-expm1(log_u));
}

double bh_noise_draw_s(const struct bh_noise *noise, double steps, const struct bh_random *random, uint64_t stream,
                       uint64_t ordinal)
{
    if (noise->count == 0 || steps <= 0.0)
        return 0.0;
    if (steps > STEPS_DRAWN_SINGLY) {
        double u = bh_random_uniform(random, BH_PURPOSE_NOISE, stream, ordinal, 0);
        double sum =
            steps * bh_noise_mean_s(noise) + sqrt(steps * bh_noise_variance_s2(noise)) * gsl_cdf_ugaussian_Pinv(u);
        return fmax(sum, 0.0);
    }
    double sum = 0.0;
    for (unsigned k = 0; k < (unsigned)ceil(steps); k++)
        for (unsigned i = 0; i < noise->count; i++) {
            double u = bh_random_uniform(random, BH_PURPOSE_NOISE, stream, ordinal, 2 * k + i);
            sum += draw_maximum_s(noise, &noise->source[i], u) * fmin(1.0, steps - k);
        }
    return sum;
}
