/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Peels, and finds out whether other worlds would have been peeled alike. */
#include "analysis/advice/failing_box.h"

#include "models/base/error.h"
#include "models/base/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_heapsort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double peeled = 0.1, least_left = 0.1, chance_most = 0.05, stable = 0.7;
enum { LEFT_LEAST = 8, RESAMPLES = 50 };

/* Worlds with how often each counts, and each number's order of them. */
struct data {
    const double *numbers;
    size_t count, worlds;
    const bool *fails;
    const size_t *order; /* [number][rank] */
    const size_t *times; /* [world] */
};

/* Which worlds are inside, and the bounds: [number][lower, upper], infinite where open. */
struct peeling {
    bool *inside;
    double *bounds;
    size_t total, failing;
};

struct peel {
    size_t number, removed, removed_failing;
    bool is_upper, is_found;
    double bound, share;
};

/* The worlds of one side that go, at least one value of it; equal values go together. */
static struct peel look(const struct data *data, const struct peeling *peeling, size_t number, bool is_upper)
{
    const double *values = data->numbers + number * data->worlds;
    const size_t *order = data->order + number * data->worlds;
    struct peel peel = {.number = number, .is_upper = is_upper};
    double goal = fmax(1, floor(peeled * (double)peeling->total)), last = NAN;
    for (size_t i = 0; i < data->worlds; i++) {
        size_t world = order[is_upper ? data->worlds - 1 - i : i];
        if (!peeling->inside[world])
            continue;
        if ((double)peel.removed >= goal && values[world] != last) {
            peel.bound = values[world];
            peel.is_found = true;
            break;
        }
        last = values[world];
        peel.removed += data->times[world];
        peel.removed_failing += data->fails[world] ? data->times[world] : 0;
    }
    size_t left = peeling->total - peel.removed;
    peel.share = left > 0 ? (double)(peeling->failing - peel.removed_failing) / (double)left : 0;
    return peel;
}

static void cut(const struct data *data, struct peeling *peeling, const struct peel *peel)
{
    const double *values = data->numbers + peel->number * data->worlds;
    peeling->bounds[2 * peel->number + peel->is_upper] = peel->bound;
    for (size_t w = 0; w < data->worlds; w++)
        if (peel->is_upper ? values[w] > peel->bound : values[w] < peel->bound)
            peeling->inside[w] = false;
    peeling->total -= peel->removed;
    peeling->failing -= peel->removed_failing;
}

/* Counts anew which worlds are within the bounds. */
static void count(const struct data *data, const double *bounds, size_t *total, size_t *failing)
{
    *total = *failing = 0;
    for (size_t w = 0; w < data->worlds; w++) {
        bool inside = true;
        for (size_t i = 0; i < data->count && inside; i++) {
            double value = data->numbers[i * data->worlds + w];
            inside = value >= bounds[2 * i] && value <= bounds[2 * i + 1];
        }
        *total += inside ? data->times[w] : 0;
        *failing += inside && data->fails[w] ? data->times[w] : 0;
    }
}

/* Sides without which so large a density is no surprise are opened, the least surprising first. */
static void drop_sides(const struct data *data, double *bounds)
{
    size_t total, failing, wide, wide_failing;
    for (;;) {
        size_t worst = SIZE_MAX;
        double most = chance_most;
        count(data, bounds, &total, &failing);
        for (size_t s = 0; s < 2 * data->count && failing > 0; s++) {
            double kept = bounds[s];
            if (isinf(kept))
                continue;
            bounds[s] = s % 2 == 0 ? -INFINITY : INFINITY;
            count(data, bounds, &wide, &wide_failing);
            bounds[s] = kept;
            double chance =
                gsl_cdf_binomial_Q((unsigned)failing - 1, (double)wide_failing / (double)wide, (unsigned)total);
            if (chance > most) {
                most = chance;
                worst = s;
            }
        }
        if (worst == SIZE_MAX)
            return;
        bounds[worst] = worst % 2 == 0 ? -INFINITY : INFINITY;
    }
}

static void open_all(double *bounds, size_t numbers)
{
    for (size_t i = 0; i < numbers; i++) {
        bounds[2 * i] = -INFINITY;
        bounds[2 * i + 1] = INFINITY;
    }
}

/* `best` are the bounds of the box. */
static void peel_all(const struct data *data, double *best)
{
    struct peeling peeling = {.inside = bh_allocate(data->worlds, sizeof(bool)),
                              .bounds = bh_allocate(2 * data->count, sizeof(double))};
    double most = 0;
    open_all(peeling.bounds, data->count);
    open_all(best, data->count);
    for (size_t w = 0; w < data->worlds; w++) {
        peeling.inside[w] = data->times[w] > 0;
        peeling.total += data->times[w];
        peeling.failing += data->fails[w] ? data->times[w] : 0;
    }
    size_t failing = peeling.failing;
    double least = fmax(LEFT_LEAST, least_left * (double)peeling.total);
    for (;;) {
        struct peel chosen = {.share = -1};
        for (size_t i = 0; i < data->count; i++)
            for (int side = 0; side < 2; side++) {
                struct peel peel = look(data, &peeling, i, side);
                if (peel.is_found && (double)(peeling.total - peel.removed) >= least && peel.share > chosen.share)
                    chosen = peel;
            }
        if (!chosen.is_found || failing == 0)
            break;
        cut(data, &peeling, &chosen);
        /* 2 c d / (c + d) with coverage c and density d */
        double mean = 2 * (double)peeling.failing / (double)(failing + peeling.total);
        if (mean > most) {
            most = mean;
            memcpy(best, peeling.bounds, 2 * data->count * sizeof *best);
        }
    }
    drop_sides(data, best);
    free(peeling.bounds);
    free(peeling.inside);
}

/* How often resamples have each side, and how dense their boxes are in the worlds that they leave out. */
static double resample(const struct data *data, double *stability)
{
    size_t *times = bh_allocate(data->worlds, sizeof *times), seen = 0, seen_failing = 0;
    double *bounds = bh_allocate(2 * data->count, sizeof *bounds);
    struct data own = *data;
    own.times = times;
    memset(stability, 0, 2 * data->count * sizeof *stability);
    for (size_t s = 0; s < RESAMPLES; s++) {
        const struct bh_random random = {.seed = 1, .replica = s};
        size_t total, failing;
        memset(times, 0, data->worlds * sizeof *times);
        for (size_t w = 0; w < data->worlds; w++)
            times[(size_t)(bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, bh_identity("failing box"), w, 0) *
                           (double)data->worlds)]++;
        peel_all(&own, bounds);
        for (size_t i = 0; i < 2 * data->count; i++)
            stability[i] += isfinite(bounds[i]) ? 1.0 / RESAMPLES : 0;
        for (size_t w = 0; w < data->worlds; w++)
            times[w] = times[w] == 0;
        count(&own, bounds, &total, &failing);
        seen += total;
        seen_failing += failing;
    }
    free(bounds);
    free(times);
    return seen > 0 ? (double)seen_failing / (double)seen : 0;
}

static int by_number(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* False: more sides than can be told. */
static bool describe(const struct data *data, const double *bounds, const double *stability, struct bh_box *box)
{
    count(data, bounds, &box->inside, &box->failing_inside);
    for (size_t s = 0; s < 2 * data->count; s++) {
        if (!isfinite(bounds[s]))
            continue;
        if (box->sides == BH_BOX_SIDES_MOST)
            return false;
        box->side[box->sides++] = (struct bh_box_side){
            .number = s / 2, .is_upper = s % 2 == 1, .bound = bounds[s], .stability = stability[s]};
    }
    return true;
}

bool bh_find_box(const double *numbers, size_t numbers_count, const bool *fails, size_t worlds, struct bh_box *box)
{
    *box = (struct bh_box){0};
    for (size_t w = 0; w < worlds; w++)
        box->failing += fails[w];
    if (worlds < BH_BOX_WORLDS_LEAST || box->failing < BH_BOX_FAILING_LEAST || box->failing == worlds ||
        numbers_count == 0)
        return false;
    size_t *order = bh_allocate(numbers_count * worlds, sizeof *order), *times = bh_allocate(worlds, sizeof *times);
    double *bounds = bh_allocate(4 * numbers_count, sizeof *bounds), *stability = bounds + 2 * numbers_count;
    for (size_t i = 0; i < numbers_count; i++)
        gsl_heapsort_index(order + i * worlds, numbers + i * worlds, worlds, sizeof *numbers, by_number);
    for (size_t w = 0; w < worlds; w++)
        times[w] = 1;
    const struct data data = {numbers, numbers_count, worlds, fails, order, times};
    peel_all(&data, bounds);
    box->unseen = resample(&data, stability);
    for (size_t s = 0; s < 2 * numbers_count; s++)
        if (stability[s] < stable)
            bounds[s] = s % 2 == 0 ? -INFINITY : INFINITY;
    bool is_told = describe(&data, bounds, stability, box) && box->sides > 0;
    free(bounds);
    free(times);
    free(order);
    return is_told && box->unseen > (double)box->failing / (double)worlds;
}

size_t bh_find_failing(const struct bh_decision *decision, double indifference, bool *fails, size_t *best_in)
{
    size_t runs = decision->worlds * decision->replicas, failing = 0;
    for (size_t w = 0; w < decision->worlds; w++) {
        size_t best = decision->chosen;
        double least = INFINITY, own = INFINITY;
        for (size_t p = 0; p < decision->policies; p++) {
            double mean = gsl_stats_mean(decision->costs + p * runs + w * decision->replicas, 1, decision->replicas);
            own = p == decision->chosen ? mean : own;
            if (mean < least) {
                least = mean;
                best = p;
            }
        }
        fails[w] = own - least > indifference;
        failing += fails[w];
        best_in[best] += fails[w];
    }
    return failing;
}
