/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One error on an otherwise healthy node, played out by chance: the model of models/spread/spread.h with clocks and draws. */
#pragma once

#include "models/containment/played_error_table.h"
#include "models/spread/effect.h"
#include "models/spread/spread.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A node model as flat tables. It borrows the model. */
struct bh_trial_table;

/* One attempt to cross a channel: by which life of its source zone, and whether the guard let it through. */
struct bh_trial_attempt {
    uint32_t channel, life;
    bool passed;
};

/* Attempts in the order made; those beyond the room are counted only. For tests and explanations. */
enum { BH_TRIAL_ATTEMPTS = 256 };
struct bh_trial_log {
    size_t count;
    struct bh_trial_attempt attempt[BH_TRIAL_ATTEMPTS];
};

/* What an error came to. */
struct bh_trial {
    struct bh_effect effect;
    unsigned depth; /* most hops of any copy from where the error began */
    /* Until nothing is live. A hang counts to its beginning: the wait for the watchdog is not in it. */
    double time_s;
    /* Likelihood ratio of the model's law to the pushed one, of all draws made until the effect first went beyond each
     * boundary; 0 where it never did. Only with push > 0. */
    double weight_beyond[BH_BOUNDARIES];
};

/* Room to play trials in, one per thread. `log` may be NULL; it is started afresh by each trial. */
struct bh_trial_player;
struct bh_trial_player *bh_trial_player_create(const struct bh_trial_table *table, uint64_t seed);
void bh_trial_player_destroy(struct bh_trial_player *player);
void bh_trial_player_log(struct bh_trial_player *player, struct bh_trial_log *log);

/* Plays trial `number` of an origin. Every draw is keyed by (seed, number; origin, zone or channel, life of the zone), so
 * the answer depends on nothing else, and guards of different strength meet the same draws. With `until` other than
 * BH_BOUNDARIES a pushed trial stops once it is beyond that boundary. */
void bh_trial_play(struct bh_trial_player *player, const struct bh_origin *origin, uint64_t number,
                   enum bh_boundary until, struct bh_trial *trial);
