/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Break-even: where along a varied axis of numbers another policy becomes the best. */
#pragma once

#include "analysis/advice/advice.h"

/* One position of the axis, all else where the advice is given. */
struct bh_along_step {
    double number;
    const char *label;
    size_t best;   /* policy; SIZE_MAX: none can be told there */
    size_t others; /* that cannot be told from it */
};

/* Between two positions with different bests: where their costs are equal if the difference is straight in between (in the
 * logarithm, where the axis spans more than a decade). The ends are where those of its 95 % intervals are 0; NaN where that is not
 * in between: there it cannot be told. */
struct bh_along_turn {
    size_t from, to; /* policies: best below, best above */
    size_t step;     /* the position below */
    struct bh_estimate at;
};

struct bh_along {
    const struct bh_label_place *place;
    size_t steps_count, turns_count;
    struct bh_along_step *steps; /* in order of their numbers */
    struct bh_along_turn *turns;
};

/* bh_advise with `more` places named. */
int bh_advise_at(const struct bh_view *view, const struct bh_label_places *places,
                 const struct bh_advice_request *request, const char *const *more, size_t count,
                 struct bh_advice *advice, struct bh_error *err);

/* Whether a place is an axis of several positions that is not the draws' and that no `where` names; and whether it is one of
 * numbers, too, along which something can break even. */
bool bh_along_is_open(const struct bh_label_place *place, const struct bh_advice_request *request,
                      const struct bh_advice *advice);
bool bh_along_has_numbers(const struct bh_label_place *place, const struct bh_advice_request *request,
                          const struct bh_advice *advice);

/* Gives the advice of `request` at every position of `place`. Positions at which none can be given are left without. */
void bh_advise_along(const struct bh_view *view, const struct bh_label_places *places,
                     const struct bh_advice_request *request, const struct bh_label_place *place,
                     struct bh_along *along);
void bh_along_release(struct bh_along *along);
