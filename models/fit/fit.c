/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where fits begin, and which of them are fits. */
#include "models/fit/fit.h"
#include "models/fit/climb.h"
#include "models/fit/distance.h"
#include "models/fit/likelihood.h"
#include "models/fit/parts.h"
#include "models/times/exponential.h"
#include "models/times/watched_times.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double bh_fit_log_likelihood(const struct bh_sample *sample, const struct bh_distribution *distribution)
{
    struct bh_watched_times *times = bh_fit_watched(sample);
    double value = bh_fit_watched_log_likelihood(times, distribution);
    bh_fit_watched_destroy(times);
    return value;
}

/* --- Errors --------------------------------------------------------------------------------------------------------- */

void bh_fit_interval(double value, double error, double *low, double *high)
{
    static const double normal_975 = 1.959963984540054;
    *low = value * exp(-normal_975 * error / value);
    *high = value * exp(normal_975 * error / value);
}

/* --- Where to begin ------------------------------------------------------------------------------------------------- */

bool bh_fit_guess_is_best(const struct bh_watched_times *times, const struct bh_distribution_type *type)
{
    return type->guess_is == BH_GUESS_BEST || (type->guess_is == BH_GUESS_BEST_OF_WHOLE && times->others_count == 0);
}

static int by_mean(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (a[1] > b[1]) - (a[1] < b[1]);
}

/* Steps of free numbers are left as they are: they are only where Newton's method begins to look. */
static void sort_phases(struct bh_distribution *d, struct bh_fit_peak *peak)
{
    double phase[BH_DISTRIBUTION_PARTS_MOST][4];
    for (size_t i = 0; i < d->parts; i++) {
        phase[i][0] = d->a[i];
        phase[i][1] = d->b[i];
        phase[i][2] = peak != NULL ? peak->a_error[i] : NAN;
        phase[i][3] = peak != NULL ? peak->b_error[i] : NAN;
    }
    qsort(phase, d->parts, sizeof *phase, by_mean);
    for (size_t i = 0; i < d->parts; i++) {
        d->a[i] = phase[i][0];
        d->b[i] = phase[i][1];
        if (peak != NULL) {
            peak->a_error[i] = phase[i][2];
            peak->b_error[i] = phase[i][3];
        }
    }
}

/* The best of some places around the guess, which knows nothing of what was not seen to its end: a few shapes, and times
 * in the middle of those seen. */
static struct bh_distribution begin(const struct bh_watched_times *times, const struct bh_distribution_type *type,
                                    size_t phases)
{
    struct bh_distribution guess = type->guess(times, phases), best = guess;
    double highest = -INFINITY;
    if (type->has_weights || type->b_key == NULL)
        return guess;
    bool a_is_time = type->a_dimension == BH_DIMENSION_TIME;
    for (int where = 0; where < 2; where++)
        for (double narrow = 1.0; narrow < 1e7; narrow *= 10.0) {
            struct bh_distribution d = guess;
            double *shape = a_is_time ? &d.b[0] : &d.a[0], *time_s = a_is_time ? &d.a[0] : &d.b[0];
            *shape = a_is_time ? *shape * narrow / 1e3 : fmin(*shape * 1e3 / narrow, 9e5);
            *time_s *= (where ? times->seen.mean : bh_distribution_mean_s(&guess)) / bh_distribution_mean_s(&d);
            double height = type->expected(&d) == NULL ? bh_fit_watched_log_likelihood(times, &d) : -INFINITY;
            if (height > highest) {
                highest = height;
                best = d;
            }
        }
    return best;
}

/* Whether phases are no better than one of them. */
static bool is_no_better(const struct bh_watched_times *times, const struct bh_distribution *d)
{
    if (!d->type->has_weights)
        return false;
    struct bh_distribution one = bh_exponential.guess(times, 1);
    return bh_fit_watched_log_likelihood(times, d) < bh_fit_watched_log_likelihood(times, &one) + 1e-3;
}

/* What of a fit is no fit, however high its likelihood; NULL: nothing. */
static const char *find_flaw(const struct bh_watched_times *times, const struct bh_fit *fit, bool is_peak)
{
    const struct bh_distribution *d = &fit->distribution;
    double mean_s = bh_distribution_mean_s(d);
    if (d->type->has_weights) {
        if (is_no_better(times, d))
            return "no better than exponential: one phase is enough";
        for (size_t p = 0; p < d->parts; p++)
            if (d->b[p] > times->exposure || d->a[p] * (double)times->ended < 0.5)
                return "no fit: a phase of which the log holds less than one time";
    }
    if (!is_peak && !d->type->has_weights && d->type->a_dimension != BH_DIMENSION_TIME && d->a[0] > 1e5)
        return "no fit within its limits: the times are nearly constant";
    if (!is_peak)
        return "did not converge";
    return mean_s < BH_FIT_MEAN_MOST * times->exposure ? NULL : "no fit: its mean lies far beyond the log";
}

void bh_fit_maximize(const struct bh_watched_times *times, const struct bh_sample *sample,
                     const struct bh_distribution_type *type, size_t phases, struct bh_distribution *d,
                     struct bh_fit_peak *peak)
{
    if (bh_fit_guess_is_best(times, type)) {
        *d = type->guess(times, phases);
        if (peak != NULL)
            bh_fit_stand(times, d, peak);
        return;
    }
    /* Many times are climbed by few values first, and from there by all. */
    struct bh_fit_peak thinned;
    struct bh_watched_times *thin = sample != NULL ? bh_fit_watched(sample) : NULL;
    bool is_thin = thin != NULL && bh_fit_watched_thin(thin);
    *d = begin(is_thin ? thin : times, type, phases);
    if (is_thin)
        bh_fit_climb(thin, d, NULL, &thinned);
    bh_fit_watched_destroy(thin);
    /* From where few values had no peak the simplex, which went there, would find none for all, in thousands of sums. */
    if (is_thin && !thinned.is_peak && is_no_better(times, d))
        *peak = thinned; /* whoever gives a sample asks for a peak */
    else
        bh_fit_climb(times, d, is_thin ? thinned.step : NULL, peak);
    if (type->has_weights)
        sort_phases(d, peak);
}

int bh_fit(const struct bh_sample *sample, const struct bh_distribution_type *type, size_t phases, struct bh_fit *fit,
           struct bh_error *err)
{
    /* Times that were not seen from start to end have no sums, and some of them cost an incomplete gamma function each. */
    enum { OTHERS_MOST = 50000 };
    struct bh_watched_times *times = bh_fit_watched(sample);
    bool is_thin = times->others_count > OTHERS_MOST && bh_fit_watched_thin(times);
    struct bh_fit_peak peak;
    *fit = (struct bh_fit){.p = NAN};
    int status = 0;
    if (times->ended == 0 || (type->guess_is != BH_GUESS_BEST && !times->seen.has_three)) {
        status = bh_fail(err, BH_ERROR_NUMERIC, "found fewer than %d time%s that %s seen to %s end",
                         times->ended == 0 ? 1 : 3, times->ended == 0 ? "" : "s, each another,",
                         times->ended == 0 ? "was" : "were", times->ended == 0 ? "its" : "their");
    } else {
        bh_fit_maximize(times, is_thin ? NULL : sample, type, phases, &fit->distribution, &peak);
        fit->free = bh_fit_count_free(&fit->distribution);
        fit->log_likelihood = bh_fit_watched_log_likelihood(times, &fit->distribution);
        fit->aic = 2.0 * (double)fit->free - 2.0 * fit->log_likelihood;
        memcpy(fit->a_error, peak.a_error, sizeof fit->a_error);
        memcpy(fit->b_error, peak.b_error, sizeof fit->b_error);
        memcpy(fit->step, peak.step, sizeof fit->step);
        fit->flaw = find_flaw(times, fit, peak.is_peak);
        fit->mean_is_beyond = !(bh_distribution_mean_s(&fit->distribution) <= times->exposure);
        fit->distance = fit->flaw == NULL ? bh_fit_distance(sample, &fit->distribution) : NAN;
    }
    bh_fit_watched_destroy(times);
    return status;
}
