/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The figure of a results file, and what the scripts of all figures share. */
#include "analysis/figures/results_figure.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/gnuplot_script.h"
#include "analysis/figures/parts.h"
#include "analysis/figures/tradeoff_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A results file's figure: the trade-off, or the matrix if there is no trade-off to show. */
struct drawing {
    const struct bh_view *view;
    const struct bh_figure *tradeoff; /* NULL: the matrix */
};

static void write_data(const void *figure, FILE *stream)
{
    const struct drawing *drawing = figure;
    bh_script_comment(stream, drawing->view->title);
    if (drawing->tradeoff != NULL)
        bh_figure_write_data(drawing->tradeoff, stream);
    else
        bh_matrix_write_data(drawing->view, stream);
}

static void write_script(const void *figure, const char *name, FILE *stream)
{
    const struct drawing *drawing = figure;
    if (drawing->tradeoff != NULL)
        bh_figure_write_script(drawing->tradeoff, name, stream);
    else
        bh_matrix_write_script(drawing->view, name, stream);
}

int bh_figure_write(const struct bh_view *view, const char *folder, bool run_gnuplot, char **base, struct bh_error *err)
{
    char *name = bh_figure_file_name(view->scenario);
    *base = bh_print_text("%s/%s", folder, name);
    struct bh_figure *tradeoff = view->reproduces_input ? NULL : bh_figure_create(view);
    struct drawing drawing = {view, tradeoff};
    struct bh_figure_writer writer = {.figure = &drawing, .data = write_data, .script = write_script};
    int status = bh_figure_files_write(folder, name, &writer, run_gnuplot, err);
    bh_figure_destroy(tradeoff);
    free(name);
    return status;
}
