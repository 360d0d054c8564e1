/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Places partitions on hosts. */
#include "sim/platform/placement.h"

#include "sim/platform/platform.h"

#include <stdlib.h>

const char *const bh_placement_names[] = {"packed", "scattered", "by-cabinet", NULL};

static void add_stand(struct bh_stands *stands, size_t host, uint64_t nodes)
{
    if (nodes == 0)
        return;
    stands->stand = bh_reallocate(stands->stand, stands->count + 1, sizeof *stands->stand);
    stands->stand[stands->count++] = (struct bh_stand){host, nodes};
    stands->nodes += nodes;
}

static int compare_stands(const void *left, const void *right)
{
    const struct bh_stand *a = left, *b = right;
    return a->host < b->host ? -1 : a->host > b->host;
}

struct bh_stands bh_stands_of_nodes(const struct bh_platform *platform, uint64_t first, uint64_t nodes)
{
    struct bh_stands stands = {0};
    size_t low = 0, high = bh_platform_hosts(platform);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (bh_platform_first_node(platform, middle) <= first)
            low = middle;
        else
            high = middle;
    }
    for (size_t h = low; h < bh_platform_hosts(platform) && stands.nodes < nodes; h++) {
        uint64_t end = bh_platform_first_node(platform, h) + bh_platform_node_count(platform, h);
        uint64_t here = end - (first + stands.nodes), rest = nodes - stands.nodes;
        add_stand(&stands, h, here < rest ? here : rest);
    }
    return stands;
}

/* --- Scattered ------------------------------------------------------------------------------------------------------ */

/* Hosts by the number of their nodes: those above a level take part in its rounds. */
struct deal {
    const struct bh_platform *platform;
    size_t hosts;
    uint64_t *capacity; /* sorted */
};

static int compare_counts(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* Whole rounds that are over when `slots` slots are dealt, and how many hosts the next has served by then. */
static uint64_t rounds_of(const struct deal *deal, uint64_t slots, uint64_t *served)
{
    uint64_t rounds = 0;
    for (size_t h = 0; h < deal->hosts; h++) {
        uint64_t level = deal->capacity[h] - rounds, hosts = deal->hosts - h;
        if (slots / hosts < level) {
            *served = slots % hosts;
            return rounds + slots / hosts;
        }
        slots -= level * hosts;
        rounds += level;
    }
    *served = 0;
    return rounds;
}

/* Nodes on host `host` among the first slots. `rank` is its number among the hosts that are not full. */
static uint64_t dealt(uint64_t capacity, uint64_t rounds, uint64_t served, uint64_t rank)
{
    if (capacity <= rounds)
        return capacity;
    return rounds + (rank < served ? 1 : 0);
}

static void scatter(const struct deal *deal, uint64_t first, uint64_t nodes, struct bh_stands *stands)
{
    uint64_t served[2], rank[2] = {0, 0};
    uint64_t rounds[2] = {rounds_of(deal, first, &served[0]), rounds_of(deal, first + nodes, &served[1])};
    for (size_t h = 0; h < deal->hosts; h++) {
        uint64_t capacity = bh_platform_node_count(deal->platform, h);
        uint64_t before = dealt(capacity, rounds[0], served[0], rank[0]);
        add_stand(stands, h, dealt(capacity, rounds[1], served[1], rank[1]) - before);
        rank[0] += capacity > rounds[0];
        rank[1] += capacity > rounds[1];
    }
}

static void scatter_all(const struct bh_platform *platform, const struct bh_partitions *partitions,
                        struct bh_stands *stands)
{
    struct deal deal = {.platform = platform, .hosts = bh_platform_hosts(platform)};
    deal.capacity = bh_allocate(deal.hosts, sizeof *deal.capacity);
    for (size_t h = 0; h < deal.hosts; h++)
        deal.capacity[h] = bh_platform_node_count(platform, h);
    qsort(deal.capacity, deal.hosts, sizeof *deal.capacity, compare_counts);
    for (size_t p = 0; p < partitions->count; p++)
        scatter(&deal, partitions->partition[p].first_slot, partitions->partition[p].nodes, &stands[p]);
    free(deal.capacity);
}

/* --- By cabinet ----------------------------------------------------------------------------------------------------- */

static void place_by_cabinet(const struct bh_platform *platform, const struct bh_partitions *partitions,
                             struct bh_stands *stands)
{
    size_t hosts = bh_platform_hosts(platform), host = 0;
    uint64_t taken = 0; /* nodes of the present host */
    for (size_t p = 0; p < partitions->count; p++)
        while (host < hosts &&
               stands[p].nodes + bh_platform_node_count(platform, host) <= partitions->partition[p].nodes) {
            add_stand(&stands[p], host, bh_platform_node_count(platform, host));
            host++;
        }
    for (size_t p = 0; p < partitions->count; p++)
        while (host < hosts && stands[p].nodes < partitions->partition[p].nodes) {
            uint64_t room = bh_platform_node_count(platform, host) - taken;
            uint64_t rest = partitions->partition[p].nodes - stands[p].nodes;
            uint64_t nodes = room < rest ? room : rest;
            add_stand(&stands[p], host, nodes);
            taken = nodes == room ? 0 : taken + nodes;
            host += nodes == room;
        }
}

struct bh_stands *bh_place(const struct bh_platform *platform, const struct bh_partitions *partitions,
                           enum bh_placement placement)
{
    struct bh_stands *stands = bh_allocate(partitions->count, sizeof *stands);
    switch (placement) {
    case BH_PLACEMENT_PACKED:
        for (size_t p = 0; p < partitions->count; p++)
            stands[p] =
                bh_stands_of_nodes(platform, partitions->partition[p].first_slot, partitions->partition[p].nodes);
        break;
    case BH_PLACEMENT_SCATTERED:
        scatter_all(platform, partitions, stands);
        break;
    case BH_PLACEMENT_BY_CABINET:
        place_by_cabinet(platform, partitions, stands);
        break;
    }
    for (size_t p = 0; p < partitions->count; p++)
        qsort(stands[p].stand, stands[p].count, sizeof *stands[p].stand, compare_stands);
    return stands;
}

void bh_stands_free(struct bh_stands *stands, size_t count)
{
    for (size_t p = 0; stands != NULL && p < count; p++)
        free(stands[p].stand);
    free(stands);
}
