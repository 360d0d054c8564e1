/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays out panels on pages, and writes what both figures of containment share. */
#include "analysis/zones/containment_pages.h"

#include "analysis/figures/gnuplot_script.h"
#include "analysis/reader/markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether a line ends before panel p when lines also end between systems. */
static bool begins_system(const struct bh_picture *picture, size_t p)
{
    return p > 0 && strcmp(picture->panels[p].system, picture->panels[p - 1].system) != 0;
}

/* Lines of at most `columns`; line_of[p] and column_of[p] go to `places`. */
static size_t fill_lines(const struct bh_picture *picture, size_t columns, bool by_system,
                         struct bh_panel_place *places)
{
    size_t line = 0, column = 0;
    for (size_t p = 0; p < picture->panels_count; p++) {
        if (column == columns || (by_system && begins_system(picture, p))) {
            line++;
            column = 0;
        }
        places[p] = (struct bh_panel_place){0, line, column++};
    }
    return line + 1;
}

size_t bh_panel_places(const struct bh_picture *picture, size_t columns, size_t lines, struct bh_panel_place *places)
{
    size_t needed = (picture->panels_count + columns - 1) / columns;
    if (fill_lines(picture, columns, true, places) > needed) {
        /* Without systems to go by, lines are of equal length. */
        columns = (picture->panels_count + needed - 1) / needed;
        needed = fill_lines(picture, columns, false, places);
    }
    size_t pages = (needed + lines - 1) / lines, on_page = (needed + pages - 1) / pages;
    for (size_t p = 0; p < picture->panels_count; p++) {
        places[p].page = places[p].line / on_page;
        places[p].line %= on_page;
    }
    return pages;
}

struct bh_picture_page bh_picture_page(const struct bh_picture *picture, const struct bh_panel_place *places,
                                       size_t page)
{
    struct bh_picture_page result = {.picture = picture, .places = places, .page = page};
    for (size_t p = 0; p < picture->panels_count; p++) {
        if (places[p].page != page)
            continue;
        if (places[p].line >= result.lines)
            result.lines = places[p].line + 1;
        if (places[p].column >= result.columns)
            result.columns = places[p].column + 1;
    }
    return result;
}

/* A policy that has no name of its own is called "SYSTEM POLICY". */
static bool is_plain(const struct bh_picture_panel *panel)
{
    size_t length = strlen(panel->system);
    return strncmp(panel->name, panel->system, length) == 0 && panel->name[length] == ' ' &&
           strcmp(panel->name + length + 1, panel->policy) == 0;
}

char *bh_panel_title(const struct bh_picture_panel *panel)
{
    return bh_copy_text(is_plain(panel) ? panel->system : panel->name);
}

char *bh_panel_subtitle(const struct bh_picture_panel *panel)
{
    if (is_plain(panel) || strcmp(panel->name, panel->system) == 0)
        return bh_copy_text(panel->policy);
    return bh_print_text("%s, %s", panel->system, panel->policy);
}

char *bh_bound_text(double bound, char *buffer)
{
    char number[BH_PROBABILITY_SIZE];
    double unit = bound > 0.0 ? pow(10.0, floor(log10(bound))) : 1.0;
    /* Rounded up, so that it stays a bound. */
    snprintf(buffer, BH_PROBABILITY_SIZE, "<%s", bh_probability_text(ceil(bound / unit - 1e-9) * unit, number));
    return buffer;
}

char *bh_probability_text(double probability, char *buffer)
{
    if (probability == 0.0 || !isfinite(probability)) {
        snprintf(buffer, BH_PROBABILITY_SIZE, "%s", probability == 0.0 ? "0" : "-");
        return buffer;
    }
    char digits[32];
    snprintf(digits, sizeof digits, "%.1e", probability);
    int exponent = atoi(strchr(digits, 'e') + 1);
    if (exponent >= -3) {
        snprintf(buffer, BH_PROBABILITY_SIZE, "%.2g", probability);
        /* "%.2g" is never longer than "0.0012". */
        return buffer;
    }
    /* "1.0e-06": a mantissa of 1 says nothing, nor does a 0 behind the point. */
    char mantissa[8];
    snprintf(mantissa, sizeof mantissa, digits[2] == '0' ? "%.1s" : "%.3s", digits);
    char power[BH_POWER_SIZE];
    bh_script_power(10, exponent, power);
    if (strcmp(mantissa, "1") == 0)
        snprintf(buffer, BH_PROBABILITY_SIZE, "%s", power);
    else
        snprintf(buffer, BH_PROBABILITY_SIZE, "%s·%s", mantissa, power);
    return buffer;
}

/* A raised digit or minus begins here. */
static bool is_raised(const char *text)
{
    static const char *const first_bytes[] = {"\xE2\x81", "\xC2\xB9", "\xC2\xB2", "\xC2\xB3"};
    for (size_t i = 0; i < BH_COUNT(first_bytes); i++)
        if (strncmp(text, first_bytes[i], 2) == 0)
            return true;
    return false;
}

double bh_text_width(const char *text)
{
    double width = 0.0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            width += is_raised(text)                 ? 0.75
                     : *text == ' '                  ? 0.8
                     : strchr(".,:;", *text) != NULL ? 0.7
                     : strchr("mwMW", *text) != NULL ? 1.5
                                                     : 1.0;
    return width;
}

void bh_write_text(FILE *stream, const char *text)
{
    char *line = bh_markup(text, BH_TABLE_TEXT);
    fputc('"', stream);
    for (const char *sign = line; *sign != '\0'; sign++)
        fputs(*sign == '"' ? "\\042" : *sign == '\\' ? "\\\\" : (const char[]){*sign, '\0'}, stream);
    fputc('"', stream);
    free(line);
}

void bh_canvas_begin(FILE *stream, const struct bh_picture *picture, const char *name, double width, double height)
{
    bh_script_begin(stream, picture->title, name, width, height);
    fputs("do for [format in formats] {\n"
          "  eval terminal_of(format)\n"
          "  set output name.'.'.format\n"
          "  reset; unset key; unset tics; unset border; unset colorbox\n"
          "  # The canvas in inches, from its lower left corner.\n"
          "  set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1\n"
          "  set xrange [0:width]; set yrange [0:height]\n",
          stream);
}

const char *bh_words_style(enum bh_words words)
{
#define BH_FONT_TEXT(size) "font '," #size "'"
#define BH_FONT(size)      BH_FONT_TEXT(size)
    static const char *const styles[BH_WORDS] = {
        [BH_WORDS_TITLE] = "center " BH_FONT(BH_FONT_TITLE),
        [BH_WORDS_MAP_TITLE] = "center " BH_FONT(BH_FONT_MAP_TITLE),
        [BH_WORDS_SUBTITLE] = "center " BH_FONT(BH_FONT_SMALL),
        [BH_WORDS_NAME] = "center " BH_FONT(BH_FONT_NAME),
        [BH_WORDS_DETAIL] = "center " BH_FONT(BH_FONT_DETAIL),
        [BH_WORDS_NUMBER] = "center " BH_FONT(BH_FONT_SMALL),
        [BH_WORDS_LEFT] = "left " BH_FONT(BH_FONT_SMALL),
        [BH_WORDS_RIGHT] = "right " BH_FONT(BH_FONT_SMALL),
        [BH_WORDS_GREY] = "center " BH_FONT(BH_FONT_SMALL) " tc rgb '#555555'",
    };
    return styles[words];
}
