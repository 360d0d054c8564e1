/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Sensitivity as words and a table, and as JSON. */
#include "command/sensitivity/parts.h"

#include "analysis/reader/view.h"
#include "analysis/tables/table.h"
#include "command/json_text.h"
#include "command/metric_words.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

char *bh_sensitivity_title(const struct bh_view *view, const struct bh_sensitivity *of)
{
    char *name = bh_advise_name(&of->criterion);
    char *text = bh_print_text("%s of %s%s%s", name, view->policy.labels[of->policy],
                               of->against != SIZE_MAX ? " less that of " : "",
                               of->against != SIZE_MAX ? view->policy.labels[of->against] : "");
    free(name);
    return text;
}

static void say_what(const struct bh_view *view, const struct bh_sensitivity *of, enum bh_table_format format)
{
    static const char *const units[] = {"draws", "trajectories of Morris' design", "rows of Saltelli's design"};
    bool is_difference = of->against != SIZE_MAX;
    char *title = bh_sensitivity_title(view, of), *mean = bh_advise_interval(&of->criterion, of->mean, is_difference);
    char *spread = bh_advise_difference(&of->criterion, of->deviation),
         *noise = bh_advise_difference(&of->criterion, of->noise);
    bh_advise_heading(format, title);
    bh_advise_say(format, "%zu number%s, %zu %s, %zu replica%s%s%s: mean %s, standard deviation over the points %s.",
                  of->count, of->count == 1 ? "" : "s", of->units, units[of->kind], of->worlds.replicas,
                  of->worlds.replicas == 1 ? "" : "s", of->worlds.words[0] != '\0' ? ", at " : "", of->worlds.words,
                  mean, spread);
    if (of->worlds.replicas > 1)
        bh_advise_say(format,
                      of->kind == BH_SENSITIVITY_MORRIS ? "Of this replicas alone make %s, which is in sizes too."
                                                        : "Of this replicas alone make %s, which is taken out.",
                      noise);
    else
        bh_advise_say(format, "With one replica its scatter cannot be told from what the numbers do.");
    putchar('\n');
    free(noise);
    free(spread);
    free(mean);
    free(title);
}

static void add_columns(struct bh_table *table, const struct bh_sensitivity *of)
{
    bh_table_column(table, "number");
    bh_table_column(table, "status");
    bh_table_column(table, "from");
    bh_table_column(table, "to");
    if (of->kind == BH_SENSITIVITY_SALTELLI)
        bh_table_column(table, "total");
    if (of->kind == BH_SENSITIVITY_MORRIS) {
        bh_table_column(table, "size of effect");
        bh_table_column(table, "mean");
        bh_table_column(table, "deviation");
        return;
    }
    bh_table_column(table, "first order");
    bh_table_column(table, "at its low end");
    bh_table_column(table, "at its high end");
}

static void add_share(struct bh_table *table, struct bh_estimate share)
{
    if (isnan(share.mean))
        bh_table_cell(table, "-");
    else
        bh_table_cell(table, "%.3f [%.3f, %.3f]", share.mean, share.low, share.high);
}

static void add_difference(struct bh_table *table, const struct bh_criterion *criterion, double value)
{
    char *text = bh_advise_difference(criterion, value);
    bh_table_cell(table, "%s", text);
    free(text);
}

static void add_end(struct bh_table *table, const struct bh_sensitivity *of, double value)
{
    char *text =
        of->against != SIZE_MAX ? bh_advise_difference(&of->criterion, value) : bh_advise_value(&of->criterion, value);
    bh_table_cell(table, "%s", text);
    free(text);
}

static void add_number(struct bh_table *table, const struct bh_sensitivity *of, const struct bh_sensitive *number)
{
    char text[BH_NUMBER_SIZE];
    const char *unit = strcmp(number->unit, "1") == 0 ? "" : number->unit;
    bh_table_cell(table, "%s", number->name);
    bh_table_cell(table, "%s", number->status[0] != '\0' ? number->status : "-");
    bh_table_cell(table, "%s%s%s", bh_number_plain(number->low, text), *unit != '\0' ? " " : "", unit);
    bh_table_cell(table, "%s%s%s", bh_number_plain(number->high, text), *unit != '\0' ? " " : "", unit);
    if (of->kind == BH_SENSITIVITY_MORRIS) {
        char *size = bh_advise_interval(&of->criterion, number->effects.size, true);
        bh_table_cell(table, "%s", size);
        free(size);
        add_difference(table, &of->criterion, number->effects.mean);
        add_difference(table, &of->criterion, number->effects.deviation);
        return;
    }
    if (of->kind == BH_SENSITIVITY_SALTELLI) {
        add_share(table, number->shares.total);
        add_share(table, number->shares.first);
    } else
        add_share(table, number->given.first);
    add_end(table, of, number->given.at_low);
    add_end(table, of, number->given.at_high);
}

static void say_how(const struct bh_sensitivity *of, size_t shown, enum bh_table_format format)
{
    putchar('\n');
    if (of->count > shown)
        bh_advise_say(format, "%zu more numbers matter less; --all shows them.", of->count - shown);
    switch (of->kind) {
    case BH_SENSITIVITY_MORRIS:
        bh_advise_say(
            format,
            "Size of effect: mean size of the change per whole range of the number, others anywhere; mean: with its "
            "sign; deviation: how much it differs from place to place, by curvature or by other numbers.");
        break;
    case BH_SENSITIVITY_SALTELLI:
        bh_advise_say(
            format,
            "Total: share of the variance that is left if all other numbers are known; first order: share that goes "
            "if this one is. Their difference is what it does together with others.");
        break;
    case BH_SENSITIVITY_DRAWS:
        bh_advise_say(format,
                      "First order: share of the variance that goes if this number is known. What it does together "
                      "with others is not in it: a design `saltelli` tells.");
        break;
    }
    if (of->kind != BH_SENSITIVITY_MORRIS)
        bh_advise_say(format, "Ends: the mean over all others where 5 %% of the number's draws lie below, and above; a "
                              "dash where it cannot be told from no effect.");
    bh_advise_say(format, "Brackets: 95 %%.");
}

void bh_sensitivity_print(const struct bh_view *view, const struct bh_sensitivity *of, size_t shown,
                          enum bh_table_format format)
{
    say_what(view, of, format);
    struct bh_table *table = bh_table_create();
    add_columns(table, of);
    for (size_t i = 0; i < of->count && i < shown; i++)
        add_number(table, of, &of->number[i]);
    bh_table_print(table, format, stdout);
    bh_table_destroy(table);
    say_how(of, shown, format);
}

static json_t *estimate_object(struct bh_estimate estimate)
{
    return json_pack("{s:o, s:[o, o]}", "mean", bh_json_number(estimate.mean), "ci95", bh_json_number(estimate.low),
                     bh_json_number(estimate.high));
}

json_t *bh_sensitivity_json(const struct bh_view *view, const struct bh_sensitivity *of)
{
    json_t *numbers = json_array();
    for (size_t i = 0; i < of->count; i++) {
        const struct bh_sensitive *number = &of->number[i];
        json_t *object =
            json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", number->name, "unit", number->unit, "status", number->status,
                      "low", bh_json_number(number->low), "high", bh_json_number(number->high));
        if (of->kind == BH_SENSITIVITY_MORRIS)
            json_object_update(object, json_pack("{s:o, s:o, s:o}", "size", estimate_object(number->effects.size),
                                                 "mean", bh_json_number(number->effects.mean), "deviation",
                                                 bh_json_number(number->effects.deviation)));
        if (of->kind == BH_SENSITIVITY_SALTELLI)
            json_object_set_new(object, "total", estimate_object(number->shares.total));
        if (of->kind != BH_SENSITIVITY_MORRIS) {
            json_object_set_new(
                object, "first",
                estimate_object(of->kind == BH_SENSITIVITY_SALTELLI ? number->shares.first : number->given.first));
            json_object_set_new(object, "at_low", bh_json_number(number->given.at_low));
            json_object_set_new(object, "at_high", bh_json_number(number->given.at_high));
        }
        json_array_append_new(numbers, object);
    }
    return json_pack("{s:s, s:s, s:o, s:s, s:i, s:i, s:o, s:o, s:o, s:o}", "metric", of->criterion.name, "policy",
                     view->policy.labels[of->policy], "against",
                     of->against != SIZE_MAX ? json_string(view->policy.labels[of->against]) : json_null(), "design",
                     bh_sensitivity_kinds[of->kind], "units", (int)of->units, "replicas", (int)of->worlds.replicas,
                     "mean", estimate_object(of->mean), "deviation", bh_json_number(of->deviation), "replica_noise",
                     bh_json_number(of->noise), "numbers", numbers);
}
