/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rows of a results file that a user asks for: arrays over the same axes, some labels of an axis, means over one. */
#pragma once

#include "analysis/measures/bootstrap.h"
#include "analysis/reader/arrays.h"

#include <stdbool.h>
#include <stdio.h>

enum bh_selection_format { BH_SELECTION_TEXT, BH_SELECTION_CSV, BH_SELECTION_JSON };

struct bh_selection {
    size_t names_count;
    const char **names;
    size_t where_count;
    const char **where;          /* "AXIS=LABEL"; several of one axis are alternatives */
    const char *mean;            /* axis to take means over; NULL: none */
    enum bh_intervals intervals; /* of means */
    enum bh_selection_format format;
};

/* Lists axes, arrays and tables. */
int bh_selection_list(const struct bh_source *source, FILE *out, struct bh_error *err);
/* Prints one row per cell: the labels of its axes, then the value of each array. With `mean` a value becomes four
 * columns: mean, the half-width of its 95 % interval by Student (by resampling five: low and high end), and how many values
 * were defined, of how many; values that are not defined (NaN) are left out of a mean. A table (causes) is printed as it is. */
int bh_selection_print(const struct bh_source *source, const struct bh_selection *selection, FILE *out,
                       struct bh_error *err);
