/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Probabilities too small to be met by chance: trials whose crossings are pushed, and weights that undo it. */
#include "models/containment/importance_sampling.h"

#include "models/containment/containment.h"
#include "models/containment/played_error.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

/* Chunks are summed in their order and rounds are of fixed size, so that threads do not matter. */
enum { CHUNK = 4096, CHUNKS_PER_ROUND = 64 };
/* A copy that tries no channel then weighs at most e^0.6 or so, 2.5 where there is but one. */
static const double push = 0.6;
/* The estimated error of a few hits says little. */
static const uint64_t hits_least = 1000;

struct sums {
    double weight, squares;
    uint64_t hits;
};

static struct sums play_chunk(struct bh_trial_player *player, const struct bh_origin *origin, enum bh_boundary boundary,
                              uint64_t first, uint64_t end)
{
    struct sums sums = {.hits = 0};
    for (uint64_t n = first; n < end; n++) {
        struct bh_trial trial;
        bh_trial_play(player, origin, n, boundary, &trial);
        double weight = trial.weight_beyond[boundary];
        sums.weight += weight;
        sums.squares += weight * weight;
        sums.hits += weight > 0.0;
    }
    return sums;
}

static void play_round(struct bh_trial_player **players, int threads, const struct bh_origin *origin,
                       enum bh_boundary boundary, uint64_t first, uint64_t end, struct sums *sum)
{
    struct sums parts[CHUNKS_PER_ROUND] = {{0}};
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int chunk = 0; chunk < CHUNKS_PER_ROUND; chunk++) {
        uint64_t from = first + (uint64_t)chunk * CHUNK, to = from + CHUNK < end ? from + CHUNK : end;
        if (from < to)
            parts[chunk] = play_chunk(players[omp_get_thread_num()], origin, boundary, from, to);
    }
    for (int chunk = 0; chunk < CHUNKS_PER_ROUND; chunk++) {
        sum->weight += parts[chunk].weight;
        sum->squares += parts[chunk].squares;
        sum->hits += parts[chunk].hits;
    }
}

static struct bh_rare_event estimate(const struct sums *sums, uint64_t trials)
{
    double n = (double)trials, mean = sums->weight / n;
    double variance = fmax(sums->squares / n - mean * mean, 0.0);
    return (struct bh_rare_event){
        .probability = mean, .error = sqrt(variance / n), .trials = trials, .hits = sums->hits};
}

struct bh_rare_event bh_containment_rare(const struct bh_node_model *model, struct bh_origin origin,
                                         enum bh_boundary boundary, struct bh_trials trials, double relative_error)
{
    int threads = trials.threads > 0 ? (int)trials.threads : omp_get_num_procs();
    struct bh_trial_table *table = bh_trial_table_create(model, push);
    struct bh_trial_player **players = bh_allocate((size_t)threads, sizeof *players);
    for (int t = 0; t < threads; t++)
        players[t] = bh_trial_player_create(table, trials.seed);
    struct sums sums = {.hits = 0};
    struct bh_rare_event event = {.probability = 0.0};
    uint64_t played = 0;
    while (played < trials.trials) {
        uint64_t end = played + (uint64_t)CHUNK * CHUNKS_PER_ROUND;
        end = end < trials.trials ? end : trials.trials;
        play_round(players, threads, &origin, boundary, played, end, &sums);
        played = end;
        event = estimate(&sums, played);
        if (event.hits >= hits_least && event.error <= relative_error * event.probability)
            break;
    }
    for (int t = 0; t < threads; t++)
        bh_trial_player_destroy(players[t]);
    free(players);
    bh_trial_table_destroy(table);
    return event;
}
