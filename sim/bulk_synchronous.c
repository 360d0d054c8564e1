/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A bulk-synchronous MPI application: losing one process loses all, and all return to a checkpoint. */
#include "sim/enclave.h"
#include "sim/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>
#include <stdlib.h>

/* An actor that does disk I/O hands over to a fresh one: finished activities stay in SimGrid's lists. */
enum { ACTIVITIES_MOST = 1000 };

static double work_total_s(const struct bh_enclave *enclave)
{
    return enclave->setup->spec->work_s;
}

/* Position of the next checkpoint, or the end of the work. A remainder too short to compute is none. */
static double next_stop_s(const struct bh_enclave *enclave)
{
    double total_s = work_total_s(enclave), interval_s = enclave->setup->interval_work_s;
    if (isinf(interval_s))
        return total_s;
    double stop_s = (double)(enclave->checkpoints + 1) * interval_s;
    return stop_s > total_s * (1.0 - 1e-12) ? total_s : stop_s;
}

/* --- Outages and who pays for them -------------------------------------------------------------------------------- */

/* Books an outage's time to a part, split where the charge passes from one failure to the next. */
static void book_outage(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s)
{
    for (unsigned c = 0; c < enclave->charges_count && from_s < to_s; c++) {
        double until_s = c + 1 < enclave->charges_count ? fmin(to_s, enclave->charges[c + 1].from_s) : to_s;
        if (until_s <= from_s)
            continue;
        bh_ledger_book(&enclave->ledger, part, (until_s - from_s) * bh_enclave_nodes(enclave),
                       bh_replica_cause(enclave->replica, enclave->charges[c].cause));
        from_s = until_s;
    }
}

/* The level to restore from: the nearest that survived; BH_LEVELS: from the beginning. */
static enum bh_level restore_level(const struct bh_enclave *enclave)
{
    for (int level = 0; level < BH_LEVELS; level++)
        if (enclave->saved[level].is_valid)
            return (enum bh_level)level;
    return BH_LEVELS;
}

static double expected_end_s(const struct bh_enclave *enclave)
{
    double ready_s, hardware_s;
    enum bh_level level = restore_level(enclave);
    bh_machine_ready_s(enclave->replica->machine, enclave->index, simgrid_get_clock(), &ready_s, &hardware_s);
    return fmax(ready_s, enclave->failed_s + bh_enclave_recovery(enclave)->detection_s.value) +
           bh_enclave_recovery(enclave)->process_restart_s.value +
           (level < BH_LEVELS ? enclave->setup->read_s[level] : 0.0);
}

void bh_bulk_synchronous_fail(struct bh_enclave *enclave, bool lost_local, long cause)
{
    bool was_out = enclave->charges_count > 0;
    double charge_from_s = was_out ? enclave->outage_end_s : simgrid_get_clock();
    if (bh_enclave_runs(enclave, 0)) {
        enclave->interruptions++;
        enclave->events++;
    }
    if (enclave->charges_count < BH_CHARGES)
        enclave->charges[enclave->charges_count++] = (struct bh_charge){cause, charge_from_s};
    enclave->has_failed = true;
    enclave->failed_s = simgrid_get_clock();
    enclave->failure_cause = cause;
    if (lost_local)
        enclave->saved[BH_LEVEL_LOCAL].is_valid = false;
    enclave->outage_end_s = expected_end_s(enclave);
    /* The processes die with the application: what was live in them is gone. */
    bh_errors_clear_everywhere(enclave->replica, enclave->index, true);
}

static void forget_silent_after(struct bh_enclave *enclave, double saved_s)
{
    size_t kept = 0;
    for (size_t i = 0; i < enclave->silent_count; i++)
        if (enclave->silent_s[i] <= saved_s)
            enclave->silent_s[kept++] = enclave->silent_s[i];
    enclave->silent_count = kept;
}

/* Returns to the nearest state that survived; what was done since is lost work of the failure at hand. */
static void roll_back(struct bh_enclave *enclave)
{
    static const struct bh_saved_state beginning = {.is_valid = true, .saved_s = -1.0};
    enum bh_level level = restore_level(enclave);
    const struct bh_saved_state *state = level < BH_LEVELS ? &enclave->saved[level] : &beginning;
    bh_ledger_roll_back(&enclave->ledger, &state->ledger, bh_replica_cause(enclave->replica, enclave->failure_cause));
    enclave->work_s = state->work_s;
    double interval_s = enclave->setup->interval_work_s;
    enclave->checkpoints = isinf(interval_s) ? 0 : (uint64_t)llround(state->work_s / interval_s);
    forget_silent_after(enclave, state->saved_s);
}

/* Something happened: a failure goes before a stall, and a stall before anything else. */
static void react(struct bh_enclave *enclave)
{
    enclave->is_signalled = false;
    if (enclave->has_failed) {
        enclave->has_failed = false;
        roll_back(enclave);
        enclave->phase = BH_PHASE_DETECT;
    } else if (enclave->stalls > 0 && enclave->phase < BH_PHASE_STALLED)
        enclave->phase = BH_PHASE_STALLED;
    else if (enclave->phase < BH_PHASE_STALLED)
        enclave->phase = BH_PHASE_COMPUTE;
}

/* --- The phases ----------------------------------------------------------------------------------------------------- */

static void finish_stop(struct bh_enclave *enclave)
{
    if (enclave->work_s >= work_total_s(enclave))
        bh_enclave_end(enclave, true);
    else
        enclave->phase = BH_PHASE_COMPUTE;
}

/* After a stretch of work: a checkpoint, unless there are none, or the work is done and asks for none. */
static void choose_after_compute(struct bh_enclave *enclave)
{
    bool is_last = enclave->work_s >= work_total_s(enclave);
    bool saves = !isinf(enclave->setup->interval_work_s);
    if (!saves || (is_last && !enclave->replica->setup->scenario->final_checkpoint))
        finish_stop(enclave);
    else
        enclave->phase =
            enclave->setup->has_level[BH_LEVEL_LOCAL] ? BH_PHASE_CHECKPOINT_LOCAL : BH_PHASE_CHECKPOINT_STORAGE;
}

static double noise_s(struct bh_enclave *enclave, double steps)
{
    const struct bh_replica *replica = enclave->replica;
    if (!replica->options.faults)
        return steps * bh_enclave_pace(enclave)->noise_per_step_s;
    return bh_noise_draw_s(&bh_enclave_pace(enclave)->slowdown.noise, steps, &replica->random,
                           bh_identity(enclave->setup->spec->name), enclave->segments++);
}

/* Guards are being switched, a tight partner is out, or data is on its way: until the next signal. */
static void stay_held(struct bh_enclave *enclave, enum bh_part part)
{
    double start_s = simgrid_get_clock();
    bh_enclave_sleep(enclave, INFINITY);
    bh_ledger_book(&enclave->ledger, part, (simgrid_get_clock() - start_s) * bh_enclave_nodes(enclave), NULL);
}

static void compute(struct bh_enclave *enclave)
{
    const struct bh_pace *pace = bh_enclave_pace(enclave);
    const struct bh_slowdown *slowdown = &pace->slowdown;
    double stop_s = next_stop_s(enclave), work_s = stop_s - enclave->work_s;
    double steps = work_s / enclave->setup->spec->application->step_s.value;
    double noise = noise_s(enclave, steps);
    double duration_s = work_s * (slowdown->compute + slowdown->virtualization + slowdown->guards) + noise;
    double start_s = simgrid_get_clock();
    bool is_done = bh_enclave_sleep(enclave, start_s + duration_s);
    double elapsed_s = simgrid_get_clock() - start_s;
    double share = is_done || duration_s <= 0.0 ? 1.0 : fmin(1.0, elapsed_s / duration_s);
    if (duration_s > 0.0)
        bh_enclave_book_useful(enclave, pace, elapsed_s * bh_enclave_nodes(enclave),
                               elapsed_s * bh_enclave_nodes(enclave) * noise / duration_s);
    enclave->work_s = is_done ? stop_s : enclave->work_s + share * work_s;
    if (is_done)
        choose_after_compute(enclave);
}

static void save(struct bh_enclave *enclave, enum bh_level level)
{
    struct bh_saved_state *state = &enclave->saved[level];
    free(state->copies);
    *state = (struct bh_saved_state){
        .is_valid = true, .work_s = enclave->work_s, .saved_s = simgrid_get_clock(), .ledger = enclave->ledger};
    state->copies = bh_errors_save(enclave->replica, enclave->index, &state->copies_count);
    enclave->events++;
}

/* Sleeps, or moves bytes to or from storage. False when interrupted. */
static bool move_state(struct bh_enclave *enclave, enum bh_level level, enum bh_direction direction)
{
    const struct bh_enclave_setup *setup = enclave->setup;
    double fixed_s = direction == BH_WRITE ? setup->write_s[level] : setup->read_s[level];
    if (setup->is_fixed[level])
        return bh_enclave_sleep(enclave, simgrid_get_clock() + fixed_s);
    double bytes = setup->checkpoint_bytes * bh_enclave_nodes(enclave), start_s = simgrid_get_clock();
    enclave->activities += bh_transfer_activities(enclave->transfer);
    if (bh_enclave_is_over(enclave) || !bh_transfer_run(enclave->transfer, direction, bytes))
        return false;
    /* A host's link is as wide as all its nodes, those of other enclaves too. */
    double least_s = start_s + bytes / setup->link_rate;
    return simgrid_get_clock() >= least_s || bh_enclave_sleep(enclave, least_s);
}

static void checkpoint(struct bh_enclave *enclave, enum bh_level level)
{
    double start_s = simgrid_get_clock();
    bool is_done = move_state(enclave, level, BH_WRITE);
    bh_ledger_book(&enclave->ledger, BH_PART_CHECKPOINT, (simgrid_get_clock() - start_s) * bh_enclave_nodes(enclave),
                   NULL);
    if (!is_done)
        return;
    save(enclave, level);
    uint64_t every = enclave->setup->storage_every;
    if (level == BH_LEVEL_LOCAL && every > 0 && (enclave->checkpoints + 1) % every == 0) {
        enclave->phase = BH_PHASE_CHECKPOINT_STORAGE;
        return;
    }
    enclave->checkpoints++;
    finish_stop(enclave);
}

static void stay_stalled(struct bh_enclave *enclave)
{
    double start_s = simgrid_get_clock();
    if (enclave->stalls == 0) {
        enclave->phase = BH_PHASE_COMPUTE;
        return;
    }
    bh_enclave_sleep(enclave, INFINITY);
    bh_ledger_book(&enclave->ledger, BH_PART_DETECTION, (simgrid_get_clock() - start_s) * bh_enclave_nodes(enclave),
                   bh_replica_cause(enclave->replica, enclave->stall_cause));
}

/* A timed phase of an outage: books it and goes on to the next one if nothing interrupted. */
static void wait_out(struct bh_enclave *enclave, double until_s, enum bh_part part, enum bh_phase next)
{
    double start_s = simgrid_get_clock();
    bool is_done = start_s >= until_s || bh_enclave_sleep(enclave, until_s);
    book_outage(enclave, part, start_s, simgrid_get_clock());
    if (is_done)
        enclave->phase = next;
}

static void await_nodes(struct bh_enclave *enclave)
{
    double start_s = simgrid_get_clock(), ready_s, hardware_s;
    bh_machine_ready_s(enclave->replica->machine, enclave->index, start_s, &ready_s, &hardware_s);
    enclave->outage_end_s = expected_end_s(enclave); /* now that it is known when waiting slots have nodes */
    if (ready_s > start_s)
        bh_enclave_sleep(enclave, ready_s);
    double now_s = simgrid_get_clock(), boundary_s = fmin(now_s, fmax(start_s, hardware_s));
    book_outage(enclave, BH_PART_REPAIR_AND_SPARE_WAIT, start_s, boundary_s);
    book_outage(enclave, BH_PART_RESTART, boundary_s, now_s);
    if (enclave->is_signalled || bh_enclave_is_over(enclave))
        return;
    enclave->restart_end_s = now_s + bh_enclave_recovery(enclave)->process_restart_s.value;
    enclave->phase = BH_PHASE_RESTART;
}

static void restore(struct bh_enclave *enclave)
{
    enum bh_level level = restore_level(enclave);
    double start_s = simgrid_get_clock();
    bool is_done = level == BH_LEVELS || move_state(enclave, level, BH_READ);
    book_outage(enclave, BH_PART_RESTORE, start_s, simgrid_get_clock());
    if (!is_done)
        return;
    /* A guest's checkpoint replaces the guest with all that was live in it. */
    if (enclave->setup->spec->application->saves_guest && level < BH_LEVELS)
        bh_errors_clear_everywhere(enclave->replica, enclave->index, false);
    enclave->restores++;
    enclave->events++;
    enclave->charges_count = 0;
    enclave->phase = enclave->stalls > 0 ? BH_PHASE_STALLED : BH_PHASE_COMPUTE; /* a kernel may have hung meanwhile */
    bh_composing_review(enclave->replica, (size_t)enclave->index);
    for (size_t i = 0; level < BH_LEVELS && i < enclave->saved[level].copies_count; i++)
        bh_errors_revive(enclave->replica, &enclave->saved[level].copies[i], enclave->restores);
}

static void step(struct bh_enclave *enclave)
{
    switch (enclave->phase) {
    case BH_PHASE_COMPUTE:
        if (bh_enclave_held_by(enclave) != BH_PARTS)
            stay_held(enclave, bh_enclave_held_by(enclave));
        else
            compute(enclave);
        break;
    case BH_PHASE_CHECKPOINT_LOCAL:
        checkpoint(enclave, BH_LEVEL_LOCAL);
        break;
    case BH_PHASE_CHECKPOINT_STORAGE:
        checkpoint(enclave, BH_LEVEL_STORAGE);
        break;
    case BH_PHASE_STALLED:
        stay_stalled(enclave);
        break;
    case BH_PHASE_DETECT:
        wait_out(enclave, enclave->failed_s + bh_enclave_recovery(enclave)->detection_s.value, BH_PART_DETECTION,
                 BH_PHASE_AWAIT_NODES);
        break;
    case BH_PHASE_AWAIT_NODES:
        await_nodes(enclave);
        break;
    case BH_PHASE_RESTART:
        wait_out(enclave, enclave->restart_end_s, BH_PART_RESTART, BH_PHASE_RESTORE);
        break;
    case BH_PHASE_RESTORE:
        restore(enclave);
        break;
    case BH_PHASE_NOT_STARTED:
    case BH_PHASE_DONE:
        break;
    }
}

void bh_bulk_synchronous_body(struct bh_enclave *enclave)
{
    struct bh_error ignored = {0};
    while (enclave->phase != BH_PHASE_DONE && !bh_enclave_is_over(enclave)) {
        if (enclave->is_signalled)
            react(enclave);
        if (enclave->activities >= ACTIVITIES_MOST && bh_enclave_start(enclave, &ignored) == 0)
            return;
        step(enclave);
    }
    if (enclave->phase != BH_PHASE_DONE)
        bh_enclave_end(enclave, false);
}
