/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Goes round a recorded log: one hand for the whole machine, or one for each copy or node that has begun. */
#include "models/faults/replay_player.h"

#include "models/base/event_queue.h"
#include "models/catalog/fault_class.h"
#include "models/faults/replay.h"
#include "models/faults/streams.h"
#include "models/times/dealt_nodes.h"
#include "models/times/renewal.h"

#include <math.h>
#include <stdlib.h>

/* A copy of the recorded machine, or a resampled node, on its way round by itself. */
struct unit {
    uint64_t number, ordinal; /* `ordinal`: records so far */
    size_t record;            /* the one that is due */
};

struct bh_replay_player {
    const struct bh_fault_stream *stream;
    const struct bh_replay *replay;
    uint64_t nodes;
    bool has_begun;
    /* All together. `record` strikes its followers one by one; `followers` is NULL unless resampled. */
    struct bh_followers *followers;
    double shift_s, last_s; /* `last_s`: of the last strike */
    size_t record, idle;    /* `idle`: records since the last strike */
    uint64_t turn, follower;
    /* Apart. First records come as first events of models/times/renewal.h; units that have begun wait in the queue. */
    struct bh_first_events *first_events;
    bool has_fresh;
    double fresh_s; /* the next unit's first record */
    uint64_t fresh_unit, begun;
    struct bh_event_queue queue;
};

static uint64_t log_identity(void)
{
    return bh_identity("replay");
}

/* --- Starting apart ------------------------------------------------------------------------------------------------ */

/* A unit starts at a uniform point of a circle, of the recorded machine's or of a random recorded node's. With U circles
 * of length L, its first record comes within t with probability
 *
 *     F(t) = (1 / (U L)) * sum over all records of min(t, the gap before the record),
 *
 * and given that it comes at t it is each record whose gap is longer with equal probability. F is linear between gaps;
 * nodes without a record leave F(infinity) below 1. */
static double circles_s(const struct bh_replay *replay)
{
    double circles = replay->manner.nodes == BH_REPLAY_RESAMPLED ? (double)replay->recorded->nodes : 1.0;
    return circles * replay->recorded->length_s;
}

/* The least gap number g for which the sum of min(gap g, gap) is at least `sum`; the number of gaps if none is. */
static size_t find_gap(const struct bh_replay *replay, double sum)
{
    size_t low = 0, high = replay->recorded->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct bh_replay_gap *gap = &replay->gaps[middle];
        if (gap->before_s + gap->gap_s * (double)(replay->recorded->count - middle) < sum)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double first_s(const void *owner, double hazard)
{
    const struct bh_replay *replay = owner;
    double sum = -expm1(-hazard) * circles_s(replay);
    size_t gap = find_gap(replay, sum);
    if (gap == replay->recorded->count)
        return INFINITY;
    double others = (double)(replay->recorded->count - gap);
    return fmax(0.0, (sum - replay->gaps[gap].before_s) / others);
}

/* Gaps of which t is beyond the end. */
static size_t count_shorter(const struct bh_replay *replay, double t_s)
{
    size_t low = 0, high = replay->recorded->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (replay->gaps[middle].gap_s <= t_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void draw_fresh(struct bh_replay_player *player, const struct bh_random *random)
{
    player->has_fresh = bh_first_events_next(player->first_events, random, &player->fresh_s, &player->fresh_unit) &&
                        isfinite(player->fresh_s);
}

static void push(struct bh_replay_player *player, struct unit *unit, double time_s)
{
    bh_event_queue_push(&player->queue, (struct bh_event){.time_s = time_s, .subject = unit});
}

static void begin_unit(struct bh_replay_player *player, const struct bh_random *random)
{
    const struct bh_replay *replay = player->replay;
    size_t count = replay->recorded->count, shorter = count_shorter(replay, player->fresh_s);
    double u = bh_random_uniform(random, BH_PURPOSE_REPLAY, log_identity(), player->begun++, 1);
    size_t gap = shorter + (size_t)(u * (double)(count - shorter));
    struct unit *unit = bh_allocate(1, sizeof *unit);
    unit->number = player->fresh_unit;
    unit->record = replay->gaps[gap < count ? gap : count - 1].record;
    push(player, unit, player->fresh_s);
    draw_fresh(player, random);
}

/* --- Faults -------------------------------------------------------------------------------------------------------- */

static bool is_mine(const struct bh_replay_player *player, size_t record)
{
    return bh_replay_class_of(player->replay, &player->replay->recorded->record[record]) ==
           player->stream->hardware->recorded.number;
}

/* `ordinal` tells the times apart that a record strikes the same node. */
static void make_fault(const struct bh_replay_player *player, size_t record, uint64_t node, uint64_t ordinal,
                       double time_s, struct bh_fault *fault)
{
    uint64_t identity = bh_identity_join(player->stream->identity, node);
    identity = bh_identity_join(bh_identity_join(identity, record), ordinal);
    *fault = (struct bh_fault){.stream = player->stream,
                               .time_s = time_s,
                               .node = node,
                               .identity = identity,
                               .landing = identity,
                               .event = identity,
                               .is_recorded = true,
                               .down_s = player->replay->recorded->record[record].down_s};
}

/* After two turns without a strike there will be none: no unit has a record of this class. */
static bool next_apart(struct bh_replay_player *player, const struct bh_random *random, struct bh_fault *fault)
{
    const struct bh_replay *replay = player->replay;
    const struct bh_recorded_faults *recorded = replay->recorded;
    bool of_node = replay->manner.nodes == BH_REPLAY_RESAMPLED;
    for (;;) {
        while (player->has_fresh &&
               (player->queue.count == 0 || player->fresh_s <= bh_event_queue_first(&player->queue)->time_s))
            begin_unit(player, random);
        if (player->queue.count == 0)
            return false;
        struct bh_event event = bh_event_queue_pop(&player->queue);
        struct unit *unit = event.subject;
        size_t record = unit->record;
        uint64_t node = of_node ? unit->number : unit->number * recorded->nodes + recorded->record[record].node;
        bool strikes = is_mine(player, record) && node < player->nodes;
        if (strikes)
            make_fault(player, record, node, unit->ordinal, event.time_s, fault);
        unit->ordinal++;
        unit->record = of_node ? recorded->record[record].next : (record + 1) % recorded->count;
        push(player, unit, event.time_s + bh_recorded_gap_s(recorded, record, unit->record));
        if (strikes) {
            player->last_s = event.time_s;
            return true;
        }
        if (event.time_s > player->last_s + 2.0 * recorded->length_s)
            return false;
    }
}

static uint64_t count_followers(const struct bh_replay_player *player, uint32_t leader)
{
    switch (player->replay->manner.nodes) {
    case BH_REPLAY_AS_RECORDED:
        return 1;
    case BH_REPLAY_COPIES:
        return (player->nodes - leader + player->replay->recorded->nodes - 1) / player->replay->recorded->nodes;
    case BH_REPLAY_RESAMPLED:
        return bh_followers_count(player->followers, leader);
    }
    return 0;
}

static uint64_t follower(const struct bh_replay_player *player, uint32_t leader, uint64_t index)
{
    if (player->followers != NULL)
        return bh_followers_node(player->followers, leader, index);
    return leader + index * player->replay->recorded->nodes;
}

static bool next_together(struct bh_replay_player *player, struct bh_fault *fault)
{
    const struct bh_recorded_faults *recorded = player->replay->recorded;
    for (; player->idle <= recorded->count; player->record++, player->follower = 0) {
        if (player->record == recorded->count) {
            if (player->replay->manner.stops)
                return false;
            player->record = 0;
            player->turn++;
        }
        const struct bh_record *record = &recorded->record[player->record];
        player->idle++;
        if (!is_mine(player, player->record) || player->follower == count_followers(player, record->node))
            continue;
        player->idle = 0;
        /* The end of one turn is the beginning of the next, which rounding may put before it. */
        double time_s = record->at_s - player->shift_s + (double)player->turn * recorded->length_s;
        player->last_s = fmax(player->last_s, time_s);
        uint64_t node = follower(player, record->node, player->follower++);
        make_fault(player, player->record, node, player->turn, player->last_s, fault);
        return true;
    }
    return false;
}

/* --- The player ---------------------------------------------------------------------------------------------------- */

struct bh_replay_player *bh_replay_player_create(const struct bh_fault_stream *stream, uint64_t nodes)
{
    struct bh_replay_player *player = bh_allocate(1, sizeof *player);
    player->stream = stream;
    player->replay = stream->hardware->recorded.replay;
    player->nodes = nodes;
    return player;
}

void bh_replay_player_destroy(struct bh_replay_player *player)
{
    if (player == NULL)
        return;
    while (player->queue.count > 0)
        free(bh_event_queue_pop(&player->queue).subject);
    bh_event_queue_clear(&player->queue);
    bh_first_events_destroy(player->first_events);
    bh_followers_destroy(player->followers);
    free(player);
}

static double choose_shift_s(const struct bh_replay *replay, const struct bh_random *random)
{
    double length_s = replay->recorded->length_s;
    switch (replay->manner.start) {
    case BH_REPLAY_RANDOM:
        return length_s * bh_random_uniform(random, BH_PURPOSE_REPLAY, log_identity(), 0, 0);
    case BH_REPLAY_EVERY:
        return fmod((double)random->replica * replay->manner.every_s, length_s);
    case BH_REPLAY_BEGIN:
    case BH_REPLAY_APART: /* each node or copy has a shift of its own */
        break;
    }
    return 0.0;
}

static void begin(struct bh_replay_player *player, const struct bh_random *random)
{
    const struct bh_replay *replay = player->replay;
    const struct bh_recorded_faults *recorded = replay->recorded;
    if (replay->manner.start == BH_REPLAY_APART) {
        bool of_node = replay->manner.nodes == BH_REPLAY_RESAMPLED;
        player->first_events = bh_first_events_create_for(
            first_s, replay, of_node ? player->nodes : bh_replay_copies(replay), log_identity());
        draw_fresh(player, random);
        return;
    }
    player->shift_s = choose_shift_s(replay, random);
    while (player->record < recorded->count && recorded->record[player->record].at_s < player->shift_s)
        player->record++;
    if (replay->manner.nodes == BH_REPLAY_RESAMPLED)
        player->followers = bh_followers_create(random, player->nodes, recorded->nodes, recorded->named_nodes);
}

bool bh_replay_player_next(struct bh_replay_player *player, const struct bh_random *random, struct bh_fault *fault)
{
    if (!player->has_begun)
        begin(player, random);
    player->has_begun = true;
    return player->replay->manner.start == BH_REPLAY_APART ? next_apart(player, random, fault)
                                                           : next_together(player, fault);
}
