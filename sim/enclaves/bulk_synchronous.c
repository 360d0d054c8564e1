/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A bulk-synchronous MPI application: losing one process loses all, and all return to a checkpoint. */

#include "models/base/extremes.h"
#include "models/catalog/application.h"
#include "models/cost/noise.h"
#include "models/cost/slowdown.h"
#include "sim/enclaves/checkpoint.h"
#include "sim/enclaves/enclave.h"
#include "sim/enclaves/outage.h"
#include "sim/enclaves/verification.h"
#include "sim/errors/live_errors.h"
#include "sim/errors/message_log.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/enclave_told.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <math.h>

static double work_total_s(const struct bh_enclave *enclave)
{
    return enclave->setup->spec->work_s;
}

/* Position of the next checkpoint and of the next periodic verification; INFINITY without any. */
static double next_checkpoint_s(const struct bh_enclave *enclave)
{
    double interval_s = enclave->setup->interval_work_s;
    return isinf(interval_s) ? INFINITY : (double)(enclave->checkpoints + 1) * interval_s - enclave->setup->lead_work_s;
}

static double next_verification_s(const struct bh_enclave *enclave)
{
    double every_s = enclave->setup->verify_every_work_s;
    return isinf(every_s)
               ? INFINITY
               : (double)(enclave->verifications + 1) * every_s - bh_setup_verification_lead_s(enclave->setup);
}

/* Up to where it computes now. A remainder too short to compute is none. */
static double next_stop_s(const struct bh_enclave *enclave)
{
    double total_s = work_total_s(enclave);
    double stop_s = bh_lesser(next_checkpoint_s(enclave), next_verification_s(enclave));
    if (bh_enclave_is_behind(enclave)) /* where kept messages come again, and partners that wait go on */
        stop_s = bh_lesser(stop_s, bh_lesser(enclave->lost_until_s, bh_messages_next_s(enclave)));
    return stop_s > total_s * (1.0 - 1e-12) ? total_s : stop_s;
}

static bool has_reached(const struct bh_enclave *enclave, double position_s)
{
    return enclave->work_s >= position_s * (1.0 - 1e-12);
}

/* The work is not done while a verification has found an error that it has yet to signal. */
static void finish_stop(struct bh_enclave *enclave)
{
    if (enclave->work_s < work_total_s(enclave))
        enclave->phase = BH_PHASE_COMPUTE;
    else if (bh_silent_awaited(enclave) != NULL)
        enclave->phase = BH_PHASE_AWAIT_SIGNAL;
    else
        bh_enclave_end(enclave, true);
}

/* Before a checkpoint or periodically, as the scenario says, and at the end of the work; never twice in one place. */
static bool has_to_verify(const struct bh_enclave *enclave, bool saves, bool is_last)
{
    enum bh_verification_rule rule = enclave->setup->verification.rule;
    if (rule == BH_VERIFY_NEVER || enclave->verified_work_s >= enclave->work_s)
        return false;
    return is_last || (rule == BH_VERIFY_BEFORE_CHECKPOINT && saves) ||
           has_reached(enclave, next_verification_s(enclave));
}

/* After a stretch of work: a verification if it is time for one; then a checkpoint, unless there are none, or the work
 * is done and asks for none. */
static void choose_after_compute(struct bh_enclave *enclave)
{
    bool is_last = enclave->work_s >= work_total_s(enclave);
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    bool is_saved = newest != NULL && newest->work_s >= enclave->work_s;
    bool saves =
        is_last ? !isinf(enclave->setup->interval_work_s) && bh_enclave_scenario(enclave)->final_checkpoint && !is_saved
                : has_reached(enclave, next_checkpoint_s(enclave));
    if (has_to_verify(enclave, saves, is_last))
        enclave->phase = BH_PHASE_VERIFY;
    else if (!saves)
        finish_stop(enclave);
    else {
        enclave->phase = BH_PHASE_CHECKPOINT;
        enclave->saving = bh_setup_nearest_level(enclave->setup);
    }
}

/* What a checkpoint or a verification took. If it has to begin again because storage or a needed zone went down, that was in
 * vain, and is booked to those. */
static void book_move(struct bh_enclave *enclave, enum bh_part part, double node_s, bool is_done)
{
    struct bh_replica *replica = enclave->replica;
    if (!is_done && enclave->has_lost_storage)
        bh_enclave_book(enclave, BH_PART_LOST_WORK, node_s, bh_storage_cause(replica));
    else if (!is_done && enclave->has_lost_need)
        bh_enclave_book(enclave, BH_PART_LOST_WORK, node_s, enclave->need_cause);
    else
        bh_enclave_book(enclave, part, node_s, -1);
}

static void finish_verify(struct bh_enclave *enclave, bool is_done)
{
    book_move(enclave, BH_PART_VERIFICATION, bh_enclave_node_s(enclave), is_done);
    if (!is_done)
        return;
    enclave->verified_work_s = enclave->work_s;
    enclave->verifications += has_reached(enclave, next_verification_s(enclave));
    bh_silent_verify(enclave, enclave->about.from_s);
    if (!enclave->is_signalled)
        choose_after_compute(enclave);
}

static double noise_s(struct bh_enclave *enclave, double steps)
{
    const struct bh_replica *replica = enclave->replica;
    if (!replica->options.faults)
        return steps * bh_enclave_pace(enclave)->noise_per_step_s;
    return bh_noise_draw_s(&bh_enclave_pace(enclave)->slowdown.noise, steps, &replica->random, enclave->identity,
                           enclave->segments++);
}

static void finish_held(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    bh_stops_book_held(enclave, enclave->about.part, enclave->about.from_s, enclave->replica->now_s,
                       bh_enclave_nodes(enclave));
}

static void finish_compute(struct bh_enclave *enclave, bool is_done)
{
    const struct bh_about *about = &enclave->about;
    enclave->stretch_rate = 0.0;
    double elapsed_s = enclave->replica->now_s - about->from_s, duration_s = about->duration_s;
    double share = is_done || duration_s <= 0.0 ? 1.0 : bh_lesser(1.0, elapsed_s / duration_s);
    if (duration_s > 0.0)
        bh_enclave_book_useful(enclave, about->pace, elapsed_s * bh_enclave_nodes(enclave),
                               elapsed_s * bh_enclave_nodes(enclave) * about->noise_s / duration_s);
    bool was_behind = bh_enclave_is_behind(enclave);
    enclave->work_s = is_done ? about->stop_s : enclave->work_s + share * about->work_s;
    if (was_behind && !bh_enclave_is_behind(enclave))
        bh_composing_review(enclave->replica, (size_t)enclave->index);
    if (was_behind)
        bh_errors_replay(enclave);
    if (is_done)
        choose_after_compute(enclave);
}

/* While guards are being switched, a tight partner is out, or data is on its way: until the next signal. */
static struct bh_wait compute(struct bh_enclave *enclave)
{
    const struct bh_pace *pace = bh_enclave_pace(enclave);
    struct bh_about *about = &enclave->about;
    about->part = bh_enclave_held_by(enclave);
    if (about->part != BH_PARTS)
        return bh_enclave_begin(enclave, finish_held, INFINITY);
    double start_s = enclave->replica->now_s;
    about->pace = pace;
    about->stop_s = next_stop_s(enclave);
    about->work_s = about->stop_s - enclave->work_s;
    about->noise_s = noise_s(enclave, about->work_s / bh_enclave_application(enclave)->step_s.value);
    about->duration_s = about->work_s * bh_slowdown_sum(&pace->slowdown) + about->noise_s;
    enclave->stretch_start_s = start_s;
    enclave->stretch_rate = about->duration_s > 0.0 ? about->work_s / about->duration_s : 0.0;
    return bh_enclave_begin(enclave, finish_compute, start_s + about->duration_s);
}

/* The nearest level takes every checkpoint, each farther one its every n-th, one after the other. */
static void finish_checkpoint(struct bh_enclave *enclave, bool is_done)
{
    book_move(enclave, BH_PART_CHECKPOINT, bh_enclave_node_s(enclave), is_done);
    if (!is_done)
        return;
    bh_checkpoint_save(enclave, enclave->saving);
    enclave->saving = bh_checkpoint_next(enclave, enclave->saving + 1);
    if (enclave->saving < BH_LEVELS)
        return;
    enclave->checkpoints++;
    finish_stop(enclave);
}

static struct bh_wait checkpoint(struct bh_enclave *enclave)
{
    enum bh_level level = enclave->saving;
    if (bh_level_goes_through(level, BH_THROUGH_STORAGE) && bh_storage_is_down(enclave->replica))
        return bh_storage_await(enclave);
    if (bh_level_goes_through(level, BH_THROUGH_IO) && bh_stops_is_down(enclave, BH_NEED_IO))
        return bh_stops_await_io(enclave);
    return bh_checkpoint_move(enclave, level, BH_WRITE, finish_checkpoint);
}

static void finish_stalled(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    bh_stops_book(enclave, enclave, BH_NEED_PROGRESS, enclave->about.from_s, enclave->replica->now_s,
                  bh_enclave_nodes(enclave), BH_PART_DETECTION, enclave->stall_cause);
}

static void finish_await_signal(struct bh_enclave *enclave, bool is_done)
{
    (void)is_done;
    long cause = (long)bh_causes_find(&enclave->replica->causes, enclave->about.key);
    bh_enclave_book(enclave, BH_PART_DETECTION, bh_enclave_node_s(enclave), cause);
}

static struct bh_wait await_signal(struct bh_enclave *enclave)
{
    const struct bh_silent_error *error = bh_silent_awaited(enclave);
    if (error == NULL) {
        enclave->phase = BH_PHASE_COMPUTE;
        return bh_wait_no_time();
    }
    enclave->about.key = error->cause;
    return bh_enclave_begin(enclave, finish_await_signal, INFINITY);
}

static struct bh_wait next(struct bh_enclave *enclave, double now_s)
{
    if (enclave->is_signalled)
        bh_outage_react(enclave);
    switch (enclave->phase) {
    case BH_PHASE_COMPUTE:
        return compute(enclave);
    case BH_PHASE_VERIFY:
        return bh_enclave_begin(enclave, finish_verify, now_s + enclave->setup->verification.cost_s);
    case BH_PHASE_AWAIT_SIGNAL:
        return await_signal(enclave);
    case BH_PHASE_CHECKPOINT:
        return checkpoint(enclave);
    case BH_PHASE_STALLED:
        if (enclave->stalls > 0)
            return bh_enclave_begin(enclave, finish_stalled, INFINITY);
        bh_enclave_resume(enclave);
        return bh_wait_no_time();
    case BH_PHASE_DETECT:
    case BH_PHASE_AWAIT_NODES:
    case BH_PHASE_AWAIT_STORAGE:
    case BH_PHASE_RESTART:
    case BH_PHASE_RESTORE:
        return bh_outage_next(enclave);
    case BH_PHASE_NOT_STARTED:
    case BH_PHASE_DONE:
        break;
    }
    return bh_wait_no_time();
}

static void stall(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause)
{
    (void)slot;
    enclave->stalls += begins ? 1 : -1U;
    if (begins && cause >= 0)
        enclave->stall_cause = cause;
    if (enclave->phase <= BH_PHASE_STALLED) /* an outage goes on whether or not a zone hangs */
        bh_enclave_signal(enclave);
}

static void go_back(struct bh_enclave *enclave, double state_s, long cause)
{
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    bool is_back =
        !bh_enclave_runs(enclave, 0) || bh_enclave_position_s(enclave) <= (newest != NULL ? newest->work_s : 0.0);
    if (is_back && (newest == NULL || !bh_checkpoint_is_newer(newest, state_s)))
        return; /* it is there, or on its way */
    if (state_s < enclave->return_s) {
        enclave->return_s = state_s;
        enclave->return_cause = cause;
    }
    bh_enclave_signal(enclave);
}

/* What it was about is begun again: a checkpoint, a verification, a relaunch or a restore. */
static bool is_disturbed(const struct bh_enclave *enclave, enum bh_need_for what)
{
    bool is_about = enclave->phase == BH_PHASE_CHECKPOINT || enclave->phase == BH_PHASE_VERIFY ||
                    enclave->phase == BH_PHASE_RESTART || enclave->phase == BH_PHASE_RESTORE;
    return what == BH_NEED_PROGRESS ? is_about : bh_checkpoint_moves(enclave, BH_THROUGH_IO);
}

static void stop(struct bh_enclave *enclave, enum bh_need_for what, uint64_t slot, bool begins, double detected_s,
                 long cause)
{
    (void)detected_s;
    if (begins && is_disturbed(enclave, what) && !enclave->has_failed) {
        enclave->has_lost_need = true;
        enclave->need_cause = cause;
        bh_enclave_signal(enclave);
    }
    if (what == BH_NEED_PROGRESS)
        bh_enclave_stall(enclave, slot, begins, -1);
    if (begins && bh_enclave_is_there(enclave) && !bh_enclave_runs(enclave, slot))
        bh_outage_delay(enclave, cause);
}

static bool is_out(const struct bh_enclave *enclave)
{
    return enclave->has_failed || enclave->stalls > 0 || enclave->phase > BH_PHASE_STALLED;
}

static bool runs(const struct bh_enclave *enclave, uint64_t slot)
{
    (void)slot;
    return enclave->phase <= BH_PHASE_STALLED && !enclave->has_failed;
}

static double useful_node_s(const struct bh_enclave *enclave)
{
    return enclave->work_s * bh_enclave_nodes(enclave);
}

const struct bh_enclave_kind bh_kind_bulk_synchronous = {
    .next = next,
    .fail = bh_bulk_synchronous_fail,
    .stall = stall,
    .go_back = go_back,
    .delay = bh_outage_delay,
    .stop = stop,
    .is_out = is_out,
    .runs = runs,
    .useful_node_s = useful_node_s,
};
