/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes what all scripts begin and end with, and words as gnuplot takes them. */
#include "analysis/figures/gnuplot_script.h"

#include "analysis/figures/terminals.h"
#include "analysis/reader/markup.h"
#include "models/base/error.h"

#include <ctype.h>
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
 * after another. So it is put between two strings, in double quotes, which would substitute other signs. Within braces
 * gnuplot loses count of such quotes and takes @NAME for a macro: a string ends behind each of these signs. */
char *bh_script_quote(const char *text)
{
    char *line = bh_markup(text, BH_TABLE_TEXT), *quoted = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&quoted, &length);
    BH_BUG_ASSERT(stream != NULL);
    fputc('\'', stream);
    for (const char *sign = line; *sign != '\0'; sign++)
        fputs(*sign == '\'' ? "'.\"'\".'" : *sign == '@' ? "@'.'" : (const char[]){*sign, '\0'}, stream);
    fputc('\'', stream);
    fclose(stream);
    free(line);
    return quoted;
}

/* As LaTeX takes it: what begins with a bracket or brace is more than a text to gnuplot, and no engine knows the sign that
 * stands in for what cannot be shown. */
static char *latex_of(const char *text)
{
    char *marked = bh_markup(text, BH_TABLE_LATEX), *whole = bh_print_text("\\strut{}%s", marked), *at;
    while ((at = strstr(whole, "\uFFFD")) != NULL) {
        *at = '?';
        memmove(at + 1, at + strlen("\uFFFD"), strlen(at + strlen("\uFFFD")) + 1);
    }
    free(marked);
    return whole;
}

/* As a script within HTML takes it: the strokes of its letters are those of ASCII, and no tag ends the script. */
static char *ascii_of(const char *text)
{
    char *line = bh_markup(text, BH_TABLE_TEXT), *ascii = bh_allocate(2 * strlen(line) + 1, 1), *to = ascii;
    for (const char *sign = line; *sign != '\0'; sign++) {
        unsigned char byte = (unsigned char)*sign;
        if ((byte & 0xc0) == 0x80)
            continue;
        *to++ = byte < 0x80 ? *sign : '?';
        if (*sign == '<' && (sign[1] == '/' || sign[1] == '!' || isalpha((unsigned char)sign[1])))
            *to++ = ' ';
    }
    *to = '\0';
    free(line);
    return ascii;
}

char *bh_script_text(const char *text)
{
    char *latex = latex_of(text), *ascii = ascii_of(text);
    char *plain = bh_script_quote(text), *latex_quoted = bh_script_quote(latex), *ascii_quoted = bh_script_quote(ascii),
         *all = bh_print_text("t(%s, %s, %s)", plain, latex_quoted, ascii_quoted);
    free(latex);
    free(ascii);
    free(plain);
    free(latex_quoted);
    free(ascii_quoted);
    return all;
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

void bh_script_begin_any(FILE *stream, const char *title, const char *name, const struct bh_script_look *look)
{
    bh_script_comment(stream, title);
    fprintf(
        stream,
        "# Draw again: gnuplot %s.gp      or otherwise: gnuplot -e \"width=7.1; formats='svg'\" %s.gp\n"
        "# -e sets what is not set: formats (pdf png svg cairolatex tikz canvas), width, height, font, size, dots,\n"
        "# standalone (1: a whole LaTeX document), and what stands below with exists().\n"
        "name = './%s'\n"
        "data = name.'.dat'\n"
        "if (!exists('formats')) formats = '",
        name, name, name);
    const char *separator = "";
    unsigned terminals = look->terminals != 0 ? look->terminals : BH_TERMINALS_USUAL;
    for (int terminal = 0; terminal < BH_TERMINALS; terminal++)
        if (terminals & BH_TERMINAL_BIT(terminal)) {
            fprintf(stream, "%s%s", separator, bh_terminal_names[terminal]);
            separator = " ";
        }
    fprintf(stream,
            "'\n"
            "if (!exists('width')) width = %.2f      # inches\n"
            "if (!exists('height')) height = %.2f\n"
            "if (!exists('font')) font = '%s'   # none: Helvetica, or the LaTeX document's\n"
            "if (!exists('size')) size = %.4g         # points\n"
            "if (!exists('dots')) dots = 220      # per inch, of the PNG\n"
            "if (!exists('standalone')) standalone = 0\n"
            "is_tex = 0; is_canvas = 0\n"
            "t(plain, tex, ascii) = is_tex ? tex_size.tex : is_canvas ? ascii : plain\n"
            "tex_size = sprintf('\\fontsize{%%g}{%%g}\\selectfont ', size, 1.2 * size)\n"
            "face = font eq '' ? 'Helvetica' : font\n",
            look->width_in, look->height_in, look->font != NULL ? look->font : "", look->size_pt);
    fputs(
        "terminal_of(format) = (\\\n"
        "  format eq 'pdf' ? sprintf(\"set terminal pdfcairo noenhanced color size %.2fin,%.2fin font '%s,%g' "
        "fontscale 0.75 linewidth 1.4 pointscale 0.5\", width, height, face, size) : \\\n"
        "  format eq 'png' ? sprintf(\"set terminal pngcairo noenhanced color size %d,%d font '%s,%g' fontscale %.3f "
        "linewidth %.3f pointscale %.3f background 'white'\", width * dots, height * dots, face, size, 0.75 * dots / "
        "72., 0.7 * dots / 72., 0.5 * dots / 72.) : \\\n"
        "  format eq 'cairolatex' ? sprintf(\"set terminal cairolatex pdf %s colortext size %.2fin,%.2fin font '%s,%g' "
        "linewidth 1.4 pointscale 0.5\", standalone ? 'standalone' : 'input', width, height, font, size) : \\\n"
        "  format eq 'tikz' ? sprintf('set terminal tikz %s color size %.2fin,%.2fin font "
        "\"\\\\fontsize{%g}{%g}\\\\selectfont\" linewidth 0.7', standalone ? 'standalone' : '', "
        "width, height, size, 1.2 * size) : \\\n"
        "  format eq 'canvas' ? sprintf('set terminal canvas noenhanced standalone size %d,%d fsize %g linewidth 1', "
        "width * 110, height * 110, size * 110 / 72. * 0.8) : \\\n"
        "  sprintf(\"set terminal svg noenhanced size %d,%d font '%s,%g' fontscale 1 linewidth 0.8 "
        "background 'white'\", width * 72, height * 72, face, size))\n"
        "file_of(format) = name.(format eq 'cairolatex' ? '-latex.tex' : format eq 'tikz' ? '-tikz.tex' : format eq "
        "'canvas' ? '.html' : '.'.format)\n"
        "set encoding utf8\n",
        stream);
}

void bh_script_each_format(FILE *stream)
{
    fputs("\ndo for [format in formats] {\n"
          "  is_tex = format eq 'cairolatex' || format eq 'tikz'; is_canvas = format eq 'canvas'\n"
          "  eval terminal_of(format)\n"
          "  set output file_of(format)\n",
          stream);
}

void bh_script_end(FILE *stream)
{
    fputs("  unset output\n}\n", stream);
}

double bh_script_number(double value)
{
    return isfinite(value) ? value : NAN;
}
