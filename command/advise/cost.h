/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What running a scenario will take, before it is run. */
#pragma once

struct bh_study;

/* One line on stderr, from rates and intervals alone, mostly within a factor of 3. */
void bh_advise_tell_cost(const struct bh_study *study, unsigned jobs);
