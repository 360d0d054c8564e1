/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead results`: lists what a results file holds, and prints selections of it. */
#include "analysis/reader/hdf5_reader.h"
#include "analysis/tables/selection.h"
#include "analysis/tables/selection_rows.h"
#include "command/command.h"
#include "command/options.h"
#include "sim/results/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    struct bh_options options;
    struct bh_selection selection;
    bool lists_metrics;
};

static const char *const formats[] = {"text", "csv", "json", NULL};

static int take_where(void *input, char *word, struct bh_error *err)
{
    struct bh_selection *selection = &((struct arguments *)input)->selection;
    if (strchr(word, '=') == NULL || word[0] == '=')
        return bh_fail(err, BH_ERROR_INPUT, "--where: found '%s', expected AXIS=LABEL, as in nodes=1024", word);
    bh_options_append(&selection->where, &selection->where_count, word);
    return 0;
}

static int take_file_or_name(void *input, char *word, struct bh_error *err)
{
    struct arguments *arguments = input;
    (void)err;
    if (arguments->options.file == NULL)
        arguments->options.file = word;
    else
        bh_options_append(&arguments->selection.names, &arguments->selection.names_count, word);
    return 0;
}

static int check(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->options.file != NULL || arguments->lists_metrics)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "no results file; make one with `bulkhead run -o FILE` or `bulkhead sweep`");
}

static const struct bh_option own_options[] = {
    {"where", 0, "AXIS=LABEL", "Only this label of an axis (repeatable; of one axis: any of them)", 0,
     BH_BY(take_where)},
    {"mean", 0, "AXIS", "The mean over this axis, say replica, with the half-width of its 95 % interval", 0,
     BH_TO_WORD(selection.mean)},
    BH_INTERVALS_ROW(selection.intervals),
    {"list-metrics", 0, NULL, "List the axes and metrics that results files may have; no FILE is read", 0,
     BH_TO_FLAG(lists_metrics)},
    {"format", 0, "FORMAT", "text (default), csv or json", 0, BH_TO_CHOICE(selection.format, formats)},
    {0},
};

static void add_line(struct bh_rows *rows, const char *const cells[6])
{
    for (size_t c = 0; c < 6; c++)
        bh_rows_text(rows, cells[c]);
}

/* Axes with what stands along them, then the metrics with theirs. Descriptions are long: for people they stand below. */
static void list_metrics(enum bh_selection_format format, FILE *out)
{
    static const char *const columns[] = {"name", "values", "axes", "unit", "recorded", "description"};
    struct bh_rows rows = {0};
    for (size_t c = 0; c < BH_COUNT(columns); c++)
        bh_rows_column(&rows, columns[c]);
    for (int a = 0; a < BH_METRIC_AXES; a++) {
        size_t count;
        const char *const *labels = bh_metric_axis_labels((enum bh_metric_axis)a, &count);
        char *text = bh_join_texts(labels, count, ", ");
        add_line(&rows, (const char *const[]){bh_metric_axis_names[a], "axis", "", "1", "always", text});
        free(text);
    }
    for (size_t m = 0; m < BH_METRICS; m++) {
        const struct bh_metric *metric = &bh_metrics[m];
        const struct bh_metric_axes *own = &bh_metric_axes[metric->shape];
        const char *names[BH_METRIC_MOST_AXES];
        for (size_t d = 0; d < own->count; d++)
            names[d] = bh_metric_axis_names[own->axis[d]];
        char *axes = bh_join_texts(names, own->count, ", ");
        add_line(&rows, (const char *const[]){metric->name, metric->values == BH_FLAGS ? "0 or 1" : "numbers", axes,
                                              metric->unit, bh_metric_use_names[metric->use], metric->description});
        free(axes);
    }
    if (format == BH_SELECTION_TEXT)
        for (size_t i = 0; i < rows.cells_count; i += rows.columns_count)
            fprintf(out, "%s (%s; %s; %s; %s)\n    %s\n", rows.cells[i].text, rows.cells[i + 1].text,
                    rows.cells[i + 2].text, rows.cells[i + 3].text, rows.cells[i + 4].text, rows.cells[i + 5].text);
    else
        bh_rows_print(&rows, format, out);
    bh_rows_release(&rows);
}

static int print(const struct bh_source *source, const struct bh_selection *selection, struct bh_error *err)
{
    return selection->names_count == 0 ? bh_selection_list(source, stdout, err)
                                       : bh_selection_print(source, selection, stdout, err);
}

/* Whether HDF5 survives the file; its answer is found again outside. */
static int try_file(const char *path, void *context)
{
    (void)context;
    struct bh_source source;
    struct bh_array_list list;
    struct bh_error err = {0};
    if (bh_source_open(&source, path, &err) != 0)
        return -1;
    int status = bh_array_list(&source, &list, &err);
    bh_array_list_release(&list);
    bh_source_close(&source);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    const char *file = arguments->options.file;
    struct bh_source source;
    int status = arguments->lists_metrics ? 0 : bh_source_survives(file, try_file, NULL, err);
    if (arguments->lists_metrics)
        list_metrics(arguments->selection.format, stdout);
    else if (status == 0 && (status = bh_source_open(&source, file, err)) == 0) {
        status = print(&source, &arguments->selection, err);
        bh_source_close(&source);
    }
    free(arguments->selection.names);
    free(arguments->selection.where);
    return status;
}

const struct bh_subcommand bh_subcommand_results = {
    .name = "results",
    .arguments = "FILE",
    .help = "lists what a results file holds, and prints selections as table, CSV or JSON",
    .operands = "FILE [ARRAY...]",
    .doc =
        "Lists the axes and arrays of a results file, or prints arrays: a row per cell, with the labels of its axes.",
    .options = (const struct bh_option *const[]){own_options, NULL},
    .operand = {.take = take_file_or_name},
    .check = check,
    .size = sizeof(struct arguments),
    .run = run,
};
