/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What both subcommands of this room read. */
#pragma once

#include "command/options.h"

#include <stddef.h>
#include <stdint.h>

struct bh_isolation_cache;
struct bh_point;
struct bh_setting;
struct bh_study;

/* A scenario at one point, with settings of the subcommand's own after all others. */
struct bh_one_point {
    struct bh_study *study;
    struct bh_isolation_cache *cache;
    struct bh_point *point;
    size_t policy;
};

/* Zero before; clear it in either case. `policy` by name; NULL: the first. */
int bh_one_point_read(struct bh_one_point *one, const struct bh_options *options, const struct bh_setting *own,
                      size_t own_count, const char *policy, struct bh_error *err);
void bh_one_point_clear(struct bh_one_point *one);

/* Runs the replica and leaves a figure of what its enclaves do in the folder. */
int bh_timeline_draw(const struct bh_one_point *one, uint64_t replica, const char *folder, struct bh_error *err);
