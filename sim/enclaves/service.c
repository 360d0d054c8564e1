/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A loss-tolerant service: a lost process stops only its own node's part, which restarts and reloads while the others
 * go on. */

#include "models/catalog/application.h"
#include "models/catalog/recovery.h"
#include "models/words/scope.h"
#include "sim/enclaves/enclave.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <math.h>
#include <stdlib.h>
#include <utlist.h>

/* A part that is down, or all of them (slot BH_ALL_SLOTS). */
struct bh_part_outage {
    uint64_t slot;
    unsigned stalls; /* hung zones that hold the part up; it returns when they end, or fails */
    unsigned stops;  /* of those, needed zones that are down, found at stop_detected_s */
    double stop_detected_s;
    double need_up_s[BH_NEEDS]; /* since it failed: when all that it needs was, or will be, up */
    bool has_failed;
    double failed_s;
    /* Found before each sleep and booked after it, so that what happens at its end does not change it. */
    bool is_foreseen, is_stopped; /* stopped: by a zone that it needs, and by that alone */
    double detected_s, hardware_s, ready_s, restarted_s, returns_s;
    long cause;
    struct bh_part_outage *prev, *next;
};

static struct bh_part_outage *find_outage(const struct bh_enclave *enclave, uint64_t slot)
{
    struct bh_part_outage *outage;
    DL_FOREACH(enclave->outages, outage)
    if (outage->slot == slot)
        return outage;
    return NULL;
}

static struct bh_part_outage *need_outage(struct bh_enclave *enclave, uint64_t slot, long cause)
{
    struct bh_part_outage *outage = find_outage(enclave, slot);
    if (outage == NULL) {
        outage = bh_allocate(1, sizeof *outage);
        outage->slot = slot;
        outage->cause = cause;
        outage->returns_s = INFINITY;
        DL_APPEND(enclave->outages, outage);
        enclave->parts_down += slot != BH_ALL_SLOTS;
    }
    return outage;
}

static void set_failed(struct bh_enclave *enclave, struct bh_part_outage *outage, bool has_failed)
{
    if (outage->slot != BH_ALL_SLOTS && has_failed != outage->has_failed)
        enclave->parts_failed += has_failed ? 1 : -UINT64_C(1);
    outage->has_failed = has_failed;
}

static void remove_outage(struct bh_enclave *enclave, struct bh_part_outage *outage)
{
    set_failed(enclave, outage, false);
    enclave->parts_down -= outage->slot != BH_ALL_SLOTS;
    DL_DELETE(enclave->outages, outage);
    free(outage);
}

static bool are_too_few(const struct bh_enclave *enclave, uint64_t down)
{
    const struct bh_part_outage *everything = find_outage(enclave, BH_ALL_SLOTS);
    return (everything != NULL && everything->has_failed) ||
           enclave->setup->nodes - down < enclave->setup->spec->parts_needed;
}

static bool is_out(const struct bh_enclave *enclave)
{
    return are_too_few(enclave, enclave->parts_down);
}

static bool is_lost(const struct bh_enclave *enclave)
{
    return are_too_few(enclave, enclave->parts_failed);
}

static bool runs(const struct bh_enclave *enclave, uint64_t slot)
{
    const struct bh_part_outage *outage = find_outage(enclave, slot);
    return (outage == NULL || !outage->has_failed) && find_outage(enclave, BH_ALL_SLOTS) == NULL;
}

static void note_out(struct bh_enclave *enclave, bool was_out, long cause)
{
    if (!was_out && is_out(enclave))
        enclave->out_cause = cause;
}

/* The whole of it is lost with all its parts, or with the one that leaves fewer than it needs. While it is lost nothing
 * interrupts it. */
static bool fail(struct bh_enclave *enclave, uint64_t slot, enum bh_scope scope, struct bh_level_loss taken,
                 double ended_s, long cause)
{
    (void)taken;
    bool was_out = is_out(enclave), was_lost = is_lost(enclave), is_part = !bh_scope_reaches_beyond_node(scope);
    struct bh_part_outage *outage = need_outage(enclave, is_part ? slot : BH_ALL_SLOTS, cause);
    if (!outage->has_failed) {
        outage->cause = cause;
        enclave->counts.interruptions += !was_lost;
        enclave->events++;
    }
    set_failed(enclave, outage, true);
    note_out(enclave, was_out, cause);
    outage->failed_s = fmax(outage->failed_s, ended_s);
    outage->returns_s = INFINITY;
    for (int what = 0; what < BH_NEEDS; what++)
        outage->need_up_s[what] = -INFINITY;
    bh_errors_clear_processes(enclave->replica, enclave->index, outage->slot); /* they die with their part */
    return !is_part || (!was_lost && is_lost(enclave));
}

static void stall_part(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause)
{
    bool was_out = is_out(enclave);
    struct bh_part_outage *outage = begins ? need_outage(enclave, slot, cause) : find_outage(enclave, slot);
    if (outage == NULL)
        return;
    note_out(enclave, was_out, cause);
    if (begins)
        outage->stalls++;
    else if (outage->stalls > 0)
        outage->stalls--;
}

static void stall(struct bh_enclave *enclave, uint64_t slot, bool begins, long cause)
{
    stall_part(enclave, slot, begins, cause);
    bh_enclave_signal(enclave);
}

static void stop_part(struct bh_enclave *enclave, uint64_t slot, bool begins, double detected_s, long cause)
{
    stall_part(enclave, slot, begins, cause);
    struct bh_part_outage *outage = find_outage(enclave, slot);
    if (outage == NULL)
        return;
    if (begins)
        outage->stop_detected_s = detected_s;
    if (begins || outage->stops > 0)
        outage->stops += begins ? 1 : -1U;
}

static void stop(struct bh_enclave *enclave, enum bh_need_for what, uint64_t slot, bool begins, double detected_s,
                 long cause)
{
    if (what == BH_NEED_PROGRESS)
        stop_part(enclave, slot, begins, detected_s, cause);
    bh_enclave_signal(enclave);
}

static double useful_node_s(const struct bh_enclave *enclave)
{
    return enclave->node_work_s;
}

static void clear(struct bh_enclave *enclave)
{
    struct bh_part_outage *outage, *next;
    DL_FOREACH_SAFE(enclave->outages, outage, next)
    {
        remove_outage(enclave, outage);
    }
}

/* When each phase of an outage ends, as far as is known now: a hang until its watchdog, a slot until it has a node. */
static void foresee(const struct bh_enclave *enclave, struct bh_part_outage *outage)
{
    const struct bh_recovery_numbers *recovery = bh_enclave_recovery(enclave);
    const struct bh_machine *machine = enclave->replica->machine;
    uint64_t slot = outage->slot; /* BH_ALL_SLOTS: no slot's own state, only what is down everywhere */
    outage->is_foreseen = true;
    outage->is_stopped = !outage->has_failed && outage->stalls > 0 && outage->stalls == outage->stops;
    outage->detected_s = outage->failed_s + recovery->detection_s.value;
    if (!outage->has_failed) {
        outage->detected_s = outage->returns_s = outage->stalls > 0 ? INFINITY : enclave->replica->now_s;
        if (outage->is_stopped) {
            outage->detected_s = outage->stop_detected_s;
            outage->hardware_s = -INFINITY;
            outage->ready_s = outage->restarted_s = INFINITY;
        }
        return;
    }
    outage->hardware_s = bh_machine_slot_hardware_s(machine, slot);
    outage->ready_s = fmax(outage->detected_s, bh_machine_slot_ready_s(machine, slot, enclave->index));
    for (int what = 0; what < BH_NEEDS; what++)
        outage->need_up_s[what] =
            fmax(outage->need_up_s[what], bh_stops_slot_up_s(enclave->replica, slot, (enum bh_need_for)what));
    outage->ready_s = fmax(outage->ready_s, outage->need_up_s[BH_NEED_PROGRESS]);
    outage->restarted_s = fmax(outage->ready_s + recovery->process_restart_s.value, outage->need_up_s[BH_NEED_IO]);
    outage->returns_s = outage->restarted_s + enclave->setup->read_s[BH_LEVEL_LOCAL];
}

/* Books the piece of [from, to] that lies before `end` and returns where it stops. */
static double book_until(struct bh_enclave *enclave, const struct bh_part_outage *outage, enum bh_part part,
                         double from_s, double to_s, double end_s)
{
    double stop_s = fmin(to_s, fmax(from_s, end_s));
    double parts = outage->slot == BH_ALL_SLOTS ? bh_enclave_nodes(enclave) : 1.0;
    bh_enclave_book(enclave, part, (stop_s - from_s) * parts, outage->cause);
    return stop_s;
}

static void book_outage(struct bh_enclave *enclave, const struct bh_part_outage *outage, double from_s, double to_s)
{
    double parts = outage->slot == BH_ALL_SLOTS ? bh_enclave_nodes(enclave) : 1.0;
    if (outage->is_stopped)
        enclave->stop[BH_NEED_PROGRESS].node_s += (to_s - from_s) * parts;
    from_s = book_until(enclave, outage, BH_PART_DETECTION, from_s, to_s, outage->detected_s);
    from_s = book_until(enclave, outage, BH_PART_REPAIR_AND_SPARE_WAIT, from_s, to_s,
                        fmin(outage->hardware_s, outage->ready_s));
    from_s = book_until(enclave, outage, BH_PART_RESTART, from_s, to_s, outage->restarted_s);
    book_until(enclave, outage, BH_PART_RESTORE, from_s, to_s, INFINITY);
}

/* Number of parts that are down; the outage of all counts alone. */
static double foresee_all(const struct bh_enclave *enclave, double *next_return_s)
{
    struct bh_part_outage *outage;
    double down = 0.0;
    *next_return_s = INFINITY;
    DL_FOREACH(enclave->outages, outage)
    {
        foresee(enclave, outage);
        *next_return_s = fmin(*next_return_s, outage->returns_s);
        down++;
    }
    return find_outage(enclave, BH_ALL_SLOTS) != NULL ? bh_enclave_nodes(enclave) : down;
}

static void serve(struct bh_enclave *enclave, const struct bh_pace *pace, double node_s)
{
    double noise = pace->noise_per_step_s / bh_enclave_application(enclave)->step_s.value / pace->wall_per_work;
    bh_enclave_book_useful(enclave, pace, node_s, node_s * noise);
    enclave->node_work_s += node_s / pace->wall_per_work;
}

/* `held_by`: the part that held up what was up, BH_PARTS if none did; else it was served at this pace. What waits for parts
 * without which nothing is served is booked to what took them. */
static void book(struct bh_enclave *enclave, const struct bh_pace *pace, enum bh_part held_by, double down,
                 double from_s, double to_s)
{
    double up_node_s = (bh_enclave_nodes(enclave) - down) * (to_s - from_s);
    const struct bh_part_outage *everything = find_outage(enclave, BH_ALL_SLOTS), *outage;
    bool all_down = everything != NULL && everything->is_foreseen;
    if (held_by == BH_PARTS) {
        const size_t is_protected = (size_t)(pace - enclave->setup->pace);
        for (int slow = BH_SLOW_MESSAGES; slow < BH_SLOWS; slow++) {
            double slow_node_s = enclave->about.slow[slow] * (to_s - from_s);
            if (slow_node_s > 0.0)
                serve(enclave, &enclave->setup->slow[slow][is_protected], slow_node_s);
            up_node_s -= slow_node_s;
        }
        serve(enclave, pace, up_node_s);
    } else if (held_by == BH_PART_REPAIR_AND_SPARE_WAIT)
        bh_enclave_book(enclave, held_by, up_node_s, enclave->out_cause);
    else
        bh_stops_book_held(enclave, held_by, from_s, to_s, bh_enclave_nodes(enclave) - down);
    DL_FOREACH(enclave->outages, outage)
    if (outage->is_foreseen && (!all_down || outage == everything))
        book_outage(enclave, outage, from_s, to_s);
}

static void end_outages(struct bh_enclave *enclave, double now_s)
{
    struct bh_part_outage *outage, *next;
    bool was_out = is_out(enclave);
    DL_FOREACH_SAFE(enclave->outages, outage, next)
    {
        bool stall_ended = !outage->has_failed && outage->stalls == 0;
        if (!stall_ended && outage->returns_s > now_s)
            continue;
        enclave->events += outage->has_failed;
        if (outage->stalls > 0) { /* restarted, but a kernel below still hangs */
            set_failed(enclave, outage, false);
            outage->returns_s = INFINITY;
            continue;
        }
        remove_outage(enclave, outage);
    }
    if (was_out && !is_out(enclave))
        bh_composing_review(enclave->replica, (size_t)enclave->index);
}

static void finish_serving(struct bh_enclave *enclave, bool is_done)
{
    const struct bh_about *about = &enclave->about;
    double now_s = enclave->replica->now_s;
    book(enclave, about->pace, about->part, about->down, about->from_s, now_s);
    enclave->is_signalled = false;
    /* The clock may stop a rounding error short of the time that was slept to. */
    end_outages(enclave, is_done ? fmax(now_s, about->next_s) : now_s);
    if (is_done && about->is_last) {
        enclave->node_work_s = bh_enclave_nodes(enclave) * enclave->setup->spec->work_s;
        bh_enclave_end(enclave, true);
    }
}

/* Of the parts that are up, how many are slower, by what is. */
static void count_slow(const struct bh_enclave *enclave, double slow[BH_SLOWS])
{
    const struct bh_part_outage *outage;
    bool is_all_down = find_outage(enclave, BH_ALL_SLOTS) != NULL;
    for (int s = 0; s < BH_SLOWS; s++)
        slow[s] = is_all_down ? 0.0 : enclave->degraded_parts[s];
    if (enclave->degraded_ways > 0 && !is_all_down)
        DL_FOREACH(enclave->outages, outage)
        {
            slow[bh_degraded_slow_on(enclave, outage->slot)]--;
        }
}

/* Between two events the number of parts that are up is constant, and so is the rate of work. */
static struct bh_wait next(struct bh_enclave *enclave, double now_s)
{
    double total_s = bh_enclave_nodes(enclave) * enclave->setup->spec->work_s, next_return_s;
    struct bh_about *about = &enclave->about;
    about->down = foresee_all(enclave, &next_return_s);
    about->pace = bh_enclave_pace(enclave);
    about->part = is_out(enclave) ? BH_PART_REPAIR_AND_SPARE_WAIT : bh_enclave_held_by(enclave);
    double up = bh_enclave_nodes(enclave) - about->down;
    double rate = 0.0;
    count_slow(enclave, about->slow);
    for (int slow = BH_SLOW_MESSAGES; slow < BH_SLOWS; slow++) {
        rate += about->slow[slow] / enclave->setup->slow[slow][about->pace - enclave->setup->pace].wall_per_work;
        up -= about->slow[slow];
    }
    rate = about->part == BH_PARTS ? rate + up / about->pace->wall_per_work : 0.0;
    double done_s = rate > 0.0 ? now_s + (total_s - enclave->node_work_s) / rate : INFINITY;
    about->is_last = done_s <= next_return_s;
    about->next_s = fmin(done_s, next_return_s);
    return bh_enclave_begin(enclave, finish_serving, about->next_s);
}

const struct bh_enclave_kind bh_kind_service = {
    .next = next,
    .fail = fail,
    .stall = stall,
    .stop = stop,
    .is_out = is_out,
    .runs = runs,
    .useful_node_s = useful_node_s,
    .clear = clear,
};
