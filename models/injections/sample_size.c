/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How many injections it takes: to bound what was never seen, and to tell two policies apart. */
#include "models/injections/sample_size.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* Above so many expected, the formula is as good as the sum. */
static const double exact_up_to = 2000.0;
/* Of a binomial's tails, what the sum leaves out. */
static const double negligible = 1e-12;
/* Beyond it hypergeometric tails are binomial ones of 1/2: they differ by (expected counts)^2 / trials. */
static const double large = 1e9;

double bh_none_seen_bound(uint64_t trials, double confidence)
{
    return trials == 0 ? 1.0 : -expm1(log1p(-confidence) / (double)trials);
}

double bh_none_seen_trials(double bound, double confidence)
{
    return bound <= 0.0 ? INFINITY : bound >= 1.0 ? 1.0 : ceil(log1p(-confidence) / log1p(-bound));
}

static double log_choose(double n, double k)
{
    return gsl_sf_lngamma(n + 1.0) - gsl_sf_lngamma(k + 1.0) - gsl_sf_lngamma(n - k + 1.0);
}

static double binomial(uint64_t k, double n, double p)
{
    if (p <= 0.0 || p >= 1.0)
        return (p <= 0.0 ? 0.0 : n) == (double)k ? 1.0 : 0.0;
    return exp(log_choose(n, (double)k) + (double)k * log(p) + (n - (double)k) * log1p(-p));
}

/* P(X <= k) of a binomial. */
static double at_most(uint64_t k, double n, double p)
{
    return (double)k >= n || p <= 0.0 ? 1.0 : p >= 1.0 ? 0.0 : gsl_cdf_beta_Q(p, (double)k + 1.0, n - (double)k);
}

/* P(X >= x | X + Y = x + y) when all of 2n trials are alike: Fisher's test, one side. */
static double fisher(uint64_t x, uint64_t y, double n)
{
    double total = (double)(x + y), k = (double)x, sum = 0.0;
    if (n > large)
        return x == 0 ? 1.0 : 1.0 - at_most(x - 1, total, 0.5);
    double term = exp(log_choose(n, k) + log_choose(n, total - k) - log_choose(2.0 * n, total));
    for (; k <= fmin(total, n) && term > sum * 1e-15; k += 1.0) {
        sum += term;
        term *= (n - k) / (k + 1.0) * (total - k) / (n - total + k + 1.0);
    }
    return sum;
}

/* P(the test finds the first to be more): sum over the second's count of P(first's count reaches the critical one). */
static double one_sided_power(double n, double p, double q, double level)
{
    double mean = n * q, width = 8.0 * sqrt(mean * (1.0 - q)) + 40.0, sum = 0.0;
    uint64_t first = mean > width ? (uint64_t)(mean - width) : 0;
    uint64_t last = (uint64_t)fmin(n, mean + width), critical = first;
    for (uint64_t y = first; y <= last; y++) {
        double mass = binomial(y, n, q);
        if (mass < negligible)
            continue;
        while ((double)critical <= n && fisher(critical, y, n) > level)
            critical++;
        if ((double)critical > n)
            break;
        sum += mass * (critical == 0 ? 1.0 : 1.0 - at_most(critical - 1, n, p));
    }
    return sum;
}

double bh_separation_power(uint64_t n, double p, double q, double level)
{
    /* Of what is common the complement is rare, and its sums are short. */
    if (fmax(p, q) > 0.5 && 1.0 - fmin(p, q) < fmax(p, q)) {
        p = 1.0 - p;
        q = 1.0 - q;
    }
    return one_sided_power((double)n, p, q, level / 2.0) + one_sided_power((double)n, q, p, level / 2.0);
}

/* Casagrande, Pike and Smith: the normal approximation with a correction that meets Fisher's test. */
static double trials_by_formula(double p, double q, double level, double power)
{
    double mean = (p + q) / 2.0, apart = fabs(p - q);
    double root = gsl_cdf_ugaussian_Qinv(level / 2.0) * sqrt(2.0 * mean * (1.0 - mean)) +
                  gsl_cdf_ugaussian_Pinv(power) * sqrt(p * (1.0 - p) + q * (1.0 - q));
    double plain = root * root / (apart * apart), corrected = 1.0 + sqrt(1.0 + 4.0 / (plain * apart));
    return ceil(plain / 4.0 * corrected * corrected);
}

double bh_trials_to_separate(double p, double q, double level, double power)
{
    if (p == q)
        return INFINITY;
    double formula = trials_by_formula(p, q, level, power);
    double rare = fmin(fmax(p, q), 1.0 - fmin(p, q));
    if (formula * rare > exact_up_to || formula > 0x1p52)
        return formula;
    uint64_t low = 1, high = (uint64_t)fmax(formula, 2.0);
    while (bh_separation_power(high, p, q, level) < power) {
        low = high;
        high *= 2;
    }
    while (high - low > 1 + high / 2000) { /* to 0.05 %: power is no smooth function of so few counts */
        uint64_t middle = low + (high - low) / 2;
        if (bh_separation_power(middle, p, q, level) >= power)
            high = middle;
        else
            low = middle;
    }
    return (double)high;
}
