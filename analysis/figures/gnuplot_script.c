/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes what all scripts begin and end with, and words as gnuplot takes them. */
#include "analysis/figures/gnuplot_script.h"

#include "analysis/reader/markup.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bh_script_comment(FILE *stream, const char *text)
{
    fputs("# ", stream);
    bh_markup_write(stream, text, BH_TABLE_TEXT);
    /* A backslash at the end would make the next line part of the comment. */
    fputs(*text != '\0' && text[strlen(text) - 1] == '\\' ? " \n" : "\n", stream);
}

/* A single quote cannot stand in single quotes: doubled it ends the string where it is the first sign or the second
 * after another. So it is put between two strings, in double quotes, which would substitute other signs. */
char *bh_script_quote(const char *text)
{
    char *line = bh_markup(text, BH_TABLE_TEXT), *quoted = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&quoted, &length);
    BH_BUG_ASSERT(stream != NULL);
    fputc('\'', stream);
    for (const char *sign = line; *sign != '\0'; sign++)
        fputs(*sign == '\'' ? "'.\"'\".'" : (const char[]){*sign, '\0'}, stream);
    fputc('\'', stream);
    fclose(stream);
    free(line);
    return quoted;
}

char *bh_script_power(int base, int exponent, char text[BH_POWER_SIZE])
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char digits[16];
    snprintf(digits, sizeof digits, "%d", exponent);
    char *end = text + snprintf(text, BH_POWER_SIZE, "%d", base);
    for (const char *digit = digits; *digit != '\0'; digit++)
        end = stpcpy(end, *digit == '-' ? "⁻" : raised[*digit - '0']);
    return text;
}

void bh_script_words(FILE *stream, size_t tag, const char *text, const char *place)
{
    char *quoted = bh_script_quote(text);
    fprintf(stream, "  set label %zu %s at %s font ',8'\n", tag, quoted, place);
    free(quoted);
}

void bh_script_begin(FILE *stream, const char *title, const char *name, double width_in, double height_in)
{
    bh_script_comment(stream, title);
    fprintf(stream,
            "# Draw again with: gnuplot %s.gp      or one format: gnuplot -e \"formats='pdf'\" %s.gp\n"
            "name = './%s'\n"
            "data = name.'.dat'\n"
            "if (!exists('formats')) formats = 'pdf png svg'\n"
            "width = %.2f; height = %.2f   # inches; two columns of a paper are 7.1 wide\n"
            "dots = 220                  # per inch, of the PNG\n"
            "terminal_of(format) = (\\\n"
            "  format eq 'pdf' ? sprintf(\"set terminal pdfcairo color size %%.2fin,%%.2fin font "
            "'Helvetica,9' fontscale 0.75 linewidth 1.6 pointscale 0.55\", width, height) : \\\n"
            "  format eq 'png' ? sprintf(\"set terminal pngcairo color size %%d,%%d font 'Helvetica,9' "
            "fontscale %%.3f linewidth %%.3f pointscale %%.3f background 'white'\", width * dots, height * dots, 0.75 "
            "* dots / 72., 0.8 * dots / 72., 0.55 * dots / 72.) : \\\n"
            "  sprintf(\"set terminal svg size %%d,%%d font 'Helvetica,9' fontscale 1 linewidth 0.8 "
            "background 'white'\", width * 72, height * 72)).' noenhanced'\n"
            "set encoding utf8\n"
            "set colorsequence podo      # told apart by colour-blind readers\n"
            "\n",
            name, name, name, width_in, height_in);
}

void bh_script_end(FILE *stream)
{
    fputs("  unset output\n}\n", stream);
}

double bh_script_number(double value)
{
    return isfinite(value) ? value : NAN;
}
