/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a process does: steps of computing, halo exchange and collectives; verifications; moves of its state. */
#include "models/catalog/application.h"
#include "models/cost/slowdown.h"
#include "sim/platform/activity.h"
#include "sim/platform/platform.h"
#include "sim/process/parts.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/mailbox.h>
#include <stdlib.h>

/* --- Waiting ------------------------------------------------------------------------------------------------------- */

static bool is_stopped(const struct bh_process *process, uint64_t number)
{
    return process->job->number != number;
}

/* All of these are false when the order has been stopped. */
static bool sleep_until(struct bh_process *process, uint64_t number, double until_s)
{
    while (!is_stopped(process, number))
        if (bh_bed_sleep(&process->bed, until_s))
            return !is_stopped(process, number);
    return false;
}

static bool sleep_for(struct bh_process *process, uint64_t number, double seconds)
{
    return !(seconds > 0.0) || sleep_until(process, number, simgrid_get_clock() + seconds);
}

/* Somebody whom it talks to is gone, or what it moves to: it hangs until it is told something else. */
static bool hang(struct bh_process *process, uint64_t number)
{
    return sleep_until(process, number, INFINITY);
}

struct bh_traced_name bh_process_traced(const struct bh_process *process)
{
    return (struct bh_traced_name){.kind = BH_TRACED_PROCESS,
                                   .part = {process->job->index, process->node, process->rank},
                                   .life = process->life,
                                   .is_in_guest = process->seat->tree->guest_has_kernel[process->guest]};
}

static void show(const struct bh_process *process, const char *state)
{
    bh_trace_state(process->job->fleet->trace, bh_process_traced(process), state);
}

/* SimGrid's virtual machines count what ends in them, and what is cancelled after its end twice. */
void bh_process_cancel(struct bh_process *process)
{
    if (process->computes && !(process->under_way > 0 && bh_activity_remaining(process->activity[0]) > 0.0))
        return;
    for (size_t i = 0; i < process->under_way; i++)
        bh_activity_cancel(process->activity[i]);
}

/* Whoever stops it while the activity starts cannot know of that. */
static void begin(struct bh_process *process, uint64_t number, struct bh_activity *activity)
{
    if (!is_stopped(process, number) && process->actor != NULL) {
        process->activity[process->under_way++] = activity;
        return;
    }
    bh_activity_cancel(activity);
    bh_activity_free(activity);
}

/* For all that is under way. Of messages one may have failed, and the others are to end with it. */
static bool wait_for_all(struct bh_process *process, uint64_t number)
{
    bool has_come = true;
    for (size_t i = 0; i < process->under_way && has_come && !is_stopped(process, number); i++)
        has_come = bh_activity_wait(process->activity[i]);
    has_come = has_come && !is_stopped(process, number);
    if (!has_come && !process->computes)
        bh_process_cancel(process);
    for (size_t i = 0; i < process->under_way; i++)
        bh_activity_free(process->activity[i]);
    process->under_way = 0;
    process->computes = false;
    if (has_come)
        return true;
    hang(process, number);
    return false;
}

/* Ranks on other nodes than those that degraded zones make slower go at the pace of always, and wait. */
static const struct bh_pace *pace_of(const struct bh_process *process)
{
    const struct bh_enclave *enclave = process->job->enclave;
    const struct bh_pace *pace = process->job->order.pace, *slow = enclave->setup->slow[enclave->slow];
    if (enclave->slow == BH_SLOW_NOT || pace < slow || pace >= slow + 2)
        return pace;
    return &enclave->setup->slow[bh_degraded_slow_on(enclave, process->seat->slot)][pace - slow];
}

/* --- Computing ----------------------------------------------------------------------------------------------------- */

/* On its share of the node's speed, which processes of other enclaves there do not touch, as many as there are. */
static bool compute(struct bh_process *process, uint64_t number, double seconds)
{
    if (!(seconds > 0.0))
        return !is_stopped(process, number);
    begin(process, number, bh_activity_compute(seconds, 1.0 / (double)process->seat->processes_most));
    process->computes = true;
    return wait_for_all(process, number);
}

/* Noise of the node's kernels, in one step or a part of it; the slowest node's is kept. Without faults the slowest of all is
 * expected on every node, as enclaves have it. */
static double noise_of(struct bh_process *process, size_t step, double part)
{
    struct bh_job *job = process->job;
    const struct bh_pace *pace = job->order.pace;
    const struct bh_replica *replica = job->fleet->replica;
    struct bh_noise own = pace->slowdown.noise;
    own.nodes = 1;
    uint64_t stream = bh_identity_join(bh_identity(job->name), process->node);
    double noise_s = replica->options.faults ? bh_noise_draw_s(&own, part, &replica->random, stream, job->steps + step)
                                             : part * pace->noise_per_step_s;
    job->noise_s[step] = fmax(job->noise_s[step], noise_s);
    return noise_s;
}

/* --- Messages ------------------------------------------------------------------------------------------------------ */

static struct bh_process *peer_of(const struct bh_process *process, size_t node)
{
    return &process->job->process[node * process->job->per_node + process->rank];
}

/* Where it reads mail of a kind. */
static sg_mailbox_t mailbox(struct bh_process *process, size_t kind)
{
    if (process->mailbox[kind] == NULL) {
        char *name = bh_print_text("%zu.%zu.%zu.%zu", process->job->index, process->node, process->rank, kind);
        process->mailbox[kind] = sg_mailbox_by_name(name);
        free(name);
    }
    return process->mailbox[kind];
}

static void send_to(struct bh_process *process, uint64_t number, size_t node, size_t kind, double bytes, double most)
{
    begin(process, number, bh_activity_put(mailbox(peer_of(process, node), kind), process, bytes, most));
}

static void receive(struct bh_process *process, uint64_t number, size_t kind)
{
    begin(process, number, bh_activity_get(mailbox(process, kind), &process->payload[process->under_way]));
}

/* One step along a dimension of the grid of nodes, around its edge. */
static size_t neighbour(const struct bh_job *job, size_t node, int dimension, bool up)
{
    size_t stride = 1, extent = job->grid.extent[dimension];
    for (int d = 0; d < dimension; d++)
        stride *= job->grid.extent[d];
    size_t at = node / stride % extent, next = up ? (at + 1) % extent : (at + extent - 1) % extent;
    return node + next * stride - at * stride;
}

/* A guest's network takes less than its link does. */
static double most_rate(const struct bh_process *process, double share)
{
    double left = pace_of(process)->slowdown.bandwidth_left;
    return left < 1.0 ? process->job->bandwidth * left * share : INFINITY;
}

static bool exchange_halo(struct bh_process *process, uint64_t number, double part)
{
    const struct bh_job *job = process->job;
    const struct bh_application *application = bh_enclave_application(job->enclave);
    double share = 1.0 / (double)(job->per_node * (job->directions > 0 ? job->directions : 1));
    double bytes = part * application->halo_bytes.value * share, most = most_rate(process, share);
    for (int d = 0; bytes > 0.0 && d < BH_HALO_DIMENSIONS_MOST; d++)
        for (int up = 0; up < 2 && job->grid.extent[d] > 1; up++) {
            receive(process, number, (size_t)(2 * d + up));
            send_to(process, number, neighbour(job, process->node, d, up), (size_t)(2 * d + up), bytes, most);
        }
    return wait_for_all(process, number);
}

/* Each contacts the one that lies so far from it, which differs from step to step. */
static bool exchange_at_random(struct bh_process *process, uint64_t number, size_t step, double part)
{
    const struct bh_job *job = process->job;
    double share = 1.0 / (double)job->per_node;
    double bytes = part * bh_enclave_application(job->enclave)->halo_bytes.value * share;
    struct bh_random random = {job->fleet->replica->random.seed, job->fleet->replica->random.replica, NULL};
    if (job->nodes < 2 || !(bytes > 0.0))
        return !is_stopped(process, number);
    double u = bh_random_uniform(&random, BH_PURPOSE_TAINT, job->index, job->steps + step, 0);
    size_t distance = 1 + (size_t)(u * (double)(job->nodes - 1));
    receive(process, number, BH_MAIL_RANDOM);
    send_to(process, number, (process->node + distance) % job->nodes, BH_MAIL_RANDOM, bytes, most_rate(process, share));
    return wait_for_all(process, number);
}

/* From or to a peer, of whom the slower counts. */
static double stage_s(const struct bh_process *process, size_t node, size_t stage)
{
    return process->job->stage_s[stage] +
           fmax(pace_of(process)->slowdown.added_latency_s, pace_of(peer_of(process, node))->slowdown.added_latency_s);
}

/* Up a binomial tree and down again, one process per node: two stages per doubling of the nodes. */
static bool combine(struct bh_process *process, uint64_t number)
{
    const struct bh_job *job = process->job;
    size_t stage = 0, node = process->node;
    for (; (size_t)1 << stage < job->nodes && (node >> stage & 1) == 0; stage++) {
        if (node + ((size_t)1 << stage) >= job->nodes)
            continue;
        receive(process, number, BH_MAIL_UP + stage);
        if (!wait_for_all(process, number) ||
            !sleep_for(process, number, stage_s(process, node + ((size_t)1 << stage), stage)))
            return false;
    }
    if (node > 0) {
        send_to(process, number, node - ((size_t)1 << stage), BH_MAIL_UP + stage, 1.0, INFINITY);
        receive(process, number, BH_MAIL_DOWN);
        if (!wait_for_all(process, number) ||
            !sleep_for(process, number, stage_s(process, node - ((size_t)1 << stage), stage)))
            return false;
    }
    while (stage-- > 0) {
        if (node + ((size_t)1 << stage) >= job->nodes)
            continue;
        send_to(process, number, node + ((size_t)1 << stage), BH_MAIL_DOWN, 1.0, INFINITY);
        if (!wait_for_all(process, number) ||
            !sleep_for(process, number, stage_s(process, node + ((size_t)1 << stage), stage)))
            return false;
    }
    return true;
}

/* Processes of a node meet there first; the first of them speaks for all. */
static bool collect(struct bh_process *process, uint64_t number)
{
    struct bh_job *job = process->job;
    struct bh_crew *crew = &job->crew[process->node];
    struct bh_process *first = &job->process[process->node * job->per_node];
    uint64_t round = crew->rounds;
    if (++crew->arrived == job->per_node && process != first)
        bh_bed_wake(&first->bed);
    if (process != first) {
        while (crew->rounds == round && !is_stopped(process, number))
            bh_bed_sleep(&process->bed, INFINITY);
        return !is_stopped(process, number);
    }
    while (crew->arrived < job->per_node && !is_stopped(process, number))
        bh_bed_sleep(&process->bed, INFINITY);
    if (is_stopped(process, number) || !combine(process, number))
        return false;
    crew->arrived = 0;
    crew->rounds++;
    for (size_t p = 1; p < job->per_node; p++)
        bh_bed_wake(&first[p].bed);
    return true;
}

static bool communicate(struct bh_process *process, uint64_t number, size_t step, double part)
{
    const struct bh_job *job = process->job;
    const struct bh_slowdown *slowdown = &pace_of(process)->slowdown;
    const struct bh_application *application = bh_enclave_application(job->enclave);
    if (application->communicates_at_random ? !exchange_at_random(process, number, step, part)
                                            : !exchange_halo(process, number, part))
        return false;
    double messages_s = application->halo_messages.value * (job->latency_s + slowdown->added_latency_s);
    if (!sleep_for(process, number, part * messages_s))
        return false;
    process->collectives_due += part * application->collectives.value;
    for (; process->collectives_due > 1.0 - 1e-9; process->collectives_due -= 1.0)
        if (!collect(process, number))
            return false;
    return true;
}

static bool compute_steps(struct bh_process *process, uint64_t number)
{
    const struct bh_job *job = process->job;
    const struct bh_slowdown *slowdown = &pace_of(process)->slowdown;
    double step_s = bh_enclave_application(job->enclave)->step_s.value, work_s = job->order.work_s;
    double wall_s = step_s * bh_slowdown_sum(slowdown);
    for (size_t step = 0; process->done_s < work_s * (1.0 - 1e-12); step++) {
        double part = fmin(1.0, (work_s - process->done_s) / step_s);
        process->step_from_s = simgrid_get_clock();
        process->step_work_s = part * step_s;
        double noise_s = noise_of(process, step, part);
        show(process, "compute");
        if (!compute(process, number, part * (wall_s - slowdown->communication_s) + noise_s))
            return false;
        show(process, slowdown->communication_s > 0.0 ? "communicate" : "compute");
        if (slowdown->communication_s > 0.0 && !communicate(process, number, step, part))
            return false;
        process->done_s += process->step_work_s;
        process->step_work_s = 0.0;
    }
    return true;
}

/* --- States -------------------------------------------------------------------------------------------------------- */

/* Its part of the state of all, by a flow of its own and an access to a disk. */
static bool move_to_storage(struct bh_process *process, uint64_t number)
{
    const struct bh_job *job = process->job;
    const struct bh_platform *platform = job->fleet->platform;
    size_t place = process->node * job->per_node + process->rank, hosts = bh_platform_storage_hosts(platform);
    size_t host = place % hosts, disk = place / hosts % bh_platform_disks(platform, host);
    double bytes = job->order.bytes / (double)job->count;
    sg_host_t storage = bh_platform_storage_host(platform, host), own = process->seat->host;
    sg_disk_t device = bh_platform_disk(platform, host, disk);
    bool writes = job->order.direction == BH_WRITE;
    begin(process, number, writes ? bh_activity_send(own, storage, bytes) : bh_activity_send(storage, own, bytes));
    begin(process, number, writes ? bh_activity_write(device, bytes, 1.0) : bh_activity_read(device, bytes, 1.0));
    return wait_for_all(process, number) && sleep_until(process, number, job->order.until_s);
}

/* To the partner that keeps a copy, or from there. */
static bool move_to_partner(struct bh_process *process, uint64_t number)
{
    const struct bh_job *job = process->job;
    size_t distance = (size_t)job->order.distance, nodes = job->nodes;
    double bytes = job->order.bytes / (double)job->per_node, takes_s = job->order.until_s - simgrid_get_clock();
    if (nodes > 1 && bytes > 0.0 && takes_s > 0.0) {
        size_t other = job->order.direction == BH_WRITE ? process->node + distance : process->node + nodes - distance;
        receive(process, number, BH_MAIL_PARTNER);
        send_to(process, number, other % nodes, BH_MAIL_PARTNER, bytes, bytes / takes_s);
        if (!wait_for_all(process, number))
            return false;
    }
    return sleep_until(process, number, job->order.until_s);
}

static const char *const order_names[] = {
    "idle", "compute", "verify", "checkpoint-local", "checkpoint-partner", "checkpoint-storage", "launch"};

bool bh_process_carry_out(struct bh_process *process)
{
    uint64_t number = process->job->number;
    const struct bh_order *order = &process->job->order;
    show(process, order_names[order->what]);
    switch (order->what) {
    case BH_ORDER_COMPUTE:
        return compute_steps(process, number);
    case BH_ORDER_VERIFY:
        return compute(process, number, order->until_s - simgrid_get_clock());
    case BH_ORDER_SLEEP:
    case BH_ORDER_RELAUNCH:
        return sleep_until(process, number, order->until_s);
    case BH_ORDER_PARTNER:
        return move_to_partner(process, number);
    case BH_ORDER_STORAGE:
        return move_to_storage(process, number);
    case BH_ORDER_NONE:
        break;
    }
    return false;
}
