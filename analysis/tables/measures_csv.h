/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The measures of results as rows of comma-separated values. */
#pragma once

#include "analysis/reader/view.h"

#include <stdio.h>

/* A row for each policy and point, of one enclave. Shares are shares, not percent; times are in seconds; what cannot be told
 * is empty. */
void bh_measures_csv_print(const struct bh_view *view, size_t enclave, FILE *stream);
