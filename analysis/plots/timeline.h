/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One replica as a figure: enclaves as rows, what they do as colours, failures and crossings as marks. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { BH_TIMELINE_STATES = 6 }; /* as drawn; more cannot be told apart */
enum bh_timeline_mark_kind { BH_TIMELINE_FAILURE, BH_TIMELINE_CROSSING, BH_TIMELINE_MARKS };

struct bh_timeline_span {
    size_t row, state;
    double from_s, to_s;
};
struct bh_timeline_mark {
    size_t row;
    enum bh_timeline_mark_kind kind;
    double at_s;
};

struct bh_timeline {
    const char *title, *what; /* comments of data and script */
    size_t rows_count;
    const char *const *rows; /* from the top */
    const char *const *states;
    double end_s;
    size_t spans_count, marks_count;
    const struct bh_timeline_span *spans;
    const struct bh_timeline_mark *marks;
    unsigned terminals; /* 0: the usual */
};

/* Leaves the files of the figure NAME in `folder`, as bh_figure_files_write does. */
int bh_timeline_write(const struct bh_timeline *timeline, const char *folder, const char *name, bool run_gnuplot,
                      struct bh_error *err);
