/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Predicts the last third of a system's time, compares, and looks for what a miss comes from. */
#include "models/holdout/holdout.h"

#include "models/base/error.h"
#include "models/base/random.h"
#include "models/holdout/history.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 400, SIZES_MOST = 12 };

static const double lengths_s[] = {3600.0, 21600.0, 86400.0, 4 * 86400.0, 16 * 86400.0};

/* Which pieces each draw takes: blocks of the first part, of the last, groups of nodes. */
struct drawn {
    unsigned char before[DRAWS][BH_TIME_BLOCKS], after[DRAWS][BH_TIME_BLOCKS], group[DRAWS][BH_NODE_GROUPS];
};

static struct drawn *draw_pieces(uint64_t seed)
{
    const struct bh_random random = {.seed = seed};
    struct drawn *drawn = bh_allocate(1, sizeof *drawn);
    for (uint64_t d = 0; d < DRAWS; d++)
        for (uint64_t b = 0; b < BH_TIME_BLOCKS; b++) {
            drawn->before[d][b] =
                (unsigned char)(BH_TIME_BLOCKS * bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, 1, d, b));
            drawn->after[d][b] =
                (unsigned char)(BH_TIME_BLOCKS * bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, 2, d, b));
            drawn->group[d][b] =
                (unsigned char)(BH_NODE_GROUPS * bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, 3, d, b));
        }
    return drawn;
}

/* Draws of blocks vary by 1 - 1 / blocks of what the blocks do. */
static double spread(const double *value, size_t count, size_t blocks)
{
    return gsl_stats_sd(value, 1, count) * sqrt((double)blocks / (double)(blocks - 1));
}

static double student(size_t blocks)
{
    return gsl_cdf_tdist_Pinv(0.975, (double)blocks - 1.0);
}

/* --- Rates ---------------------------------------------------------------------------------------------------------- */

/* Failures, bursts being one, and time watched in blocks of a part; of all classes, or of one. */
struct counted {
    double failures[BH_TIME_BLOCKS], watched_s[BH_TIME_BLOCKS];
};

static void watch_part(const struct bh_history *history, double from_s, double to_s, struct counted *counted)
{
    double block_s = (to_s - from_s) / BH_TIME_BLOCKS;
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++)
        counted->watched_s[b] =
            bh_history_watched_s(history, from_s + (double)b * block_s, from_s + (double)(b + 1) * block_s);
}

static void count_failures(const struct bh_history *history, uint32_t class, double from_s, double to_s,
                           struct counted *counted)
{
    double block_s = (to_s - from_s) / BH_TIME_BLOCKS;
    memset(counted->failures, 0, sizeof counted->failures);
    for (size_t i = 0; i < history->count; i++) {
        const struct bh_outage *outage = &history->outage[i];
        if (outage->is_first && outage->at_s >= from_s && outage->at_s <= to_s &&
            (class == UINT32_MAX || outage->class == class))
            counted->failures[(size_t)fmin(BH_TIME_BLOCKS - 1, (outage->at_s - from_s) / block_s)] += 1.0;
    }
}

static double rate_of(const struct counted *counted, const unsigned char *block)
{
    double failures = 0.0, watched_s = 0.0;
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++) {
        failures += counted->failures[block != NULL ? block[b] : b];
        watched_s += counted->watched_s[block != NULL ? block[b] : b];
    }
    return watched_s > 0.0 ? failures / watched_s : NAN;
}

/* `watched`: the first part's blocks and the last's, which all classes share. */
static struct bh_ratio drift_of(const struct bh_holdout *holdout, uint32_t class, const struct counted *watched,
                                const struct drawn *drawn)
{
    const struct bh_history *history = holdout->history;
    struct counted before = watched[0], after = watched[1];
    double logs[DRAWS];
    count_failures(history, class, history->from_s, holdout->split_s, &before);
    count_failures(history, class, holdout->split_s, history->to_s, &after);
    double value = rate_of(&after, NULL) / rate_of(&before, NULL);
    if (!(value > 0.0 && isfinite(value)))
        return (struct bh_ratio){value, NAN, NAN};
    for (size_t d = 0; d < DRAWS; d++) {
        logs[d] = log(rate_of(&after, drawn->after[d]) / rate_of(&before, drawn->before[d]));
        if (!isfinite(logs[d])) /* a draw without a failure: too few for an interval */
            return (struct bh_ratio){value, NAN, NAN};
    }
    double half = student(BH_TIME_BLOCKS) * spread(logs, DRAWS, BH_TIME_BLOCKS);
    return (struct bh_ratio){value, value * exp(-half), value * exp(half)};
}

static void fill_rates(struct bh_holdout *holdout)
{
    const struct bh_history *history = holdout->history;
    double third_s = (history->to_s - history->from_s) / 3.0;
    for (int t = 0; t < 3; t++) {
        struct counted counted;
        double from_s = history->from_s + t * third_s, to_s = history->from_s + (t + 1) * third_s;
        watch_part(history, from_s, to_s, &counted);
        count_failures(history, UINT32_MAX, from_s, to_s, &counted);
        holdout->third_rate[t] = rate_of(&counted, NULL);
    }
    for (size_t i = 0; i < history->count; i++) {
        holdout->before += history->outage[i].is_first && history->outage[i].at_s < holdout->split_s;
        holdout->after += history->outage[i].is_first && history->outage[i].at_s >= holdout->split_s;
    }
}

/* --- Cells ---------------------------------------------------------------------------------------------------------- */

static double hazard_of(const struct bh_holdout *holdout, uint32_t size, double length_s, double *influence)
{
    double sum = 0.0, part[BH_PIECES] = {0};
    for (size_t p = 0; influence != NULL && p < BH_PIECES; p++)
        influence[p] = 0.0;
    for (size_t c = 0; c < holdout->classes_count; c++) {
        double hazard = bh_class_law_hazard(&holdout->law[c], size, length_s, influence != NULL ? part : NULL);
        sum += hazard;
        for (size_t p = 0; influence != NULL && p < BH_PIECES; p++)
            influence[p] += hazard * part[p];
    }
    for (size_t p = 0; influence != NULL && p < BH_PIECES; p++)
        influence[p] /= sum;
    return sum;
}

double bh_holdout_predict(const struct bh_holdout *holdout, uint32_t size, double length_s)
{
    return -expm1(-hazard_of(holdout, size, length_s, NULL));
}

static double hazard_seen(double hit_s, double all_s)
{
    return all_s > 0.0 ? -log1p(-fmin(hit_s / all_s, 1.0 - 1e-6)) : NAN;
}

/* ln of what was seen in the pieces drawn, less what the same pieces do to the fit's. */
static double difference(const struct bh_starts *seen, const unsigned char *seen_piece, const double *influence,
                         const unsigned char *fit_piece, size_t pieces)
{
    double hit_s = 0.0, all_s = 0.0, moved = 0.0;
    for (size_t p = 0; p < pieces; p++) {
        hit_s += seen[seen_piece[p]].hit_s;
        all_s += seen[seen_piece[p]].all_s;
        moved += influence[fit_piece[p]];
    }
    return log(fmax(hazard_seen(hit_s, all_s), 1e-12)) - moved;
}

/* Half the width of the interval of ln hazard. */
static double half_width(const struct bh_windows *after, const double *influence, const struct drawn *drawn)
{
    double value[DRAWS];
    for (size_t d = 0; d < DRAWS; d++)
        value[d] = difference(after->block, drawn->after[d], influence, drawn->before[d], BH_TIME_BLOCKS);
    double half = student(BH_TIME_BLOCKS) * spread(value, DRAWS, BH_TIME_BLOCKS);
    if (after->runs < BH_NODE_GROUPS)
        return half;
    for (size_t d = 0; d < DRAWS; d++)
        value[d] =
            difference(after->group, drawn->group[d], influence + BH_TIME_BLOCKS, drawn->group[d], BH_NODE_GROUPS);
    return fmax(half, student(BH_NODE_GROUPS) * spread(value, DRAWS, BH_NODE_GROUPS));
}

/* -ln of the mean P(none) over runs that are as unlike as they were before, in units of the hazard of the mean one. What
 * chance makes unlike is taken off: of runs with f failures in the mean, rates vary by 1 / f. */
static double hazard_unequal(const struct bh_windows *before, double failures, double hazard)
{
    double sum = 0.0, squares = 0.0, none = 0.0;
    size_t runs = 0;
    for (size_t r = 0; r < before->runs; r++)
        if (!isnan(before->run_rate[r])) {
            sum += before->run_rate[r];
            runs++;
        }
    double mean = sum / (double)runs;
    for (size_t r = 0; r < before->runs; r++)
        if (!isnan(before->run_rate[r]))
            squares += pow(before->run_rate[r] / mean - 1.0, 2.0);
    double variance = squares / (double)runs, chance = (double)runs / fmax(failures, 1.0);
    double kept = variance > chance ? sqrt((variance - chance) / variance) : 0.0;
    for (size_t r = 0; r < before->runs; r++)
        if (!isnan(before->run_rate[r]))
            none += exp(-hazard * fmax(0.0, 1.0 + kept * (before->run_rate[r] / mean - 1.0)));
    return runs > 0 && sum > 0.0 ? -log(none / (double)runs) : hazard;
}

/* The first that brings it inside; drift that chance may have made only if nothing else does. */
static enum bh_miss find_miss(double seen, double hazard, double half, const double *factor, bool has_drift)
{
    static const struct {
        enum bh_miss miss;
        bool is_drift, is_unequal, is_law;
    } ways[] = {{BH_MISS_DRIFT, true, false, false},
                {BH_MISS_UNEQUAL, false, true, false},
                {BH_MISS_BOTH, true, true, false},
                {BH_MISS_LAW, false, false, true},
                {BH_MISS_LAW_DRIFT, true, false, true}};
    if (fabs(log(seen / hazard)) <= half)
        return BH_MISS_NONE;
    for (int round = has_drift; round < 2; round++)
        for (size_t w = 0; w < BH_COUNT(ways); w++) {
            double by = (ways[w].is_drift ? factor[0] : 1.0) * (ways[w].is_unequal ? factor[1] : 1.0) *
                        (ways[w].is_law ? factor[2] : 1.0);
            if ((round > 0 || !ways[w].is_drift) && fabs(log(seen / (hazard * by))) <= half)
                return ways[w].miss;
        }
    return BH_MISS_UNKNOWN;
}

/* Jobs can start in nearly all blocks, and meet failures in a quarter of them: else blocks do not show what chance does. */
static bool is_enough(const struct bh_windows *windows)
{
    size_t starts = 0, hits = 0;
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++) {
        starts += windows->block[b].all_s > 0.0;
        hits += windows->block[b].hit_s > 0.0;
    }
    return 5 * starts >= 4 * BH_TIME_BLOCKS && 4 * hits >= BH_TIME_BLOCKS;
}

static void add_cell(struct bh_holdout *holdout, uint32_t size, double length_s, const struct drawn *drawn)
{
    const struct bh_history *history = holdout->history;
    double influence[BH_PIECES], hazard = hazard_of(holdout, size, length_s, influence);
    if (!(hazard > 1e-7 && -expm1(-hazard) <= 0.95))
        return;
    struct bh_windows before, after;
    bh_windows_fill(history, history->from_s, holdout->split_s, size, length_s, &before);
    bh_windows_fill(history, holdout->split_s, history->to_s, size, length_s, &after);
    double seen = hazard_seen(after.whole.hit_s, after.whole.all_s),
           seen_before = hazard_seen(before.whole.hit_s, before.whole.all_s);
    if (is_enough(&after) && before.whole.hit_s > 0.0) {
        double half = half_width(&after, influence, drawn),
               unequal = hazard_unequal(&before, (double)holdout->before, hazard);
        double factor[] = {holdout->drift.value, unequal / hazard, seen_before / hazard};
        enum bh_miss miss =
            find_miss(seen, hazard, half, factor, !(holdout->drift.low <= 1.0 && holdout->drift.high >= 1.0));
        holdout->cells = bh_reallocate(holdout->cells, holdout->cells_count + 1, sizeof *holdout->cells);
        holdout->cells[holdout->cells_count++] = (struct bh_cell){.size = size,
                                                                  .length_s = length_s,
                                                                  .predicted = -expm1(-hazard),
                                                                  .low = -expm1(-hazard * exp(-half)),
                                                                  .high = -expm1(-hazard * exp(half)),
                                                                  .observed = -expm1(-seen),
                                                                  .before = -expm1(-seen_before),
                                                                  .without_spread = -expm1(-unequal),
                                                                  .is_inside = miss == BH_MISS_NONE,
                                                                  .miss = miss};
    }
    bh_windows_clear(&before);
    bh_windows_clear(&after);
}

struct bh_holdout *bh_holdout_create(const struct bh_history *history, uint32_t cabinet, uint64_t seed)
{
    struct bh_holdout *holdout = bh_allocate(1, sizeof *holdout);
    holdout->history = history;
    holdout->split_s = bh_history_split_s(history);
    fill_rates(holdout);
    if (holdout->before < BH_HOLDOUT_LEAST_BEFORE) {
        holdout->reason = "too few failures in the first two thirds of its time";
        return holdout;
    }
    struct drawn *drawn = draw_pieces(seed);
    holdout->classes_count = history->classes_count;
    holdout->law = bh_allocate(history->classes_count + 1, sizeof *holdout->law);
    holdout->class_drift = bh_allocate(history->classes_count + 1, sizeof *holdout->class_drift);
    struct counted watched[2];
    watch_part(history, history->from_s, holdout->split_s, &watched[0]);
    watch_part(history, holdout->split_s, history->to_s, &watched[1]);
    for (uint32_t c = 0; c < history->classes_count; c++) {
        bh_class_law_fit(history, c, history->from_s, holdout->split_s, cabinet, &holdout->law[c]);
        holdout->class_drift[c] = drift_of(holdout, c, watched, drawn);
    }
    holdout->drift = drift_of(holdout, UINT32_MAX, watched, drawn);
    if (holdout->after < BH_HOLDOUT_LEAST_AFTER)
        holdout->reason = "too few failures in the last third of its time";
    double block_s = (history->to_s - holdout->split_s) / BH_TIME_BLOCKS;
    for (uint32_t size = 1; holdout->reason == NULL && (size == 1 || size <= history->nodes / 2); size *= 4)
        for (size_t l = 0; l < BH_COUNT(lengths_s) && 3.0 * lengths_s[l] <= block_s; l++)
            add_cell(holdout, size, lengths_s[l], drawn);
    if (holdout->reason == NULL && holdout->cells_count == 0)
        holdout->reason = "its last third is too short for blocks of three hours";
    free(drawn);
    return holdout;
}

void bh_holdout_destroy(struct bh_holdout *holdout)
{
    if (holdout == NULL)
        return;
    free(holdout->law);
    free(holdout->class_drift);
    free(holdout->cells);
    free(holdout);
}
