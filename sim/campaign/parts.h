/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that read a campaign share; nobody else includes it. */
#pragma once

#include "sim/campaign/campaign.h"
#include "sim/campaign/identity.h"

struct bh_axis;
struct bh_parameter;
struct bh_axis_value;

/* The campaign keeps memory until it is destroyed. */
void *bh_campaign_keep(struct bh_campaign *campaign, void *memory);
/* A value as a node of its own that stands at `place` in messages; NULL with err set if it is no value. */
const struct bh_node *bh_campaign_value(struct bh_campaign *campaign, const char *text, struct bh_place place,
                                        struct bh_error *err);

/* axes.c: reads `vary` and adds its axes to the study. */
int bh_campaign_read_axes(struct bh_campaign *campaign, struct bh_error *err);
/* Adds an axis with its coordinates; takes both over. */
int bh_campaign_add_axis(struct bh_campaign *campaign, struct bh_axis *axis, struct bh_campaign_axis *own,
                         struct bh_error *err);
/* A range {from, to, scale, whole} of one number. */
struct bh_range {
    double from, to;
    const char *unit; /* "" without */
    bool is_logarithmic, is_whole;
};
int bh_range_read(struct bh_campaign *campaign, const struct bh_node *map, struct bh_range *range,
                  struct bh_error *err);
/* The value at a share from 0 to 1 of the way. */
double bh_range_at(const struct bh_range *range, double share);
/* "2.5" and "2.5 h"; kept by the campaign. */
const char *bh_range_label(struct bh_campaign *campaign, double value);
const char *bh_range_text(struct bh_campaign *campaign, const struct bh_range *range, const char *label);
/* Adds the paths of `set`, a text or list of texts, to a value, each taking NODE. */
int bh_campaign_set(struct bh_axis_value *value, const struct bh_node *set, const struct bh_node *node,
                    struct bh_error *err);

/* designs.c: axes that vary several numbers together. */
int bh_campaign_read_zip(struct bh_campaign *campaign, const struct bh_node *map, struct bh_error *err);
int bh_campaign_read_draws(struct bh_campaign *campaign, struct bh_error *err);
/* Begins a composite axis of `count` numbered values with room for `coordinates` coordinates; or drops it: -1. */
int bh_design_begin(struct bh_campaign *campaign, const struct bh_node *map, const char *name, struct bh_place place,
                    size_t count, size_t coordinates, struct bh_axis *axis, struct bh_campaign_axis *own,
                    struct bh_error *err);
int bh_design_drop(struct bh_axis *axis);
/* The labels [value] of the next coordinate, to be filled. */
const char **bh_design_add_coordinate(struct bh_campaign *campaign, struct bh_campaign_axis *own, const char *name,
                                      const char *unit, size_t count);
/* The uncertain number that a node names, "models.PATH"; NULL with err set where it names none that can be drawn alone. */
const struct bh_parameter *bh_design_uncertain(const struct bh_campaign *campaign, const struct bh_node *node,
                                               struct bh_error *err);
/* Sets a number of the catalog to values[value], what is counted to the nearest that it can be, as a coordinate. */
int bh_design_set_number(struct bh_campaign *campaign, const struct bh_parameter *parameter, const double *values,
                         struct bh_place place, struct bh_axis *axis, struct bh_campaign_axis *own,
                         struct bh_error *err);

/* space_designs.c: designs over several numbers. */
bool bh_campaign_is_design(const struct bh_node *map);
int bh_campaign_read_design(struct bh_campaign *campaign, const struct bh_node *map, struct bh_error *err);

/* points.c: the points that `where` leaves, their order and predicted cost. Resolves the axes' values. */
int bh_campaign_make_points(struct bh_campaign *campaign, struct bh_error *err);
/* where.c: whether all conditions hold at positions on all axes. */
struct bh_conditions;
struct bh_conditions *bh_conditions_read(const struct bh_campaign *campaign, const struct bh_node *list,
                                         struct bh_error *err);
bool bh_conditions_hold(const struct bh_conditions *conditions, const struct bh_campaign *campaign,
                        const size_t *index);
void bh_conditions_destroy(struct bh_conditions *conditions);

/* input_files.c: hashes of the files that points open. */

/* A hash in the making. Each piece goes in with its length, so that no two sequences of pieces run together. */
struct bh_digest;
struct bh_digest *bh_digest_begin(void);
void bh_digest_add(struct bh_digest *digest, const void *bytes, size_t length);
void bh_digest_add_text(struct bh_digest *digest, const char *text);
void bh_digest_add_identity(struct bh_digest *digest, struct bh_identity identity);
struct bh_identity bh_digest_end(struct bh_digest *digest);

/* The bytes of one file. */
int bh_identity_of_file(const char *path, struct bh_identity *bytes, struct bh_error *err);
/* A platform file with all files that it names. Each is added to `files` unless that is NULL. */
int bh_identity_of_platform(const char *path, struct bh_identities *files, struct bh_identity *bytes,
                            struct bh_error *err);
/* All *.yaml of a catalog's folder and its folder of systems, by name. */
int bh_identity_of_catalog(const char *directory, struct bh_identity *bytes, struct bh_error *err);
/* Remembers what a file held, once. */
void bh_identities_add_file(struct bh_identities *files, const char *path, struct bh_identity bytes);
