/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A number of the catalog, with where it comes from. */
#ifndef BH_MODELS_CATALOG_PARAMETER_H
#define BH_MODELS_CATALOG_PARAMETER_H

#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/words/words.h"

struct bh_parameter {
    double value;     /* SI */
    double low, high; /* range in SI; both equal to value where none is given. Assumed numbers always have one. */
    double step;      /* what is counted is a multiple of it, from `low` up; 0: any number */
    enum bh_dimension dimension;
    enum bh_status status;
    const char *source; /* borrowed from the catalog */
    const char *path;   /* "channels.vm-exit.probability"; borrowed */
    struct bh_place place;
};

/* A word of the catalog that scenarios set as they set numbers: `memory.code`. */
struct bh_word {
    const char *path;
    const char *const *known; /* NULL-terminated */
};

#endif
