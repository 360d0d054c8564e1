/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors from activation to their end: copies, endings, channels and guards. */
#include "sim/errors/live_errors.h"

#include "models/catalog/recovery.h"
#include "models/catalog/system.h"
#include "sim/errors/crossing.h"
#include "sim/errors/disposal.h"
#include "sim/errors/message_log.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>
#include <utlist.h>

/* What a copy does next: attempt a channel, attempt a way to another node, or end. */
enum { ENDS = -1, GOES_FAR = -2 };

struct due {
    double time_s;
    int channel; /* or ENDS, or GOES_FAR by `way` */
    struct bh_way way;
};

/* `key` names the zone or channel, see struct bh_setup. */
static double exponential(const struct bh_replica *replica, const struct bh_copy *copy, enum bh_purpose purpose,
                          uint64_t key, double mean_s)
{
    return bh_random_exponential(&replica->random, purpose, copy->error->identity, key, copy->generation, mean_s);
}

static double uniform(const struct bh_replica *replica, const struct bh_copy *copy, enum bh_purpose purpose,
                      uint64_t key)
{
    return bh_random_uniform(&replica->random, purpose, copy->error->identity, key, copy->generation);
}

/* When an attempt comes that has been possible since `opened_s`. Exponential times have no memory, so the time since a
 * composition began during the copy's life is drawn anew, by a key of its own. */
static double attempt_s(const struct bh_replica *replica, const struct bh_copy *copy, uint64_t key, uint64_t opened_key,
                        double opened_s, double rate)
{
    bool is_late = opened_s > copy->born_s;
    double from_s = is_late ? opened_s : copy->born_s;
    if (isinf(rate))
        return from_s;
    return from_s + exponential(replica, copy, BH_PURPOSE_ATTEMPT, is_late ? opened_key : key, 1.0 / rate);
}

/* Attempts over the network. */
static void consider_ways(const struct bh_replica *replica, const struct bh_copy *copy, struct due *due)
{
    struct bh_way way;
    for (size_t at = 0; bh_crossing_next(replica, copy, &at, &way);) {
        double time_s = attempt_s(replica, copy, way.key, way.opened_key, way.opened_s, way.rate);
        if (time_s < due->time_s)
            *due = (struct due){time_s, GOES_FAR, way};
    }
}

/* Attempts of a channel that is open only during a composition. */
static double linked_attempt_s(const struct bh_replica *replica, const struct bh_copy *copy, size_t channel,
                               const struct bh_composing *composing)
{
    const struct bh_node_setup *node = copy->error->node;
    uint64_t key = node->channel_key[channel];
    if (!composing->clock.is_on)
        return INFINITY;
    return attempt_s(replica, copy, key, bh_identity_join(key, composing->clock.turns), composing->opened_s,
                     bh_attempt_rate(node->model, channel, copy->kind));
}

/* The ending competes with one attempt per channel; all times are drawn from the copy's birth, so that recomputing
 * them later gives the same answer. */
static struct due next_due(const struct bh_replica *replica, const struct bh_copy *copy)
{
    if (copy->forced_ending == BH_ENDING_SIGNALLED_AT_ONCE)
        return (struct due){.time_s = copy->born_s, .channel = ENDS};
    const struct bh_node_setup *node = copy->error->node;
    const struct bh_node_model *model = node->model;
    const struct bh_zone_tree *tree = model->tree;
    uint64_t zone_key = node->zone_key[copy->zone];
    double lifetime_s = 1.0 / model->ending[copy->zone][copy->kind].rate;
    struct due due = {.time_s = copy->born_s + exponential(replica, copy, BH_PURPOSE_LIFETIME, zone_key, lifetime_s),
                      .channel = ENDS};
    for (size_t c = tree->first_channel[copy->zone]; c < tree->first_channel[copy->zone + 1]; c++) {
        double rate = bh_bits_has(&copy->error->used, c) ? 0.0 : bh_attempt_rate(model, c, copy->kind);
        if (rate <= 0.0)
            continue;
        const struct bh_composing *composing = bh_composing_of_channel(replica, copy->error->partition, c);
        double time_s = composing != NULL ? linked_attempt_s(replica, copy, c, composing)
                                          : attempt_s(replica, copy, node->channel_key[c], 0, -INFINITY, rate);
        if (time_s < due.time_s)
            due = (struct due){.time_s = time_s, .channel = (int)c};
    }
    consider_ways(replica, copy, &due);
    return due;
}

static void schedule(struct bh_replica *replica, struct bh_copy *copy, double time_s)
{
    copy->due_s = time_s;
    copy->pending++;
    bh_event_queue_push(&replica->queue, (struct bh_event){.time_s = time_s, .kind = BH_EVENT_COPY, .subject = copy});
}

static void schedule_next(struct bh_replica *replica, struct bh_copy *copy)
{
    struct due due = next_due(replica, copy);
    copy->due_channel = due.channel;
    schedule(replica, copy, due.time_s);
}

/* What was scheduled, or, where compositions come and go, what is next now. */
static struct due now_due(const struct bh_replica *replica, const struct bh_copy *copy)
{
    return replica->setup->scenario->compositions.count == 0
               ? (struct due){.time_s = copy->due_s, .channel = copy->due_channel}
               : next_due(replica, copy);
}

static void begin_hang(struct bh_replica *replica, struct bh_copy *copy)
{
    double watchdog_s = bh_setup_recovery(replica->setup)->watchdog_s.value;
    copy->is_hung = true;
    bh_copy_stall(replica, copy, true, bh_cause_of(replica, copy));
    schedule(replica, copy, replica->now_s + watchdog_s);
}

static void end_naturally(struct bh_replica *replica, struct bh_copy *copy)
{
    const struct bh_copy_ending *ending = &bh_copy_model(copy)->ending[copy->zone][copy->kind];
    uint64_t zone_key = copy->error->node->zone_key[copy->zone];
    double u = uniform(replica, copy, BH_PURPOSE_ENDING, zone_key);
    bool is_forced = copy->forced_ending != BH_ENDING_DRAWN;
    enum bh_forced_ending how = is_forced                                ? copy->forced_ending
                                : u < ending->masked                     ? BH_ENDING_MASKED
                                : u < ending->masked + ending->signalled ? BH_ENDING_SIGNALLED
                                                                         : BH_ENDING_SILENT;
    bool is_signalled = how == BH_ENDING_SIGNALLED || how == BH_ENDING_SIGNALLED_AT_ONCE;
    copy->forced_ending = BH_ENDING_DRAWN;
    if (is_signalled && !is_forced && ending->hang > 0.0 &&
        uniform(replica, copy, BH_PURPOSE_HANG, zone_key) < ending->hang)
        begin_hang(replica, copy);
    else if (is_signalled)
        bh_disposal_signal(replica, copy);
    else {
        int owner = bh_copy_owner(copy);
        if (how == BH_ENDING_SILENT) {
            copy->error->effect.silent = true;
            bh_zone_set_add(&copy->error->effect.affected, copy->zone);
            if (owner >= 0)
                bh_silent_begin(&replica->enclaves[owner], copy);
        }
        bh_copy_end(replica, copy);
    }
}

/* Whether a crossing of a copy comes to anything in a zone: where the error was before, by chance. */
static bool enters(const struct bh_replica *replica, const struct bh_live_error *there, size_t zone,
                   const struct bh_copy *from, uint64_t key)
{
    return bh_live_error_may_enter(replica, there, zone) &&
           (!bh_zone_set_has(&there->past, zone) ||
            uniform(replica, from, BH_PURPOSE_AGAIN, key) < there->node->model->again);
}

/* Leaves a copy where the error has come. */
static struct bh_copy *leave_copy(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                                  const struct bh_copy *from, enum bh_boundary boundary,
                                  const struct bh_guard_level *guard)
{
    struct bh_copy *left = bh_copy_add(replica, error, zone, bh_error_kind_crossed(from->kind));
    left->entered_boundary = (int)boundary;
    left->guard = guard;
    left->depth = from->depth + 1;
    error->depth = left->depth > error->depth ? left->depth : error->depth;
    bh_zone_set_add(&error->effect.affected, zone);
    schedule_next(replica, left);
    return left;
}

static void attempt_far(struct bh_replica *replica, struct bh_copy *copy, const struct bh_way *way)
{
    const struct bh_guard_level *guard;
    size_t zone;
    bool is_detected;
    struct bh_live_error *there = bh_crossing_attempt(replica, copy, way, &zone, &guard, &is_detected);
    if (there == NULL && is_detected)
        bh_disposal_signal(replica, copy);
    if (there == NULL || !enters(replica, there, zone, copy, way->key))
        return;
    there->root->has_crossed = true;
    struct bh_copy *left = leave_copy(replica, there, zone, copy, BH_ENCLAVE_ENCLAVE, guard);
    bh_messages_keep(replica, left, &replica->composing[way->composed], way->key);
}

/* Whether what crosses is no error where it comes to: it may leave that zone degraded. */
static bool is_harmless(struct bh_replica *replica, const struct bh_copy *copy, const struct bh_crossing *crossing,
                        uint64_t key)
{
    struct bh_effect *effect = &copy->error->effect;
    if (crossing->corrupts >= 1.0 || !bh_live_error_may_reach(replica, copy->error, crossing->to))
        return false;
    double u = uniform(replica, copy, BH_PURPOSE_DEGRADES, key);
    if (u < crossing->corrupts)
        return false;
    if (u < crossing->corrupts + (1.0 - crossing->corrupts) * crossing->degrades) {
        bh_zone_set_add(&effect->degraded, crossing->to);
        bh_zone_set_add(&effect->affected, crossing->to);
        bh_degraded_begin(replica, copy->error->slot, crossing->to, BH_SLOW_MESSAGES,
                          bh_cause_of_degraded(replica, copy->error), bh_identity_join(copy->error->identity, key));
    }
    return true;
}

static void attempt(struct bh_replica *replica, struct bh_copy *copy, size_t channel)
{
    struct bh_live_error *error = copy->error;
    const struct bh_crossing *crossing = &error->node->model->crossings[channel];
    const struct bh_guard_level *guard = bh_guard_on_channel(replica, error->partition, channel);
    double blocks = guard != NULL ? guard->blocks.value : 0.0;
    bh_bits_set(&error->used, channel);
    const struct bh_composing *over = bh_composing_of_channel(replica, error->partition, channel);
    if (over != NULL && bh_messages_are_had(replica, copy, over))
        return;
    uint64_t key = error->node->channel_key[channel];
    bool is_blocked = blocks > 0.0 && uniform(replica, copy, BH_PURPOSE_GUARD, key) < blocks;
    bh_crossing_note(replica, copy, key, crossing->boundary, guard, is_blocked);
    if (is_blocked && guard->detects)
        bh_disposal_signal(replica, copy);
    if (is_blocked)
        return;
    if (is_harmless(replica, copy, crossing, key))
        return;
    if (!enters(replica, error, crossing->to, copy, key))
        return;
    struct bh_copy *left = leave_copy(replica, error, crossing->to, copy, crossing->boundary, guard);
    if (over != NULL)
        bh_messages_keep(replica, left, over, key);
}

void bh_errors_step(struct bh_replica *replica, struct bh_copy *copy, double time_s)
{
    if (copy->is_ended || time_s != copy->due_s) { /* what was due then was overtaken */
        bh_copy_release(replica, copy);
        return;
    }
    struct bh_live_error *error = copy->error;
    bh_live_error_hold(error); /* while it is worked on */
    bool was_hung = copy->is_hung;
    struct due due = now_due(replica, copy);
    if (was_hung)
        bh_disposal_signal(replica, copy);
    else if (due.time_s > time_s)
        ; /* the composition that it was to cross has ended */
    else if (due.channel >= 0)
        attempt(replica, copy, (size_t)due.channel);
    else if (due.channel == GOES_FAR)
        attempt_far(replica, copy, &due.way);
    else
        end_naturally(replica, copy);
    if (!copy->is_ended && (was_hung || !copy->is_hung)) /* a hang that has just begun has its watchdog scheduled */
        schedule_next(replica, copy);
    bh_copy_release(replica, copy);
    bh_live_error_release(replica, error);
}

void bh_errors_look_again(struct bh_replica *replica, size_t number)
{
    const struct bh_composed *composed = &replica->setup->scenario->compositions.composed[number];
    struct bh_copy *copy;
    DL_FOREACH(replica->copies, copy)
    {
        bool concerns = false;
        for (size_t m = 0; m < composed->members_count; m++)
            concerns = concerns || replica->enclaves[composed->member[m]].partition == copy->error->partition;
        if (!concerns || copy->is_hung)
            continue;
        double time_s = next_due(replica, copy).time_s;
        if (time_s < copy->due_s)
            schedule(replica, copy, time_s);
    }
}

struct bh_copy *bh_copy_begin(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                              enum bh_error_kind kind, enum bh_forced_ending forced_ending)
{
    struct bh_copy *copy = bh_copy_add(replica, error, zone, kind);
    copy->forced_ending = forced_ending;
    schedule_next(replica, copy);
    return copy;
}

void bh_errors_revive(struct bh_replica *replica, const struct bh_saved_copy *saved, size_t count, unsigned restores)
{
    if (count == 0)
        return;
    struct bh_live_error **error = bh_allocate(count, sizeof *error);
    for (size_t i = 0; i < count; i++) {
        size_t first = 0;
        while (saved[first].lineage != saved[i].lineage)
            first++;
        error[i] = bh_live_error_revive(replica, &saved[i], restores, first < i ? error[first]->root : NULL);
        schedule_next(replica, bh_copy_add(replica, error[i], saved[i].zone, saved[i].kind));
    }
    free(error);
}

void bh_errors_replay(struct bh_enclave *enclave)
{
    struct bh_saved_copy copy;
    while (bh_messages_take(enclave, &copy))
        bh_errors_revive(enclave->replica, &copy, 1, enclave->restores);
}

void bh_errors_finish(struct bh_replica *replica)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    bh_copy_end(replica, copy);
    for (size_t e = 0; e < replica->setup->enclaves_count; e++)
        for (size_t i = 0; i < replica->enclaves[e].silent.count; i++)
            if (replica->enclaves[e].silent.list[i].error != NULL)
                bh_live_error_release(replica, replica->enclaves[e].silent.list[i].error);
}
