/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fits a class, and takes the likelihood apart by blocks of time and groups of nodes. */
#include "models/holdout/class_law.h"

#include "models/base/error.h"
#include "models/fit/report.h"
#include "models/holdout/history.h"
#include "models/logs/up_and_down_times.h"
#include "models/times/distribution_types.h"
#include "models/times/exponential.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

/* --- Up times ------------------------------------------------------------------------------------------------------- */

/* As struct bh_duration, and where in calendar time. */
struct stretch {
    double begin_s, end_s, age_s;
    uint32_t node;
    bool ended;
};

struct stretches {
    size_t count, room;
    struct stretch *stretch;
    double from_s, to_s;
    uint32_t nodes;
};

static void add(struct stretches *all, struct stretch stretch)
{
    if (!(stretch.end_s > stretch.begin_s))
        return;
    if (all->count == all->room) {
        all->room = 2 * all->room + 64;
        all->stretch = bh_reallocate(all->stretch, all->room, sizeof *all->stretch);
    }
    all->stretch[all->count++] = stretch;
}

static void take_up_times(const struct bh_history *history, uint32_t class, struct stretches *all)
{
    size_t *first;
    uint32_t *order;
    bh_history_runs(history, 1, &first, &order);
    for (uint32_t n = 0; n < history->nodes; n++) {
        const struct bh_watch *watch = &history->watch[n];
        double at_s = fmax(all->from_s, watch->from_s), end_s = fmin(all->to_s, watch->to_s);
        double age_s = watch->born_s <= at_s ? at_s - watch->born_s : NAN;
        for (size_t i = first[n]; i < first[n + 1]; i++) {
            const struct bh_outage *outage = &history->outage[order[i]];
            if (outage->class != class || !outage->is_first || outage->at_s > end_s || outage->at_s < all->from_s)
                continue;
            if (outage->at_s >= at_s) {
                add(all, (struct stretch){at_s, outage->at_s, age_s, n, true});
                age_s = 0.0;
            }
            at_s = fmax(at_s, outage->up_s);
        }
        add(all, (struct stretch){at_s, end_s, age_s, n, false});
    }
    free(first);
    free(order);
}

static struct bh_sample *sample_of(const struct stretches *all)
{
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    for (size_t i = 0; i < all->count; i++) {
        const struct stretch *stretch = &all->stretch[i];
        double age_s = isnan(stretch->age_s) ? 0.0 : stretch->age_s;
        bh_sample_add(sample, (struct bh_duration){age_s + stretch->end_s - stretch->begin_s, stretch->age_s,
                                                   stretch->ended, false, stretch->node, 0.0});
    }
    sample->units = all->nodes;
    return sample;
}

/* --- Fits ----------------------------------------------------------------------------------------------------------- */

/* The least Akaike figure; where `time_s` is given, among laws whose mean is within a fifth of it. A law with a heavy tail may fit
 * what a few years show, and have a mean of centuries: a machine in steady state would then hardly ever fail. */
static bool choose(const struct bh_sample *sample, double time_s, struct bh_fit *best, const char **passed_over,
                   double *passed_over_mean_s)
{
    bool found = false;
    double lowest = INFINITY;
    *passed_over = NULL;
    for (size_t l = 0; bh_distribution_types[l] != NULL; l++) {
        const struct bh_distribution_type *type = bh_distribution_types[l];
        struct bh_fit fit;
        if (type->guess == NULL || (sample->ended < BH_FIT_LEAST && type->guess_is != BH_GUESS_BEST) ||
            bh_fit(sample, type, 2, &fit, NULL) != 0 || fit.flaw != NULL)
            continue;
        double mean_s = bh_distribution_mean_s(&fit.distribution);
        bool is_far = !isnan(time_s) && type != &bh_exponential && !(fabs(log(mean_s / time_s)) < log(1.2));
        if (is_far && fit.aic < lowest && (!found || fit.aic < best->aic)) {
            lowest = fit.aic;
            *passed_over = type->name;
            *passed_over_mean_s = mean_s;
        } else if (!is_far && (!found || fit.aic < best->aic)) {
            *best = fit;
            found = true;
        }
    }
    if (found && best->aic <= lowest)
        *passed_over = NULL;
    return found;
}

static void fit_down_times(const struct bh_history *history, uint32_t class, double from_s, double to_s,
                           struct bh_class_law *law)
{
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    const char *ignored;
    double mean_s;
    for (size_t i = 0; i < history->count; i++) {
        const struct bh_outage *outage = &history->outage[i];
        if (outage->class == class && outage->at_s >= from_s && outage->at_s < to_s && outage->has_down)
            bh_sample_add(sample, (struct bh_duration){outage->up_s - outage->at_s, 0.0, true, true, 0, 0.0});
    }
    law->has_down = sample->ended > 0 && choose(sample, NAN, &law->down, &ignored, &mean_s);
    bh_sample_destroy(sample);
}

/* --- Pieces --------------------------------------------------------------------------------------------------------- */

/* The free numbers of a law as they are moved: factors of numbers, and of the odds of weights. */
static struct bh_distribution moved(const struct bh_distribution *d, const double *by)
{
    struct bh_distribution out = *d;
    size_t next = 0;
    if (d->type->has_weights) {
        for (size_t i = 0; i < d->parts; i++)
            out.b[i] *= exp(by[next++]);
        double sum = 0.0;
        for (size_t i = 0; i < d->parts; i++) {
            out.a[i] *= i + 1 < d->parts ? exp(by[next++]) : 1.0;
            sum += out.a[i];
        }
        for (size_t i = 0; i < d->parts; i++)
            out.a[i] /= sum;
        return out;
    }
    out.a[0] *= exp(by[next++]);
    if (d->type->b_key != NULL)
        out.b[0] *= exp(by[next]);
    return out;
}

static double cumulative(const struct bh_distribution *d, const struct stretch *stretch, double at_s)
{
    double t_s = at_s - stretch->begin_s;
    return isnan(stretch->age_s) ? d->type->residual_hazard(d, t_s)
                                 : bh_distribution_cumulative_hazard(d, stretch->age_s + t_s);
}

static double log_hazard(const struct bh_distribution *d, const struct stretch *stretch, double cumulative_there)
{
    double t_s = stretch->end_s - stretch->begin_s;
    if (isnan(stretch->age_s))
        return -bh_distribution_cumulative_hazard(d, t_s) - log(bh_distribution_mean_s(d)) + cumulative_there;
    return bh_distribution_log_density(d, stretch->age_s + t_s) + cumulative_there;
}

/* The likelihood by pieces (NULL: none asked for), and as a whole. A stretch adds -(G(to) - G(from)) to each block that it runs through, G its
 * cumulative hazard, and the logarithm of its hazard to the one where it fails. */
static double likelihood(const struct stretches *all, const struct bh_distribution *d, double *piece)
{
    double sum = 0.0, block_s = (all->to_s - all->from_s) / BH_TIME_BLOCKS;
    for (size_t i = 0; i < all->count; i++) {
        const struct stretch *stretch = &all->stretch[i];
        double begin = cumulative(d, stretch, stretch->begin_s), end = cumulative(d, stretch, stretch->end_s),
               event = stretch->ended ? log_hazard(d, stretch, end) : 0.0;
        sum += begin - end + event;
        if (piece == NULL)
            continue;
        piece[BH_TIME_BLOCKS + (size_t)stretch->node * BH_NODE_GROUPS / all->nodes] += begin - end + event;
        size_t block = (size_t)fmin(BH_TIME_BLOCKS - 1, (stretch->begin_s - all->from_s) / block_s);
        for (double before = begin;; block++) {
            double edge_s = all->from_s + (double)(block + 1) * block_s;
            bool is_last = block + 1 == BH_TIME_BLOCKS || edge_s >= stretch->end_s;
            double here = is_last ? end : cumulative(d, stretch, edge_s);
            piece[block] += before - here + (is_last ? event : 0.0);
            before = here;
            if (is_last)
                break;
        }
    }
    return sum;
}

enum { STEP_MILLIS = 10 };
static const double step = STEP_MILLIS * 1e-3;

/* Second differences of the likelihood; false: it is no peak. On return the inverse of their negative. */
static bool information(const struct stretches *all, const struct bh_distribution *d, size_t free, gsl_matrix *inverse)
{
    double by[BH_LAW_FREE_MOST] = {0.0}, top = likelihood(all, d, NULL), side[BH_LAW_FREE_MOST][2];
    for (size_t i = 0; i < free; i++)
        for (int s = 0; s < 2; s++) {
            by[i] = s ? step : -step;
            struct bh_distribution there = moved(d, by);
            side[i][s] = likelihood(all, &there, NULL);
            by[i] = 0.0;
        }
    for (size_t i = 0; i < free; i++) {
        gsl_matrix_set(inverse, i, i, (2.0 * top - side[i][0] - side[i][1]) / (step * step));
        for (size_t j = 0; j < i; j++) {
            double corner = 0.0;
            for (int s = 0; s < 4; s++) {
                by[i] = s & 1 ? step : -step;
                by[j] = s & 2 ? step : -step;
                struct bh_distribution there = moved(d, by);
                corner -= (s == 0 || s == 3 ? 1.0 : -1.0) * likelihood(all, &there, NULL);
            }
            by[i] = by[j] = 0.0;
            gsl_matrix_set(inverse, i, j, corner / (4.0 * step * step));
            gsl_matrix_set(inverse, j, i, corner / (4.0 * step * step));
        }
    }
    return gsl_linalg_cholesky_decomp1(inverse) == 0 && gsl_linalg_cholesky_invert(inverse) == 0;
}

/* What a piece moves the numbers by: its score times the inverse of the information. */
static bool take_apart(const struct stretches *all, struct bh_class_law *law)
{
    const struct bh_distribution *d = &law->up.distribution;
    double(*side)[BH_PIECES] = bh_allocate(2, sizeof *side), by[BH_LAW_FREE_MOST] = {0.0};
    double score[BH_PIECES][BH_LAW_FREE_MOST];
    law->free = law->up.free;
    gsl_matrix *inverse = gsl_matrix_alloc(law->free, law->free);
    bool is_peak = information(all, d, law->free, inverse);
    for (size_t i = 0; i < law->free && is_peak; i++) {
        for (int s = 0; s < 2; s++) {
            by[i] = s ? step : -step;
            struct bh_distribution there = moved(d, by);
            for (size_t p = 0; p < BH_PIECES; p++)
                side[s][p] = 0.0;
            likelihood(all, &there, side[s]);
            by[i] = 0.0;
        }
        for (size_t p = 0; p < BH_PIECES; p++)
            score[p][i] = (side[1][p] - side[0][p]) / (2.0 * step);
    }
    for (size_t p = 0; p < BH_PIECES && is_peak; p++)
        for (size_t i = 0; i < law->free; i++) {
            law->influence[p][i] = 0.0;
            for (size_t j = 0; j < law->free; j++)
                law->influence[p][i] += gsl_matrix_get(inverse, i, j) * score[p][j];
        }
    gsl_matrix_free(inverse);
    free(side);
    return is_peak;
}

/* --- Bursts --------------------------------------------------------------------------------------------------------- */

struct burst_counts {
    double firsts[BH_PIECES], bursts[BH_PIECES], others[BH_PIECES];
};

/* Which nodes a burst may take: those of the first one's cabinet if four in five of the others were there, else all. */
static uint32_t find_domain(const struct bh_history *history, uint32_t class, double from_s, double to_s,
                            uint32_t cabinet)
{
    size_t within = 0, all = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < history->count && cabinet > 1; i++) {
        const struct bh_outage *outage = &history->outage[i];
        if (outage->class != class || outage->at_s < from_s || outage->at_s >= to_s)
            continue;
        if (outage->is_first)
            first = outage->node;
        else if (outage->node != first) {
            all++;
            within += outage->node / cabinet == first / cabinet;
        }
    }
    return all > 0 && 5 * within >= 4 * all ? cabinet : history->nodes;
}

static void take_bursts(const struct bh_history *history, uint32_t class, double from_s, double to_s,
                        struct bh_class_law *law)
{
    struct burst_counts *counts = bh_allocate(1, sizeof *counts);
    double block_s = (to_s - from_s) / BH_TIME_BLOCKS;
    size_t piece[2] = {0, 0};
    bool has_others = false;
    for (size_t i = 0; i < history->count; i++) {
        const struct bh_outage *outage = &history->outage[i];
        if (outage->class != class || outage->at_s < from_s || outage->at_s >= to_s)
            continue;
        law->failures++;
        if (outage->is_first) {
            piece[0] = (size_t)fmin(BH_TIME_BLOCKS - 1, (outage->at_s - from_s) / block_s);
            piece[1] = BH_TIME_BLOCKS + (size_t)outage->node * BH_NODE_GROUPS / history->nodes;
            has_others = false;
        }
        for (int p = 0; p < 2; p++) {
            counts->firsts[piece[p]] += outage->is_first;
            counts->bursts[piece[p]] += !outage->is_first && !has_others;
            counts->others[piece[p]] += !outage->is_first;
        }
        law->firsts += outage->is_first;
        law->bursts += !outage->is_first && !has_others;
        law->others += !outage->is_first;
        has_others = has_others || !outage->is_first;
    }
    if (law->bursts == 0 || law->domain < 2) {
        law->bursts = law->others = 0;
        free(counts);
        return;
    }
    /* A burst that takes nobody else is not seen as one: of bursts seen, a share 1 - (1 - reach)^others takes somebody. */
    double others = (double)law->domain - 1.0, slots = (double)law->bursts * others;
    double seen = fmin(1.0, (double)law->others / slots), reach = seen;
    for (int round = 0; round < 200; round++)
        reach = seen * -expm1(others * log1p(-fmin(reach, 1.0 - 1e-12)));
    double shown = -expm1(others * log1p(-fmin(fmax(reach, 1e-12), 1.0 - 1e-12)));
    /* Where bursts take one other each, that they took at least one leaves no reach to be found. */
    if (!(reach * others > 0.5)) {
        reach = seen;
        shown = 1.0;
    }
    law->reach = reach;
    law->probability = fmin(1.0, (double)law->bursts / (double)law->firsts / shown);
    for (size_t p = 0; p < BH_PIECES; p++) {
        law->burst_influence[p][0] =
            (counts->bursts[p] / shown - law->probability * counts->firsts[p]) / (double)law->firsts;
        law->burst_influence[p][1] = (counts->others[p] - counts->bursts[p] * seen * others) / slots;
    }
    free(counts);
}

/* --- The law -------------------------------------------------------------------------------------------------------- */

void bh_class_law_fit(const struct bh_history *history, uint32_t class, double from_s, double to_s, uint32_t cabinet,
                      struct bh_class_law *law)
{
    struct stretches all = {.from_s = from_s, .to_s = to_s, .nodes = history->nodes};
    *law = (struct bh_class_law){.domain = find_domain(history, class, from_s, to_s, cabinet)};
    take_bursts(history, class, from_s, to_s, law);
    take_up_times(history, class, &all);
    struct bh_sample *sample = sample_of(&all);
    double watched_s = 0.0;
    for (size_t i = 0; i < all.count; i++)
        watched_s += all.stretch[i].end_s - all.stretch[i].begin_s;
    law->time_per_failure_s = sample->ended > 0 ? watched_s / (double)sample->ended : NAN;
    law->is_fitted = sample->ended > 0 &&
                     choose(sample, law->time_per_failure_s, &law->up, &law->passed_over, &law->passed_over_mean_s);
    if (law->is_fitted && !take_apart(&all, law)) {
        law->is_fitted = bh_fit(sample, &bh_exponential, 1, &law->up, NULL) == 0 && take_apart(&all, law);
    }
    fit_down_times(history, class, from_s, to_s, law);
    bh_sample_destroy(sample);
    free(all.stretch);
}

/* Events of the domain that take a node of the run, in those of one node; and its slopes by probability and reach. */
static double span(const struct bh_class_law *law, uint32_t size, double *by_probability, double *by_reach)
{
    double k = size, beyond = law->domain > size ? (double)law->domain - k : 0.0;
    double none = exp(k * log1p(-fmin(law->reach, 1.0 - 1e-12)));
    *by_probability = beyond * (1.0 - none);
    *by_reach = beyond * law->probability * k * none / (1.0 - fmin(law->reach, 1.0 - 1e-12));
    return k + beyond * law->probability * (1.0 - none);
}

double bh_class_law_hazard(const struct bh_class_law *law, uint32_t size, double length_s, double *influence)
{
    double by_probability, by_reach, slope[BH_LAW_FREE_MOST] = {0.0}, by[BH_LAW_FREE_MOST] = {0.0};
    const struct bh_distribution *d = &law->up.distribution;
    if (!law->is_fitted) {
        for (size_t p = 0; influence != NULL && p < BH_PIECES; p++)
            influence[p] = 0.0;
        return 0.0;
    }
    double runs = span(law, size, &by_probability, &by_reach), hazard = d->type->residual_hazard(d, length_s);
    if (influence == NULL)
        return runs * hazard;
    for (size_t i = 0; i < law->free; i++) {
        double side[2];
        for (int s = 0; s < 2; s++) {
            by[i] = s ? step : -step;
            struct bh_distribution there = moved(d, by);
            side[s] = log(there.type->residual_hazard(&there, length_s));
            by[i] = 0.0;
        }
        slope[i] = (side[1] - side[0]) / (2.0 * step);
    }
    for (size_t p = 0; p < BH_PIECES; p++) {
        influence[p] = (by_probability * law->burst_influence[p][0] + by_reach * law->burst_influence[p][1]) / runs;
        for (size_t i = 0; i < law->free; i++)
            influence[p] += slope[i] * law->influence[p][i];
    }
    return runs * hazard;
}
