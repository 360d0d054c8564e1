/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Asks SimGrid for the links between two hosts. */
#include "sim/platform_routes.h"

#include <math.h>
#include <simgrid/host.h>
#include <simgrid/link.h>
#include <stdlib.h>
#include <xbt/dynar.h>

void bh_route_find(const struct bh_platform *platform, sg_host_t from, sg_host_t to, struct bh_route *route)
{
    xbt_dynar_t found = route->buffer;
    if (!found)
        route->buffer = found = xbt_dynar_new(sizeof(sg_link_t), NULL);
    if (!route->links)
        route->links = bh_allocate(platform->links_count + 1, sizeof *route->links);
    xbt_dynar_reset(found);
    sg_host_get_route(from, to, found);
    route->count = 0;
    route->latency_s = 0;
    route->bandwidth = route->first_bandwidth = INFINITY;
    for (unsigned long i = 0; i < xbt_dynar_length(found) && i < platform->links_count; i++) {
        sg_link_t link;
        xbt_dynar_get_cpy(found, i, &link);
        double bandwidth = sg_link_get_bandwidth(link);
        if (i == 0)
            route->first_bandwidth = bandwidth;
        route->bandwidth = fmin(route->bandwidth, bandwidth);
        route->latency_s += sg_link_get_latency(link);
        route->links[route->count++] = (size_t)(uintptr_t)sg_link_get_data(link) - 1;
    }
}

void bh_route_free(struct bh_route *route)
{
    if (route->buffer) {
        xbt_dynar_t found = route->buffer;
        xbt_dynar_free(&found);
    }
    free(route->links);
    *route = (struct bh_route){0};
}
