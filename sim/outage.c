/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Outages of a bulk-synchronous application: who pays for them, what is rolled back, and the way up again. */
#include "sim/outage.h"

#include "sim/checkpoint.h"
#include "sim/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>

/* Books an outage's time to a part, split where the charge passes from one failure to the next. */
static void book(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s)
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

static double expected_end_s(const struct bh_enclave *enclave)
{
    double ready_s, hardware_s;
    enum bh_level level = bh_checkpoint_level(enclave);
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
    enum bh_level level = bh_checkpoint_level(enclave);
    const struct bh_saved_state *state = level < BH_LEVELS ? &enclave->saved[level] : &beginning;
    bh_ledger_roll_back(&enclave->ledger, &state->ledger, bh_replica_cause(enclave->replica, enclave->failure_cause));
    enclave->work_s = state->work_s;
    double interval_s = enclave->setup->interval_work_s;
    enclave->checkpoints = isinf(interval_s) ? 0 : (uint64_t)llround(state->work_s / interval_s);
    forget_silent_after(enclave, state->saved_s);
}

void bh_outage_react(struct bh_enclave *enclave)
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

void bh_outage_wait(struct bh_enclave *enclave, double until_s, enum bh_part part, enum bh_phase next)
{
    double start_s = simgrid_get_clock();
    bool is_done = start_s >= until_s || bh_enclave_sleep(enclave, until_s);
    book(enclave, part, start_s, simgrid_get_clock());
    if (is_done)
        enclave->phase = next;
}

void bh_outage_await_nodes(struct bh_enclave *enclave)
{
    double start_s = simgrid_get_clock(), ready_s, hardware_s;
    bh_machine_ready_s(enclave->replica->machine, enclave->index, start_s, &ready_s, &hardware_s);
    enclave->outage_end_s = expected_end_s(enclave); /* now that it is known when waiting slots have nodes */
    if (ready_s > start_s)
        bh_enclave_sleep(enclave, ready_s);
    double now_s = simgrid_get_clock(), boundary_s = fmin(now_s, fmax(start_s, hardware_s));
    book(enclave, BH_PART_REPAIR_AND_SPARE_WAIT, start_s, boundary_s);
    book(enclave, BH_PART_RESTART, boundary_s, now_s);
    if (enclave->is_signalled || enclave->replica->over)
        return;
    enclave->restart_end_s = now_s + bh_enclave_recovery(enclave)->process_restart_s.value;
    enclave->phase = BH_PHASE_RESTART;
}

void bh_outage_restore(struct bh_enclave *enclave)
{
    enum bh_level level = bh_checkpoint_level(enclave);
    double start_s = simgrid_get_clock();
    bool is_done = level == BH_LEVELS || bh_checkpoint_move(enclave, level, BH_READ);
    book(enclave, BH_PART_RESTORE, start_s, simgrid_get_clock());
    if (!is_done)
        return;
    /* A guest's checkpoint replaces the guest with all that was live in it. */
    if (enclave->setup->spec->application->saves_guest && level < BH_LEVELS)
        bh_errors_clear_everywhere(enclave->replica, enclave->index, false);
    enclave->restores++;
    enclave->events++;
    enclave->charges_count = 0;
    enclave->phase = enclave->stalls > 0 ? BH_PHASE_STALLED : BH_PHASE_COMPUTE; /* a kernel may have hung meanwhile */
    for (size_t i = 0; level < BH_LEVELS && i < enclave->saved[level].copies_count; i++)
        bh_errors_revive(enclave->replica, &enclave->saved[level].copies[i], enclave->restores);
}
