/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Advice in cells of two sides. */
#include "analysis/advice/winner_map.h"

#include "analysis/advice/along.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many worlds stand for a cell of drawn numbers; so many cells a side has at most. */
enum { WORLDS_PER_CELL = 6, CELLS_MOST = 6 };

/* --- Axes ------------------------------------------------------------------------------------------------------------- */

static struct bh_map_side side_of_axis(const struct bh_view *view, const struct bh_label_place *place)
{
    struct bh_map_side side = {
        .name = bh_copy_text(place->name), .unit = bh_copy_text(place->unit), .count = view->axes[place->axis].count};
    side.labels = bh_allocate(side.count, sizeof *side.labels);
    for (size_t i = 0; i < side.count; i++)
        side.labels[i] = bh_copy_text(place->labels[i]);
    return side;
}

static void advise_cells(const struct bh_view *view, const struct bh_label_places *places,
                         const struct bh_advice_request *request, struct bh_winner_map *map)
{
    for (size_t y = 0; y < map->y.count; y++)
        for (size_t x = 0; x < map->x.count; x++) {
            struct bh_map_cell *cell = &map->cells[y * map->x.count + x];
            char *where[2] = {bh_print_text("%s=%s", map->x.name, map->x.labels[x]),
                              bh_print_text("%s=%s", map->y.name, map->y.labels[y])};
            struct bh_advice advice;
            struct bh_error ignored = {0};
            *cell = (struct bh_map_cell){.best = SIZE_MAX};
            if (bh_advise_at(view, places, request, (const char *const[]){where[0], where[1]}, 2, &advice, &ignored) ==
                0)
                *cell = (struct bh_map_cell){advice.best, advice.set - 1, advice.worlds.count};
            bh_advice_release(&advice);
            free(where[0]);
            free(where[1]);
        }
}

/* --- Drawn numbers ---------------------------------------------------------------------------------------------------- */

static struct bh_map_side side_of_number(const struct bh_worlds *worlds, size_t number)
{
    struct bh_map_side side = {.name = bh_copy_text(worlds->names[number]),
                               .unit = bh_copy_text(worlds->units[number])};
    double *sorted = bh_allocate(worlds->count, sizeof *sorted);
    memcpy(sorted, worlds->numbers + number * worlds->count, worlds->count * sizeof *sorted);
    gsl_sort(sorted, 1, worlds->count);
    side.count = (size_t)fmax(2, fmin(CELLS_MOST, floor(sqrt((double)worlds->count / WORLDS_PER_CELL))));
    side.low = bh_allocate(side.count, sizeof *side.low);
    side.high = bh_allocate(side.count, sizeof *side.high);
    for (size_t i = 0; i < side.count; i++) {
        side.low[i] = sorted[i * worlds->count / side.count];
        side.high[i] = sorted[(i + 1) * worlds->count / side.count - 1];
    }
    free(sorted);
    return side;
}

static void compare_cells(const struct bh_advice *advice, const double *x_numbers, const double *y_numbers,
                          struct bh_winner_map *map)
{
    size_t *policies, count = advice->worlds.count, replicas = advice->worlds.replicas;
    struct bh_decision decision = bh_advice_decision(advice, &policies);
    double *costs = bh_allocate(decision.policies * count * replicas, sizeof *costs);
    size_t *inside = bh_allocate(count, sizeof *inside);
    struct bh_standing *standings = bh_allocate(decision.policies, sizeof *standings);
    for (size_t i = 0; i < map->x.count * map->y.count; i++) {
        size_t x = i % map->x.count, y = i / map->x.count, worlds = 0;
        struct bh_map_cell *cell = &map->cells[i];
        for (size_t w = 0; w < count; w++)
            if (x_numbers[w] >= map->x.low[x] && x_numbers[w] <= map->x.high[x] && y_numbers[w] >= map->y.low[y] &&
                y_numbers[w] <= map->y.high[y])
                inside[worlds++] = w;
        *cell = (struct bh_map_cell){.best = SIZE_MAX, .worlds = worlds};
        if (worlds == 0)
            continue;
        for (size_t p = 0; p < decision.policies; p++)
            for (size_t w = 0; w < worlds; w++)
                memcpy(costs + (p * worlds + w) * replicas, decision.costs + (p * count + inside[w]) * replicas,
                       replicas * sizeof *costs);
        size_t best = bh_compare(costs, decision.policies, worlds, replicas, BH_SET_LEVEL, standings);
        cell->best = policies[best];
        for (size_t p = 0; p < decision.policies; p++)
            cell->others += standings[p].may_be_best && !standings[p].is_same;
    }
    free(standings);
    free(inside);
    free(costs);
    free(decision.costs);
    free(policies);
}

/* --- Either ----------------------------------------------------------------------------------------------------------- */

/* What a name is: an axis (`place`), or a drawn number. */
struct found {
    const struct bh_label_place *place;
    size_t number;
};

static int fail_name(const struct bh_label_places *places, const struct bh_advice_request *request,
                     const struct bh_advice *advice, const char *name, struct bh_error *err)
{
    const struct bh_worlds *worlds = &advice->worlds;
    const char **names = bh_allocate(places->count + worlds->numbers_count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < places->count; i++)
        if (bh_along_is_open(&places->place[i], request, advice))
            names[count++] = places->place[i].name;
    for (size_t i = 0; i < worlds->numbers_count; i++)
        names[count++] = worlds->names[i];
    char *listed = bh_join_texts(names, count < 20 ? count : 20, ", "),
         *hint = bh_nearest_hint(name, names, count, '`');
    bh_fail(err, BH_ERROR_INPUT, "--map: no axis or drawn number `%s`; %s%s%s%s", name,
            count > 0 ? "there are " : "nothing is varied or drawn", listed, count > 20 ? " and more" : "", hint);
    free(hint);
    free(listed);
    free(names);
    return -1;
}

static int find(const struct bh_label_places *places, const struct bh_advice_request *request,
                const struct bh_advice *advice, const char *name, struct found *found, struct bh_error *err)
{
    *found = (struct found){NULL, SIZE_MAX};
    for (size_t i = 0; i < places->count; i++)
        if (strcmp(places->place[i].name, name) == 0 && bh_along_is_open(&places->place[i], request, advice))
            found->place = &places->place[i];
    for (size_t i = 0; i < advice->worlds.numbers_count; i++)
        if (strcmp(advice->worlds.names[i], name) == 0)
            found->number = i;
    return found->place != NULL || found->number != SIZE_MAX ? 0 : fail_name(places, request, advice, name, err);
}

int bh_winner_map_make(const struct bh_view *view, const struct bh_label_places *places,
                       const struct bh_advice_request *request, const struct bh_advice *advice, const char *words,
                       struct bh_winner_map *map, struct bh_error *err)
{
    const char *comma = strchr(words, ',');
    struct found x, y;
    *map = (struct bh_winner_map){0};
    if (comma == NULL || comma == words || comma[1] == '\0')
        return bh_fail(err, BH_ERROR_INPUT, "--map: found `%s`, expected two names with a comma between, X,Y", words);
    char *x_name = bh_print_text("%.*s", (int)(comma - words), words);
    int status = find(places, request, advice, x_name, &x, err);
    free(x_name);
    if (status == 0)
        status = find(places, request, advice, comma + 1, &y, err);
    if (status == 0 && ((x.place == NULL) != (y.place == NULL) || (x.place != NULL && x.place == y.place) ||
                        (x.place == NULL && x.number == y.number)))
        status =
            bh_fail(err, BH_ERROR_INPUT, "--map: found `%s`, expected two different axes, or two drawn numbers", words);
    if (status != 0)
        return -1;
    map->x = x.place != NULL ? side_of_axis(view, x.place) : side_of_number(&advice->worlds, x.number);
    map->y = y.place != NULL ? side_of_axis(view, y.place) : side_of_number(&advice->worlds, y.number);
    map->cells = bh_allocate(map->x.count * map->y.count, sizeof *map->cells);
    if (x.place != NULL)
        advise_cells(view, places, request, map);
    else
        compare_cells(advice, advice->worlds.numbers + x.number * advice->worlds.count,
                      advice->worlds.numbers + y.number * advice->worlds.count, map);
    return 0;
}

static void release_side(struct bh_map_side *side)
{
    for (size_t i = 0; side->labels != NULL && i < side->count; i++)
        free(side->labels[i]);
    free(side->labels);
    free(side->name);
    free(side->unit);
    free(side->low);
    free(side->high);
}

void bh_winner_map_release(struct bh_winner_map *map)
{
    release_side(&map->x);
    release_side(&map->y);
    free(map->cells);
    *map = (struct bh_winner_map){0};
}
