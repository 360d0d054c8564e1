/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The simple epidemic's mean by inverting its Laplace transform, and its course contact by contact. */
#include "models/silent/epidemic.h"

#include <complex.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_expint.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

enum {
    RANKS_INVERTED = 8192,  /* up to here the transform is inverted */
    CONTACTS_DRAWN = 65536, /* up to here contacts are drawn one by one */
    TERMS = 60,             /* of the Fourier series, before averaging */
    AVERAGED = 12,          /* partial sums in Euler's average */
};
/* The series (Abate and Whitt's) has the error e^-A, and rounding costs e^(A/2) 2^-53. */
static const double series_exponent = 28.0;

static double rate(const struct bh_susceptible_infected *spread, double k)
{
    double n = (double)spread->ranks;
    return spread->contacts_per_step * k * (n - k) / (n - 1.0);
}

/* E of the integral of e^(-s t) dK: sum over m >= 1 of prod_{k < m} r_k/(r_k + s), since K reaches m after independent
 * exponential times of rates r_1 .. r_(m-1). */
static double complex transform(const struct bh_susceptible_infected *spread, double complex s)
{
    double complex product = 1.0, sum = 1.0;
    for (uint64_t k = 1; k < spread->ranks; k++) {
        double r = rate(spread, (double)k);
        product *= r / (r + s);
        sum += product;
        if (cabs(product) < DBL_MIN)
            break;
    }
    return sum;
}

/* f(t) = e^(A/2)/t [ F(A/2t)/2 + sum (-1)^k Re F((A + 2 k pi i)/2t) ], the alternating series averaged binomially
 * (Euler). All products of the transform stay below 1 there, right of the axis. */
static double invert(const struct bh_susceptible_infected *spread, double t)
{
    double a = series_exponent / (2.0 * t), sum = creal(transform(spread, a) / a) / 2.0, average = 0.0;
    for (int k = 1; k <= TERMS + AVERAGED; k++) {
        double complex s = a + I * (k * M_PI / t);
        sum += (k % 2 == 0 ? 1.0 : -1.0) * creal(transform(spread, s) / s);
        if (k >= TERMS)
            average += gsl_sf_choose(AVERAGED, (unsigned)(k - TERMS)) * ldexp(sum, -AVERAGED);
    }
    return exp(series_exponent / 2.0) / t * average;
}

/* Many ranks: the first contacts fix a random W, exponential of mean 1, and from then on K = n W/(W + z), z = n e^-b't,
 * b' = b n/(n - 1); its mean is n (1 - z e^z E1(z)). Off by 8e-4 at most at 8,192 ranks, falling as 1/n. */
static double limit_of_many(const struct bh_susceptible_infected *spread, double steps)
{
    double n = (double)spread->ranks;
    double z = n * exp(-spread->contacts_per_step * n / (n - 1.0) * steps);
    if (z < DBL_MIN)
        return n;
    return n * (1.0 - z * gsl_sf_expint_E1_scaled(z));
}

double bh_susceptible_infected_mean(const struct bh_susceptible_infected *spread, double steps)
{
    double n = (double)spread->ranks, growth = spread->contacts_per_step * steps;
    if (spread->ranks < 2 || !(growth > 0.0))
        return 1.0;
    if (growth > 700.0 + 2.0 * log(n)) /* all but e^-700 of the ranks */
        return n;
    double mean = spread->ranks <= RANKS_INVERTED ? invert(spread, steps) : limit_of_many(spread, steps);
    return fmin(fmax(mean, 1.0), n);
}

double bh_susceptible_infected_mean_at_detection(const struct bh_susceptible_infected *spread,
                                                 double detections_per_step)
{
    if (spread->ranks < 2 || spread->contacts_per_step == 0.0)
        return 1.0;
    return creal(transform(spread, detections_per_step));
}

double bh_susceptible_infected_draw(const struct bh_susceptible_infected *spread, double steps,
                                    const struct bh_random *random, uint64_t stream, uint64_t ordinal)
{
    double n = (double)spread->ranks, time = 0.0, k = 1.0;
    if (spread->contacts_per_step == 0.0)
        return 1.0;
    while (k < n && k < CONTACTS_DRAWN) {
        uint64_t contact = (uint64_t)k;
        time += bh_random_exponential(random, BH_PURPOSE_TAINT, stream, ordinal, contact, 1.0 / rate(spread, k));
        if (time > steps)
            return k;
        k += 1.0;
    }
    if (k >= n)
        return n;
    double remaining = exp(-spread->contacts_per_step * n / (n - 1.0) * (steps - time));
    return fmax(k, floor(n / (1.0 + (n / k - 1.0) * remaining)));
}
