/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Points by the labels of their axes and coordinates. */
#include "analysis/advice/worlds.h"

#include "analysis/reader/arrays.h"
#include "analysis/reader/view_points.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/base/results_names.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Places ----------------------------------------------------------------------------------------------------------- */

/* What stands behind the words of a coordinate. */
static const char *status_in(const char *description)
{
    const char *words = BH_COORDINATE_WORDS BH_COORDINATE_STATUS;
    size_t length = strlen(words);
    return strncmp(description, words, length) == 0 ? description + length : "";
}

static void add_place(struct bh_label_places *places, const char *name, const char *unit, const char *description,
                      size_t axis, char *const *labels, const double *numbers, size_t count, bool is_axis)
{
    places->place = bh_reallocate(places->place, places->count + 1, sizeof *places->place);
    struct bh_label_place *place = &places->place[places->count++];
    *place = (struct bh_label_place){.name = bh_copy_text(name),
                                     .unit = bh_copy_text(unit),
                                     .status = bh_copy_text(status_in(description)),
                                     .axis = axis,
                                     .is_axis = is_axis};
    place->labels = bh_allocate(count + 1, sizeof *place->labels);
    for (size_t i = 0; i < count; i++)
        place->labels[i] = labels != NULL ? bh_copy_text(labels[i]) : bh_print_text("%.10g", numbers[i]);
    if (numbers != NULL) {
        place->numbers = bh_allocate(count, sizeof *place->numbers);
        memcpy(place->numbers, numbers, count * sizeof *numbers);
    }
}

/* Arrays over one varied axis alone say what its positions are. */
static int add_coordinates(const struct bh_view *view, const struct bh_source *source, const char *name,
                           const char *over, struct bh_label_places *places, struct bh_error *err)
{
    size_t axis = bh_view_find_axis(view, over);
    struct bh_array array;
    if (axis == view->axes_count)
        return 0;
    if (bh_array_read(source, name, &array, err) != 0)
        return -1;
    if (array.cells == view->axes[axis].count)
        add_place(places, name, array.unit, array.description, axis, array.texts, array.numbers, array.cells, false);
    bh_array_release(&array);
    return 0;
}

int bh_label_places_read(const struct bh_view *view, const struct bh_source *source, struct bh_label_places *places,
                         struct bh_error *err)
{
    struct bh_array_list list;
    *places = (struct bh_label_places){0};
    for (size_t a = 0; a < view->axes_count; a++)
        add_place(places, view->axes[a].name, view->axes[a].unit, "", a, view->axes[a].labels, view->axes[a].numbers,
                  view->axes[a].count, true);
    if (bh_array_list(source, &list, err) != 0)
        return -1;
    int status = 0;
    for (size_t i = 0; i < list.count && status == 0; i++)
        if (list.array[i].kind == BH_ARRAY_VALUES && list.array[i].axes_count == 1)
            status = add_coordinates(view, source, list.array[i].name, list.array[i].axes[0].name, places, err);
    bh_array_list_release(&list);
    return status;
}

void bh_label_places_release(struct bh_label_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        struct bh_label_place *place = &places->place[i];
        for (char **label = place->labels; *label != NULL; label++)
            free(*label);
        free(place->labels);
        free(place->numbers);
        free(place->name);
        free(place->unit);
        free(place->status);
    }
    free(places->place);
    *places = (struct bh_label_places){0};
}

/* --- Worlds ----------------------------------------------------------------------------------------------------------- */

static const char *label_at(const struct bh_view *view, const struct bh_label_place *place, size_t point)
{
    return place->labels[bh_view_position(view, point, place->axis)];
}

static const struct bh_label_place *find_place(const struct bh_label_places *places, const char *name, size_t length)
{
    for (size_t i = 0; i < places->count; i++)
        if (strlen(places->place[i].name) == length && strncmp(places->place[i].name, name, length) == 0)
            return &places->place[i];
    return NULL;
}

static int fail_axis(const struct bh_view *view, const struct bh_label_places *places, const char *option,
                     const char *name, size_t length, struct bh_error *err)
{
    char *word = bh_print_text("%.*s", (int)length, name);
    const char **names = bh_allocate(places->count + 1, sizeof *names);
    for (size_t i = 0; i < places->count; i++)
        names[i] = places->place[i].name;
    char *listed = bh_join_texts(names, places->count, ", "), *hint = bh_nearest_hint(word, names, places->count, '`');
    bh_fail(err, BH_ERROR_INPUT, "%s: no axis `%s` in %s; %s%s%s", option, word, view->file,
            places->count > 0 ? "there are " : "it varies nothing", listed, hint);
    free(hint);
    free(names);
    free(word);
    free(listed);
    return -1;
}

static int fail_label(const struct bh_label_place *place, size_t count, const char *where, struct bh_error *err)
{
    char *listed = bh_join_texts((const char *const *)place->labels, count < 20 ? count : 20, ", ");
    bh_fail(err, BH_ERROR_INPUT, "--point: nothing at `%s`; %s has %s%s", where, place->name, listed,
            count > 20 ? " and more" : "");
    free(listed);
    return -1;
}

/* Whether a label is what a user wrote: the same word, or the same number. */
static bool is_label(const struct bh_label_place *place, size_t position, const char *word)
{
    char *end;
    double number = strtod(word, &end);
    return strcmp(place->labels[position], word) == 0 ||
           (place->numbers != NULL && end != word && *end == '\0' && place->numbers[position] == number);
}

/* The points at which every `where` holds, as flags; of axes that none names, those of the headline, or of the last point
 * that is left. */
static int match(const struct bh_view *view, const struct bh_label_places *places, const char *const *where,
                 size_t count, const struct bh_label_place *draws, bool *kept, struct bh_error *err)
{
    bool *is_named = bh_allocate(places->count + 1, sizeof *is_named);
    int status = 0;
    for (size_t p = 0; p < view->points; p++)
        kept[p] = true;
    for (size_t i = 0; i < count && status == 0; i++) {
        size_t length = strcspn(where[i], "="), left = 0;
        const struct bh_label_place *place = find_place(places, where[i], length);
        if (where[i][length] == '\0')
            status = bh_fail(err, BH_ERROR_INPUT, "--point: found `%s`, expected AXIS=LABEL", where[i]);
        else if (place == NULL)
            status = fail_axis(view, places, "--point", where[i], length, err);
        if (status != 0)
            break;
        is_named[place - places->place] = true;
        for (size_t p = 0; p < view->points; p++)
            left += kept[p] = kept[p] && is_label(place, bh_view_position(view, p, place->axis), where[i] + length + 1);
        if (left == 0)
            status = fail_label(place, view->axes[place->axis].count, where[i], err);
    }
    size_t model = view->headline;
    for (size_t p = 0; p < view->points && status == 0 && !kept[view->headline]; p++)
        model = kept[p] ? p : model;
    for (size_t i = 0; i < places->count && status == 0; i++) {
        const struct bh_label_place *place = &places->place[i];
        /* What goes with the draws differs among them, and so does the number of a point where all is one axis. */
        if (is_named[i] || place == draws ||
            (draws != NULL && place->axis == draws->axis &&
             (draws->is_axis || place->is_axis || strncmp(place->name, "models.", 7) == 0)))
            continue;
        for (size_t p = 0; p < view->points; p++)
            kept[p] = kept[p] && strcmp(label_at(view, place, p), label_at(view, place, model)) == 0;
    }
    free(is_named);
    return status;
}

/* Replicas, from the first, that every policy has in every world: of a campaign that stopped by precision, the fewest. */
static size_t count_replicas(const struct bh_view *view, const struct bh_worlds *worlds)
{
    const double *elapsed = view->numbers[BH_METRIC_elapsed];
    size_t replicas = view->replica.count;
    for (size_t w = 0; w < worlds->count; w++)
        for (size_t p = 0; p < view->policy.count; p++) {
            size_t row = (p * view->points + worlds->point[w]) * view->enclave.count + view->primary, r = 0;
            while (r < replicas && !isnan(elapsed[row * view->replica.count + r]))
                r++;
            replicas = r;
        }
    return replicas;
}

static void find_numbers(const struct bh_view *view, const struct bh_label_places *places, struct bh_worlds *worlds)
{
    worlds->names = bh_allocate(places->count + 1, sizeof *worlds->names);
    worlds->units = bh_allocate(places->count + 1, sizeof *worlds->units);
    worlds->numbers = bh_allocate(places->count * worlds->count + 1, sizeof *worlds->numbers);
    for (size_t i = 0; i < places->count; i++) {
        const struct bh_label_place *place = &places->place[i];
        if (worlds->draws == NULL || place == worlds->draws || place->axis != worlds->draws->axis || place->is_axis ||
            place->numbers == NULL)
            continue;
        double *numbers = worlds->numbers + worlds->numbers_count * worlds->count;
        bool varies = false, is_whole = true;
        for (size_t w = 0; w < worlds->count; w++) {
            numbers[w] = place->numbers[bh_view_position(view, worlds->point[w], place->axis)];
            varies = varies || numbers[w] != numbers[0];
            is_whole = is_whole && isfinite(numbers[w]);
        }
        if (varies && is_whole) {
            worlds->units[worlds->numbers_count] = place->unit;
            worlds->names[worlds->numbers_count++] = place->name;
        }
    }
}

/* The place in words, draws left out. */
static char *say_place(const struct bh_view *view, const struct bh_label_places *places, const struct bh_worlds *worlds)
{
    char *text = bh_copy_text("");
    for (size_t i = 0; i < places->count; i++) {
        const struct bh_label_place *place = &places->place[i];
        bool goes_with = worlds->draws != NULL && place->axis == worlds->draws->axis;
        if (place == worlds->draws ||
            (goes_with && (worlds->draws->is_axis || place->is_axis || strncmp(place->name, "models.", 7) == 0)))
            continue;
        const char *label = label_at(view, place, worlds->point[0]);
        if (strcmp(place->name, "nodes") == 0)
            bh_add_text(&text, ", ", "%s nodes", label);
        else
            bh_add_text(&text, ", ", "%s: %s", place->name, label);
    }
    return text;
}

int bh_worlds_choose(const struct bh_view *view, const struct bh_label_places *places, const char *const *where,
                     size_t count, const char *along, struct bh_worlds *worlds, struct bh_error *err)
{
    *worlds = (struct bh_worlds){0};
    const char *name = along != NULL ? along : BH_DRAWS_AXIS;
    const struct bh_label_place *draws = find_place(places, name, strlen(name));
    if (draws == NULL && along != NULL)
        return fail_axis(view, places, "--worlds", along, strlen(along), err);
    for (size_t i = 0; i < count && draws != NULL; i++)
        if (strncmp(where[i], name, strlen(name)) == 0 && where[i][strlen(name)] == '=')
            draws = NULL; /* one draw is asked about */
    bool *kept = bh_allocate(view->points, sizeof *kept);
    int status = match(view, places, where, count, draws, kept, err);
    worlds->point = bh_allocate(view->points, sizeof *worlds->point);
    for (size_t p = 0; p < view->points; p++)
        if (kept[p])
            worlds->point[worlds->count++] = p;
    free(kept);
    worlds->draws = draws;
    if (status == 0 && worlds->count == 0)
        status = bh_fail(err, BH_ERROR_INPUT, "--point: %s has no point at which all of that holds", view->file);
    if (status == 0) {
        worlds->replicas = count_replicas(view, worlds);
        worlds->words = say_place(view, places, worlds);
        find_numbers(view, places, worlds);
    }
    if (status == 0 && worlds->replicas == 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s has no replica that all policies have at %s", view->file,
                         worlds->words[0] != '\0' ? worlds->words : "its point");
    return status;
}

void bh_worlds_release(struct bh_worlds *worlds)
{
    free(worlds->point);
    free(worlds->names);
    free(worlds->units);
    free(worlds->numbers);
    free(worlds->words);
    *worlds = (struct bh_worlds){0};
}
