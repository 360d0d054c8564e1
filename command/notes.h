/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is told of a scenario on standard error before it is simulated. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct bh_scenario;

/* "2 of other systems, 1 without a time": records left out of a replay; false if there is none. Unless `all`, those that
 * the scenario itself leaves out by its choice of system and time are not told. */
bool bh_print_left_out(const struct bh_scenario *scenario, bool all, FILE *stream);
/* One line on stderr, if records are left out of the replay. */
void bh_note_left_out(const struct bh_scenario *scenario);
/* What is seldom meant, a line on stderr each. */
void bh_note_remarks(const struct bh_scenario *scenario);
