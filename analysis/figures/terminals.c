/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of terminals and of their files. */
#include "analysis/figures/terminals.h"

const char *const bh_terminal_names[] = {"pdf", "png", "svg", "cairolatex", "tikz", "canvas", NULL};

/* cairolatex makes two: what LaTeX reads, and the lines and marks that this includes. */
const struct bh_terminal_file bh_terminal_files[BH_TERMINAL_FILES] = {
    {".pdf", BH_TERMINAL_PDF, "%%EOF"},
    {".png", BH_TERMINAL_PNG, "IEND"},
    {".svg", BH_TERMINAL_SVG, "</svg>"},
    {"-latex.tex", BH_TERMINAL_CAIROLATEX, "\\endgroup"},
    {"-latex.pdf", BH_TERMINAL_CAIROLATEX, "%%EOF"},
    {"-tikz.tex", BH_TERMINAL_TIKZ, "{tikzpicture}"},
    {".html", BH_TERMINAL_CANVAS, "</html>"},
};
