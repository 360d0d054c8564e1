/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What all distributions of times share: everything that follows from the cumulative hazard. */
#include "models/times/distribution.h"

#include <float.h>
#include <math.h>

struct bh_distribution bh_distribution_of(const struct bh_distribution_type *type, double a, double b)
{
    return (struct bh_distribution){.type = type, .parts = 1, .a = {a}, .b = {b}};
}

int bh_distribution_check(const struct bh_distribution *distribution, struct bh_error *err)
{
    const char *expected = distribution->type->expected(distribution);
    if (expected == NULL)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "found numbers that make no %s distribution, expected %s",
                   distribution->type->name, expected);
}

double bh_distribution_cumulative_hazard(const struct bh_distribution *distribution, double t_s)
{
    if (isinf(t_s))
        return t_s > 0.0 ? INFINITY : 0.0;
    return t_s > 0.0 ? distribution->type->cumulative_hazard(distribution, t_s) : 0.0;
}

double bh_distribution_cdf(const struct bh_distribution *distribution, double t_s)
{
    return -expm1(-bh_distribution_cumulative_hazard(distribution, t_s));
}

double bh_distribution_survival(const struct bh_distribution *distribution, double t_s)
{
    return exp(-bh_distribution_cumulative_hazard(distribution, t_s));
}

double bh_distribution_log_density(const struct bh_distribution *distribution, double t_s)
{
    return t_s >= 0.0 ? distribution->type->log_density(distribution, t_s) : -INFINITY;
}

double bh_distribution_density(const struct bh_distribution *distribution, double t_s)
{
    return exp(bh_distribution_log_density(distribution, t_s));
}

double bh_distribution_hazard(const struct bh_distribution *distribution, double t_s)
{
    double hazard = bh_distribution_cumulative_hazard(distribution, t_s);
    return isfinite(hazard) ? exp(bh_distribution_log_density(distribution, t_s) + hazard) : INFINITY;
}

double bh_distribution_mean_s(const struct bh_distribution *distribution)
{
    return distribution->type->mean(distribution);
}

double bh_distribution_variance_s2(const struct bh_distribution *distribution)
{
    return distribution->type->variance(distribution);
}

static double age_of(const struct bh_distribution *distribution, double hazard)
{
    return hazard > 0.0 ? distribution->type->age(distribution, hazard) : 0.0;
}

double bh_distribution_quantile(const struct bh_distribution *distribution, double p)
{
    return age_of(distribution, -log1p(-p));
}

double bh_distribution_exceeded(const struct bh_distribution *distribution, double q)
{
    return age_of(distribution, -log(q));
}

double bh_distribution_exceeded_from(const struct bh_distribution *distribution, double age_s, double q)
{
    double age = age_of(distribution, bh_distribution_cumulative_hazard(distribution, age_s) - log(q));
    return fmax(age, age_s);
}

double bh_residual_survival(const struct bh_distribution *distribution, double t_s)
{
    return t_s > 0.0 ? exp(-distribution->type->residual_hazard(distribution, t_s)) : 1.0;
}

double bh_residual_cdf(const struct bh_distribution *distribution, double t_s)
{
    return t_s > 0.0 ? -expm1(-distribution->type->residual_hazard(distribution, t_s)) : 0.0;
}

double bh_residual_exceeded(const struct bh_distribution *distribution, double q)
{
    return q < 1.0 ? distribution->type->residual_age(distribution, -log(q)) : 0.0;
}

/* With y = ln t and g(y) = ln H(e^y) - ln h, g is straight for a Weibull distribution and nearly so at both ends of the
 * others, so Newton's steps are few; where they leave the bracket, it is halved. Each factor on t is exact to the last
 * digits, which ln t would lose. A step leaves its own square of error, so that after one of NEAR_ENOUGH none is left. */
double bh_distribution_invert(const struct bh_distribution *distribution, double h, double near,
                              double (*hazard)(const struct bh_distribution *, double),
                              double (*slope)(const struct bh_distribution *, double, double hazard))
{
    enum { STEPS_MOST = 2200 };
    static const double NEAR_ENOUGH = 1e-9;
    if (!isfinite(h))
        return INFINITY;
    double low = DBL_TRUE_MIN, high = DBL_MAX, t = near;
    for (int step = 0; step < STEPS_MOST; step++) {
        double at = hazard(distribution, t), g = log(at / h), change = g * at / (t * slope(distribution, t, at));
        if (fabs(change) <= NEAR_ENOUGH)
            return t * exp(-change);
        if (g > 0.0)
            high = t;
        else
            low = t;
        t *= exp(-change);
        if (!(t > low && t < high)) {
            t = sqrt(low) * sqrt(high);
            if (!(t > low && t < high))
                return t;
        }
    }
    return t;
}
