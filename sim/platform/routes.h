/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Routes as lists of link numbers. */
#pragma once

#include "sim/platform/parts.h"

/* Begin with zeroes; reused from one search to the next. */
struct bh_route {
    size_t count;
    size_t *links; /* indices into the platform's links, in order */
    double latency_s;
    double bandwidth;       /* bytes/s of the narrowest link */
    double first_bandwidth; /* bytes/s of the first link: the host's own */
};

void bh_route_find(const struct bh_platform *platform, sg_host_t from, sg_host_t to, struct bh_route *route);
void bh_route_free(struct bh_route *route);
