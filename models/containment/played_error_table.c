/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays a node model out for playing trials, with its crossings as likely as they are or pushed. */
#include "models/containment/played_error_table.h"

#include "models/base/error.h"
#include "models/node/takedown.h"

#include <math.h>
#include <stdlib.h>

/* A guard that blocks more than this is played as blocking this, unless it blocks all. */
static const double pushed_blocks = 0.5;
/* A mechanism that succeeds more often than this is played as succeeding so often, unless it always does. */
static const double pushed_holds = 0.9;

/* Every rung has as many victims; they stand rung by rung. */
static void fill_victims(struct bh_trial_table *table, size_t z, size_t *used)
{
    const struct bh_node_model *model = table->model;
    struct bh_trial_zone *zone = &table->zones[z];
    zone->first_victim = (uint32_t)*used;
    zone->victims_count = (uint32_t)bh_victims_count(model, z);
    zone->ladder = &model->ladder[z];
    zone->played = *zone->ladder;
    zone->is_certain = bh_ladder_is_certain(zone->ladder);
    size_t count = zone->ladder->count * zone->victims_count;
    table->victims = bh_reallocate(table->victims, *used + count, sizeof *table->victims);
    for (size_t rung = 0; rung < zone->ladder->count; rung++)
        for (size_t v = 0; v < zone->victims_count; v++) {
            bool beyond_node;
            struct bh_trial_victim *victim = &table->victims[(*used)++];
            victim->down = bh_taken_down(model, z, rung, ((double)v + 0.5) / (double)zone->victims_count, &beyond_node);
            victim->cleared = victim->down;
            victim->takes_zone = bh_zone_set_has(&victim->down, z);
            zone->beyond_node = beyond_node ? (uint32_t)model->disposition[z] : BH_SCOPE_NONE;
        }
}

static void fill_zone(struct bh_trial_table *table, size_t z, size_t *victims_used)
{
    const struct bh_node_model *model = table->model;
    struct bh_trial_zone *zone = &table->zones[z];
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        const struct bh_copy_ending *ending = &model->ending[z][kind];
        zone->ending[kind] = (struct bh_trial_ending){
            .lifetime_s = 1.0 / ending->rate,
            .masked = ending->masked,
            /* without a silent share, rounding of the sum must not make one */
            .not_silent = ending->silent > 0.0 ? ending->masked + ending->signalled : 1.0,
        };
    }
    zone->residual = model->residual[z];
    zone->first_channel = (uint32_t)model->tree->first_channel[z];
    zone->channels_end = (uint32_t)model->tree->first_channel[z + 1];
    fill_victims(table, z, victims_used);
}

static void fill_channel(struct bh_trial_table *table, size_t c)
{
    const struct bh_crossing *crossing = &table->model->crossings[c];
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        double p = crossing->probability[kind];
        table->ratios[(size_t)kind * table->channels_count + c] = p < 1.0 ? p / (1.0 - p) : INFINITY;
    }
    table->channels[c] = (struct bh_trial_channel){
        .blocks = crossing->blocks,
        .true_blocks = crossing->blocks,
        .corrupts = crossing->corrupts,
        .degrades = crossing->degrades,
        .to = (uint32_t)crossing->to,
        .detects = crossing->detects,
    };
}

/* As balanced failure biasing (Shahabuddin 1994) does for rates of repairable systems: all crossings out of a zone get
 * equal shares of a probability that is not small. */
static void push_crossings(struct bh_trial_table *table, double push)
{
    for (size_t z = 0; z < table->zones_count; z++) {
        struct bh_trial_zone *zone = &table->zones[z];
        for (size_t r = 0; r < zone->played.count; r++)
            if (zone->played.rung[r].holds > pushed_holds && zone->played.rung[r].holds < 1.0)
                zone->played.rung[r].holds = pushed_holds;
        double share = push / (double)(zone->channels_end - zone->first_channel);
        for (size_t c = zone->first_channel; c < zone->channels_end; c++) {
            struct bh_trial_channel *channel = &table->channels[c];
            channel->least = share;
            if (channel->blocks > pushed_blocks && channel->blocks < 1.0)
                channel->blocks = pushed_blocks;
        }
    }
}

struct bh_trial_table *bh_trial_table_create(const struct bh_node_model *model, double push)
{
    struct bh_trial_table *table = bh_allocate(1, sizeof *table);
    size_t victims_used = 0;
    table->model = model;
    table->is_pushed = push > 0.0;
    table->zones_count = model->tree->zones_count;
    table->channels_count = model->tree->channels_count;
    table->zones = bh_allocate(table->zones_count, sizeof *table->zones);
    table->channels = bh_allocate(table->channels_count + 1, sizeof *table->channels);
    table->ratios = bh_allocate(BH_ERROR_KINDS * table->channels_count + 1, sizeof *table->ratios);
    for (size_t z = 0; z < table->zones_count; z++)
        fill_zone(table, z, &victims_used);
    for (size_t c = 0; c < table->channels_count; c++)
        fill_channel(table, c);
    if (table->is_pushed)
        push_crossings(table, push);
    return table;
}

void bh_trial_table_destroy(struct bh_trial_table *table)
{
    if (table == NULL)
        return;
    free(table->zones);
    free(table->channels);
    free(table->ratios);
    free(table->victims);
    free(table);
}
