/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Monte Carlo on all cores. Everything that is summed is a whole number, so that no order of summing, no number of
 * threads and no size of chunks can change a bit of the answer. */
#include "models/containment/monte_carlo.h"

#include "models/containment/containment.h"
#include "models/containment/played_error.h"
#include "models/containment/played_error_table.h"
#include "models/node/zone_needs.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide;

enum { CHUNK = 4096, REMEMBERED = 256 };

/* Times are summed in ticks of the longest lifetime on the node / 2^36: squares of 10^9 trials fit 128 bits. */
static const double ticks_per_lifetime = 0x1p36;

struct tally {
    uint64_t extent[BH_SCOPES], beyond[BH_BOUNDARIES], silent, stops[BH_STOPS], depth[BH_DEPTHS];
    uint64_t depth_sum, depth_squares;
    wide time_sum, time_squares;
};

/* Few effects are common: what they come to is remembered. */
struct remembered {
    struct bh_zone_set affected;
    enum bh_scope beyond_node, extent;
    uint8_t beyond; /* one bit per boundary */
    bool is_set;
};

struct worker {
    const struct bh_zone_tree *tree;
    bool has_stops;
    size_t origin;
    struct tally tally;
    double ticks_per_s;
    struct remembered remembered[REMEMBERED];
};

static const struct remembered *classify(struct worker *worker, const struct bh_effect *effect)
{
    uint64_t hash = (uint64_t)effect->beyond_node;
    for (size_t i = 0; i < BH_ZONE_SET_WORDS; i++)
        hash = (hash ^ effect->affected.word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    struct remembered *slot = &worker->remembered[hash >> 56];
    if (slot->is_set && slot->beyond_node == effect->beyond_node &&
        memcmp(&slot->affected, &effect->affected, sizeof slot->affected) == 0)
        return slot;
    bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
    bh_effect_boundaries(worker->tree, worker->origin, effect, inside, beyond);
    *slot = (struct remembered){.affected = effect->affected,
                                .beyond_node = effect->beyond_node,
                                .extent = bh_effect_extent(worker->tree, effect),
                                .is_set = true};
    for (int b = 0; b < BH_BOUNDARIES; b++)
        slot->beyond |= (uint8_t)(beyond[b] << b);
    return slot;
}

static void count(struct worker *worker, const struct bh_trial *trial)
{
    struct tally *tally = &worker->tally;
    const struct remembered *class = classify(worker, &trial->effect);
    tally->extent[class->extent]++;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        tally->beyond[b] += class->beyond >> b & 1;
    tally->silent += trial->effect.silent;
    bool stops[BH_STOPS] = {false};
    if (worker->has_stops)
        bh_effect_stops(worker->tree, &trial->effect, stops);
    for (int s = 0; s < BH_STOPS; s++)
        tally->stops[s] += stops[s];
    tally->depth[trial->depth < BH_DEPTHS ? trial->depth : BH_DEPTHS - 1]++;
    tally->depth_sum += trial->depth;
    tally->depth_squares += (uint64_t)trial->depth * trial->depth;
    wide ticks = (wide)(trial->time_s * worker->ticks_per_s);
    tally->time_sum += ticks;
    tally->time_squares += ticks * ticks;
}

static void add_tally(struct tally *sum, const struct tally *part)
{
    for (int s = 0; s < BH_SCOPES; s++)
        sum->extent[s] += part->extent[s];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        sum->beyond[b] += part->beyond[b];
    for (int d = 0; d < BH_DEPTHS; d++)
        sum->depth[d] += part->depth[d];
    sum->silent += part->silent;
    for (int s = 0; s < BH_STOPS; s++)
        sum->stops[s] += part->stops[s];
    sum->depth_sum += part->depth_sum;
    sum->depth_squares += part->depth_squares;
    sum->time_sum += part->time_sum;
    sum->time_squares += part->time_squares;
}

static double longest_lifetime_s(const struct bh_node_model *model)
{
    double least_rate = INFINITY;
    for (size_t z = 0; z < model->tree->zones_count; z++)
        for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
            if (bh_kind_told(model, kind) == kind)
                least_rate = fmin(least_rate, model->ending[z][kind].rate);
    return 1.0 / least_rate;
}

/* Standard error of a mean from sums over n trials. The sums are exact; their difference is taken in long double. */
static double error_of_mean(long double sum, long double squares, uint64_t n)
{
    long double variance = n > 1 ? (squares - sum * sum / n) / (n - 1) : INFINITY;
    return (double)sqrtl(fmaxl(variance, 0.0L) / n);
}

static struct bh_containment containment_of(const struct tally *tally, const struct bh_node_model *model,
                                            struct bh_origin origin, uint64_t trials, double longest_s)
{
    double ticks_per_s = ticks_per_lifetime / longest_s;
    double n = (double)trials;
    struct bh_effect nothing = {.silent = false};
    bool beyond[BH_BOUNDARIES];
    struct bh_containment containment = {.trials = trials,
                                         .silent = (double)tally->silent / n,
                                         .longest_s = longest_s,
                                         .has_needs = bh_zone_tree_has_needs(model->tree),
                                         .degrades = bh_node_model_degrades(model)};
    for (int s = 0; s < BH_STOPS; s++)
        containment.stops[s] = (double)tally->stops[s] / n;
    bh_effect_boundaries(model->tree, origin.zone, &nothing, containment.inside, beyond);
    for (int s = 0; s < BH_SCOPES; s++)
        containment.extent[s] = (double)tally->extent[s] / n;
    uint64_t unmasked = trials - tally->extent[BH_SCOPE_NONE];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        containment.beyond[b] = (double)tally->beyond[b] / n;
        containment.escape[b] =
            containment.inside[b] && unmasked > 0 ? (double)tally->beyond[b] / (double)unmasked : NAN;
    }
    for (int d = 0; d < BH_DEPTHS; d++)
        containment.depth[d] = (double)tally->depth[d] / n;
    containment.depth_mean = (double)tally->depth_sum / n;
    containment.depth_error = error_of_mean(tally->depth_sum, tally->depth_squares, trials);
    containment.time_s = (double)((long double)tally->time_sum / (long double)trials) / ticks_per_s;
    containment.time_error =
        error_of_mean((long double)tally->time_sum, (long double)tally->time_squares, trials) / ticks_per_s;
    return containment;
}

struct bh_containment bh_containment_play(const struct bh_trial_table *table, struct bh_origin origin,
                                          struct bh_trials trials)
{
    const struct bh_node_model *model = table->model;
    double longest_s = longest_lifetime_s(model);
    uint64_t chunks = (trials.trials + CHUNK - 1) / CHUNK;
    struct tally sum = {.silent = 0};
    int threads = trials.threads > 0 ? (int)trials.threads : omp_get_num_procs();
#pragma omp parallel num_threads(threads)
    {
        struct bh_trial_player *player = bh_trial_player_create(table, trials.seed);
        struct worker *worker = bh_allocate(1, sizeof *worker);
        worker->tree = model->tree;
        worker->has_stops = bh_zone_tree_has_needs(model->tree) || bh_node_model_degrades(model);
        worker->origin = origin.zone;
        worker->ticks_per_s = ticks_per_lifetime / longest_s;
#pragma omp for schedule(dynamic)
        for (uint64_t chunk = 0; chunk < chunks; chunk++) {
            uint64_t end = (chunk + 1) * CHUNK < trials.trials ? (chunk + 1) * CHUNK : trials.trials;
            for (uint64_t n = chunk * CHUNK; n < end; n++) {
                struct bh_trial trial;
                bh_trial_play(player, &origin, n, BH_BOUNDARIES, &trial);
                count(worker, &trial);
            }
        }
#pragma omp critical(bh_containment_tally)
        add_tally(&sum, &worker->tally);
        bh_trial_player_destroy(player);
        free(worker);
    }
    return containment_of(&sum, model, origin, trials.trials, longest_s);
}

struct bh_containment bh_containment_monte_carlo(const struct bh_node_model *model, struct bh_origin origin,
                                                 struct bh_trials trials)
{
    struct bh_trial_table *table = bh_trial_table_create(model, 0.0);
    struct bh_containment containment = bh_containment_play(table, origin, trials);
    bh_trial_table_destroy(table);
    return containment;
}
