/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far a sample is from a distribution. */
#include "models/fit/distance.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- Order ---------------------------------------------------------------------------------------------------------- */

/* Numbers of at least 0 sort as their bits do; the last bit then says who goes first among equal ones: what ended. */
static uint64_t key_of(const struct bh_duration *duration)
{
    uint64_t bits;
    memcpy(&bits, &duration->until_s, sizeof bits);
    return bits << 1 | !duration->ended;
}

static double time_of(uint64_t key)
{
    double t;
    key >>= 1;
    memcpy(&t, &key, sizeof t);
    return t;
}

/* By bytes, the lowest first; those that are the same in all keys are passed over. */
static void sort_keys(uint64_t *keys, size_t count)
{
    enum { BYTE = 256 };
    uint64_t *from = keys, *to = bh_allocate(count + 1, sizeof *to), *spare = to;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t place[BYTE + 1] = {0};
        for (size_t i = 0; i < count; i++)
            place[(from[i] >> shift & (BYTE - 1)) + 1]++;
        bool is_same = false;
        for (size_t b = 1; b <= BYTE; b++)
            is_same = is_same || place[b] == count;
        if (is_same)
            continue;
        for (size_t b = 1; b <= BYTE; b++)
            place[b] += place[b - 1];
        for (size_t i = 0; i < count; i++)
            to[place[from[i] >> shift & (BYTE - 1)]++] = from[i];
        uint64_t *other = from;
        from = to;
        to = other;
    }
    if (from != keys)
        memcpy(keys, from, count * sizeof *keys);
    free(spare);
}

/* --- The estimate, and how far from it ------------------------------------------------------------------------------ */

/* S(t) = product over times of failure up to t of 1 - failures / at risk; at risk is who entered before and is still
 * there. */
size_t bh_product_limit(const struct bh_sample *sample, double **t_s, double **p)
{
    uint64_t *exits = bh_allocate(sample->count + 1, sizeof *exits);
    double *entries = bh_allocate(sample->count + 1, sizeof *entries);
    size_t count = 0, late = 0, steps = 0, entered = 0;
    for (size_t i = 0; i < sample->count; i++) {
        if (isnan(sample->durations[i].age_s))
            continue;
        if (sample->durations[i].age_s > 0.0)
            entries[late++] = sample->durations[i].age_s;
        exits[count++] = key_of(&sample->durations[i]);
    }
    sort_keys(exits, count);
    gsl_sort(entries, 1, late);
    *t_s = bh_allocate(sample->ended + 1, sizeof **t_s);
    *p = bh_allocate(sample->ended + 1, sizeof **p);
    double survival = 1.0;
    for (size_t i = 0, end; i < count; i = end) {
        size_t failures = 0;
        double t = time_of(exits[i]);
        for (end = i; end < count && exits[end] >> 1 == exits[i] >> 1; end++)
            failures += !(exits[end] & 1);
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

struct steps {
    const struct bh_distribution *distribution;
    const double *t_s, *p;
    double most;
};

/* Steps from `first` to `last`, whose probabilities by the distribution are known. Both rise, so between them it is off by
 * no more than from the lower of one to the upper of the other: where that is not above what was found, nobody looks. */
static void look_between(struct steps *steps, size_t first, double at_first, size_t last, double at_last)
{
    if (last - first < 2 || fmax(at_last - steps->p[first], steps->p[last - 1] - at_first) <= steps->most)
        return;
    size_t middle = first + (last - first) / 2;
    double at = bh_distribution_cdf(steps->distribution, steps->t_s[middle]);
    steps->most = fmax(steps->most, fmax(at - steps->p[middle - 1], steps->p[middle] - at));
    look_between(steps, first, at_first, middle, at);
    look_between(steps, middle, at, last, at_last);
}

double bh_fit_distance(const struct bh_sample *sample, const struct bh_distribution *distribution)
{
    enum { STRIDE = 64 };
    double *t_s, *p, before = 0.0;
    size_t count = bh_product_limit(sample, &t_s, &p), last = 0;
    struct steps steps = {distribution, t_s, p, 0.0};
    double *at = bh_allocate(count / STRIDE + 2, sizeof *at);
    /* Some of all, so that most is nearly found. */
    for (size_t i = 0, k = 0; i < count; k++) {
        at[k] = bh_distribution_cdf(distribution, t_s[i]);
        before = i > 0 ? p[i - 1] : 0.0;
        steps.most = fmax(steps.most, fmax(fabs(at[k] - before), fabs(at[k] - p[i])));
        last = i;
        i = i + STRIDE < count || i + 1 == count ? i + STRIDE : count - 1;
    }
    for (size_t i = 0, k = 0; i < last; k++) {
        size_t next = i + STRIDE < count ? i + STRIDE : last;
        look_between(&steps, i, at[k], next, at[k + 1]);
        i = next;
    }
    free(at);
    free(t_s);
    free(p);
    return steps.most;
}
