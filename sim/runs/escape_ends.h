/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Exact escape ratios of a point with the uncertain number at the ends of its axis. */
#pragma once

#include "models/base/error.h"
#include "sim/scenario/scenario.h"

struct bh_isolation_cache;
struct bh_point;

/* Fills resolved->escape_ends: at the least and the greatest value of the study's uncertain number, or of a posterior, whose
 * draws have no ends, between which the middle 90 % of the ratios lie. They stay NaN where nothing is uncertain. */
int bh_point_find_escape_ends(struct bh_point *resolved, const struct bh_study *study, struct bh_isolation_cache *cache,
                              struct bh_error *err);
