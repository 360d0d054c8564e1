/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Axes that fill the space of several numbers: Latin hypercubes, Sobol sequences, and the designs from which sensitivity
 * is estimated, Morris' and Saltelli's. */
#include "models/base/random.h"
#include "models/base/results_names.h"
#include "models/catalog/parameter.h"
#include "models/catalog/worlds.h"
#include "models/document/document_get.h"
#include "sim/campaign/campaign_keys.h"
#include "sim/campaign/parts.h"
#include "sim/scenario/read_axes.h"
#include "sim/scenario/scenario.h"

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SOBOL = 40 };

/* --- Where points lie -------------------------------------------------------------------------------------------------- */

/* Shares in [0, 1) of dimension `d`, one per point: each of `count` equal strata holds one point, in an order of its
 * own (Fisher and Yates), at a random place within. */
static void draw_latin(uint64_t seed, size_t d, size_t count, double *shares)
{
    const struct bh_random random = {.seed = seed};
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)(bh_random_uniform(&random, BH_PURPOSE_DESIGN, d, i, 0) * (double)(i + 1));
        shares[i] = shares[j];
        shares[j] = (double)i;
    }
    for (size_t i = 0; i < count; i++)
        shares[i] = (shares[i] + bh_random_uniform(&random, BH_PURPOSE_DESIGN, d, i, 1)) / (double)count;
}

/* The Sobol sequence after its first point, which is all 0.5 in GSL; shares[d * count + i]. */
static int draw_sobol(const struct bh_node *node, size_t dimensions, size_t count, double *shares, struct bh_error *err)
{
    double at[MOST_SOBOL];
    if (dimensions > MOST_SOBOL)
        return bh_node_fail(node, err, "found %zu numbers; expected at most %d: use latin-hypercube", dimensions,
                            MOST_SOBOL);
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)dimensions);
    if (sequence == NULL)
        return bh_fail(err, BH_ERROR_NUMERIC, "GSL made no Sobol sequence of %zu dimensions", dimensions);
    for (size_t i = 0; i < count; i++) {
        gsl_qrng_get(sequence, at);
        for (size_t d = 0; d < dimensions; d++)
            shares[d * count + i] = at[d];
    }
    gsl_qrng_free(sequence);
    return 0;
}

/* What of a draw is drawn: lanes of its key. */
enum { MATRIX_A = 2, MATRIX_B, MORRIS_LEVEL, MORRIS_ORDER };

static double uniform(uint64_t seed, size_t d, size_t i, uint64_t lane)
{
    const struct bh_random random = {.seed = seed};
    return bh_random_uniform(&random, BH_PURPOSE_DESIGN, d, i, lane);
}

/* Rows n of two matrices A and B of independent draws, and between them A with each of its numbers from B:
 * A, A with the first of B, ..., B (Saltelli's design). */
static void draw_saltelli(uint64_t seed, size_t dimensions, size_t rows, double *shares)
{
    size_t block = dimensions + 2, count = rows * block;
    for (size_t d = 0; d < dimensions; d++)
        for (size_t n = 0; n < rows; n++) {
            double a = uniform(seed, d, n, MATRIX_A), b = uniform(seed, d, n, MATRIX_B);
            double *at = &shares[d * count + n * block];
            for (size_t i = 0; i < block; i++)
                at[i] = i == d + 1 || i == block - 1 ? b : a;
        }
}

/* On a grid of four levels each trajectory begins anywhere and moves every number once, by two thirds of its range,
 * in an order of its own; moved[n * dimensions + step] is which. */
static void draw_morris(uint64_t seed, size_t dimensions, size_t trajectories, double *shares, size_t *moved)
{
    size_t block = dimensions + 1, count = trajectories * block;
    for (size_t n = 0; n < trajectories; n++) {
        size_t *order = &moved[n * dimensions];
        for (size_t d = 0; d < dimensions; d++) {
            size_t j = (size_t)(uniform(seed, d, n, MORRIS_ORDER) * (double)(d + 1));
            order[d] = order[j];
            order[j] = d;
        }
        for (size_t step = 0; step < dimensions; step++) {
            size_t d = order[step];
            double from = floor(4.0 * uniform(seed, d, n, MORRIS_LEVEL)) / 3.0,
                   to = from + (from < 0.5 ? 2.0 : -2.0) / 3.0;
            for (size_t i = 0; i < block; i++)
                shares[d * count + n * block + i] = fmin(fmax(i > step ? to : from, 0.0), 1.0);
        }
    }
}

/* --- What they set ----------------------------------------------------------------------------------------------------- */

/* A range of a number by its own keys: its name in results and what it sets. */
struct dimension {
    const char *label, *unit;  /* of a range */
    const struct bh_node *set; /* NULL: `parameter` over its interval, on the interval's scale */
    const struct bh_parameter *parameter;
    struct bh_range range;
    struct bh_place place;
};

static int read_dimension(struct bh_campaign *campaign, const struct bh_node *node, struct dimension *dimension,
                          struct bh_error *err)
{
    *dimension = (struct dimension){.place = bh_node_place(node)};
    if (bh_node_kind(node) == BH_NODE_SCALAR) {
        dimension->parameter = bh_design_uncertain(campaign, node, err);
        if (dimension->parameter == NULL)
            return -1;
        return 0;
    }
    const struct bh_node *name;
    if (bh_keys_check(node, &bh_dimension_keys, err) != 0 || (name = bh_node_need(node, "axis", err)) == NULL ||
        bh_axis_read_name(name, &dimension->label, err) != 0 ||
        (dimension->set = bh_node_need(node, "set", err)) == NULL ||
        bh_range_read(campaign, node, &dimension->range, err) != 0)
        return -1;
    dimension->unit = *dimension->range.unit != '\0' ? dimension->range.unit : "1";
    return 0;
}

static double value_at(const struct dimension *dimension, double share)
{
    const struct bh_parameter *parameter = dimension->parameter;
    if (parameter == NULL)
        return bh_range_at(&dimension->range, share);
    enum bh_interval_scale scale = bh_parameter_scale(parameter);
    double from = bh_interval_to_scale(scale, parameter->low), to = bh_interval_to_scale(scale, parameter->high);
    double value = bh_interval_from_scale(scale, from + share * (to - from));
    return fmin(fmax(value, parameter->low), parameter->high);
}

static int fill_range(struct bh_campaign *campaign, const struct dimension *dimension, const double *values,
                      struct bh_axis *axis, struct bh_campaign_axis *own, struct bh_error *err)
{
    const char **labels = bh_design_add_coordinate(campaign, own, dimension->label, dimension->unit, axis->count);
    for (size_t v = 0; v < axis->count; v++) {
        labels[v] = bh_range_label(campaign, values[v]);
        const struct bh_node *node =
            bh_campaign_value(campaign, bh_range_text(campaign, &dimension->range, labels[v]), dimension->place, err);
        if (node == NULL || bh_campaign_set(&axis->values[v], dimension->set, node, err) != 0)
            return -1;
    }
    return 0;
}

static int fill_dimension(struct bh_campaign *campaign, const struct dimension *dimension, struct bh_axis *axis,
                          struct bh_campaign_axis *own, const double *shares, struct bh_error *err)
{
    double *values = bh_allocate(axis->count, sizeof *values);
    for (size_t v = 0; v < axis->count; v++)
        values[v] = value_at(dimension, shares[v]);
    int status = dimension->parameter != NULL
                     ? bh_design_set_number(campaign, dimension->parameter, values, dimension->place, axis, own, err)
                     : fill_range(campaign, dimension, values, axis, own, err);
    free(values);
    return status;
}

/* --- Designs ----------------------------------------------------------------------------------------------------------- */

enum design { LATIN, SOBOL, MORRIS, SALTELLI, DESIGNS };
static const char *const design_names[DESIGNS] = {"latin-hypercube", "sobol", "morris", "saltelli"};

bool bh_campaign_is_design(const struct bh_node *map)
{
    for (size_t i = 0; i < DESIGNS; i++)
        if (bh_node_find(map, design_names[i]) != NULL)
            return true;
    return false;
}

/* Points for each that the file asks for. */
static size_t block_of(enum design design, size_t dimensions)
{
    switch (design) {
    case MORRIS:
        return dimensions + 1;
    case SALTELLI:
        return dimensions + 2;
    case LATIN:
    case SOBOL:
    case DESIGNS:
        break;
    }
    return 1;
}

/* Each point's part in its design, for whoever reads the results: "morris 3 NAME" where NAME was moved. */
static void add_parts(struct bh_campaign *campaign, enum design design, const size_t *moved, size_t count,
                      struct bh_campaign_axis *own)
{
    size_t block = block_of(design, own->coordinates_count), numbers = own->coordinates_count;
    if (block == 1)
        return;
    const char **labels = bh_design_add_coordinate(campaign, own, BH_COORDINATE_DESIGN, "1", count);
    for (size_t v = 0; v < count; v++) {
        size_t n = v / block, i = v % block;
        const char *part = i == 0                                 ? design == MORRIS ? "start" : "A"
                           : design == SALTELLI && i == block - 1 ? "B"
                           : design == SALTELLI                   ? own->coordinates[i - 1].name
                                                                  : own->coordinates[moved[n * numbers + i - 1]].name;
        labels[v] = bh_campaign_keep(campaign, bh_print_text("%s %zu %s", design_names[design], n, part));
    }
}

static int draw(enum design design, uint64_t seed, const struct bh_node *size, size_t dimensions, size_t asked,
                double *shares, size_t *moved, struct bh_error *err)
{
    switch (design) {
    case LATIN:
        for (size_t d = 0; d < dimensions; d++)
            draw_latin(seed, d, asked, &shares[d * asked]);
        return 0;
    case SOBOL:
        return draw_sobol(size, dimensions, asked, shares, err);
    case MORRIS:
        draw_morris(seed, dimensions, asked, shares, moved);
        return 0;
    case SALTELLI:
        draw_saltelli(seed, dimensions, asked, shares);
        return 0;
    case DESIGNS:
        break;
    }
    return -1;
}

static int fill(struct bh_campaign *campaign, enum design design, const struct bh_node *size,
                const struct dimension *dimensions, size_t dimensions_count, size_t asked, struct bh_axis *axis,
                struct bh_campaign_axis *own, struct bh_error *err)
{
    double *shares = bh_allocate(dimensions_count * axis->count, sizeof *shares);
    size_t *moved = bh_allocate(dimensions_count * asked, sizeof *moved);
    int status = draw(design, campaign->first->seed, size, dimensions_count, asked, shares, moved, err);
    for (size_t d = 0; d < dimensions_count && status == 0; d++)
        status = fill_dimension(campaign, &dimensions[d], axis, own, &shares[d * axis->count], err);
    if (status == 0)
        add_parts(campaign, design, moved, axis->count, own);
    free(moved);
    free(shares);
    return status;
}

int bh_campaign_read_design(struct bh_campaign *campaign, const struct bh_node *map, struct bh_error *err)
{
    enum design design = LATIN;
    while (bh_node_find(map, design_names[design]) == NULL)
        design++;
    const struct bh_node *size = bh_node_find(map, design_names[design]), *over;
    struct bh_axis axis;
    struct bh_campaign_axis own;
    uint64_t asked;
    for (enum design other = design + 1; other < DESIGNS; other++)
        if (bh_node_find(map, design_names[other]) != NULL)
            return bh_node_fail(bh_node_find(map, design_names[other]), err,
                                "found `%s` beside `%s`; expected one of them", design_names[other],
                                design_names[design]);
    if (bh_keys_check(map, &bh_design_keys, err) != 0 || (over = bh_node_need(map, "over", err)) == NULL ||
        bh_node_expect(over, BH_NODE_LIST, "over", err) != 0 ||
        bh_node_count_value(size, 1, BH_DESIGN_POINTS_MOST, &asked, err) != 0)
        return -1;
    size_t count = bh_node_count(over), block = block_of(design, count);
    if (count == 0)
        return bh_node_fail(over, err, "found no number; expected at least one");
    if (asked * block > BH_DESIGN_POINTS_MOST)
        return bh_node_fail(size, err, "found %s: %llu of %zu numbers, %llu points; expected at most %d points",
                            design_names[design], (unsigned long long)asked, count, (unsigned long long)(asked * block),
                            BH_DESIGN_POINTS_MOST);
    struct dimension *dimensions = bh_allocate(count, sizeof *dimensions);
    int status = 0;
    for (size_t d = 0; d < count && status == 0; d++)
        status = read_dimension(campaign, bh_node_item(over, d), &dimensions[d], err);
    if (status == 0)
        status =
            bh_design_begin(campaign, map, "point", bh_node_place(size), asked * block, count + 1, &axis, &own, err);
    if (status == 0) {
        own.is_latin = design == LATIN;
        status = fill(campaign, design, size, dimensions, count, asked, &axis, &own, err);
        status = status == 0 ? bh_campaign_add_axis(campaign, &axis, &own, err) : bh_design_drop(&axis);
    }
    free(dimensions);
    return status;
}
