/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers of the catalog a scenario reads: those whose value can change what `run` or `contain` answers. */
#pragma once

#include "models/base/error.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_word;

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
