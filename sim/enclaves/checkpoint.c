/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints at run time: bytes that move, states that are kept. */
#include "sim/enclaves/checkpoint.h"

#include "sim/state/replica_state.h"

#include <simgrid/engine.h>
#include <stdlib.h>

static void clear(struct bh_saved_state *state)
{
    free(state->copies);
    bh_silent_set_clear(&state->silent);
}

static void remove_state(struct bh_kept_states *kept, size_t index)
{
    clear(&kept->state[index]);
    for (size_t i = index + 1; i < kept->count; i++)
        kept->state[i - 1] = kept->state[i];
    kept->count--;
}

const struct bh_saved_state *bh_checkpoint_newest(const struct bh_enclave *enclave, enum bh_level *level)
{
    const struct bh_saved_state *newest = NULL;
    for (int l = 0; l < BH_LEVELS; l++) {
        const struct bh_kept_states *kept = &enclave->kept[l];
        if (kept->count == 0 || (newest != NULL && kept->state[kept->count - 1].work_s <= newest->work_s))
            continue;
        newest = &kept->state[kept->count - 1];
        if (level != NULL)
            *level = (enum bh_level)l;
    }
    return newest;
}

enum bh_level bh_checkpoint_next(const struct bh_enclave *enclave, enum bh_level nearest)
{
    int level = (int)nearest;
    for (; level < BH_LEVELS; level++) {
        const struct bh_kept_states *kept = &enclave->kept[level];
        uint64_t every = enclave->setup->every[level];
        bool holds = kept->count > 0 && kept->state[kept->count - 1].work_s >= enclave->work_s;
        if (every > 0 && (enclave->checkpoints + 1) % every == 0 && !holds)
            break;
    }
    return (enum bh_level)level;
}

void bh_checkpoint_owe(struct bh_enclave *enclave)
{
    enum bh_level level;
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, &level);
    if (newest == NULL)
        return;
    enclave->checkpoints = newest->number - 1;
    enclave->saving = bh_checkpoint_next(enclave, level + 1);
    enclave->checkpoints += enclave->saving == BH_LEVELS;
}

void bh_checkpoint_save(struct bh_enclave *enclave, enum bh_level level)
{
    struct bh_kept_states *kept = &enclave->kept[level];
    uint64_t most = enclave->replica->setup->scenario->checkpoint[level].keep;
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    bool is_copy = newest != NULL && newest->work_s >= enclave->work_s;
    double time_s = is_copy ? newest->time_s : simgrid_get_clock();
    while (kept->count >= most)
        remove_state(kept, 0);
    kept->state = bh_reallocate(kept->state, kept->count + 1, sizeof *kept->state);
    struct bh_saved_state *state = &kept->state[kept->count++];
    *state = (struct bh_saved_state){.time_s = time_s,
                                     .work_s = enclave->work_s,
                                     .bytes = enclave->saving_bytes,
                                     .number = enclave->checkpoints + 1,
                                     .ledger = enclave->ledger};
    if (level == BH_LEVEL_PARTNER) {
        state->partner_mark = bh_partners_mark(&enclave->partners);
        bh_partners_forget(&enclave->partners, kept->state[0].partner_mark);
    }
    state->copies = bh_errors_save(enclave->replica, enclave->index, &state->copies_count);
    bh_silent_set_copy(&state->silent, &enclave->silent.present);
    enclave->events++;
}

static void drop_level(struct bh_enclave *enclave, enum bh_level level)
{
    struct bh_kept_states *kept = &enclave->kept[level];
    while (kept->count > 0)
        clear(&kept->state[--kept->count]);
    free(kept->state);
    *kept = (struct bh_kept_states){0};
}

/* Checkpoints that are complete at one time are so but for the last digits of a clock of months. */
bool bh_checkpoint_is_newer(const struct bh_saved_state *state, double time_s)
{
    return state->time_s > time_s + 1e-6;
}

void bh_checkpoint_drop_newer(struct bh_enclave *enclave, double time_s)
{
    for (int level = 0; level < BH_LEVELS; level++) {
        struct bh_kept_states *kept = &enclave->kept[level];
        while (kept->count > 0 && bh_checkpoint_is_newer(&kept->state[kept->count - 1], time_s))
            remove_state(kept, kept->count - 1);
    }
}

void bh_checkpoint_drop_all(struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++)
        drop_level(enclave, (enum bh_level)level);
}

void bh_checkpoint_lose(struct bh_enclave *enclave, uint64_t slot, enum bh_level nearest_left)
{
    for (int level = 0; level < (int)nearest_left; level++)
        drop_level(enclave, (enum bh_level)level);
    struct bh_kept_states *kept = &enclave->kept[BH_LEVEL_PARTNER];
    if (nearest_left != BH_LEVEL_PARTNER || !enclave->setup->has_level[BH_LEVEL_PARTNER])
        return;
    uint64_t first = enclave->partition->first_slot;
    uint64_t gone = bh_partners_lose(&enclave->partners, slot - first);
    while (kept->count > 0 && kept->state[0].partner_mark < gone)
        remove_state(kept, 0);
}

void bh_checkpoint_drop_known_bad(struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++)
        for (size_t i = enclave->kept[level].count; i-- > 0;)
            if (bh_silent_set_is_known_bad(&enclave->silent, &enclave->kept[level].state[i].silent))
                remove_state(&enclave->kept[level], i);
}

/* Times that a scenario gives hold for any checkpoint; those by bandwidth are of the mean one. */
static double expected_s(const struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction,
                         double bytes_per_node)
{
    const struct bh_enclave_setup *setup = enclave->setup;
    const struct bh_checkpoint_spec *spec = &enclave->replica->setup->scenario->checkpoint[level];
    double time_s = direction == BH_WRITE ? setup->write_s[level] : setup->read_s[level];
    bool is_given = (direction == BH_WRITE ? spec->write_s : spec->read_s) >= 0.0;
    return is_given || bytes_per_node == setup->checkpoint_bytes ? time_s
                                                                 : time_s * (bytes_per_node / setup->checkpoint_bytes);
}

double bh_checkpoint_read_s(const struct bh_enclave *enclave)
{
    enum bh_level level;
    const struct bh_saved_state *state = bh_checkpoint_newest(enclave, &level);
    return state != NULL ? expected_s(enclave, level, BH_READ, state->bytes) : 0.0;
}

bool bh_checkpoint_move(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction)
{
    const struct bh_enclave_setup *setup = enclave->setup;
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    double per_node = bh_enclave_pace(enclave)->checkpoint_bytes;
    if (direction == BH_WRITE)
        enclave->saving_bytes = per_node;
    else if (newest != NULL)
        per_node = newest->bytes;
    if (setup->is_fixed[level])
        return bh_enclave_sleep(enclave, simgrid_get_clock() + expected_s(enclave, level, direction, per_node));
    double bytes = per_node * bh_enclave_nodes(enclave), start_s = simgrid_get_clock();
    enclave->activities += bh_transfer_activities(enclave->transfer);
    if (bh_enclave_is_over(enclave) || !bh_transfer_run(enclave->transfer, direction, bytes))
        return false;
    /* A host's link is as wide as all its nodes, those of other enclaves too. */
    double least_s = start_s + bytes / setup->link_rate;
    return simgrid_get_clock() >= least_s || bh_enclave_sleep(enclave, least_s);
}
