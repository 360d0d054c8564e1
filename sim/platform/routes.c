/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Asks SimGrid for the links between two hosts. */
#include "sim/platform/routes.h"

#include "sim/platform/activity.h"

#include <math.h>
#include <simgrid/link.h>
#include <stdint.h>
#include <stdlib.h>

/* A route in the making. */
struct finding {
    const struct bh_platform *platform;
    struct bh_route *route;
};

static void add_link(void *data, sg_link_t link)
{
    const struct finding *finding = data;
    struct bh_route *route = finding->route;
    if (route->count == finding->platform->links_count)
        return;
    double bandwidth = sg_link_get_bandwidth(link);
    if (route->count == 0)
        route->first_bandwidth = bandwidth;
    route->bandwidth = fmin(route->bandwidth, bandwidth);
    size_t number = (size_t)(uintptr_t)sg_link_get_data(link) - 1;
    route->latency_s += finding->platform->latencies_s[number];
    route->links[route->count++] = number;
}

void bh_route_find(const struct bh_platform *platform, sg_host_t from, sg_host_t to, struct bh_route *route)
{
    if (!route->links)
        route->links = bh_allocate(platform->links_count + 1, sizeof *route->links);
    route->count = 0;
    route->latency_s = 0;
    route->bandwidth = route->first_bandwidth = INFINITY;
    bh_walk_route(from, to, add_link, &(struct finding){platform, route});
}

void bh_route_free(struct bh_route *route)
{
    free(route->links);
    *route = (struct bh_route){0};
}
