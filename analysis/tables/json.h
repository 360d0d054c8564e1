/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Results as one JSON object for other programs. */
#pragma once

#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdio.h>

/* {scenario, version, seed, enclave, policies: [...]}, one entry per policy and point, for this enclave. What cannot be
 * told is null: means of work that is unfinished, intervals of one replica. faults, errors and failures are sums over
 * replicas; breakdown, containment and extent are shares. 0 or -1. */
int bh_json_print(const struct bh_view *view, size_t enclave, FILE *stream, struct bh_error *err);
