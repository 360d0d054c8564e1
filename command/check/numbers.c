/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Last part of what `bulkhead check` prints: fault rates, and every number with its source. */
#include "command/check/parts.h"
#include "models/base/quantity.h"
#include "models/base/wrap.h"
#include "models/catalog/catalog.h"
#include "models/catalog/worlds.h"
#include "sim/setup/explain.h"
#include "sim/setup/number_uses.h"

#include <stdlib.h>
#include <string.h>

static const double seconds_per_year = 365.25 * 86400;

/* --- Fault rates -------------------------------------------------------------------------------------------------- */

static int column_width(const char *title)
{
    int length = (int)strlen(title);
    return length > 9 ? length : 9;
}

/* Columns [from, to) of the table: as many as fit side by side. */
struct columns {
    size_t from, to;
};

static void print_rate_line(const struct bh_rate_table *table, struct columns columns, const char *zone,
                            const char *cause, const double *rate, double factor, FILE *stream)
{
    fprintf(stream, "  %-14s %-24s", zone, cause);
    for (size_t c = columns.from; c < columns.to; c++) {
        char text[32] = "-";
        if (rate[c] > 0)
            snprintf(text, sizeof text, "%.3g", rate[c] * factor);
        fprintf(stream, "  %*s", column_width(table->title[c]), text);
    }
    fputc('\n', stream);
}

/* Nodes of a column: all that carry its enclaves. */
static double nodes_of(const struct bh_check *check, size_t column)
{
    return (double)check->scenario->partitions.class[check->rates->class[column]].nodes;
}

/* All these nodes: their faults per day, and how long it goes between two. */
static void print_machine(const struct bh_check *check, struct columns columns, FILE *stream)
{
    const struct bh_rate_table *table = check->rates;
    double *per_day = bh_allocate(table->columns, sizeof *per_day);
    for (size_t c = columns.from; c < columns.to; c++)
        per_day[c] = table->total[c] * 86400 * nodes_of(check, c);
    bool is_all = check->scenario->partitions.classes_count == 1;
    print_rate_line(table, columns, is_all ? "the machine" : "these nodes", "all, per day", per_day, 1, stream);
    free(per_day);
    fprintf(stream, "  %-14s %-24s", "", "one fault every");
    for (size_t c = columns.from; c < columns.to; c++) {
        char text[64] = "-";
        if (table->total[c] > 0)
            bh_quantity_print(1 / (table->total[c] * nodes_of(check, c)), BH_DIMENSION_TIME, text, sizeof text);
        fprintf(stream, "  %*s", column_width(table->title[c]), text);
    }
    fputc('\n', stream);
}

static bool strikes_any(const struct bh_rate_row *row, struct columns columns)
{
    for (size_t c = columns.from; c < columns.to; c++)
        if (row->rate[c] > 0)
            return true;
    return false;
}

static void print_columns(const struct bh_check *check, struct columns columns, FILE *stream)
{
    const struct bh_rate_table *table = check->rates;
    fprintf(stream, "  %-14s %-24s", "zone", "cause");
    for (size_t c = columns.from; c < columns.to; c++)
        fprintf(stream, "  %*s", column_width(table->title[c]), table->title[c]);
    fputc('\n', stream);
    const char *last = "";
    double *software = bh_allocate(table->columns, sizeof *software);
    for (size_t r = 0; r < table->rows_count; r++) {
        const struct bh_rate_row *row = &table->rows[r];
        if (!strikes_any(row, columns))
            continue;
        print_rate_line(table, columns, strcmp(row->zone, last) == 0 ? "" : row->zone, row->cause, row->rate,
                        seconds_per_year, stream);
        last = row->zone;
        for (size_t c = columns.from; c < columns.to && !row->is_hardware; c++)
            software[c] += row->rate[c];
    }
    print_rate_line(table, columns, "a node", "software", software, seconds_per_year, stream);
    print_rate_line(table, columns, "", "all", table->total, seconds_per_year, stream);
    print_machine(check, columns, stream);
    free(software);
}

void bh_check_print_rates(const struct bh_check *check, FILE *stream)
{
    const struct bh_rate_table *table = check->rates;
    fputs("\nActivated faults per node and year, by the zone in which they land", stream);
    if (table->rows_count == 0) {
        fputs(": none at random\n", stream);
        return;
    }
    fputc('\n', stream);
    struct columns columns = {0, 0};
    while (columns.to < table->columns) {
        int width = 2 + 14 + 1 + 24;
        if (columns.to > 0)
            fputc('\n', stream);
        columns.from = columns.to;
        do
            width += 2 + column_width(table->title[columns.to++]);
        while (columns.to < table->columns && width + 2 + column_width(table->title[columns.to]) <= BH_CHECK_WIDTH);
        print_columns(check, columns, stream);
    }
    char nodes[32];
    if (check->scenario->partitions.classes_count == 1)
        fprintf(stream, "  The machine: %s nodes that run the work. Spares can fail too.\n",
                bh_check_count(check->scenario->nodes, nodes, sizeof nodes));
    else
        fputs("  These nodes: those that carry the enclaves of the column. Spares can fail too.\n", stream);
}

/* --- Numbers ------------------------------------------------------------------------------------------------------ */

/* Footnotes: each source, with what the interval rests on, once, in order of first mention. */
struct footnotes {
    size_t count;
    const struct bh_parameter **of;
};

static size_t footnote(struct footnotes *notes, const struct bh_parameter *parameter)
{
    for (size_t i = 0; i < notes->count; i++)
        if (strcmp(notes->of[i]->source, parameter->source) == 0 && notes->of[i]->basis == parameter->basis)
            return i + 1;
    notes->of = bh_reallocate(notes->of, notes->count + 1, sizeof *notes->of);
    notes->of[notes->count++] = parameter;
    return notes->count;
}

/* A guess is what `assumed` says already. */
static void print_footnote(const struct bh_parameter *parameter, FILE *stream)
{
    static const char *const words[] = {"how far it may be off is not said",
                                        NULL,
                                        "the interval is the source's own",
                                        "the interval is what platforms differ by",
                                        "the interval is a factor for carrying one study over",
                                        "the interval is that of a ratio",
                                        "exact"};
    const bool is_set = parameter->status == BH_SET_BY_SCENARIO;
    const char *basis = is_set ? NULL : words[parameter->basis];
    char *text = basis != NULL ? bh_print_text("%s (%s)", parameter->source, basis) : bh_copy_text(parameter->source);
    bh_wrap_write(text, BH_CHECK_WIDTH, 8, stream);
    free(text);
}

/* "1 to 10 s": the unit once if it is the same at both ends. */
static void print_range(const struct bh_parameter *parameter, char *range, size_t size)
{
    char low[64], high[64];
    bh_quantity_print(parameter->low, parameter->dimension, low, sizeof low);
    bh_quantity_print(parameter->high, parameter->dimension, high, sizeof high);
    char *unit = strchr(low, ' ');
    const char *other = strchr(high, ' ');
    if (unit != NULL && other != NULL && strcmp(unit, other) == 0)
        *unit = '\0';
    snprintf(range, size, "%s to %s", low, high);
}

/* Columns of the table of numbers, as wide as what stands in them. */
/* Longer paths have a line of their own. */
enum { PATH_WIDTH = 56 };
struct widths {
    int path, value, interval;
};

static void widen(int *width, const char *text)
{
    const int length = (int)strlen(text);
    *width = length > *width ? length : *width;
}

static void print_cells(const struct bh_parameter *parameter, char *value, size_t value_size, char *range,
                        size_t range_size)
{
    bh_quantity_print(parameter->value, parameter->dimension, value, value_size);
    *range = '\0';
    if (bh_parameter_is_uncertain(parameter))
        print_range(parameter, range, range_size);
}

static void print_number(const struct bh_parameter *parameter, struct footnotes *notes, const struct widths *widths,
                         FILE *stream)
{
    char value[64], range[160];
    print_cells(parameter, value, sizeof value, range, sizeof range);
    bool is_long = (int)strlen(parameter->path) > widths->path;
    if (is_long)
        fprintf(stream, "  %s\n", parameter->path);
    fprintf(stream, "  %-*s %-*s %-9s %-*s", widths->path, is_long ? "" : parameter->path, widths->value, value,
            bh_status_names[parameter->status], widths->interval, range);
    if (parameter->status == BH_SET_BY_SCENARIO)
        fputs(" -\n", stream);
    else
        fprintf(stream, " [%zu]\n", footnote(notes, parameter));
}

static bool is_unused(const struct bh_check *check, const struct bh_parameter *parameter)
{
    return !bh_number_uses_has(check->uses, parameter) && bh_scenario_has_number(check->scenario, parameter);
}

/* Where the numbers of one thing ("zones.host-kernel") end, if it has several and none is used; *length is then that of
 * its name. Else `first`. */
static size_t end_of_thing(const struct bh_check *check, size_t first, size_t *length)
{
    const struct bh_catalog *catalog = check->scenario->catalog;
    const char *path = catalog->parameters[first]->path, *dot = strchr(path, '.');
    const char *second = dot != NULL ? strchr(dot + 1, '.') : NULL;
    if (second == NULL)
        return first;
    size_t name = (size_t)(second - path) + 1, begin = first, end = first;
    while (begin > 0 && strncmp(catalog->parameters[begin - 1]->path, path, name) == 0)
        begin--;
    while (end < catalog->parameters_count && strncmp(catalog->parameters[end]->path, path, name) == 0)
        end++;
    for (size_t i = begin; i < end; i++)
        if (!is_unused(check, catalog->parameters[i]))
            return first;
    if (end - begin > 1)
        *length = name - 1;
    return end - begin > 1 ? end : first;
}

/* What belongs to zones, guards, applications that are there, and yet changes nothing. */
static void print_unused(const struct bh_check *check, FILE *stream)
{
    const struct bh_catalog *catalog = check->scenario->catalog;
    char *list = bh_copy_text("");
    for (size_t i = 0, next; i < catalog->parameters_count; i = next) {
        const struct bh_parameter *parameter = catalog->parameters[i];
        size_t length = strlen(parameter->path);
        next = i + 1;
        if (!is_unused(check, parameter))
            continue;
        /* Of a thing of which nothing is used, its name. */
        size_t end = end_of_thing(check, i, &length);
        next = end > next ? end : next;
        bh_add_text(&list, ", ", "%.*s%s", (int)length, parameter->path, end > i + 1 ? ".*" : "");
    }
    if (*list != '\0') {
        fputs("\nNot used here, whatever their value:\n  ", stream);
        bh_wrap_write(list, BH_CHECK_WIDTH, 2, stream);
    }
    free(list);
}

/* Which numbers a draw of all does not draw alone. */
static void print_together(const struct bh_check *check, FILE *stream)
{
    const struct bh_catalog *catalog = check->scenario->catalog;
    char *list = bh_copy_text("");
    for (size_t i = 0; i < catalog->parameters_count; i++) {
        const struct bh_parameter *parameter = catalog->parameters[i], *other = parameter->drawn_with;
        if (!bh_number_uses_has(check->uses, parameter) || (other == NULL && parameter->tied_to == NULL))
            continue;
        if (other != NULL)
            bh_add_text(&list, "; ", "%s with %s", parameter->path, other->path);
        else
            bh_add_text(&list, "; ", "%s at %.3g to %.3g times %s", parameter->path, parameter->ratio_low,
                        parameter->ratio_high, parameter->tied_to->path);
    }
    if (*list != '\0') {
        fputs("\nDrawn together, besides shares that sum to 1:\n  ", stream);
        bh_wrap_write(list, BH_CHECK_WIDTH, 2, stream);
    }
    free(list);
}

void bh_check_print_numbers(const struct bh_check *check, FILE *stream)
{
    const struct bh_catalog *catalog = check->scenario->catalog;
    struct footnotes notes = {0};
    size_t used = 0, assumed = 0, uncertain = 0;
    struct widths widths = {4, 5, 8};
    for (size_t i = 0; i < catalog->parameters_count; i++) {
        const struct bh_parameter *parameter = catalog->parameters[i];
        char value[64], range[160];
        if (!bh_number_uses_has(check->uses, parameter))
            continue;
        print_cells(parameter, value, sizeof value, range, sizeof range);
        widen(&widths.path, parameter->path);
        widen(&widths.value, value);
        widen(&widths.interval, range);
        used++;
        assumed += parameter->status == BH_ASSUMED;
        uncertain += bh_parameter_is_uncertain(parameter);
    }
    widths.path = widths.path < PATH_WIDTH ? widths.path : PATH_WIDTH;
    fprintf(stream,
            "\nNumbers: %zu are used, %zu of them assumed; %zu have an interval: how far they may be off.\n"
            "A scenario sets a number by its path under `models:`, the command line by --set models.PATH=VALUE.\n",
            used, assumed, uncertain);
    char *rates = bh_print_text("Rates are of the set %s: %s.", catalog->rates, catalog->rates_description);
    bh_wrap_write(rates, BH_CHECK_WIDTH, 0, stream);
    free(rates);
    fprintf(stream, "  %-*s %-*s %-9s %-*s source\n", widths.path, "path", widths.value, "value", "status",
            widths.interval, "interval");
    for (size_t i = 0; i < catalog->parameters_count; i++)
        if (bh_number_uses_has(check->uses, catalog->parameters[i]))
            print_number(catalog->parameters[i], &notes, &widths, stream);
    print_together(check, stream);
    print_unused(check, stream);
    if (notes.count > 0)
        fputs("\nSources\n", stream);
    for (size_t n = 0; n < notes.count; n++) {
        fprintf(stream, "  %*s[%zu] ", n + 1 < 10 ? 2 : n + 1 < 100 ? 1 : 0, "", n + 1);
        print_footnote(notes.of[n], stream);
    }
    free(notes.of);
}
