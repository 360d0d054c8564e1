/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Plans and runs checkpoint traffic: as few flows as take as long as one flow per host would. */
#include "sim/platform/transfer.h"

#include "sim/platform/activity.h"
#include "sim/platform/parts.h"
#include "sim/platform/routes.h"
#include "sim/platform/traffic.h"

#include <math.h>
#include <simgrid/disk.h>
#include <simgrid/link.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* More flows are used only where fewer would make the sources the bottleneck. */
#define FLOWS_PREFERRED 16
/* How far the time of the few may differ from that of one flow per host. */
#define TIME_TOLERANCE 0.005

/* One flow between a compute host and a storage host, and its share of all bytes. */
struct flow {
    size_t host, storage;
    double share;
};

struct disk_share {
    sg_disk_t disk;
    double share;
};

struct bh_transfer {
    const struct bh_platform *platform;
    size_t flows_count;
    struct flow *flows;
    size_t disks_count;
    struct disk_share *disks;
    size_t per_storage;            /* flows to each storage host; 0: one per host */
    double weight;                 /* of disk accesses, beside other partitions */
    double alone_s[2];             /* seconds per byte, by direction */
    double own_rate;               /* bytes/s of its nodes, shared with its neighbours; INFINITY: plenty */
    struct bh_transfer *neighbour; /* on the same nodes, and so around to itself */
    uint64_t hash;                 /* of flows and disks */
    struct bh_traffic traffic;
    enum bh_direction direction; /* of what is under way */
    double bytes;
};

/* --- The plan ------------------------------------------------------------------------------------------------------ */

/* What a plan is made for, and the ways from each host to each storage host and back. */
struct planner {
    const struct bh_platform *platform;
    const struct bh_stands *stands; /* the hosts that the nodes stand on */
    double *weight;                 /* share of the bytes per storage host, by how fast it writes */
    double *load;                   /* share of the bytes per link */
    struct bh_route route;
};

static size_t host_of_node(const struct bh_stands *stands, uint64_t node)
{
    size_t s = 0;
    for (; s + 1 < stands->count && node >= stands->stand[s].nodes; s++)
        node -= stands->stand[s].nodes;
    return stands->stand[s].host;
}

static double disks_s(const struct planner *planner, enum bh_direction direction)
{
    double most = 0;
    for (size_t s = 0; s < planner->platform->storage_count; s++) {
        const struct bh_storage_host *storage = &planner->platform->storage[s];
        for (size_t d = 0; d < storage->disks_count; d++) {
            double share = planner->weight[s] * sg_disk_write_bandwidth(storage->disks[d]) / storage->write_bandwidth;
            double bandwidth = direction == BH_WRITE ? sg_disk_write_bandwidth(storage->disks[d])
                                                     : sg_disk_read_bandwidth(storage->disks[d]);
            most = fmax(most, share / bandwidth);
        }
    }
    return most;
}

/* Seconds per byte of a set of flows that start together: max over links and disks of (share carried / bandwidth). */
static double time_of(struct planner *planner, const struct flow *flows, size_t count, enum bh_direction direction)
{
    const struct bh_platform *platform = planner->platform;
    memset(planner->load, 0, platform->links_count * sizeof *planner->load);
    for (size_t i = 0; i < count; i++) {
        sg_host_t host = platform->hosts[flows[i].host].host;
        sg_host_t storage = platform->storage[flows[i].storage].host;
        bh_route_find(platform, direction == BH_WRITE ? host : storage, direction == BH_WRITE ? storage : host,
                      &planner->route);
        for (size_t k = 0; k < planner->route.count; k++)
            planner->load[planner->route.links[k]] += flows[i].share;
    }
    double most = disks_s(planner, direction);
    for (size_t k = 0; k < platform->links_count; k++)
        if (planner->load[k] > 0)
            most = fmax(most, planner->load[k] / sg_link_get_bandwidth(platform->links[k]));
    return most;
}

/* `per_storage` flows to each storage host, from hosts evenly spread over the nodes. */
static size_t place_flows(const struct planner *planner, size_t per_storage, struct flow *flows)
{
    size_t storages = planner->platform->storage_count, count = per_storage * storages;
    for (size_t i = 0; i < count; i++) {
        double middle = ((double)i + 0.5) / (double)count * (double)planner->stands->nodes;
        flows[i].host = host_of_node(planner->stands, (uint64_t)middle);
        flows[i].storage = i % storages;
        flows[i].share = planner->weight[i % storages] / (double)per_storage;
    }
    return count;
}

/* One flow from every host to every storage host, by the nodes that each host stands for: what the few stand for. */
static size_t place_all(const struct planner *planner, struct flow *flows)
{
    const struct bh_platform *platform = planner->platform;
    const struct bh_stands *stands = planner->stands;
    size_t count = 0;
    for (size_t i = 0; i < stands->count; i++)
        for (size_t s = 0; s < platform->storage_count; s++)
            flows[count++] = (struct flow){
                .host = stands->stand[i].host,
                .storage = s,
                .share = planner->weight[s] * (double)stands->stand[i].nodes / (double)stands->nodes,
            };
    return count;
}

static double difference(struct planner *planner, const struct flow *flows, size_t count, const double all_s[2])
{
    return fmax(fabs(time_of(planner, flows, count, BH_WRITE) / all_s[BH_WRITE] - 1),
                fabs(time_of(planner, flows, count, BH_READ) / all_s[BH_READ] - 1));
}

static void choose_flows(struct planner *planner, struct bh_transfer *transfer)
{
    size_t storages = planner->platform->storage_count, most = planner->stands->count * storages;
    size_t room = most > FLOWS_PREFERRED + storages ? most : FLOWS_PREFERRED + storages;
    struct flow *flows = bh_allocate(room, sizeof *flows);
    struct flow *all = bh_allocate(most, sizeof *all);
    place_all(planner, all);
    double all_s[2] = {time_of(planner, all, most, BH_WRITE), time_of(planner, all, most, BH_READ)};

    size_t per_storage = 1, count = 0;
    bool found = false;
    while (!found && per_storage * storages <= room && (per_storage == 1 || per_storage <= planner->stands->count)) {
        transfer->per_storage = per_storage;
        count = place_flows(planner, per_storage, flows);
        found = difference(planner, flows, count, all_s) <= TIME_TOLERANCE;
        if (found || per_storage * storages < FLOWS_PREFERRED)
            per_storage++;
        else
            per_storage *= 2;
    }
    if (!found) {
        count = most;
        transfer->per_storage = 0;
        memcpy(flows, all, most * sizeof *all);
    }
    free(all);
    transfer->flows = flows;
    transfer->flows_count = count;
    transfer->alone_s[BH_WRITE] = time_of(planner, flows, count, BH_WRITE);
    transfer->alone_s[BH_READ] = time_of(planner, flows, count, BH_READ);
}

static void choose_disks(const struct planner *planner, struct bh_transfer *transfer)
{
    const struct bh_platform *platform = planner->platform;
    for (size_t s = 0; s < platform->storage_count; s++)
        transfer->disks_count += platform->storage[s].disks_count;
    transfer->disks = bh_allocate(transfer->disks_count, sizeof *transfer->disks);
    size_t n = 0;
    for (size_t s = 0; s < platform->storage_count; s++)
        for (size_t d = 0; d < platform->storage[s].disks_count; d++) {
            sg_disk_t disk = platform->storage[s].disks[d];
            transfer->disks[n++] = (struct disk_share){
                .disk = disk,
                .share = planner->weight[s] * sg_disk_write_bandwidth(disk) / platform->storage[s].write_bandwidth,
            };
        }
}

static struct planner open_planner(const struct bh_platform *platform, const struct bh_stands *stands)
{
    struct planner planner = {.platform = platform, .stands = stands};
    planner.weight = bh_allocate(platform->storage_count, sizeof *planner.weight);
    planner.load = bh_allocate(platform->links_count + 1, sizeof *planner.load);
    double total = 0;
    for (size_t s = 0; s < platform->storage_count; s++)
        total += platform->storage[s].write_bandwidth;
    for (size_t s = 0; s < platform->storage_count; s++)
        planner.weight[s] = platform->storage[s].write_bandwidth / total;
    return planner;
}

static void close_planner(struct planner *planner)
{
    bh_route_free(&planner->route);
    free(planner->weight);
    free(planner->load);
}

static void find_hash(struct bh_transfer *transfer)
{
    transfer->hash = XXH3_64bits(transfer->flows, transfer->flows_count * sizeof *transfer->flows);
    transfer->hash =
        XXH3_64bits_withSeed(transfer->disks, transfer->disks_count * sizeof *transfer->disks, transfer->hash);
}

struct bh_transfer *bh_transfer_create_on(const struct bh_platform *platform, const struct bh_stands *stands,
                                          struct bh_error *err)
{
    if (platform->storage_count == 0) {
        bh_fail(err, BH_ERROR_INPUT, "%s: no storage host; expected a host with a <disk> and bulkhead:role \"storage\"",
                platform->file);
        return NULL;
    }
    struct planner planner = open_planner(platform, stands);
    struct bh_transfer *transfer = bh_allocate(1, sizeof *transfer);
    transfer->platform = platform;
    transfer->weight = 1;
    transfer->own_rate = INFINITY;
    transfer->neighbour = transfer;
    choose_flows(&planner, transfer);
    choose_disks(&planner, transfer);
    find_hash(transfer);
    bh_traffic_reserve(&transfer->traffic, transfer->flows_count + transfer->disks_count);
    close_planner(&planner);
    return transfer;
}

struct bh_transfer *bh_transfer_create(const struct bh_platform *platform, uint64_t first_node, uint64_t nodes,
                                       struct bh_error *err)
{
    if (nodes == 0 || first_node >= platform->nodes || nodes > platform->nodes - first_node) {
        bh_fail(err, BH_ERROR_INPUT, "%s: nodes %llu to %llu asked for, but it has %llu nodes", platform->file,
                (unsigned long long)first_node, (unsigned long long)(first_node + nodes),
                (unsigned long long)platform->nodes);
        return NULL;
    }
    struct bh_stands stands = bh_stands_of_nodes(platform, first_node, nodes);
    struct bh_transfer *transfer = bh_transfer_create_on(platform, &stands, err);
    free(stands.stand);
    return transfer;
}

void bh_transfer_set_share(struct bh_transfer *transfer, const struct bh_stands *stands, size_t flows)
{
    transfer->weight = (double)flows;
    if (transfer->per_storage == 0 || flows == transfer->per_storage)
        return;
    struct planner planner = open_planner(transfer->platform, stands);
    BH_BUG_ASSERT(flows > transfer->per_storage);
    size_t count = flows * transfer->platform->storage_count;
    transfer->per_storage = flows;
    transfer->flows = bh_reallocate(transfer->flows, count, sizeof *transfer->flows);
    transfer->flows_count = place_flows(&planner, flows, transfer->flows);
    find_hash(transfer);
    bh_traffic_reserve(&transfer->traffic, transfer->flows_count + transfer->disks_count);
    for (int direction = BH_WRITE; direction <= BH_READ; direction++)
        transfer->alone_s[direction] = time_of(&planner, transfer->flows, count, (enum bh_direction)direction);
    close_planner(&planner);
}

void bh_transfer_set_own_rate(struct bh_transfer *transfer, double rate, struct bh_transfer *neighbour)
{
    transfer->own_rate = rate;
    if (neighbour != NULL) {
        transfer->neighbour = neighbour->neighbour;
        neighbour->neighbour = transfer;
    }
}

double bh_transfer_disks_rate(const struct bh_platform *platform, enum bh_direction direction)
{
    double rate = 0.0;
    for (size_t s = 0; s < platform->storage_count; s++)
        rate += direction == BH_WRITE ? platform->storage[s].write_bandwidth : platform->storage[s].read_bandwidth;
    return rate;
}

void bh_transfer_destroy(struct bh_transfer *transfer)
{
    if (!transfer)
        return;
    free(transfer->flows);
    free(transfer->disks);
    bh_traffic_clear(&transfer->traffic);
    free(transfer);
}

unsigned bh_transfer_flows(const struct bh_transfer *transfer)
{
    return (unsigned)transfer->flows_count;
}

size_t bh_transfer_flows_per_storage(const struct bh_transfer *transfer)
{
    return transfer->per_storage;
}

unsigned bh_transfer_activities(const struct bh_transfer *transfer)
{
    return (unsigned)(transfer->flows_count + transfer->disks_count);
}

unsigned bh_transfer_disk_activities(const struct bh_transfer *transfer)
{
    return (unsigned)transfer->disks_count;
}

double bh_transfer_alone_s(const struct bh_transfer *transfer, enum bh_direction direction, double bytes)
{
    return bytes * transfer->alone_s[direction];
}

uint64_t bh_transfer_key(const struct bh_transfer *transfer, enum bh_direction direction, double bytes)
{
    const double what[] = {(double)direction, bytes, transfer->weight, transfer->own_rate};
    return XXH3_64bits_withSeed(what, sizeof what, transfer->hash) | 1;
}

/* --- Running it ---------------------------------------------------------------------------------------------------- */

static struct bh_activity *start_flow(const struct bh_transfer *transfer, size_t index, enum bh_direction direction,
                                      double bytes)
{
    const struct flow *flow = &transfer->flows[index];
    sg_host_t host = transfer->platform->hosts[flow->host].host;
    sg_host_t storage = transfer->platform->storage[flow->storage].host;
    return direction == BH_WRITE ? bh_activity_send(host, storage, bytes * flow->share)
                                 : bh_activity_send(storage, host, bytes * flow->share);
}

static struct bh_activity *start_disk(const struct bh_transfer *transfer, size_t index, enum bh_direction direction,
                                      double bytes)
{
    const struct disk_share *disk = &transfer->disks[index];
    return direction == BH_WRITE ? bh_activity_write(disk->disk, bytes * disk->share, transfer->weight)
                                 : bh_activity_read(disk->disk, bytes * disk->share, transfer->weight);
}

/* What its nodes move while all of their transfers are under way that now are. */
static double rate_now(const struct bh_transfer *transfer)
{
    size_t active = 1;
    for (const struct bh_transfer *other = transfer->neighbour; other != transfer; other = other->neighbour)
        active += other->traffic.is_active;
    return transfer->own_rate / (double)active;
}

static void bound(const struct bh_transfer *transfer, size_t number, const struct bh_activity *activity)
{
    double share = number < transfer->flows_count ? transfer->flows[number].share
                                                  : transfer->disks[number - transfer->flows_count].share;
    bh_activity_bound(activity, rate_now(transfer) * share);
}

static void bound_neighbours(const struct bh_transfer *transfer)
{
    for (const struct bh_transfer *other = transfer->neighbour; other != transfer; other = other->neighbour)
        for (size_t i = 0; other->traffic.is_active && i < other->traffic.started; i++)
            bound(other, i, other->traffic.activity[i]);
}

static struct bh_activity *start_activity(const void *what, size_t number)
{
    const struct bh_transfer *transfer = what;
    struct bh_activity *activity =
        number < transfer->flows_count
            ? start_flow(transfer, number, transfer->direction, transfer->bytes)
            : start_disk(transfer, number - transfer->flows_count, transfer->direction, transfer->bytes);
    if (!isinf(transfer->own_rate)) {
        bound(transfer, number, activity);
        if (number == 0)
            bound_neighbours(transfer);
    }
    return activity;
}

bool bh_transfer_run(struct bh_transfer *transfer, enum bh_direction direction, double bytes)
{
    if (!(bytes > 0))
        return true;
    transfer->direction = direction;
    transfer->bytes = bytes;
    bool has_arrived = bh_traffic_run(&transfer->traffic, start_activity, transfer);
    if (!isinf(transfer->own_rate))
        bound_neighbours(transfer);
    return has_arrived;
}

void bh_transfer_interrupt(struct bh_transfer *transfer)
{
    bh_traffic_interrupt(&transfer->traffic);
}

bool bh_transfer_is_active(const struct bh_transfer *transfer)
{
    return transfer->traffic.is_active;
}

bool bh_transfer_has_arrived(const struct bh_transfer *transfer)
{
    return bh_traffic_has_arrived(&transfer->traffic);
}
