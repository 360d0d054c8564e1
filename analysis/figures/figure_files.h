/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A figure's files: written in a hidden folder and drawn there, then put in place together. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* What writes a figure: its data, and the gnuplot script that draws from NAME.dat what terminals.h lists. */
struct bh_figure_writer {
    const void *figure;
    void (*data)(const void *figure, FILE *stream);
    void (*script)(const void *figure, const char *name, FILE *stream);
    unsigned terminals; /* a set of them, which the script names too; 0: NAME.pdf, NAME.png and NAME.svg */
};

/* `text` as a file's name: other signs than letters, digits, '.', '-' and '_' become '-', and a first sign that is no
 * letter or digit '_'. The caller frees. */
char *bh_figure_file_name(const char *text);

/* Leaves NAME.dat, NAME.gp and what gnuplot makes of them in an existing folder. Until all is written it stands in a
 * hidden folder within, so that no name ever leads to half a file. When gnuplot is missing or fails, the error is
 * BH_ERROR_SYSTEM, and data and script are put in place without the pictures. */
int bh_figure_files_write(const char *folder, const char *name, const struct bh_figure_writer *writer, bool run_gnuplot,
                          struct bh_error *err);
