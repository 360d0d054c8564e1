/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far a sample is from a distribution. */
#include "models/fit/distance.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

static int by_until(const void *left, const void *right)
{
    const struct bh_duration *a = left, *b = right;
    if (a->until_s != b->until_s)
        return a->until_s < b->until_s ? -1 : 1;
    return (a->ended < b->ended) - (a->ended > b->ended);
}

/* S(t) = product over times of failure up to t of 1 - failures / at risk; at risk is who entered before and is still
 * there. */
size_t bh_product_limit(const struct bh_sample *sample, double **t_s, double **p)
{
    struct bh_duration *exits = bh_allocate(sample->count + 1, sizeof *exits);
    double *entries = bh_allocate(sample->count + 1, sizeof *entries);
    size_t count = 0, late = 0, steps = 0, entered = 0;
    for (size_t i = 0; i < sample->count; i++) {
        if (isnan(sample->durations[i].age_s))
            continue;
        if (sample->durations[i].age_s > 0.0)
            entries[late++] = sample->durations[i].age_s;
        exits[count++] = sample->durations[i];
    }
    qsort(exits, count, sizeof *exits, by_until);
    gsl_sort(entries, 1, late);
    *t_s = bh_allocate(sample->ended + 1, sizeof **t_s);
    *p = bh_allocate(sample->ended + 1, sizeof **p);
    double survival = 1.0;
    for (size_t i = 0, end; i < count; i = end) {
        size_t failures = 0;
        double t = exits[i].until_s;
        for (end = i; end < count && exits[end].until_s == t; end++)
            failures += exits[end].ended;
        while (entered < late && entries[entered] < t)
            entered++;
        if (failures == 0)
            continue;
        survival *= 1.0 - (double)failures / (double)(count - i - (late - entered));
        (*t_s)[steps] = t;
        (*p)[steps++] = 1.0 - survival;
    }
    free(entries);
    free(exits);
    return steps;
}

double bh_fit_distance(const struct bh_sample *sample, const struct bh_distribution *distribution)
{
    double *t_s, *p, most = 0.0, before = 0.0;
    size_t steps = bh_product_limit(sample, &t_s, &p);
    for (size_t i = 0; i < steps; i++) {
        double expected = bh_distribution_cdf(distribution, t_s[i]);
        most = fmax(most, fmax(fabs(expected - before), fabs(expected - p[i])));
        before = p[i];
    }
    free(t_s);
    free(p);
    return most;
}
