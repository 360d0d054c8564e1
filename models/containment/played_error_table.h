/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The flat tables that models/containment/played_error.c plays on; of no use elsewhere. */
#pragma once

#include "models/node/node_model.h"
#include "models/node/zone_set.h"
#include "models/words/words.h"

struct bh_trial_ending {
    double lifetime_s;         /* 1/mu */
    double masked, not_silent; /* u below the first: masked; below the second: signalled; else silent */
};

/* One that a zone's disposition may take down, each as likely. */
struct bh_trial_victim {
    struct bh_zone_set down;
    struct bh_zone_set cleared; /* where live copies end with it: the same, but in tests of what tests can see */
    bool takes_zone;            /* the zone itself is among them */
};

struct bh_trial_zone {
    struct bh_trial_ending ending[BH_ERROR_KINDS];
    double residual;
    uint32_t first_channel, channels_end;
    uint32_t first_victim, victims_count; /* as many for each rung of the ladder */
    const struct bh_ladder *ladder;       /* the model's */
    struct bh_ladder played;              /* as played */
    bool is_certain;                      /* the rung */
    uint32_t beyond_node;                 /* enum bh_scope: the disposition, if above `node` */
};

struct bh_trial_channel {
    double least;               /* pushed: least probability of an attempt by a life that can make one; else 0 */
    double blocks, true_blocks; /* as played, and the model's */
    double corrupts, degrades;  /* as of struct bh_crossing */
    uint32_t to;
    bool detects;
};

struct bh_trial_table {
    const struct bh_node_model *model;
    bool is_pushed;
    size_t zones_count, channels_count;
    struct bh_trial_zone *zones;
    struct bh_trial_channel *channels;
    /* Attempts in units of the ending's rate, p / (1 - p), INFINITY where p is 1: of each kind all channels', at
     * [kind * channels_count + c]. */
    double *ratios;
    struct bh_trial_victim *victims;
};

/* `push` = 0: the model's own law. Between 0 and 1: crossings are made more likely, for rare events. A copy in a zone with
 * n channels out tries each with probability push/n at least, guards block half of the attempts at most, and mechanisms fail in
 * a tenth of cases at least, if ever; trials then carry weights that undo this. */
struct bh_trial_table *bh_trial_table_create(const struct bh_node_model *model, double push);
void bh_trial_table_destroy(struct bh_trial_table *table);
