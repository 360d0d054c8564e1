/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the gnuplot scripts of all figures share. Sizes in inches. */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* Two columns of a paper. */
#define BH_FIGURE_WIDTH 7.1

/* Beginning and end of a script: titles, terminals, and the loop over formats. */
void bh_script_begin(FILE *stream, const char *title, const char *name, double width_in, double height_in);
void bh_script_end(FILE *stream);

/* How a figure is to look that any terminal can draw. */
struct bh_script_look {
    double width_in, height_in;
    const char *font; /* letters, digits, blanks, '-' and '.'; NULL: each terminal's own */
    double size_pt;
    unsigned terminals; /* drawn unless the caller of gnuplot says otherwise; 0: the usual */
};
/* The beginning of a script for all terminals, whose every number can be set by the caller of gnuplot. */
void bh_script_begin_any(FILE *stream, const char *title, const char *name, const struct bh_script_look *look);
/* What follows, up to bh_script_end, is drawn for each format: t(...) chooses among what bh_script_text writes. */
void bh_script_each_format(FILE *stream);
/* A text as a gnuplot expression: as itself, as LaTeX, or as ASCII that can stand in a script within HTML, by terminal.
 * The caller frees. */
char *bh_script_text(const char *text);

/* A gnuplot string in single quotes, in which nothing is substituted; no terminal of ours reads more into its signs. The
 * caller frees. */
char *bh_script_quote(const char *text);

/* Words at a tick, as a label of this number: gnuplot takes a tick's own for a format, and cuts it to 50 bytes. `place`
 * is gnuplot's, "graph 0, first 1 right". */
void bh_script_words(FILE *stream, size_t tag, const char *text, const char *place);

/* Where the numbers of such labels begin. */
enum { BH_SCRIPT_WORDS = 1000 };

/* "10⁻⁶" in raised digits, since markup would make something of other people's texts too. Returns `text`. */
enum { BH_POWER_SIZE = 40 };
char *bh_script_power(int base, int exponent, char text[BH_POWER_SIZE]);

/* NaN for what is not finite. */
double bh_script_number(double value);

/* One line of a comment. */
void bh_script_comment(FILE *stream, const char *text);
