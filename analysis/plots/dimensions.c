/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds axes by name, and numbers their values. */
#include "analysis/plots/dimensions.h"

#include "analysis/reader/view_points.h"
#include "models/base/nearest_name.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum bh_plot_dimension_kind kind;
} own_names[] = {
    {"policy", BH_DIMENSION_POLICY},
    {"system", BH_DIMENSION_SYSTEM},
    {"kind", BH_DIMENSION_KIND},
    {"enclave", BH_DIMENSION_ENCLAVE},
};
enum { OWN_NAMES = BH_COUNT(own_names) };

/* Numbers the different labels in order of appearance; of numbers the first of equal ones stands for all. */
static void number_values(struct bh_plot_dimension *dimension, char *const *labels, const double *numbers, size_t count)
{
    dimension->labels = bh_allocate(count + 1, sizeof *dimension->labels);
    dimension->value_of = bh_allocate(count + 1, sizeof *dimension->value_of);
    if (numbers != NULL)
        dimension->numbers = bh_allocate(count + 1, sizeof *dimension->numbers);
    for (size_t i = 0; i < count; i++) {
        size_t value = 0;
        while (value < dimension->count && strcmp(dimension->labels[value], labels[i]) != 0)
            value++;
        if (value == dimension->count) {
            dimension->labels[dimension->count++] = labels[i];
            if (numbers != NULL)
                dimension->numbers[value] = numbers[i];
        }
        dimension->value_of[i] = value;
    }
}

struct ranked {
    double number;
    const char *label;
    size_t value;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

static void sort_values(struct bh_plot_dimension *dimension, size_t positions)
{
    if (dimension->numbers == NULL)
        return;
    struct ranked *ranked = bh_allocate(dimension->count + 1, sizeof *ranked);
    size_t *rank = bh_allocate(dimension->count + 1, sizeof *rank);
    for (size_t v = 0; v < dimension->count; v++)
        ranked[v] = (struct ranked){dimension->numbers[v], dimension->labels[v], v};
    qsort(ranked, dimension->count, sizeof *ranked, compare_ranked);
    for (size_t v = 0; v < dimension->count; v++) {
        dimension->numbers[v] = ranked[v].number;
        dimension->labels[v] = ranked[v].label;
        rank[ranked[v].value] = v;
    }
    for (size_t i = 0; i < positions; i++)
        dimension->value_of[i] = rank[dimension->value_of[i]];
    free(rank);
    free(ranked);
}

static int fail_unknown(const struct bh_view *view, const struct bh_label_places *places, const char *option,
                        const char *name, size_t length, struct bh_error *err)
{
    enum { MOST_LISTED = 24 };
    char *word = bh_print_text("%.*s", (int)length, name);
    const char **names = bh_allocate(OWN_NAMES + places->count + 2, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < OWN_NAMES; i++)
        names[count++] = own_names[i].name;
    if (view->uncertainty.axis.count > 0)
        names[count++] = view->uncertainty.axis.name;
    for (size_t i = 0; i < places->count; i++)
        names[count++] = places->place[i].name;
    char *listed = bh_join_texts(names, count < MOST_LISTED ? count : MOST_LISTED, ", "),
         *hint = bh_nearest_hint(word, names, count, '`');
    bh_fail(err, BH_ERROR_INPUT, "%s: no axis `%s` in %s; there are %s%s%s", option, word, view->file, listed,
            count > MOST_LISTED ? " and more" : "", hint);
    free(hint);
    free(listed);
    free(names);
    free(word);
    return -1;
}

static bool is_name(const char *own, const char *name, size_t length)
{
    return strlen(own) == length && strncmp(own, name, length) == 0;
}

static void of_place(const struct bh_view *view, const struct bh_label_place *place,
                     struct bh_plot_dimension *dimension)
{
    const struct bh_view_axis *axis = &view->axes[place->axis];
    dimension->kind = BH_DIMENSION_PLACE;
    dimension->place = place;
    dimension->name = place->name;
    dimension->unit = place->is_axis ? axis->unit : NULL;
    number_values(dimension, place->labels, place->numbers, axis->count);
    dimension->is_ordered = place->is_axis ? axis->is_ordered : place->numbers != NULL;
    sort_values(dimension, axis->count);
}

int bh_plot_dimension_find(const struct bh_view *view, const struct bh_label_places *places, const char *option,
                           const char *name, size_t length, struct bh_plot_dimension *dimension, struct bh_error *err)
{
    for (size_t i = 0; i < places->count; i++)
        if (is_name(places->place[i].name, name, length)) {
            of_place(view, &places->place[i], dimension);
            return 0;
        }
    for (size_t i = 0; i < OWN_NAMES; i++) {
        if (!is_name(own_names[i].name, name, length))
            continue;
        bool of_enclave = own_names[i].kind == BH_DIMENSION_ENCLAVE;
        char *const *labels = of_enclave                                 ? view->enclave.labels
                              : own_names[i].kind == BH_DIMENSION_SYSTEM ? view->policy_system
                              : own_names[i].kind == BH_DIMENSION_KIND   ? view->policy_policy
                                                                         : view->policy.labels;
        dimension->kind = own_names[i].kind;
        dimension->name = own_names[i].name;
        number_values(dimension, labels, NULL, of_enclave ? view->enclave.count : view->policy.count);
        return 0;
    }
    return fail_unknown(view, places, option, name, length, err);
}

void bh_plot_dimension_release(struct bh_plot_dimension *dimension)
{
    free(dimension->labels);
    free(dimension->numbers);
    free(dimension->value_of);
    *dimension = (struct bh_plot_dimension){0};
}

size_t bh_plot_dimension_value(const struct bh_view *view, const struct bh_plot_dimension *dimension,
                               const struct bh_plot_cell *cell)
{
    switch (dimension->kind) {
    case BH_DIMENSION_NONE:
        return 0;
    case BH_DIMENSION_POLICY:
    case BH_DIMENSION_SYSTEM:
    case BH_DIMENSION_KIND:
        return dimension->value_of[cell->policy];
    case BH_DIMENSION_ENCLAVE:
        return dimension->value_of[cell->enclave];
    case BH_DIMENSION_PLACE:
        return dimension->value_of[bh_view_position(view, cell->point, dimension->place->axis)];
    }
    BH_BUG_ASSERT(false);
    return 0;
}

bool bh_plot_dimension_is(const struct bh_plot_dimension *dimension, size_t value, const char *word)
{
    char *end;
    double number = strtod(word, &end);
    return strcmp(dimension->labels[value], word) == 0 ||
           (dimension->numbers != NULL && end != word && *end == '\0' && dimension->numbers[value] == number);
}
