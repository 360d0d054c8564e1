/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that read a campaign share; nobody else includes it. */
#ifndef BH_SIM_CAMPAIGN_PARTS_H
#define BH_SIM_CAMPAIGN_PARTS_H

#include "sim/campaign/campaign.h"

/* The plan keeps memory until it is destroyed. */
void *bh_plan_keep(struct bh_plan *plan, void *memory);
/* A value as a node of its own that stands at `place` in messages; NULL with err set if it is no value. */
const struct bh_node *bh_plan_value(struct bh_plan *plan, const char *text, struct bh_place place,
                                    struct bh_error *err);

/* plan_axes.c: reads `vary` and adds its axes to the study. */
int bh_plan_read_axes(struct bh_plan *plan, struct bh_error *err);
/* Adds an axis with its coordinates; takes both over. */
int bh_plan_add_axis(struct bh_plan *plan, struct bh_axis *axis, struct bh_plan_axis *own, struct bh_error *err);
/* A range {from, to, scale, whole} of one number. */
struct bh_range {
    double from, to;
    const char *unit; /* "" without */
    bool is_logarithmic, is_whole;
};
int bh_range_read(struct bh_plan *plan, const struct bh_node *map, struct bh_range *range, struct bh_error *err);
/* The value at a share from 0 to 1 of the way. */
double bh_range_at(const struct bh_range *range, double share);
/* "2.5" and "2.5 h"; kept by the plan. */
const char *bh_range_label(struct bh_plan *plan, double value);
const char *bh_range_text(struct bh_plan *plan, const struct bh_range *range, const char *label);
/* Adds the paths of `set`, a text or list of texts, to a value, each taking NODE. */
int bh_plan_set(struct bh_axis_value *value, const struct bh_node *set, const struct bh_node *node,
                struct bh_error *err);

/* plan_designs.c: axes that vary several numbers together. */
int bh_plan_read_zip(struct bh_plan *plan, const struct bh_node *map, struct bh_error *err);
int bh_plan_read_design(struct bh_plan *plan, const struct bh_node *map, struct bh_error *err);
int bh_plan_read_draws(struct bh_plan *plan, struct bh_error *err);

/* plan_points.c: the points that `where` leaves, their order and predicted cost. Resolves the axes' values. */
int bh_plan_make_points(struct bh_plan *plan, struct bh_error *err);
/* plan_where.c: whether all conditions hold at positions on all axes. */
struct bh_conditions;
struct bh_conditions *bh_conditions_read(const struct bh_plan *plan, const struct bh_node *list, struct bh_error *err);
bool bh_conditions_hold(const struct bh_conditions *conditions, const struct bh_plan *plan, const size_t *index);
void bh_conditions_destroy(struct bh_conditions *conditions);

#endif
