/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which points of a results file are asked about: one place on each axis, and all draws of uncertain numbers there. */
#pragma once

#include "analysis/reader/hdf5_reader.h"
#include "analysis/reader/view.h"

#include <stddef.h>

/* What tells points apart: an axis, or a coordinate that stands over one. */
struct bh_label_place {
    char *name, *unit;
    char *status; /* of a number of the catalog, "assumed"; "": none, or not said */
    size_t axis;  /* that it stands over */
    char **labels;
    double *numbers; /* NULL: words */
    bool is_axis;
};
struct bh_label_places {
    size_t count;
    struct bh_label_place *place;
};
int bh_label_places_read(const struct bh_view *view, const struct bh_source *source, struct bh_label_places *places,
                         struct bh_error *err);
void bh_label_places_release(struct bh_label_places *places);

/* The axis of draws that campaigns make. */
#define BH_DRAWS_AXIS "draw"

/* One world, or as many as there are draws. */
struct bh_worlds {
    size_t count, *point;
    const struct bh_label_place *draws; /* NULL: one world */
    /* Numbers that differ between worlds, [number][world]. */
    size_t numbers_count;
    const char **names, **units;
    double *numbers;
    size_t replicas; /* that all policies have in all worlds */
    char *words;     /* the place, without draws; "" where there is but one */
};
/* `where`: "AXIS=LABEL" each; where nothing is said of an axis, the place of the headline is taken, and all along `along`
 * (NULL: BH_DRAWS_AXIS if there is such an axis). */
int bh_worlds_choose(const struct bh_view *view, const struct bh_label_places *places, const char *const *where,
                     size_t count, const char *along, struct bh_worlds *worlds, struct bh_error *err);
void bh_worlds_release(struct bh_worlds *worlds);
