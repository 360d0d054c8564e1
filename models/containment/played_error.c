/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Plays one error: each life of a zone draws when its copy ends and which channels it tries before that. Draws are made
 * when they are needed; most lives need one block of Philox 4x64 and one logarithm. */
#include "models/containment/played_error.h"
#include "models/base/error.h"
#include "models/containment/played_error_table.h"

#include "models/base/random.h"
#include "models/node/takedown.h"
#include "models/words/scope.h"

#include <Random123/philox.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is to come: an attempt on a channel, or the end of a life. */
enum { END = UINT32_MAX };
struct event {
    double time_s;
    uint32_t what; /* channel or END: at equal times the first channel comes first, as in the exact chain */
    uint32_t zone;
};

/* The live copy of a zone. A life is what it draws for: a residual gives a copy another one. */
struct copy {
    uint32_t life;
    uint32_t depth;
    enum bh_error_kind kind;
    double ending_u;
};

struct bh_trial_player {
    const struct bh_trial_table *table;
    uint64_t seed, number, origin_tag;
    size_t origin_zone;
    enum bh_forced_ending forced;
    struct bh_zone_set live, touched;
    struct copy *copies; /* per zone */
    uint32_t *lives;     /* per zone: how many there were */
    bool *used;          /* per channel: it was tried */
    size_t events_count;
    struct event *events;
    struct bh_trial *trial;
    struct bh_trial_log *log;
    double now_s;
    double weight; /* pushed: likelihood ratio of the true law to the pushed one, of all that was drawn */
};

struct bh_trial_player *bh_trial_player_create(const struct bh_trial_table *table, uint64_t seed)
{
    struct bh_trial_player *player = bh_allocate(1, sizeof *player);
    player->table = table;
    player->seed = seed;
    player->copies = bh_allocate(table->zones_count, sizeof *player->copies);
    player->lives = bh_allocate(table->zones_count, sizeof *player->lives);
    player->used = bh_allocate(table->channels_count + 1, sizeof *player->used);
    player->events = bh_allocate(table->zones_count + table->channels_count, sizeof *player->events);
    return player;
}

void bh_trial_player_destroy(struct bh_trial_player *player)
{
    if (player == NULL)
        return;
    free(player->copies);
    free(player->lives);
    free(player->used);
    free(player->events);
    free(player);
}

void bh_trial_player_log(struct bh_trial_player *player, struct bh_trial_log *log)
{
    player->log = log;
}

/* --- Draws ---------------------------------------------------------------------------------------------------------- */

static inline philox4x64_ctr_t draw(const struct bh_trial_player *player, enum bh_purpose purpose, uint64_t what,
                                    uint32_t life, uint32_t block)
{
    philox4x64_key_t key = {{player->seed, player->number}};
    philox4x64_ctr_t counter = {{(uint64_t)purpose, player->origin_tag, what, (uint64_t)block << 32 | life}};
    return philox4x64_R(10, counter, key);
}

static inline void add_event(struct bh_trial_player *player, double time_s, uint32_t what, size_t zone)
{
    player->events[player->events_count++] = (struct event){time_s, what, (uint32_t)zone};
}

/* The probability q that a channel is tried before the life's end is at least `least` on a pushed table. When it is tried,
 * given that it is, has the true law, so that the weight is q over what is played: it does not grow with time, as it
 * would if rates were pushed. */
static inline bool push_attempt(struct bh_trial_player *player, double limit, double least, double *v)
{
    double q = -expm1(-limit), played = q > least ? q : least;
    bool tries = *v < played;
    player->weight *= tries ? q / played : (1.0 - q) / (1.0 - played);
    *v *= q / played;
    return tries;
}

/* The attempt waits E lifetimes over the ratio, E = -ln(1 - v) standard exponential, and comes before the end of the
 * life, at `end` lifetimes, when E < end x ratio. As E >= v, the upper half of v alone settles most cases. */
static inline void draw_attempt(struct bh_trial_player *player, uint32_t c, size_t zone, uint32_t life, uint32_t upper,
                                double end, double lifetime_s)
{
    const struct bh_trial_channel *channel = &player->table->channels[c];
    double ratio = player->table->ratios[(size_t)player->copies[zone].kind * player->table->channels_count + c];
    double limit = end * ratio;
    if (isinf(ratio)) {
        add_event(player, player->now_s, c, zone);
        return;
    }
    if ((channel->least == 0.0 || ratio <= 0.0) && (double)upper * 0x1p-32 >= limit)
        return;
    uint32_t lower = (uint32_t)draw(player, BH_PURPOSE_ATTEMPT, c, life, 0).v[0];
    double v = ((double)((uint64_t)upper << 32 | lower) + 0.5) * 0x1p-64;
    if (channel->least > 0.0 && !push_attempt(player, limit, channel->least, &v))
        return;
    double waits = -log1p(-v);
    if (waits < limit || channel->least > 0.0)
        add_event(player, player->now_s + waits / ratio * lifetime_s, c, zone);
}

/* Starts a life of the zone's copy: draws its end and the channels it will try, those that were not tried before. */
static void begin_life(struct bh_trial_player *player, size_t z)
{
    const struct bh_trial_zone *zone = &player->table->zones[z];
    struct copy *copy = &player->copies[z];
    double lifetime_s = zone->ending[copy->kind].lifetime_s;
    copy->life = player->lives[z]++;
    if (z == player->origin_zone && player->forced == BH_ENDING_SIGNALLED_AT_ONCE)
        return; /* before anything else, see bh_trial_play */
    philox4x64_ctr_t bits = draw(player, BH_PURPOSE_LIFETIME, z, copy->life, 0);
    double end = -log(bh_random_open_interval(bits.v[0]));
    copy->ending_u = bh_random_open_interval(bits.v[1]);
    add_event(player, player->now_s + end * lifetime_s, END, z);
    for (uint32_t c = zone->first_channel, lane = 4, block = 0; c < zone->channels_end; c++, lane++) {
        if (lane == 8) { /* lanes 0 to 3 of the first block are the two draws above */
            bits = draw(player, BH_PURPOSE_LIFETIME, z, copy->life, ++block);
            lane = 0;
        }
        if (player->used[c])
            continue;
        draw_attempt(player, c, z, copy->life, (uint32_t)(bits.v[lane / 2] >> (lane % 2 * 32)), end, lifetime_s);
    }
}

/* --- Copies --------------------------------------------------------------------------------------------------------- */

static void begin_copy(struct bh_trial_player *player, size_t z, enum bh_error_kind kind, uint32_t depth)
{
    struct copy *copy = &player->copies[z];
    copy->kind = kind;
    copy->depth = depth;
    if (depth > player->trial->depth)
        player->trial->depth = depth;
    bh_zone_set_add(&player->live, z);
    bh_zone_set_add(&player->touched, z);
    begin_life(player, z);
}

static void drop_events(struct bh_trial_player *player, const struct bh_zone_set *zones)
{
    size_t kept = 0;
    for (size_t i = 0; i < player->events_count; i++)
        if (!bh_zone_set_has(zones, player->events[i].zone))
            player->events[kept++] = player->events[i];
    player->events_count = kept;
}

/* A copy's end, of itself or because its zone went down. Its events are dropped by the caller. */
static void end_copy(struct bh_trial_player *player, size_t z)
{
    bh_zone_set_remove(&player->live, z);
    if (z == player->origin_zone)
        player->forced = BH_ENDING_DRAWN;
}

static void clear(struct bh_trial_player *player, const struct bh_zone_set *down)
{
    if (!bh_zone_set_meets(&player->live, down))
        return;
    drop_events(player, down);
    for (size_t z = 0; z < player->table->zones_count; z++)
        if (bh_zone_set_has(down, z) && bh_zone_set_has(&player->live, z))
            end_copy(player, z);
}

static void signal_copy(struct bh_trial_player *player, size_t z)
{
    const struct bh_trial_zone *zone = &player->table->zones[z];
    struct bh_effect *effect = &player->trial->effect;
    struct copy *copy = &player->copies[z];
    const struct bh_trial_victim *victim = &player->table->victims[zone->first_victim];
    philox4x64_ctr_t bits = {{0}};
    if (zone->victims_count > 1 || !zone->is_certain || !victim->takes_zone)
        bits = draw(player, BH_PURPOSE_VICTIM, z, copy->life, 0);
    size_t rung = bh_rung_at(&zone->played, bh_random_open_interval(bits.v[2]));
    if (player->table->is_pushed && !zone->is_certain)
        player->weight *= bh_rung_probability(zone->ladder, rung) / bh_rung_probability(&zone->played, rung);
    victim += zone->victims_count * rung;
    if (zone->victims_count > 1) {
        uint32_t which = (uint32_t)(bh_random_open_interval(bits.v[0]) * zone->victims_count);
        victim += which < zone->victims_count ? which : zone->victims_count - 1; /* the product may round up */
    }
    bh_zone_set_join(&effect->failed, &victim->down);
    bh_zone_set_join(&effect->affected, &victim->down);
    effect->beyond_node = bh_scope_wider(effect->beyond_node, (enum bh_scope)zone->beyond_node);
    clear(player, &victim->cleared);
    if (victim->takes_zone)
        return;
    struct bh_zone_set own = {{0}};
    bh_zone_set_add(&own, z);
    drop_events(player, &own);
    if (bh_random_open_interval(bits.v[1]) < zone->residual)
        begin_life(player, z);
    else
        end_copy(player, z);
}

static void end_naturally(struct bh_trial_player *player, size_t z)
{
    const struct copy *copy = &player->copies[z];
    const struct bh_trial_ending *ending = &player->table->zones[z].ending[copy->kind];
    enum bh_forced_ending how = copy->ending_u < ending->masked       ? BH_ENDING_MASKED
                                : copy->ending_u < ending->not_silent ? BH_ENDING_SIGNALLED
                                                                      : BH_ENDING_SILENT;
    if (z == player->origin_zone && player->forced != BH_ENDING_DRAWN) {
        how = player->forced;
        player->forced = BH_ENDING_DRAWN;
    }
    if (how == BH_ENDING_SIGNALLED || how == BH_ENDING_SIGNALLED_AT_ONCE) {
        signal_copy(player, z);
        return;
    }
    if (how == BH_ENDING_SILENT) {
        player->trial->effect.silent = true;
        bh_zone_set_add(&player->trial->effect.affected, z);
    }
    end_copy(player, z);
}

/* --- Channels ------------------------------------------------------------------------------------------------------- */

static void note_attempt(struct bh_trial_log *log, uint32_t c, uint32_t life, bool passed)
{
    if (log->count < BH_TRIAL_ATTEMPTS)
        log->attempt[log->count] = (struct bh_trial_attempt){c, life, passed};
    log->count++;
}

/* Whether the error comes into a zone by a channel: not where it is, where it has failed or, but for chance, where it was. */
static bool enters(const struct bh_trial_player *player, uint32_t c, size_t z, uint32_t life)
{
    double again = player->table->model->again;
    if (bh_zone_set_has(&player->live, z) || bh_zone_set_has(&player->trial->effect.failed, z))
        return false;
    return !bh_zone_set_has(&player->touched, z) || again >= 1.0 ||
           (again > 0.0 && bh_random_open_interval(draw(player, BH_PURPOSE_AGAIN, c, life, 0).v[0]) < again);
}

/* Whether what crosses is no error where it comes to: it may leave that zone degraded. */
static bool is_harmless(struct bh_trial_player *player, const struct bh_trial_channel *channel, uint32_t c,
                        uint32_t life)
{
    struct bh_effect *effect = &player->trial->effect;
    if (channel->corrupts >= 1.0 || bh_zone_set_has(&effect->failed, channel->to))
        return false;
    philox4x64_ctr_t bits = draw(player, BH_PURPOSE_DEGRADES, c, life, 0);
    if (bh_random_open_interval(bits.v[0]) < channel->corrupts)
        return false;
    if (bh_random_open_interval(bits.v[1]) < channel->degrades) {
        bh_zone_set_add(&effect->degraded, channel->to);
        bh_zone_set_add(&effect->affected, channel->to);
    }
    return true;
}

static void attempt(struct bh_trial_player *player, size_t from, uint32_t c)
{
    const struct bh_trial_channel *channel = &player->table->channels[c];
    struct copy *copy = &player->copies[from];
    player->used[c] = true;
    bool passed = true;
    if (channel->true_blocks > 0.0) {
        double u = bh_random_open_interval(draw(player, BH_PURPOSE_GUARD, c, copy->life, 0).v[0]);
        passed = u >= channel->blocks;
        if (player->table->is_pushed)
            player->weight *= passed ? (1.0 - channel->true_blocks) / (1.0 - channel->blocks)
                                     : channel->true_blocks / channel->blocks;
    }
    if (player->log != NULL)
        note_attempt(player->log, c, copy->life, passed);
    if (!passed) {
        if (channel->detects)
            signal_copy(player, from);
        return;
    }
    if (is_harmless(player, channel, c, copy->life) || !enters(player, c, channel->to, copy->life))
        return;
    bh_zone_set_add(&player->trial->effect.affected, channel->to);
    begin_copy(player, channel->to, bh_error_kind_crossed(copy->kind), copy->depth + 1);
}

/* --- A trial -------------------------------------------------------------------------------------------------------- */

static struct event next_event(struct bh_trial_player *player)
{
    struct event *events = player->events;
    size_t first = 0;
    for (size_t i = 1; i < player->events_count; i++)
        if (events[i].time_s < events[first].time_s ||
            (events[i].time_s == events[first].time_s && events[i].what < events[first].what))
            first = i;
    struct event event = events[first];
    events[first] = events[--player->events_count];
    return event;
}

/* Counts from zero again where the last trial went. */
static void start(struct bh_trial_player *player, const struct bh_origin *origin, uint64_t number)
{
    const struct bh_trial_table *table = player->table;
    for (size_t word = 0; word < BH_ZONE_SET_WORDS; word++)
        for (uint64_t bits = player->touched.word[word]; bits != 0; bits &= bits - 1) {
            size_t z = 64 * word + (size_t)__builtin_ctzll(bits);
            player->lives[z] = 0;
            memset(&player->used[table->zones[z].first_channel], 0,
                   (table->zones[z].channels_end - table->zones[z].first_channel) * sizeof player->used[0]);
        }
    memset(&player->touched, 0, sizeof player->touched);
    memset(&player->live, 0, sizeof player->live);
    player->number = number;
    player->origin_tag = (uint64_t)bh_error_kind_is_software(origin->kind) << 48 | (uint64_t)origin->ending << 32 |
                         (uint64_t)origin->zone << 2 | (uint64_t)bh_error_kind_is_instruction(origin->kind) << 1 |
                         (uint64_t)origin->also_host_kernel;
    if (bh_error_kind_wrong(origin->kind) > BH_INSTRUCTION)
        player->origin_tag |= (uint64_t)bh_error_kind_wrong(origin->kind) << 49;
    player->origin_zone = origin->zone;
    player->forced = origin->ending;
    player->events_count = 0;
    player->now_s = 0.0;
    player->weight = 1.0;
    if (player->log != NULL)
        player->log->count = 0;
}

/* Whether the trial goes on. */
static bool note_boundaries(struct bh_trial_player *player, enum bh_boundary until)
{
    bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
    struct bh_trial *trial = player->trial;
    bh_effect_boundaries(player->table->model->tree, player->origin_zone, &trial->effect, inside, beyond);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (beyond[b] && trial->weight_beyond[b] == 0.0)
            trial->weight_beyond[b] = player->weight;
    return until == BH_BOUNDARIES || !beyond[until];
}

void bh_trial_play(struct bh_trial_player *player, const struct bh_origin *origin, uint64_t number,
                   enum bh_boundary until, struct bh_trial *trial)
{
    *trial = (struct bh_trial){.depth = 0};
    player->trial = trial;
    start(player, origin, number);
    begin_copy(player, origin->zone, origin->kind, 0);
    if (origin->also_host_kernel && origin->zone != 0)
        begin_copy(player, 0, origin->kind, 0);
    bool goes_on = true;
    if (player->forced == BH_ENDING_SIGNALLED_AT_ONCE) {
        end_naturally(player, origin->zone);
        goes_on = !player->table->is_pushed || note_boundaries(player, until);
    }
    while (goes_on && player->events_count > 0) {
        struct event event = next_event(player);
        player->now_s = event.time_s;
        if (event.what == END)
            end_naturally(player, event.zone);
        else
            attempt(player, event.zone, event.what);
        goes_on = !player->table->is_pushed || note_boundaries(player, until);
    }
    trial->time_s = player->now_s;
}
