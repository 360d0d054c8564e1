/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rates by trials, in place of the exact chain's. */
#include "models/containment/isolation_chance.h"

#include "models/containment/played_error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Trials that only tell what can happen, and how likely those are made to cross out of each zone. */
enum { PUSHED_TRIALS = 1 << 10, SEED = 1 };
static const double push = 0.5;
/* Trials go on until each loss that can happen was met so often, at a standard error of 5 %: an interval that is off by
 * half of that costs less than a thousandth of what checkpoints do. */
enum { BATCH = 1 << 10, MET_ENOUGH = 400 };

struct bh_chance {
    const struct bh_node_model *model;
    struct bh_trial_table *table, *pushed_table;
    struct bh_trial_player *player, *pushed_player;
};

struct bh_chance *bh_chance_create(const struct bh_node_model *model)
{
    struct bh_chance *chance = bh_allocate(1, sizeof *chance);
    chance->model = model;
    chance->table = bh_trial_table_create(model, 0.0);
    chance->pushed_table = bh_trial_table_create(model, push);
    chance->player = bh_trial_player_create(chance->table, SEED);
    chance->pushed_player = bh_trial_player_create(chance->pushed_table, SEED);
    return chance;
}

void bh_chance_destroy(struct bh_chance *chance)
{
    if (chance == NULL)
        return;
    bh_trial_player_destroy(chance->player);
    bh_trial_player_destroy(chance->pushed_player);
    bh_trial_table_destroy(chance->table);
    bh_trial_table_destroy(chance->pushed_table);
    free(chance);
}

static void count(const struct bh_chance *chance, size_t origin, const struct bh_effect *effect,
                  struct bh_spread *spread)
{
    const struct bh_zone_tree *tree = chance->model->tree;
    bool beyond[BH_BOUNDARIES];
    spread->extent[bh_effect_extent(tree, effect)]++;
    bh_effect_boundaries(tree, origin, effect, spread->inside, beyond);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        spread->beyond[b] += beyond[b];
    spread->silent += effect->silent;
    for (size_t t = 0; t < tree->tenants_count; t++)
        spread->loss[t * BH_SCOPES + (size_t)bh_effect_loss(tree, effect, t)]++;
}

static bool is_enough(const struct bh_spread *spread, const struct bh_spread *possible, size_t cells)
{
    bool enough = spread->silent >= MET_ENOUGH || possible->silent <= 0.0;
    for (size_t c = 0; c < cells; c++)
        enough = enough && (spread->loss[c] >= MET_ENOUGH || possible->loss[c] <= 0.0);
    return enough;
}

/* A share of `trials`; half a trial where none met what can happen. */
static double share(double met, double possible, uint64_t trials)
{
    return (met <= 0.0 && possible > 0.0 ? 0.5 : met) / (double)trials;
}

static void turn_into_shares(struct bh_spread *spread, const struct bh_spread *possible, size_t cells, uint64_t trials)
{
    for (int s = 0; s < BH_SCOPES; s++)
        spread->extent[s] /= (double)trials;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        spread->beyond[b] /= (double)trials;
    spread->silent = share(spread->silent, possible->silent, trials);
    for (size_t c = 0; c < cells; c++)
        spread->loss[c] = share(spread->loss[c], possible->loss[c], trials);
}

static void play(const struct bh_chance *chance, struct bh_trial_player *player, struct bh_origin origin, uint64_t from,
                 uint64_t to, struct bh_spread *spread)
{
    struct bh_trial trial;
    for (uint64_t n = from; n < to; n++) {
        bh_trial_play(player, &origin, n, BH_BOUNDARIES, &trial);
        count(chance, origin.zone, &trial.effect, spread);
    }
}

void bh_chance_spread(struct bh_chance *chance, struct bh_origin origin, struct bh_spread *spread)
{
    size_t cells = chance->model->tree->tenants_count * BH_SCOPES;
    struct bh_spread possible = {.loss = bh_allocate(cells, sizeof(double))};
    uint64_t trials = 0;
    *spread = (struct bh_spread){.loss = spread->loss, .unresolved = NAN};
    memset(spread->loss, 0, cells * sizeof *spread->loss);
    play(chance, chance->pushed_player, origin, 0, PUSHED_TRIALS, &possible);
    do {
        play(chance, chance->player, origin, trials, trials + BATCH, spread);
        trials += BATCH;
    } while (trials < BH_CHANCE_TRIALS && !is_enough(spread, &possible, cells));
    turn_into_shares(spread, &possible, cells, trials);
    free(possible.loss);
}
