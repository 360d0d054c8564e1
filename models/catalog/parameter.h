/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A number of the catalog, with where it comes from. */
#pragma once

#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/words/words.h"

struct bh_parameter {
    double value;     /* SI */
    double low, high; /* interval in SI; both equal to value where there is none */
    double step;      /* what is counted is a multiple of it, from `low` up; 0: any number */
    enum bh_dimension dimension;
    enum bh_status status; /* where it comes from */
    enum bh_basis basis;   /* what `low` and `high` rest on */
    /* Drawn at the same place of its interval as that one, since both have one cause; NULL: by itself. */
    const struct bh_parameter *drawn_with;
    /* That one times a ratio in [ratio_low, ratio_high], which is what is drawn; NULL: no other number's. */
    const struct bh_parameter *tied_to;
    double ratio_low, ratio_high;
    const char *source; /* borrowed from the catalog */
    const char *path;   /* "channels.vm-exit.probability"; borrowed */
    struct bh_place place;
};

/* A number that the files leave out, since another stands for it: a scenario may set it all the same. */
struct bh_open_number {
    const char *path;
    enum bh_dimension dimension;
};

/* A word of the catalog that scenarios set as they set numbers: `memory.code`. */
struct bh_word {
    const char *path;
    const char *const *known; /* NULL-terminated */
};
