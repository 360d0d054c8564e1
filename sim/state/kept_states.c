/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The checkpoints that an enclave has, and what failures leave of them. */
#include "sim/state/kept_states.h"

#include "models/base/extremes.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void clear(struct bh_saved_state *state)
{
    free(state->copies);
    bh_silent_set_clear(&state->silent);
}

/* States are few (`keep`, by default 3) and stand by age. The oldest goes most often: it leaves its room behind, and those
 * that are left move only when none is left at the other end. */
struct bh_saved_state *bh_kept_states_add(struct bh_kept_states *kept)
{
    struct bh_saved_state *all = kept->all;
    if (all == NULL || kept->state + kept->count == all + kept->room) {
        if (2 * kept->count >= kept->room) {
            kept->room = 2 * kept->room + 8;
            all = bh_reallocate(NULL, kept->room, sizeof *all);
        }
        if (kept->count > 0)
            memmove(all, kept->state, kept->count * sizeof *all);
        if (all != kept->all)
            free(kept->all);
        kept->all = kept->state = all;
    }
    return &kept->state[kept->count++];
}

void bh_kept_states_remove(struct bh_kept_states *kept, size_t index)
{
    clear(&kept->state[index]);
    kept->count--;
    if (index == 0)
        kept->state++;
    else
        memmove(&kept->state[index], &kept->state[index + 1], (kept->count - index) * sizeof *kept->state);
}

/* The most work; of equal work that of the nearest level, which is read fastest. */
void bh_checkpoint_find_newest(struct bh_enclave *enclave)
{
    const struct bh_saved_state *newest = NULL;
    for (int l = 0; l < BH_LEVELS; l++) {
        const struct bh_kept_states *kept = &enclave->kept[l];
        if (kept->count == 0 || (newest != NULL && kept->state[kept->count - 1].work_s <= newest->work_s))
            continue;
        newest = &kept->state[kept->count - 1];
        enclave->newest_level = (enum bh_level)l;
    }
    enclave->newest = newest;
}

/* Drops one of an enclave's. */
static void drop(struct bh_enclave *enclave, int level, size_t index)
{
    bh_kept_states_remove(&enclave->kept[level], index);
    bh_checkpoint_find_newest(enclave);
}

static void drop_level(struct bh_enclave *enclave, enum bh_level level)
{
    struct bh_kept_states *kept = &enclave->kept[level];
    while (kept->count > 0)
        clear(&kept->state[--kept->count]);
    bh_checkpoint_find_newest(enclave);
}

bool bh_checkpoint_moves(const struct bh_enclave *enclave, enum bh_level_way way)
{
    enum bh_level level = enclave->saving;
    bool moves = enclave->phase == BH_PHASE_CHECKPOINT ||
                 (enclave->phase == BH_PHASE_RESTORE && bh_checkpoint_newest(enclave, &level) != NULL);
    return moves && bh_level_goes_through(level, way);
}

/* Within a moment two times are one: clocks are sums of durations, and rounding must not decide. */
bool bh_checkpoint_is_newer(const struct bh_saved_state *state, double time_s)
{
    return state->time_s > time_s + BH_ONE_MOMENT_S;
}

void bh_checkpoint_drop_newer(struct bh_enclave *enclave, double time_s)
{
    for (int level = 0; level < BH_LEVELS; level++) {
        struct bh_kept_states *kept = &enclave->kept[level];
        while (kept->count > 0 && bh_checkpoint_is_newer(&kept->state[kept->count - 1], time_s))
            drop(enclave, level, kept->count - 1);
    }
}

void bh_checkpoint_drop_all(struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++) {
        drop_level(enclave, (enum bh_level)level);
        free(enclave->kept[level].all);
        enclave->kept[level] = (struct bh_kept_states){0};
    }
    bh_checkpoint_try(enclave, NULL);
}

/* A level is lost as a whole; of partners' copies those that a pair held which lost both its nodes, and all older
 * ones. */
void bh_checkpoint_lose(struct bh_enclave *enclave, uint64_t slot, struct bh_level_loss taken)
{
    uint64_t gone = 0;
    if (taken.node_is_gone && bh_setup_goes_through(enclave->setup, BH_THROUGH_PARTNER))
        gone = bh_partners_lose(&enclave->partners, slot - enclave->partition->first_slot);
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        struct bh_kept_states *kept = &enclave->kept[level];
        if (kept->count > 0 && !bh_level_survives(level, taken))
            drop_level(enclave, level);
        while (bh_level_goes_through(level, BH_THROUGH_PARTNER) && kept->count > 0 &&
               kept->state[0].partner_mark < gone)
            drop(enclave, (int)level, 0);
    }
}

void bh_checkpoint_drop_known_bad(struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = enclave->kept[level].count; i-- > 0;)
            if (bh_silent_set_is_known_bad(&enclave->silent, &enclave->kept[level].state[i].silent))
                drop(enclave, level, i);
}

static double tried_since_s(const struct bh_enclave *enclave, uint64_t lineage)
{
    for (size_t i = 0; i < enclave->tried.count; i++)
        if (enclave->tried.error[i].lineage == lineage)
            return enclave->tried.error[i].since_s;
    return INFINITY;
}

void bh_checkpoint_try(struct bh_enclave *enclave, const struct bh_saved_state *state)
{
    struct bh_tried tried = {.count = state != NULL ? state->copies_count : 0};
    if (tried.count > 0)
        tried.error = bh_allocate(tried.count, sizeof *tried.error);
    for (size_t i = 0; state != NULL && i < tried.count; i++) {
        uint64_t lineage = state->copies[i].lineage;
        tried.error[i] = (struct bh_tried_error){lineage, bh_lesser(state->time_s, tried_since_s(enclave, lineage))};
    }
    free(enclave->tried.error);
    enclave->tried = tried;
}

static bool holds(const struct bh_saved_state *state, uint64_t lineage)
{
    for (size_t i = 0; i < state->copies_count; i++)
        if (state->copies[i].lineage == lineage)
            return true;
    return false;
}

/* A restart brought the same error back: the state that it was from and all later ones that hold it are no use, also where
 * the first has made room for these. Older states, from before the error came, stay. */
void bh_checkpoint_fall_again(struct bh_enclave *enclave, uint64_t lineage)
{
    double since_s = tried_since_s(enclave, lineage);
    if (isinf(since_s))
        return;
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = enclave->kept[level].count; i-- > 0;) {
            const struct bh_saved_state *state = &enclave->kept[level].state[i];
            if (state->time_s >= since_s && holds(state, lineage))
                drop(enclave, level, i);
        }
}

/* The share covers rounding of sums of work; it is the one that says when a position is reached. */
void bh_checkpoint_drop_beyond(struct bh_enclave *enclave, double work_s)
{
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = enclave->kept[level].count; i-- > 0;)
            if (enclave->kept[level].state[i].work_s > work_s * (1.0 + 1e-12))
                drop(enclave, level, i);
}

/* After `returns` restarts from the newest state in vain it is given up on every level, and an older one is next. */
void bh_checkpoint_go_further(struct bh_enclave *enclave, double time_s)
{
    bh_checkpoint_drop_newer(enclave, time_s);
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    bool is_given_up = newest != NULL && newest->returns >= enclave->setup->verification.returns;
    double work_s = is_given_up ? newest->work_s : INFINITY;
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = enclave->kept[level].count; i-- > 0;)
            if (enclave->kept[level].state[i].work_s >= work_s)
                drop(enclave, level, i);
}

void bh_checkpoint_count_return(struct bh_enclave *enclave)
{
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    double work_s = newest != NULL ? newest->work_s : INFINITY; /* on each level that it was written to */
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = 0; i < enclave->kept[level].count; i++)
            enclave->kept[level].state[i].returns += enclave->kept[level].state[i].work_s >= work_s;
}

/* A verification passed: what was tried so far proved good. */
void bh_checkpoint_pass(struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = 0; i < enclave->kept[level].count; i++)
            enclave->kept[level].state[i].returns = 0;
}
