/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints at run time: bytes that move, states that are kept. */
#include "sim/enclaves/checkpoint.h"

#include "models/base/extremes.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <math.h>

enum bh_level bh_checkpoint_next(const struct bh_enclave *enclave, enum bh_level nearest)
{
    int level = (int)nearest;
    for (; level < BH_LEVELS; level++) {
        const struct bh_kept_states *kept = &enclave->kept[level];
        uint64_t every = enclave->setup->every[level];
        if (every == 0 || (enclave->checkpoints + 1) % every != 0)
            continue;
        if (kept->count == 0 || kept->state[kept->count - 1].work_s < enclave->work_s)
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
    uint64_t most = enclave->setup->keep[level];
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    bool is_copy = newest != NULL && newest->work_s >= enclave->work_s;
    double time_s = is_copy ? newest->time_s : enclave->replica->now_s;
    while (kept->count >= most)
        bh_kept_states_remove(kept, 0);
    struct bh_saved_state *state = bh_kept_states_add(kept);
    *state = (struct bh_saved_state){.time_s = time_s,
                                     .work_s = enclave->work_s,
                                     .bytes = enclave->saving_bytes,
                                     .number = enclave->checkpoints + 1,
                                     .ledger = enclave->ledger};
    if (bh_level_goes_through(level, BH_THROUGH_PARTNER)) {
        state->partner_mark = bh_partners_mark(&enclave->partners);
        bh_partners_forget(&enclave->partners, kept->state[0].partner_mark);
    }
    state->copies = bh_errors_save(enclave->replica, enclave->index, &state->copies_count);
    bh_silent_set_copy(&state->silent, &enclave->silent.present);
    if (is_copy)
        bh_checkpoint_find_newest(enclave);
    else {
        enclave->newest = state;
        enclave->newest_level = level;
    }
    enclave->events++;
}

/* Times that a scenario gives hold for any checkpoint; those by bandwidth are of the mean one. */
static double expected_s(const struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction,
                         double bytes_per_node)
{
    const struct bh_enclave_setup *setup = enclave->setup;
    const struct bh_checkpoint_spec *spec = &bh_enclave_scenario(enclave)->checkpoint[level];
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

struct bh_wait bh_checkpoint_move(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction,
                                  void (*finish)(struct bh_enclave *enclave, bool is_done))
{
    const struct bh_enclave_setup *setup = enclave->setup;
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    double per_node = bh_enclave_pace(enclave)->checkpoint_bytes, now_s = enclave->replica->now_s;
    if (direction == BH_WRITE)
        enclave->saving_bytes = per_node;
    else if (newest != NULL)
        per_node = newest->bytes;
    if (setup->is_fixed[level])
        return bh_enclave_begin(enclave, finish, now_s + expected_s(enclave, level, direction, per_node));
    /* A host's link is as wide as all its nodes, those of other enclaves too. */
    enclave->moving_bytes = per_node * bh_enclave_nodes(enclave);
    struct bh_wait wait = bh_enclave_begin(enclave, finish, now_s + enclave->moving_bytes / setup->link_rate);
    wait.what = BH_WAIT_TRANSFER;
    wait.direction = direction;
    return wait;
}

static void finish_await_io(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    bh_stops_book(enclave, enclave, BH_NEED_IO, enclave->about.from_s, enclave->replica->now_s,
                  bh_enclave_nodes(enclave), BH_PART_DETECTION, enclave->about.cause);
}

struct bh_wait bh_stops_await_io(struct bh_enclave *enclave)
{
    const struct bh_stop *stop = &enclave->stop[BH_NEED_IO];
    enclave->about.cause = stop->hangs > 0 ? stop->hang_cause : -1;
    return bh_enclave_begin(enclave, finish_await_io, bh_stops_up_s(enclave, BH_NEED_IO));
}

/* Up to the end of its piece each; the last one takes what rounding leaves. */
static void finish_await_storage(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    const struct bh_storage_state *state = &enclave->replica->storage;
    double now_s = enclave->replica->now_s, booked_s = enclave->about.from_s;
    size_t p = state->pieces_count;
    while (p > 0 && state->pieces[p - 1].until_s > booked_s)
        p--;
    for (; p < state->pieces_count && booked_s < now_s; p++) {
        double until_s = p + 1 < state->pieces_count ? bh_lesser(now_s, state->pieces[p].until_s) : now_s;
        bh_enclave_book(enclave, BH_PART_REPAIR_AND_SPARE_WAIT, (until_s - booked_s) * bh_enclave_nodes(enclave),
                        state->pieces[p].cause);
        booked_s = until_s;
    }
}

struct bh_wait bh_storage_await(struct bh_enclave *enclave)
{
    return bh_enclave_begin(enclave, finish_await_storage, bh_storage_up_s(enclave->replica));
}
