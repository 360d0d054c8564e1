/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Results as one page of HTML: answer, figures, tables, numbers with their sources, scenario, provenance. */
#pragma once

#include "analysis/reader/hdf5_reader.h"
#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdio.h>

/* For one enclave. `source` is the open file of the view. 0 or -1. */
int bh_page_print(const struct bh_view *view, const struct bh_source *source, size_t enclave, FILE *stream,
                  struct bh_error *err);
