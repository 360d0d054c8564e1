/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Gathers the runs of draws or of a design, and estimates from them. */
#include "analysis/sensitivity/sensitivity.h"

#include "analysis/reader/view_points.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/base/results_names.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const bh_sensitivity_kinds[] = {"draws", "morris", "saltelli", NULL};

/* --- Runs -------------------------------------------------------------------------------------------------------------- */

/* The runs of all points, [world][replica]. */
static double *find_runs(const struct bh_view *view, const struct bh_sensitivity *of, struct bh_error *err)
{
    const struct bh_worlds *worlds = &of->worlds;
    double *runs = bh_allocate(worlds->count * worlds->replicas, sizeof *runs);
    size_t missing = 0;
    for (size_t w = 0; w < worlds->count; w++)
        for (size_t r = 0; r < worlds->replicas; r++) {
            double *run = &runs[w * worlds->replicas + r];
            *run = bh_criterion_value(view, &of->criterion, of->policy, worlds->point[w], of->enclave, r);
            if (of->against != SIZE_MAX)
                *run -= bh_criterion_value(view, &of->criterion, of->against, worlds->point[w], of->enclave, r);
            missing += isfinite(*run) ? 0 : 1;
        }
    if (missing == 0)
        return runs;
    bh_fail(
        err, BH_ERROR_INPUT,
        "%s: %zu of %zu runs have no %s, since they were not done; `--metric lost-node-time` is a number of every run",
        view->file, missing, worlds->count * worlds->replicas, of->criterion.name);
    free(runs);
    return NULL;
}

static int find_policy(const struct bh_view *view, const char *option, const char *name, size_t *policy,
                       struct bh_error *err)
{
    *policy = bh_view_find_label(&view->policy, name);
    if (*policy < view->policy.count)
        return 0;
    char *listed = bh_join_texts((const char *const *)view->policy.labels, view->policy.count, ", ");
    char *hint = bh_nearest_hint(name, (const char *const *)view->policy.labels, view->policy.count, '`');
    bh_fail(err, BH_ERROR_INPUT, "%s: no policy `%s` in %s; there are %s%s", option, name, view->file, listed, hint);
    free(hint);
    free(listed);
    return -1;
}

static int find_enclave(const struct bh_view *view, const char *name, size_t *enclave, struct bh_error *err)
{
    *enclave = name == NULL ? view->primary : bh_view_find_label(&view->enclave, name);
    if (*enclave < view->enclave.count)
        return 0;
    char *hint = bh_nearest_hint(name, (const char *const *)view->enclave.labels, view->enclave.count, '`');
    bh_fail(err, BH_ERROR_INPUT, "--enclave: no enclave `%s` in %s%s", name, view->file, hint);
    free(hint);
    return -1;
}

/* --- Designs ----------------------------------------------------------------------------------------------------------- */

/* A point's part in the design, "morris 3 NAME". */
struct part {
    size_t unit;
    const char *role;
};

static bool read_part(const char *label, const char *kind, struct part *part)
{
    size_t length = strlen(kind);
    char *end;
    if (strncmp(label, kind, length) != 0 || label[length] != ' ')
        return false;
    part->unit = strtoul(label + length, &end, 10);
    part->role = *end == ' ' ? end + 1 : end;
    return *part->role != '\0';
}

static const struct bh_label_place *find_design(const struct bh_label_places *places, size_t axis)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->place[i].axis == axis && !places->place[i].is_axis &&
            strcmp(places->place[i].name, BH_COORDINATE_DESIGN) == 0)
            return &places->place[i];
    return NULL;
}

/* The design that the first point belongs to. */
static enum bh_sensitivity_kind kind_of(const struct bh_view *view, const struct bh_worlds *worlds,
                                        const struct bh_label_place *design)
{
    struct part part;
    if (design == NULL)
        return BH_SENSITIVITY_DRAWS;
    const char *label = design->labels[bh_view_position(view, worlds->point[0], design->axis)];
    for (enum bh_sensitivity_kind kind = BH_SENSITIVITY_MORRIS; kind <= BH_SENSITIVITY_SALTELLI; kind++)
        if (read_part(label, bh_sensitivity_kinds[kind], &part))
            return kind;
    return BH_SENSITIVITY_DRAWS;
}

/* Where the runs of each part of each unit begin, [unit][role]; roles are what begins the unit, each number, and B. */
struct table {
    size_t units, roles;
    size_t *world; /* SIZE_MAX: not there */
};

static size_t role_of(const struct bh_sensitivity *of, const char *word)
{
    if (strcmp(word, "A") == 0 || strcmp(word, "start") == 0)
        return 0;
    for (size_t i = 0; i < of->worlds.numbers_count; i++)
        if (strcmp(of->worlds.names[i], word) == 0)
            return i + 1;
    return strcmp(word, "B") == 0 ? of->worlds.numbers_count + 1 : SIZE_MAX;
}

static int find_table(const struct bh_view *view, const struct bh_sensitivity *of, const struct bh_label_place *design,
                      struct table *table, struct bh_error *err)
{
    const char *kind = bh_sensitivity_kinds[of->kind];
    *table = (struct table){0, of->worlds.numbers_count + (of->kind == BH_SENSITIVITY_SALTELLI ? 2 : 1), NULL};
    struct part part;
    for (size_t w = 0; w < of->worlds.count; w++) {
        const char *label = design->labels[bh_view_position(view, of->worlds.point[w], design->axis)];
        if (!read_part(label, kind, &part) || part.unit >= of->worlds.count || role_of(of, part.role) >= table->roles)
            return bh_fail(err, BH_ERROR_INPUT, "%s: found the part `%s` in a design of %s that does not vary it",
                           view->file, label, kind);
        table->units = part.unit + 1 > table->units ? part.unit + 1 : table->units;
    }
    table->world = bh_allocate(table->units * table->roles, sizeof *table->world);
    for (size_t i = 0; i < table->units * table->roles; i++)
        table->world[i] = SIZE_MAX;
    for (size_t w = 0; w < of->worlds.count; w++) {
        read_part(design->labels[bh_view_position(view, of->worlds.point[w], design->axis)], kind, &part);
        table->world[part.unit * table->roles + role_of(of, part.role)] = w;
    }
    for (size_t i = 0; i < table->units * table->roles; i++)
        if (table->world[i] == SIZE_MAX)
            return bh_fail(err, BH_ERROR_INPUT, "%s: %s %zu of the design is not whole: found %zu points, expected %zu",
                           view->file, of->kind == BH_SENSITIVITY_MORRIS ? "trajectory" : "row", i / table->roles,
                           of->worlds.count, table->units * table->roles);
    return 0;
}

/* Of one role the runs of all units, [unit][replica]. */
static double *runs_of(const struct bh_sensitivity *of, const struct table *table, size_t role, const double *runs)
{
    size_t replicas = of->worlds.replicas;
    double *own = bh_allocate(table->units * replicas, sizeof *own);
    for (size_t n = 0; n < table->units; n++)
        memcpy(own + n * replicas, runs + table->world[n * table->roles + role] * replicas, replicas * sizeof *own);
    return own;
}

static void find_shares(struct bh_sensitivity *of, const struct table *table, const double *runs)
{
    double *a = runs_of(of, table, 0, runs), *b = runs_of(of, table, table->roles - 1, runs);
    for (size_t i = 0; i < of->count; i++) {
        double *c = runs_of(of, table, i + 1, runs);
        of->number[i].shares = bh_variance_shares(a, b, c, table->units, of->worlds.replicas);
        free(c);
    }
    free(b);
    free(a);
}

/* Where the number lies in its range as Morris' grid has it: the ends are the least and the most that it took. */
static void find_effects(struct bh_sensitivity *of, const struct table *table, const double *runs)
{
    static const double step = 2.0 / 3.0;
    size_t replicas = of->worlds.replicas;
    double *effects = bh_allocate(table->units, sizeof *effects);
    for (size_t i = 0; i < of->count; i++) {
        const double *numbers = of->worlds.numbers + i * of->worlds.count;
        for (size_t n = 0; n < table->units; n++) {
            size_t to = table->world[n * table->roles + i + 1], from = to - 1; /* the point before in the trajectory */
            double moved =
                gsl_stats_mean(runs + to * replicas, 1, replicas) - gsl_stats_mean(runs + from * replicas, 1, replicas);
            effects[n] = (numbers[to] > numbers[from] ? moved : -moved) / step;
        }
        of->number[i].effects = bh_effects(effects, table->units);
    }
    free(effects);
}

/* Of Saltelli's design the points that are random: A and B. */
static void find_given(struct bh_sensitivity *of, const struct table *table, const double *runs)
{
    size_t replicas = of->worlds.replicas, points = table == NULL ? of->worlds.count : 2 * table->units;
    double *own = bh_allocate(points * replicas, sizeof *own), *draws = bh_allocate(points, sizeof *draws);
    for (size_t i = 0; i < of->count; i++) {
        for (size_t p = 0; p < points; p++) {
            size_t world = table == NULL ? p : table->world[p / 2 * table->roles + (p % 2 == 0 ? 0 : table->roles - 1)];
            draws[p] = of->worlds.numbers[i * of->worlds.count + world];
            memcpy(own + p * replicas, runs + world * replicas, replicas * sizeof *own);
        }
        of->number[i].given = bh_given_data(draws, own, points, replicas);
    }
    free(draws);
    free(own);
}

/* --- Numbers ------------------------------------------------------------------------------------------------------------- */

/* Where the numbers come from. */
static void find_statuses(const struct bh_label_places *places, struct bh_sensitivity *of)
{
    for (size_t i = 0; i < of->count; i++)
        for (size_t p = 0; p < places->count; p++)
            if (places->place[p].name == of->number[i].name)
                of->number[i].status = places->place[p].status;
}

static double weight_of(const struct bh_sensitive *number)
{
    double weight = !isnan(number->shares.total.mean)   ? number->shares.total.mean
                    : !isnan(number->effects.size.mean) ? number->effects.size.mean
                                                        : number->given.first.mean;
    return isnan(weight) ? -1 : weight;
}

static int by_weight(const void *left, const void *right)
{
    const struct bh_sensitive *a = left, *b = right;
    double of_a = weight_of(a), of_b = weight_of(b);
    return of_a != of_b ? (of_a < of_b) - (of_a > of_b) : strcmp(a->name, b->name);
}

static void begin_numbers(struct bh_sensitivity *of)
{
    static const struct bh_given_data no_data = {{NAN, NAN, NAN}, NAN, NAN};
    of->count = of->worlds.numbers_count;
    of->number = bh_allocate(of->count + 1, sizeof *of->number);
    for (size_t i = 0; i < of->count; i++) {
        const double *numbers = of->worlds.numbers + i * of->worlds.count;
        of->number[i] = (struct bh_sensitive){.name = of->worlds.names[i],
                                              .unit = of->worlds.units[i],
                                              .status = "",
                                              .given = no_data,
                                              .shares = {bh_estimate_none, bh_estimate_none},
                                              .effects = {bh_estimate_none, NAN, NAN}};
        gsl_stats_minmax(&of->number[i].low, &of->number[i].high, numbers, 1, of->worlds.count);
    }
}

static int estimate(const struct bh_view *view, const struct bh_label_place *design, struct bh_sensitivity *of,
                    struct bh_error *err)
{
    struct table table = {0};
    double *runs = find_runs(view, of, err);
    int status = runs == NULL ? -1 : 0;
    if (status == 0 && of->kind != BH_SENSITIVITY_DRAWS)
        status = find_table(view, of, design, &table, err);
    if (status == 0) {
        const size_t points = of->worlds.count, replicas = of->worlds.replicas;
        double *means = bh_allocate(points, sizeof *means);
        for (size_t w = 0; w < points; w++)
            means[w] = gsl_stats_mean(runs + w * replicas, 1, replicas);
        of->mean = bh_mean(means, points);
        of->deviation = points > 1 ? gsl_stats_sd(means, 1, points) : NAN;
        of->noise = sqrt(bh_replica_noise(runs, points, replicas));
        of->units = table.world != NULL ? table.units : points;
        free(means);
        if (of->kind == BH_SENSITIVITY_MORRIS)
            find_effects(of, &table, runs);
        else
            find_given(of, table.world != NULL ? &table : NULL, runs);
        if (of->kind == BH_SENSITIVITY_SALTELLI)
            find_shares(of, &table, runs);
    }
    free(table.world);
    free(runs);
    return status;
}

/* The axis of the draws, or else the one that a design stands over. */
static const char *axis_of(const struct bh_view *view, const struct bh_label_places *places, const char *asked)
{
    if (asked != NULL || bh_view_find_axis(view, BH_DRAWS_AXIS) < view->axes_count)
        return asked;
    const char *only = NULL;
    for (size_t i = 0; i < places->count; i++) {
        if (places->place[i].is_axis)
            continue;
        if (strcmp(places->place[i].name, BH_COORDINATE_DESIGN) == 0)
            return view->axes[places->place[i].axis].name;
        only = view->axes[places->place[i].axis].name;
    }
    return only;
}

int bh_sensitivity_find(const struct bh_view *view, const struct bh_label_places *places,
                        const struct bh_sensitivity_request *request, struct bh_sensitivity *of, struct bh_error *err)
{
    *of = (struct bh_sensitivity){.against = SIZE_MAX};
    const char *axis = axis_of(view, places, request->axis);
    if (find_policy(view, "--policy", request->policy, &of->policy, err) != 0 ||
        (request->against != NULL && find_policy(view, "--against", request->against, &of->against, err) != 0) ||
        find_enclave(view, request->enclave, &of->enclave, err) != 0 ||
        bh_criterion_find(view, request->metric != NULL ? request->metric : "net-overhead", &of->criterion, err) != 0 ||
        bh_worlds_choose(view, places, request->where, request->where_count, axis, &of->worlds, err) != 0)
        return -1;
    if (of->worlds.count < 2 || of->worlds.numbers_count == 0)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "%s varies no number together with others: expected a campaign's draws (`uncertainty`) or a design "
            "(`morris`, `saltelli`, `sobol`, `latin-hypercube`)",
            view->file);
    const struct bh_label_place *design = find_design(places, of->worlds.draws->axis);
    of->kind = kind_of(view, &of->worlds, design);
    if (of->kind == BH_SENSITIVITY_DRAWS && of->worlds.count < BH_GIVEN_DATA_LEAST)
        return bh_fail(err, BH_ERROR_INPUT, "%s: found %zu draws; expected %d at least", view->file, of->worlds.count,
                       BH_GIVEN_DATA_LEAST);
    begin_numbers(of);
    if (estimate(view, design, of, err) != 0)
        return -1;
    find_statuses(places, of);
    qsort(of->number, of->count, sizeof *of->number, by_weight);
    return 0;
}

void bh_sensitivity_release(struct bh_sensitivity *sensitivity)
{
    bh_worlds_release(&sensitivity->worlds);
    free(sensitivity->number);
    *sensitivity = (struct bh_sensitivity){0};
}
