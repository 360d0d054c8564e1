/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where results come from. */
#pragma once

#include "sim/scenario/scenario.h"

#include <jansson.h>

/* What ran, on what, with which numbers, at the first point: one JSON object; owned by the caller. */
json_t *bh_provenance(const struct bh_study *study, const struct bh_scenario *first);
