/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What gnuplot can make of a figure: its terminals, and the files that each leaves. */
#pragma once

#include <stddef.h>

enum bh_terminal {
    BH_TERMINAL_PDF,
    BH_TERMINAL_PNG,
    BH_TERMINAL_SVG,
    BH_TERMINAL_CAIROLATEX,
    BH_TERMINAL_TIKZ,
    BH_TERMINAL_CANVAS,
    BH_TERMINALS
};
extern const char *const bh_terminal_names[]; /* NULL-terminated */

/* Sets of terminals: a bit each. */
#define BH_TERMINAL_BIT(terminal) (1U << (unsigned)(terminal))
enum {
    BH_TERMINALS_USUAL =
        BH_TERMINAL_BIT(BH_TERMINAL_PDF) | BH_TERMINAL_BIT(BH_TERMINAL_PNG) | BH_TERMINAL_BIT(BH_TERMINAL_SVG)
};

/* A file of a figure: what its name ends in, of which terminal it is, and what it ends in when it is whole. */
struct bh_terminal_file {
    const char *suffix;
    enum bh_terminal terminal;
    const char *ending;
};
enum { BH_TERMINAL_FILES = 7 };
extern const struct bh_terminal_file bh_terminal_files[BH_TERMINAL_FILES];
