/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers the points of a study read, and axes over numbers that none of them does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bh_axis;
struct bh_error;
struct bh_study;

/* Sets is_used[i] for each of `count` paths ("channels.vm-exit.probability", or a word's) that some point of the study reads. Looks at
 * each value of each axis with the others at their first, then at all points up to some hundreds; of studies with more,
 * what was not found may be used: `*is_sure` says whether all points were seen. A point that cannot be resolved, as it
 * may be where axes are not yet complete, is passed over. */
void bh_number_uses_of_study(const struct bh_study *study, const char *const *paths, size_t count, bool *is_used,
                             bool *is_sure);

/* Fails at the axis if no point reads what it sets: of an axis that sets several numbers alike none of them, or, with `each`,
 * any of those that it sets each to its own value. An axis that sets other keys too passes. */
int bh_number_uses_check_axis(const struct bh_study *study, const struct bh_axis *axis, bool each,
                              struct bh_error *err);
/* The same of all axes of a scenario, and of its uncertainty. */
int bh_number_uses_check(const struct bh_study *study, struct bh_error *err);
