/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What was simulated against what was expected. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>

/* Borrowed. Rows of one group follow each other. */
struct bh_agreement {
    const char *group, *name;
    double expected, simulated, low, high; /* with the interval of the verdict */
};

/* Leaves NAME.dat, NAME.gp and pictures in a folder that exists: simulated against expected, both logarithmic, and their
 * ratio with its interval. Numbers that are not above 0 have no place there and are in the data alone. */
int bh_agreement_figure_write(const struct bh_agreement *rows, size_t count, const char *folder, const char *name,
                              struct bh_error *err);
