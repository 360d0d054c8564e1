/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The weight of E-Zone 1 in what E-Zone 3 does, by least squares. */
#include "models/containment/zone_three.h"

#include <gsl/gsl_math.h>
#include <math.h>

/* Extents of a zone's errors, masked ones left out. */
struct zone {
    double effects;          /* share of the errors that have one */
    double wider[BH_SCOPES]; /* C(s) */
    double slope[BH_SCOPES]; /* of the weight by C(s) */
};

static void find_zone(const struct bh_zone_errors *errors, size_t count, enum bh_zone_kind kind, struct zone *zone)
{
    double weights = 0;
    *zone = (struct zone){0};
    for (size_t i = 0; i < count; i++)
        if (errors[i].zone == kind) {
            const double *extent = errors[i].answer->extent;
            weights += errors[i].weight;
            for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++)
                for (enum bh_scope wider = BH_SCOPE_NONE; s != BH_SCOPE_NONE && wider != BH_SCOPES; wider++)
                    zone->wider[s] += bh_scope_within(s, wider) ? errors[i].weight * extent[wider] : 0;
            zone->effects += errors[i].weight * (1 - extent[BH_SCOPE_NONE]);
        }
    for (int s = 0; s < BH_SCOPES && zone->effects > 0; s++)
        zone->wider[s] /= zone->effects;
    zone->effects = weights > 0 ? zone->effects / weights : 0;
}

/* Variance of the weight from the trials of a zone's origins: each trial with an effect moves it by the sum of slopes up to
 * its extent, less the mean of that. */
static double variance_of(const struct bh_zone_errors *errors, size_t count, enum bh_zone_kind kind,
                          const struct zone *zone)
{
    double weights = 0, variance = 0, mean = 0;
    for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++)
        mean += zone->slope[s] * zone->wider[s];
    for (size_t i = 0; i < count; i++)
        weights += errors[i].zone == kind ? errors[i].weight : 0;
    for (size_t i = 0; i < count; i++) {
        const struct bh_containment *answer = errors[i].answer;
        if (errors[i].zone != kind || answer->trials == 0)
            continue;
        double first = 0, second = 0;
        for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++) {
            double up_to = 0;
            for (enum bh_scope nearer = BH_SCOPE_NONE; nearer != BH_SCOPES; nearer++)
                up_to += bh_scope_within(nearer, s) ? zone->slope[nearer] : 0;
            first += s != BH_SCOPE_NONE ? answer->extent[s] * (up_to - mean) : 0;
            second += s != BH_SCOPE_NONE ? answer->extent[s] * gsl_pow_2(up_to - mean) : 0;
        }
        variance +=
            gsl_pow_2(errors[i].weight / weights / zone->effects) * (second - first * first) / (double)answer->trials;
    }
    return variance;
}

struct bh_zone_three bh_find_zone_three(const struct bh_zone_errors *errors, size_t count)
{
    struct zone one, two, three;
    double square = 0, product = 0;
    find_zone(errors, count, BH_HOST_KERNEL, &one);
    find_zone(errors, count, BH_HOST_USER, &two);
    find_zone(errors, count, BH_GUEST_KERNEL, &three);
    for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++) {
        square += gsl_pow_2(one.wider[s] - two.wider[s]);
        product += (three.wider[s] - two.wider[s]) * (one.wider[s] - two.wider[s]);
    }
    int lacks = !(one.effects > 0) ? 1 : !(two.effects > 0) ? 2 : !(three.effects > 0) ? 3 : 0;
    if (lacks != 0 || square < 1e-12)
        return (struct bh_zone_three){false, lacks, NAN, NAN, NAN};
    double weight = product / square;
    for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++) {
        double apart = one.wider[s] - two.wider[s], beside = three.wider[s] - two.wider[s];
        three.slope[s] = apart / square;
        one.slope[s] = (beside - 2 * weight * apart) / square;
        two.slope[s] = -three.slope[s] - one.slope[s];
    }
    double reach = 1.959964 * sqrt(variance_of(errors, count, BH_HOST_KERNEL, &one) +
                                   variance_of(errors, count, BH_HOST_USER, &two) +
                                   variance_of(errors, count, BH_GUEST_KERNEL, &three));
    return (struct bh_zone_three){true, 0, GSL_MAX(0, GSL_MIN(1, weight)), GSL_MAX(0, GSL_MIN(1, weight - reach)),
                                  GSL_MAX(0, GSL_MIN(1, weight + reach))};
}
