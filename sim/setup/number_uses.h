/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers of the catalog a scenario reads: those whose value can change what `run` or `contain` answers. */
#ifndef BH_SIM_SETUP_NUMBER_USES_H
#define BH_SIM_SETUP_NUMBER_USES_H

#include "models/base/error.h"
#include "models/catalog/catalog.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* Borrows the scenario's catalog. */
struct bh_number_uses;
/* `by_contain` too: where no errors are asked for, `contain` still follows those of every zone. */
struct bh_number_uses *bh_number_uses_find(const struct bh_scenario *scenario, bool by_contain);
void bh_number_uses_destroy(struct bh_number_uses *uses);

/* Whether a number of the catalog is read. One that is not changes nothing: the level or fault class that it belongs to is
 * off, or nothing of the scenario asks for it. */
bool bh_number_uses_has(const struct bh_number_uses *uses, const struct bh_parameter *parameter);

/* Whether another word there would change an answer: whether the rate of a fault class that is on depends on it. */
bool bh_number_uses_read_word(const struct bh_scenario *scenario, const struct bh_word *word);

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

#endif
