/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Actors of processes: how they live, are launched and lost. */
#include "models/node/zone_set.h"
#include "sim/platform/activity.h"
#include "sim/process/parts.h"
#include "sim/state/enclave_state.h"

#include <math.h>
#include <simgrid/actor.h>
#include <stdlib.h>

static void finish_order(struct bh_job *job)
{
    if (--job->left > 0)
        return;
    for (size_t k = 0; k < job->noise_count; k++)
        job->progress.noise_s += job->noise_s[k];
    job->progress.work_s = job->order.work_s;
    job->order.what = BH_ORDER_NONE;
    job->fleet->over(job->fleet->context, job->index);
}

/* What its actor before it left. */
void bh_process_forget(struct bh_process *process)
{
    for (size_t i = 0; i < process->under_way; i++)
        bh_activity_free(process->activity[i]);
    process->under_way = 0;
    process->computes = false;
}

static void note_end(int is_failed, void *data)
{
    struct bh_fleet *fleet = data;
    (void)is_failed;
    fleet->ended++;
}

static void live(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bh_process *process = sg_actor_self_get_data();
    struct bh_job *job = process->job;
    sg_actor_on_exit(note_end, job->fleet);
    bh_process_forget(process);
    for (;;) {
        while (process->seen == job->number || job->order.what == BH_ORDER_NONE)
            bh_bed_sleep(&process->bed, INFINITY);
        uint64_t number = job->number;
        bool is_done = bh_process_carry_out(process);
        process->seen = number;
        if (process->actor != NULL)
            bh_trace_state(job->fleet->trace, bh_process_traced(process), "idle");
        if (is_done)
            finish_order(job);
    }
}

struct bh_traced_name bh_host_traced(const struct bh_seat *seat)
{
    return (struct bh_traced_name){.kind = BH_TRACED_HOST, .part = {seat->host_number}};
}

struct bh_traced_name bh_guest_traced(const struct bh_seat *seat, size_t guest)
{
    return (struct bh_traced_name){
        .kind = BH_TRACED_GUEST, .part = {seat->slot, guest}, .life = seat->guest[guest].life};
}

void bh_process_launch(struct bh_process *process)
{
    const struct bh_seat *seat = process->seat;
    if (process->actor != NULL || !bh_seat_is_up(seat, process->guest))
        return;
    sg_vm_t machine = seat->guest[process->guest].machine;
    sg_host_t host = machine != NULL ? (sg_host_t)machine : seat->host;
    char *name = bh_print_text("%s-%zu.%zu", process->job->name, process->node, process->rank);
    const char *argv[] = {name};
    process->life++;
    struct bh_traced_name in = machine != NULL ? bh_guest_traced(seat, process->guest) : bh_host_traced(seat);
    bh_trace_create(process->job->fleet->trace, bh_process_traced(process), &in, name);
    process->actor = sg_actor_init(name, host);
    sg_actor_set_data(process->actor, process);
    sg_actor_start_(process->actor, live, 1, argv);
    sg_actor_daemonize(process->actor);
    free(name);
}

void bh_process_lose(struct bh_process *process, bool is_killed)
{
    sg_actor_t actor = process->actor;
    if (actor == NULL)
        return;
    process->actor = NULL;
    bh_trace_destroy(process->job->fleet->trace, bh_process_traced(process));
    process->job->fleet->to_end++;
    bh_process_cancel(process);
    if (is_killed)
        sg_actor_kill(actor);
}

void bh_jobs_lose(struct bh_fleet *fleet, const struct bh_seat *seat, size_t guest, const struct bh_zone_set *zones,
                  bool is_killed)
{
    for (size_t j = 0; j < fleet->jobs_count; j++) {
        struct bh_job *job = &fleet->job[j];
        uint64_t first = job->enclave->partition->first_slot;
        if (seat->slot < first || seat->slot - first >= job->nodes)
            continue;
        struct bh_process *process = &job->process[(seat->slot - first) * job->per_node];
        for (size_t p = 0; p < job->per_node; p++)
            if (process[p].guest == guest && (zones == NULL || bh_zone_set_has(zones, process[p].zone)))
                bh_process_lose(&process[p], is_killed);
    }
}

bool bh_job_is_whole(const struct bh_job *job)
{
    for (size_t p = 0; p < job->count; p++)
        if (!bh_seat_is_up(job->process[p].seat, job->process[p].guest))
            return false;
    return true;
}

void bh_jobs_come(struct bh_fleet *fleet, const struct bh_seat *seat)
{
    for (size_t j = 0; j < fleet->jobs_count; j++) {
        struct bh_job *job = &fleet->job[j];
        uint64_t first = job->enclave->partition->first_slot;
        if (seat->slot < first || seat->slot - first >= job->nodes)
            continue;
        for (size_t p = 0; job->order.what != BH_ORDER_NONE && p < job->per_node; p++)
            bh_process_launch(&job->process[(seat->slot - first) * job->per_node + p]);
        if (job->awaits && bh_job_is_whole(job)) {
            job->awaits = false;
            fleet->over(fleet->context, job->index);
        }
    }
}
