/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The pages of pictures of containment: panels in lines, lines on pages; and the words that both figures share. */
#pragma once

#include "analysis/zones/containment_figure.h"

#include <stddef.h>
#include <stdio.h>

struct bh_panel_place {
    size_t page, line, column; /* the line is counted on its page */
};

/* Places panels side by side, at most `columns` in a line and `lines` on a page. A line ends between two systems if that
 * takes no more lines. Fills places[panels_count], and returns the number of pages. */
size_t bh_panel_places(const struct bh_picture *picture, size_t columns, size_t lines, struct bh_panel_place *places);

/* One page of a figure; sizes in inches, for whom they are the same in all panels. */
struct bh_picture_page {
    const struct bh_picture *picture;
    const struct bh_panel_place *places; /* of all panels */
    size_t page, lines, columns;         /* its number, and how many of each it has */
    double panel_width, line_height;     /* inches */
};

struct bh_picture_page bh_picture_page(const struct bh_picture *picture, const struct bh_panel_place *places,
                                       size_t page);

/* The two lines of a panel's title; the caller frees. */
char *bh_panel_title(const struct bh_picture_panel *panel);
char *bh_panel_subtitle(const struct bh_picture_panel *panel);

/* A probability with two digits, as marked-up text: "0.25", "1.2·10^{-6}", "0". */
enum { BH_PROBABILITY_SIZE = 64 };
char *bh_probability_text(double probability, char *buffer);
/* No more than a bound, with one digit: "<3·10^{-11}". */
char *bh_bound_text(double bound, char *buffer);

/* Characters of usual width that are seen of a marked-up UTF-8 text. */
double bh_text_width(const char *text);
/* A text in double quotes for a data file of gnuplot's. */
void bh_write_text(FILE *stream, const char *text);

/* Looks of words; all but numbers are shown as they are, without mark-up. */
enum bh_words {
    BH_WORDS_TITLE,
    BH_WORDS_MAP_TITLE,
    BH_WORDS_SUBTITLE,
    BH_WORDS_NAME,
    BH_WORDS_DETAIL,
    BH_WORDS_NUMBER,
    BH_WORDS_LEFT,
    BH_WORDS_RIGHT,
    BH_WORDS_GREY,
    BH_WORDS
};
/* How `plot ... with labels` draws them. */
const char *bh_words_style(enum bh_words words);
/* Their font sizes, as gnuplot is told. */
#define BH_FONT_TITLE     9
#define BH_FONT_MAP_TITLE 8
#define BH_FONT_NAME      8.5
#define BH_FONT_DETAIL    7
#define BH_FONT_SMALL     7.5
/* Inches that a character takes, on average, at gnuplot's font size. */
#define BH_CHARACTER_WIDTH(font_size) (0.0073 * (font_size))

/* Begins a script that draws on a canvas in inches; the caller goes on with `plot` and ends with bh_script_end. */
void bh_canvas_begin(FILE *stream, const struct bh_picture *picture, const char *name, double width, double height);
