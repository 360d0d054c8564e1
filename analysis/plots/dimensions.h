/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What values can be told apart by: axes, coordinates, and what policies are. */
#pragma once

#include "analysis/advice/worlds.h"
#include "analysis/reader/view.h"
#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum bh_plot_dimension_kind {
    BH_DIMENSION_NONE,
    BH_DIMENSION_POLICY,
    BH_DIMENSION_SYSTEM,
    BH_DIMENSION_KIND,
    BH_DIMENSION_ENCLAVE,
    BH_DIMENSION_PLACE
};

/* Starts from zeroes. Of coordinates equal labels are one value. */
struct bh_plot_dimension {
    enum bh_plot_dimension_kind kind;
    const char *name, *unit;
    const struct bh_label_place *place;
    bool is_ordered;
    size_t count;        /* different values: numbers ascending, words as they come */
    const char **labels; /* the view's or the place's */
    double *numbers;     /* NULL: words */
    size_t *value_of;    /* by policy, enclave, or position on the place's axis */
};

/* Where one value of a number stands. */
struct bh_plot_cell {
    size_t policy, point, enclave;
};

/* Fails with the names that there are; `option` stands in the message. */
int bh_plot_dimension_find(const struct bh_view *view, const struct bh_label_places *places, const char *option,
                           const char *name, size_t length, struct bh_plot_dimension *dimension, struct bh_error *err);
void bh_plot_dimension_release(struct bh_plot_dimension *dimension);
size_t bh_plot_dimension_value(const struct bh_view *view, const struct bh_plot_dimension *dimension,
                               const struct bh_plot_cell *cell);
/* Whether its value is what a user wrote: the same word, or the same number. */
bool bh_plot_dimension_is(const struct bh_plot_dimension *dimension, size_t value, const char *word);
