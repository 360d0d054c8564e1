/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Samples as likelihoods need them. */
#include "models/fit/likelihood.h"

#include "models/base/error.h"
#include "models/logs/up_and_down_times.h"
#include "models/times/distribution.h"
#include "models/times/watched_times.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static double log_likelihood_of(const struct bh_watched_time *time, const struct bh_distribution *d)
{
    double t = time->until_s;
    if (isnan(time->age_s))
        return time->ended ? -bh_distribution_cumulative_hazard(d, t) - log(bh_distribution_mean_s(d))
                           : -d->type->residual_hazard(d, t);
    double given = bh_distribution_cumulative_hazard(d, time->age_s);
    return given + (time->ended ? bh_distribution_log_density(d, t) : -bh_distribution_cumulative_hazard(d, t));
}

/* Moments of all that ended, whenever watching began. */
static void look_at_seen(struct bh_watched_times *times)
{
    double sum = times->sum, log_sum = times->log_sum, squares = times->log_squares, low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < times->others_count; i++)
        if (times->others[i].ended) {
            sum += times->others[i].until_s;
            log_sum += log(times->others[i].until_s);
        }
    times->seen.mean = sum / (double)times->ended;
    times->seen.log_mean = log_sum / (double)times->ended;
    /* Of those from start to end the squares are about their own mean. */
    squares += (double)times->count * pow(times->log_mean - times->seen.log_mean, 2.0);
    for (size_t i = 0; i < times->values + times->others_count; i++) {
        bool is_other = i >= times->values;
        const struct bh_watched_time *other = is_other ? &times->others[i - times->values] : NULL;
        double t = is_other ? other->until_s : times->t[i];
        if (is_other && !other->ended)
            continue;
        squares += is_other ? pow(log(t) - times->seen.log_mean, 2.0) : 0.0;
        times->seen.has_three = times->seen.has_three || (t > low && t < high) || (low < high && (t < low || t > high));
        low = fmin(low, t);
        high = fmax(high, t);
    }
    times->seen.log_sigma = sqrt(squares / (double)times->ended);
}

struct bh_watched_times *bh_fit_watched(const struct bh_sample *sample)
{
    struct bh_watched_times *times = bh_allocate(1, sizeof *times);
    times->log_t = bh_allocate(sample->count + 1, sizeof *times->log_t);
    times->t = bh_allocate(sample->count + 1, sizeof *times->t);
    times->others = bh_allocate(sample->count + 1, sizeof *times->others);
    for (size_t i = 0; i < sample->count; i++) {
        const struct bh_duration *duration = &sample->durations[i];
        double age_s = isnan(duration->age_s) ? 0.0 : duration->age_s;
        times->exposure += duration->until_s - age_s;
        times->ended += duration->ended;
        if (!duration->ended || duration->age_s != 0.0) {
            times->others[times->others_count++] =
                (struct bh_watched_time){duration->until_s, duration->age_s, duration->ended, 1.0};
            continue;
        }
        double log_t = log(duration->until_s);
        times->t[times->count] = duration->until_s;
        times->log_t[times->count++] = log_t;
        times->sum += duration->until_s;
        times->log_sum += log_t;
    }
    times->values = times->count;
    times->log_mean = times->count > 0 ? times->log_sum / (double)times->count : 0.0;
    for (size_t i = 0; i < times->count; i++)
        times->log_squares += pow(times->log_t[i] - times->log_mean, 2.0);
    look_at_seen(times);
    return times;
}

/* Kinds of others that may stand for each other: from the start and not ended, from an unknown age and ended, and not. */
static int kind_of(const struct bh_watched_time *other)
{
    return isnan(other->age_s) ? 1 + other->ended : other->age_s > 0.0 || other->ended ? -1 : 0;
}

/* Bins of their logarithms, a kind at a time; those watched from some age are left as they are. */
static void thin_others(struct bh_watched_times *times)
{
    enum { KINDS = 3, BINS = 512 };
    double low = INFINITY, high = -INFINITY, *sum = bh_allocate((size_t)KINDS * BINS, sizeof *sum);
    double *count = bh_allocate((size_t)KINDS * BINS, sizeof *count);
    size_t kept = 0;
    for (size_t i = 0; i < times->others_count; i++) {
        low = fmin(low, log(times->others[i].until_s));
        high = fmax(high, log(times->others[i].until_s));
    }
    double width = fmax(high - low, 1e-9) / (BINS - 1);
    for (size_t i = 0; i < times->others_count; i++) {
        int kind = kind_of(&times->others[i]);
        if (kind < 0) {
            times->others[kept++] = times->others[i];
            continue;
        }
        double log_t = log(times->others[i].until_s);
        size_t bin = (size_t)kind * BINS + (size_t)((log_t - low) / width);
        sum[bin] += log_t;
        count[bin] += 1.0;
    }
    /* No more bins than there were others have any. */
    for (size_t b = 0; b < (size_t)KINDS * BINS; b++)
        if (count[b] > 0.0)
            times->others[kept++] =
                (struct bh_watched_time){exp(sum[b] / count[b]), b < BINS ? 0.0 : NAN, b >= (size_t)2 * BINS, count[b]};
    times->others_count = kept;
    free(count);
    free(sum);
}

bool bh_fit_watched_thin(struct bh_watched_times *times)
{
    enum { FEW = 20000, BINS_MOST = 1 << 16 };
    if (times->count + times->others_count < FEW || times->weight != NULL)
        return false;
    thin_others(times);
    if (times->count < FEW)
        return true;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < times->values; i++) {
        low = fmin(low, times->log_t[i]);
        high = fmax(high, times->log_t[i]);
    }
    /* Times of one bin stand at the mean of their logarithms; what they are off enters by its square, and is 10^-5 of the
     * variance of all. */
    double width = fmax(fmin(1.0 / 256.0, times->seen.log_sigma / 100.0), (high - low) / (BINS_MOST - 2));
    if (!(width > 0.0))
        return true;
    size_t bins = (size_t)((high - low) / width) + 1, used = 0;
    double *sum = bh_allocate(bins, sizeof *sum), *count = bh_allocate(bins, sizeof *count);
    for (size_t i = 0; i < times->values; i++) {
        size_t bin = (size_t)((times->log_t[i] - low) / width);
        sum[bin] += times->log_t[i];
        count[bin] += 1.0;
    }
    for (size_t b = 0; b < bins; b++)
        if (count[b] > 0.0) {
            times->log_t[used] = sum[b] / count[b];
            times->t[used] = exp(times->log_t[used]);
            count[used++] = count[b];
        }
    times->values = used;
    times->weight = count;
    free(sum);
    return true;
}

void bh_fit_watched_destroy(struct bh_watched_times *times)
{
    if (times == NULL)
        return;
    free(times->weight);
    free(times->log_t);
    free(times->t);
    free(times->others);
    free(times);
}

/* Sum of ln f over the times that were seen from start to end. */
static double log_density_sum(const struct bh_watched_times *times, const struct bh_distribution *d)
{
    if (d->type->log_density_sum != NULL)
        return d->type->log_density_sum(d, times);
    double sum = 0.0;
    for (size_t i = 0; i < times->values; i++)
        sum += (times->weight != NULL ? times->weight[i] : 1.0) * d->type->log_density(d, times->t[i]);
    return sum;
}

double bh_fit_watched_log_likelihood(const struct bh_watched_times *times, const struct bh_distribution *d)
{
    double sum = log_density_sum(times, d);
    for (size_t i = 0; i < times->others_count; i++)
        sum += times->others[i].weight * log_likelihood_of(&times->others[i], d);
    return sum;
}
