/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What enclaves order, and what the replica says is lost. */
#include "sim/process/fleet.h"

#include "models/catalog/application.h"
#include "models/node/zone_tree.h"
#include "sim/platform/placement.h"
#include "sim/platform/platform.h"
#include "sim/process/parts.h"
#include "sim/setup/questions.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdlib.h>
#include <string.h>

/* --- Orders -------------------------------------------------------------------------------------------------------- */

static double step_s(const struct bh_job *job)
{
    return bh_enclave_application(job->enclave)->step_s.value;
}

static void begin_steps(struct bh_job *job)
{
    job->steps += job->noise_count;
    job->noise_count = job->order.what == BH_ORDER_COMPUTE ? (size_t)ceil(job->order.work_s / step_s(job)) + 1 : 0;
    job->noise_s = bh_reallocate(job->noise_s, job->noise_count + 1, sizeof *job->noise_s);
    memset(job->noise_s, 0, (job->noise_count + 1) * sizeof *job->noise_s);
    job->progress = (struct bh_progress){0};
    for (size_t n = 0; n < job->nodes; n++)
        job->crew[n].arrived = 0;
}

void bh_fleet_order(struct bh_fleet *fleet, size_t enclave, const struct bh_order *order)
{
    struct bh_job *job = &fleet->job[enclave];
    job->order = *order;
    job->number++;
    job->left = job->count;
    begin_steps(job);
    /* Before the first of them is woken, since others may then run. */
    for (size_t p = 0; p < job->count; p++)
        job->process[p].done_s = job->process[p].step_work_s = job->process[p].collectives_due = 0.0;
    for (size_t p = 0; p < job->count; p++) {
        struct bh_process *process = &job->process[p];
        if (order->what == BH_ORDER_RELAUNCH)
            bh_process_lose(process, true);
        if (process->actor != NULL)
            bh_bed_wake(&process->bed);
        else
            bh_process_launch(process);
    }
}

/* Work of the slowest; of its step under way what would have been done by now at the pace of the model. */
static double work_done_s(const struct bh_job *job)
{
    double least_s = INFINITY, now_s = simgrid_get_clock();
    for (size_t p = 0; p < job->count; p++) {
        const struct bh_process *process = &job->process[p];
        double taken_s = process->step_work_s * job->order.pace->wall_per_work;
        double share = taken_s > 0.0 ? fmin(1.0, (now_s - process->step_from_s) / taken_s) : 0.0;
        least_s = fmin(least_s, process->done_s + share * process->step_work_s);
    }
    return fmin(least_s, job->order.work_s);
}

void bh_fleet_stop(struct bh_fleet *fleet, size_t enclave)
{
    struct bh_job *job = &fleet->job[enclave];
    job->awaits = false;
    if (job->order.what == BH_ORDER_NONE)
        return;
    if (job->order.what == BH_ORDER_COMPUTE) {
        job->progress.work_s = work_done_s(job);
        double steps = job->progress.work_s / step_s(job);
        for (size_t k = 0; k < job->noise_count && (double)k < steps; k++)
            job->progress.noise_s += job->noise_s[k] * fmin(1.0, steps - (double)k);
    }
    job->order.what = BH_ORDER_NONE;
    job->number++;
    for (size_t p = 0; p < job->count; p++) {
        if (job->process[p].actor == NULL)
            continue;
        bh_process_cancel(&job->process[p]);
        bh_bed_wake(&job->process[p].bed);
    }
}

struct bh_progress bh_fleet_progress(const struct bh_fleet *fleet, size_t enclave)
{
    return fleet->job[enclave].progress;
}

bool bh_fleet_await(struct bh_fleet *fleet, size_t enclave)
{
    struct bh_job *job = &fleet->job[enclave];
    job->awaits = !bh_job_is_whole(job);
    return !job->awaits;
}

/* --- What goes down ------------------------------------------------------------------------------------------------ */

/* Guests and nodes by the machine's account, then processes that are left. */
static void zones_went(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down)
{
    struct bh_fleet *fleet = replica->fleet;
    struct bh_seat *seat = &fleet->seat[slot];
    bh_seat_look(seat);
    for (size_t g = 0; g < seat->tree->guests_count; g++)
        bh_jobs_lose(fleet, seat, g, down, true);
}

void bh_fleet_look(struct bh_fleet *fleet)
{
    for (size_t s = 0; s < fleet->seats_count; s++)
        bh_seat_look(&fleet->seat[s]);
}

void bh_fleet_check(const struct bh_fleet *fleet)
{
    sg_actor_yield();
    BH_BUG_ASSERT(fleet->to_end == fleet->ended);
}

/* --- Making -------------------------------------------------------------------------------------------------------- */

static size_t host_of_neighbour(const struct bh_job *job, size_t node)
{
    return job->fleet->host_of[job->enclave->partition->first_slot + node];
}

static double latency_to(struct bh_job *job, size_t node)
{
    double latency_s;
    bh_platform_way(job->fleet->platform, host_of_neighbour(job, 0), host_of_neighbour(job, node), &latency_s,
                    &job->bandwidth);
    return latency_s;
}

/* Nodes as the ranks of a halo, and how far it is from the first to those that it talks to. */
static void find_neighbours(struct bh_job *job)
{
    const struct bh_application *application = bh_enclave_application(job->enclave);
    uint64_t *extent = job->grid.extent, stride = 1;
    bh_process_grid(job->nodes, application->communicates_at_random ? 1 : application->halo_dimensions, extent);
    for (int d = 0; d < BH_HALO_DIMENSIONS_MOST; stride *= extent[d++])
        if (extent[d] > 1) {
            job->directions += 2;
            job->latency_s += latency_to(job, stride) + latency_to(job, stride * (extent[d] - 1));
        }
    job->latency_s /= job->directions > 0 ? (double)job->directions : 1.0;
    for (size_t stage = 0; (size_t)1 << stage < job->nodes; stage++)
        job->stage_s[stage] = latency_to(job, (size_t)1 << stage);
}

static void create_job(struct bh_fleet *fleet, size_t index)
{
    struct bh_job *job = &fleet->job[index];
    const struct bh_replica *replica = fleet->replica;
    struct bh_enclave *enclave = &replica->enclaves[index];
    const struct bh_enclave_spec *spec = enclave->setup->spec;
    const struct bh_zone_tree *tree = bh_setup_tree(replica->setup, enclave->partition);
    *job = (struct bh_job){
        .fleet = fleet, .name = spec->name, .enclave = enclave, .index = index, .nodes = enclave->setup->nodes};
    job->per_node = spec->guests_per_node * spec->processes_per_guest;
    job->count = job->nodes * job->per_node;
    job->process = bh_allocate(job->count, sizeof *job->process);
    job->crew = bh_allocate(job->nodes, sizeof *job->crew);
    for (size_t n = 0; n < job->nodes; n++)
        for (size_t p = 0, rank = 0; p < tree->processes_count; p++) {
            const struct bh_zone *zone = &tree->zones[tree->process_zone[p]];
            if (zone->enclave != (int)spec->tenant)
                continue;
            struct bh_process *process = &job->process[n * job->per_node + rank];
            process->job = job;
            process->seat = &fleet->seat[enclave->partition->first_slot + n];
            process->node = n;
            process->rank = rank++;
            process->zone = tree->process_zone[p];
            process->guest = (size_t)zone->guest;
            process->bed = bh_bed_create(fleet->longest_s);
        }
    find_neighbours(job);
}

size_t *bh_fleet_hosts(const struct bh_platform *platform, const struct bh_scenario *scenario)
{
    size_t count = scenario->nodes + scenario->spares, hosts = bh_platform_hosts(platform);
    size_t *host_of = bh_allocate(count + 1, sizeof *host_of);
    bool *is_taken = bh_allocate(hosts, sizeof *is_taken);
    struct bh_stands *stands = bh_place(platform, &scenario->partitions, scenario->placement);
    for (size_t p = 0; p < scenario->partitions.count; p++)
        for (size_t s = 0; s < stands[p].count; s++) {
            host_of[scenario->partitions.partition[p].first_slot + s] = stands[p].stand[s].host;
            is_taken[stands[p].stand[s].host] = true;
        }
    for (size_t h = 0, node = scenario->nodes; h < hosts && node <= count; h++)
        if (!is_taken[h])
            host_of[node++] = h;
    bh_stands_free(stands, scenario->partitions.count);
    free(is_taken);
    return host_of;
}

/* The first host after those of nodes and spares, where storage is not to be had. */
sg_host_t bh_fleet_launcher(const struct bh_platform *platform, const struct bh_scenario *scenario)
{
    if (bh_platform_storage_hosts(platform) > 0)
        return bh_platform_storage_host(platform, 0);
    size_t *host_of = bh_fleet_hosts(platform, scenario);
    size_t host = host_of[scenario->nodes + scenario->spares];
    free(host_of);
    return bh_platform_host(platform, host);
}

struct bh_fleet *bh_fleet_create(struct bh_replica *replica, void (*over)(void *context, size_t enclave), void *context)
{
    const struct bh_scenario *scenario = replica->setup->scenario;
    struct bh_fleet *fleet = bh_allocate(1, sizeof *fleet);
    *fleet = (struct bh_fleet){.replica = replica, .platform = replica->platform, .over = over, .context = context};
    fleet->launcher = bh_fleet_launcher(replica->platform, scenario);
    fleet->trace = replica->options.trace;
    fleet->longest_s = 2.0 * scenario->horizon_s;
    fleet->host_of = bh_fleet_hosts(replica->platform, scenario);
    bh_seats_create(fleet);
    fleet->jobs_count = replica->setup->enclaves_count;
    fleet->job = bh_allocate(fleet->jobs_count, sizeof *fleet->job);
    for (size_t j = 0; j < fleet->jobs_count; j++)
        create_job(fleet, j);
    return fleet;
}

void bh_fleet_start(struct bh_fleet *fleet)
{
    bh_seats_start(fleet);
    fleet->replica->zones_went = zones_went;
}

void bh_fleet_destroy(struct bh_fleet *fleet)
{
    if (fleet == NULL)
        return;
    for (size_t j = 0; j < fleet->jobs_count; j++) {
        struct bh_job *job = &fleet->job[j];
        for (size_t p = 0; p < job->count; p++) {
            bh_process_forget(&job->process[p]);
            bh_bed_destroy(&job->process[p].bed);
        }
        free(job->process);
        free(job->crew);
        free(job->noise_s);
    }
    free(fleet->job);
    bh_seats_destroy(fleet);
    free(fleet->host_of);
    free(fleet);
}
