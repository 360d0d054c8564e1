/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a person reads after a run. */
#pragma once

#include "analysis/reader/markup.h"
#include "analysis/reader/view.h"

#include <stdbool.h>
#include <stdio.h>

struct bh_summary_options {
    enum bh_table_format format; /* LaTeX: tables alone, each below a comment that says what it shows */
    bool all_points; /* the full table at every point; else at the headline point, and net overhead at the others */
    size_t enclave;  /* whose numbers; view->primary by default */
    FILE *tables;    /* set by bh_summary_print where tables go elsewhere than prose */
};

void bh_summary_print(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream);
