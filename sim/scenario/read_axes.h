/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Axes of a study, from its file or a campaign's. */
#pragma once

#include <stdbool.h>

struct bh_axis;
struct bh_axis_value;
struct bh_error;
struct bh_keys;
struct bh_node;
struct bh_study;

/* For campaigns, whose axes are read from a file of their own. An axis' labels, paths and nodes are borrowed; its arrays
 * belong to the study once the axis was added, also when that fails. Reading leaves arrays to free behind on failure:
 * add the axis all the same, or end. */
int bh_axis_read(struct bh_axis *axis, const struct bh_node *map, const struct bh_keys *keys, struct bh_error *err);
/* Fails at the axis if it sets what no answer depends on (titles, which points there are), or nothing at all. */
int bh_axis_check_paths(const struct bh_axis *axis, struct bh_error *err);
int bh_axis_read_name(const struct bh_node *node, const char **name, struct bh_error *err);
void bh_axis_value_add(struct bh_axis_value *value, const char *path, const struct bh_node *node);
/* Whether the value changes what stands at a path: it sets that, or something above or below it. */
bool bh_axis_value_sets(const struct bh_axis_value *value, const char *path);
/* Adds an axis that varies faster than those there are. Fails if another axis or a setting sets what this one sets. */
int bh_study_add_axis(struct bh_study *study, const struct bh_axis *axis, struct bh_error *err);
