/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A tornado chart: how far each number moves a result, the farthest on top. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_tornado_bar {
    const char *name;
    double low, high; /* the result at the number's low and high end */
    bool is_assumed;  /* hatched: nobody has measured the number */
};

struct bh_tornado {
    const char *title, *unit;
    double centre;  /* where bars begin: the mean */
    bool has_sides; /* a bar to each end of the number; else one bar from `low` to `high` */
    size_t count;
    const struct bh_tornado_bar *bars; /* as they are to stand, from the top */
};

/* Leaves the files of the figure NAME in `folder`, as bh_figure_files_write does. */
int bh_tornado_write(const struct bh_tornado *tornado, const char *folder, const char *name, bool run_gnuplot,
                     struct bh_error *err);
