/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Outages of a bulk-synchronous application: who pays for them, what is rolled back, and the way up again. */
#include "sim/enclaves/outage.h"

#include "models/base/extremes.h"
#include "models/catalog/application.h"
#include "models/catalog/recovery.h"
#include "sim/enclaves/checkpoint.h"
#include "sim/enclaves/compositions.h"
#include "sim/enclaves/verification.h"
#include "sim/errors/live_errors.h"
#include "sim/errors/message_log.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <math.h>

/* Books an outage's time to a part, split where the charge passes from one failure to the next. */
static void book(struct bh_enclave *enclave, enum bh_part part, double from_s, double to_s)
{
    for (unsigned c = 0; c < enclave->charges_count && from_s < to_s; c++) {
        double until_s = c + 1 < enclave->charges_count ? bh_lesser(to_s, enclave->charges[c + 1].from_s) : to_s;
        if (until_s <= from_s)
            continue;
        bh_enclave_book(enclave, part, (until_s - from_s) * bh_enclave_nodes(enclave), enclave->charges[c].cause);
        from_s = until_s;
    }
}

/* When what it restores can be read: storage is up, and its I/O gets through. -INFINITY: that was never otherwise. */
static double readable_s(const struct bh_enclave *enclave)
{
    enum bh_level level;
    if (bh_checkpoint_newest(enclave, &level) == NULL || !bh_level_goes_through(level, BH_THROUGH_IO))
        return -INFINITY;
    double up_s = bh_stops_up_s(enclave, BH_NEED_IO);
    return bh_level_goes_through(level, BH_THROUGH_STORAGE) ? bh_greater(up_s, bh_storage_up_s(enclave->replica))
                                                            : up_s;
}

/* `with_others`: nothing is relaunched before the storage and the zones that it needs are up; else as if they were. */
static double expected_end_s(const struct bh_enclave *enclave, bool with_others)
{
    double ready_s, hardware_s;
    bh_machine_ready_s(enclave->replica->machine, enclave->index, enclave->replica->now_s, &ready_s, &hardware_s);
    ready_s = bh_greater(ready_s, enclave->failed_s + bh_enclave_recovery(enclave)->detection_s.value);
    if (with_others && bh_setup_needs_storage(enclave->setup))
        ready_s = bh_greater(ready_s, bh_storage_up_s(enclave->replica));
    if (with_others)
        ready_s = bh_greater(ready_s, bh_stops_up_s(enclave, BH_NEED_PROGRESS));
    double restarted_s = ready_s + bh_enclave_recovery(enclave)->process_restart_s.value;
    return (with_others ? bh_greater(restarted_s, readable_s(enclave)) : restarted_s) + bh_checkpoint_read_s(enclave);
}

/* When the state was complete that a rollback returns to. */
static double newest_time_s(const struct bh_enclave *enclave)
{
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    return newest != NULL ? newest->time_s : -INFINITY;
}

/* From now on the outage's time is charged to a cause; while another goes on, from its expected end. */
static void charge(struct bh_enclave *enclave, long cause)
{
    double from_s = enclave->charges_count > 0 ? enclave->outage_end_s : enclave->replica->now_s;
    if (enclave->charges_count < BH_CHARGES)
        enclave->charges[enclave->charges_count++] = (struct bh_charge){cause, from_s};
}

void bh_outage_delay(struct bh_enclave *enclave, long cause)
{
    double up_s = readable_s(enclave), end_s = enclave->outage_end_s;
    bool is_relaunched = !bh_stops_is_down(enclave, BH_NEED_PROGRESS);
    if (enclave->has_failed || enclave->phase < BH_PHASE_RESTART || !is_relaunched)
        end_s = expected_end_s(enclave, true);
    else if (!isinf(up_s) && enclave->phase == BH_PHASE_RESTART)
        end_s = bh_greater(enclave->restart_end_s, up_s) + bh_checkpoint_read_s(enclave);
    else if (!isinf(up_s))
        end_s = up_s + bh_checkpoint_read_s(enclave);
    if (end_s <= enclave->outage_end_s)
        return;
    charge(enclave, cause);
    enclave->outage_end_s = end_s;
}

/* When the outage ends, without the part of storage and needed zones and with that, if they are out. */
static void expect_end(struct bh_enclave *enclave, double end_s)
{
    enclave->outage_end_s = end_s;
    if (bh_storage_is_down(enclave->replica))
        bh_outage_delay(enclave, bh_storage_cause(enclave->replica));
    for (int what = 0; what < BH_NEEDS; what++)
        if (bh_stops_is_down(enclave, (enum bh_need_for)what))
            bh_outage_delay(enclave, bh_stops_cause(enclave, (enum bh_need_for)what));
}

bool bh_bulk_synchronous_fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope,
                              struct bh_level_loss taken, double ended_s, long cause)
{
    (void)scope;
    if (bh_enclave_runs(enclave, 0)) {
        enclave->counts.interruptions++;
        enclave->events++;
    }
    charge(enclave, cause);
    enclave->failure_cause = cause;
    enclave->has_failed = true;
    enclave->failed_s = fmax(enclave->failed_s, ended_s);
    bh_checkpoint_lose(enclave, slot, taken);
    expect_end(enclave, expected_end_s(enclave, false));
    /* The processes die with the application: what was live in them is gone. */
    bh_errors_clear_processes(enclave->replica, enclave->index, BH_ALL_SLOTS);
    bh_composing_return(enclave->replica, (size_t)enclave->index, newest_time_s(enclave), cause);
    return true;
}

/* Returns to the newest state that is left; what was done since is lost work of the failure at hand. */
static void roll_back(struct bh_enclave *enclave)
{
    static const struct bh_saved_state beginning = {0};
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    const struct bh_saved_state *state = newest != NULL ? newest : &beginning;
    const struct bh_enclave_setup *setup = enclave->setup;
    if (enclave->replica->has_alone)
        enclave->lost_until_s = bh_greater(enclave->lost_until_s, enclave->work_s);
    bh_ledger_roll_back(&enclave->ledger, &state->ledger,
                        bh_cause_at(&enclave->replica->causes, enclave->failure_cause));
    enclave->work_s = state->work_s;
    enclave->checkpoints = newest != NULL ? newest->number : setup->passed_checkpoints;
    enclave->saving = BH_LEVELS;
    enclave->verifications = bh_setup_verifications_at(setup, state->work_s);
    enclave->verified_work_s = -1.0;
    bh_silent_set_copy(&enclave->silent.present, &state->silent);
    enclave->silent.passed_work_s = bh_lesser(enclave->silent.passed_work_s, state->work_s);
    bh_messages_rewind(enclave, state->work_s, newest != NULL ? newest->time_s : -INFINITY);
    enclave->back_s = enclave->replica->now_s;
    enclave->back_to_s = newest != NULL ? newest->time_s : -INFINITY;
    enclave->back_work_s = state->work_s;
    bool may_know = setup->verification.rule != BH_VERIFY_NEVER && !setup->verification.knows_age;
    for (size_t i = 0; i < state->silent.count && may_know; i++) {
        struct bh_silent_error *error = &enclave->silent.list[state->silent.place[i]];
        if (error->is_signalled) /* a verification missed it then: it is there again, for the next to find */
            error->signal_s = INFINITY;
        error->is_signalled = false;
    }
}

/* The application reads its newest checkpoint, or is started anew where there is none. During an outage, which has to go on
 * anyway, only what is restored changes. */
static void read_again(struct bh_enclave *enclave)
{
    bh_errors_clear_processes(enclave->replica, enclave->index, BH_ALL_SLOTS);
    if (enclave->phase > BH_PHASE_STALLED && enclave->phase < BH_PHASE_RESTORE) {
        expect_end(enclave, expected_end_s(enclave, false));
        return;
    }
    enclave->restart_end_s = enclave->replica->now_s;
    if (bh_checkpoint_newest(enclave, NULL) == NULL)
        enclave->restart_end_s += bh_enclave_recovery(enclave)->process_restart_s.value;
    enclave->phase = BH_PHASE_RESTART;
    expect_end(enclave, enclave->restart_end_s + bh_checkpoint_read_s(enclave));
}

/* A partner that it restarts together with has failed: it goes back, too, though it is well. */
static void return_with_partner(struct bh_enclave *enclave)
{
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    if (enclave->work_s <= (newest != NULL ? newest->work_s : 0.0)) {
        if (enclave->phase < BH_PHASE_STALLED)
            bh_enclave_resume(enclave);
        return;
    }
    charge(enclave, enclave->return_cause);
    enclave->failure_cause = enclave->return_cause;
    roll_back(enclave);
    if (enclave->is_told)
        bh_checkpoint_count_return(enclave);
    enclave->events++;
    read_again(enclave);
}

/* It has heard of a silent error in its data: the running application reads the newest checkpoint that is left, or is
 * started anew; and so do those that may have taken the error from it. */
static void roll_back_behind_error(struct bh_enclave *enclave)
{
    struct bh_replica *replica = enclave->replica;
    const struct bh_silent_error *error = bh_silent_blamed(enclave);
    long cause = (long)bh_causes_find(&replica->causes, error->cause);
    replica->causes.cause[cause].failures++;
    charge(enclave, cause);
    enclave->failure_cause = cause;
    roll_back(enclave);
    if (enclave->setup->verification.knows_age)
        bh_checkpoint_pass(enclave);
    else
        bh_checkpoint_count_return(enclave);
    enclave->events++;
    bool is_beginning = bh_checkpoint_newest(enclave, NULL) == NULL;
    enclave->counts.silent_rollbacks += !is_beginning;
    enclave->counts.silent_beginnings += is_beginning;
    read_again(enclave);
    bh_composing_tell(replica, (size_t)enclave->index, cause);
}

void bh_outage_react(struct bh_enclave *enclave)
{
    enclave->is_signalled = false;
    bool has_found = enclave->has_found, has_to_return = enclave->return_s < INFINITY;
    enclave->has_found = false;
    if (has_to_return)
        bh_checkpoint_drop_newer(enclave, enclave->return_s);
    enclave->return_s = INFINITY;
    /* A relaunch that a needed zone stopped begins again. */
    bool is_relaunched = enclave->has_lost_need && bh_stops_is_down(enclave, BH_NEED_PROGRESS) &&
                         (enclave->phase == BH_PHASE_RESTART || enclave->phase == BH_PHASE_RESTORE);
    enclave->has_lost_storage = enclave->has_lost_need = false;
    if (enclave->has_failed) {
        enclave->has_failed = false;
        roll_back(enclave);
        enclave->phase = BH_PHASE_DETECT;
    } else if (has_found)
        roll_back_behind_error(enclave);
    else if (has_to_return)
        return_with_partner(enclave);
    else if (is_relaunched)
        enclave->phase = BH_PHASE_AWAIT_STORAGE;
    else if (enclave->phase < BH_PHASE_STALLED)
        bh_enclave_resume(enclave);
    enclave->is_told = false;
}

static void finish_wait(struct bh_enclave *enclave, bool is_done)
{
    book(enclave, enclave->about.part, enclave->about.from_s, enclave->replica->now_s);
    if (is_done)
        enclave->phase = enclave->about.after;
}

/* A timed phase: booked to a part; then comes the next if nothing happened. */
static struct bh_wait wait_until(struct bh_enclave *enclave, double until_s, enum bh_part part, enum bh_phase after)
{
    enclave->about.part = part;
    enclave->about.after = after;
    if (enclave->replica->now_s < until_s)
        return bh_enclave_begin(enclave, finish_wait, until_s);
    enclave->phase = after;
    return bh_wait_no_time();
}

static bool lacks_storage(const struct bh_enclave *enclave)
{
    return bh_setup_needs_storage(enclave->setup) && bh_storage_is_down(enclave->replica);
}

/* The application is relaunched, once its storage and the zones that it needs are up. */
static void relaunch(struct bh_enclave *enclave)
{
    enclave->phase = BH_PHASE_RESTART;
    enclave->restart_end_s = enclave->replica->now_s + bh_enclave_recovery(enclave)->process_restart_s.value;
}

static void finish_await_nodes(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    const struct bh_about *about = &enclave->about;
    double now_s = enclave->replica->now_s, boundary_s = bh_lesser(now_s, bh_greater(about->from_s, about->hardware_s));
    book(enclave, BH_PART_REPAIR_AND_SPARE_WAIT, about->from_s, boundary_s);
    book(enclave, BH_PART_RESTART, boundary_s, now_s);
    if (enclave->is_signalled || bh_enclave_is_over(enclave))
        return;
    if (lacks_storage(enclave) || bh_stops_is_down(enclave, BH_NEED_PROGRESS))
        enclave->phase = BH_PHASE_AWAIT_STORAGE;
    else
        relaunch(enclave);
}

/* Until every node and guest that the enclave needs is up. */
static struct bh_wait await_nodes(struct bh_enclave *enclave)
{
    double start_s = enclave->replica->now_s, ready_s;
    bh_machine_ready_s(enclave->replica->machine, enclave->index, start_s, &ready_s, &enclave->about.hardware_s);
    enclave->outage_end_s = expected_end_s(enclave, true); /* now that it is known when waiting slots have nodes */
    struct bh_wait wait = bh_enclave_begin(enclave, finish_await_nodes, ready_s);
    if (ready_s > start_s)
        return wait;
    enclave->about.finish = NULL;
    finish_await_nodes(enclave, true);
    return bh_wait_no_time();
}

static void finish_sleep(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    book(enclave, enclave->about.part, enclave->about.from_s, enclave->replica->now_s);
}

/* Until all storage hosts are up, as far as is known now. */
static struct bh_wait wait_for_storage(struct bh_enclave *enclave)
{
    enclave->about.part = BH_PART_REPAIR_AND_SPARE_WAIT;
    return bh_enclave_begin(enclave, finish_sleep, bh_storage_up_s(enclave->replica));
}

/* Until a needed zone is up: its restart is a part of the outage. */
static struct bh_wait wait_for_need(struct bh_enclave *enclave, enum bh_need_for what)
{
    enclave->about.part = BH_PART_RESTART;
    return bh_enclave_begin(enclave, finish_sleep, bh_stops_up_s(enclave, what));
}

/* Until every storage host is up, which programs and data are read from, and every zone that the enclave needs. */
static struct bh_wait await_storage(struct bh_enclave *enclave)
{
    if (bh_stops_is_down(enclave, BH_NEED_PROGRESS))
        return wait_for_need(enclave, BH_NEED_PROGRESS);
    if (lacks_storage(enclave))
        return wait_for_storage(enclave);
    relaunch(enclave);
    return bh_wait_no_time();
}

/* The outage ends. A guest's checkpoint replaces the guest with all that was live in it. */
static void finish_restore(struct bh_enclave *enclave, bool is_done)
{
    book(enclave, BH_PART_RESTORE, enclave->about.from_s, enclave->replica->now_s);
    if (!is_done)
        return;
    const struct bh_saved_state *state = bh_checkpoint_newest(enclave, NULL);
    if (bh_enclave_application(enclave)->saves_guest && state != NULL)
        bh_errors_clear_everywhere(enclave->replica, enclave->index);
    enclave->restores++;
    enclave->events++;
    enclave->charges_count = 0;
    bh_checkpoint_owe(enclave);
    bh_enclave_resume(enclave); /* a kernel may have hung meanwhile */
    bh_composing_review(enclave->replica, (size_t)enclave->index);
    bh_silent_share(enclave);
    enclave->replica->tallies.revivals += (double)bh_live_errors_survive(enclave->replica, (size_t)enclave->index);
    bh_checkpoint_try(enclave, state);
    if (state != NULL)
        bh_errors_revive(enclave->replica, state->copies, state->copies_count, enclave->restores);
    bh_errors_replay(enclave);
}

/* Reads the checkpoint that was rolled back to. */
static struct bh_wait restore(struct bh_enclave *enclave)
{
    enum bh_level level;
    const struct bh_saved_state *state = bh_checkpoint_newest(enclave, &level);
    if (state != NULL && bh_level_goes_through(level, BH_THROUGH_STORAGE) && bh_storage_is_down(enclave->replica))
        return wait_for_storage(enclave);
    if (state != NULL && bh_level_goes_through(level, BH_THROUGH_IO) && bh_stops_is_down(enclave, BH_NEED_IO))
        return wait_for_need(enclave, BH_NEED_IO);
    if (state != NULL)
        return bh_checkpoint_move(enclave, level, BH_READ, finish_restore);
    enclave->about.from_s = enclave->replica->now_s;
    finish_restore(enclave, true);
    return bh_wait_no_time();
}

struct bh_wait bh_outage_next(struct bh_enclave *enclave)
{
    switch (enclave->phase) {
    case BH_PHASE_DETECT:
        return wait_until(enclave, enclave->failed_s + bh_enclave_recovery(enclave)->detection_s.value,
                          BH_PART_DETECTION, BH_PHASE_AWAIT_NODES);
    case BH_PHASE_AWAIT_NODES:
        return await_nodes(enclave);
    case BH_PHASE_AWAIT_STORAGE:
        return await_storage(enclave);
    case BH_PHASE_RESTART:
        return wait_until(enclave, enclave->restart_end_s, BH_PART_RESTART, BH_PHASE_RESTORE);
    case BH_PHASE_RESTORE:
        return restore(enclave);
    case BH_PHASE_COMPUTE:
    case BH_PHASE_VERIFY:
    case BH_PHASE_CHECKPOINT:
    case BH_PHASE_AWAIT_SIGNAL:
    case BH_PHASE_STALLED:
    case BH_PHASE_NOT_STARTED:
    case BH_PHASE_DONE:
        break;
    }
    return bh_wait_no_time();
}
