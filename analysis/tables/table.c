/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables of text cells whose widths are counted in signs, not bytes. */
#include "analysis/tables/table.h"

#include "analysis/reader/markup.h"
#include "models/base/error.h"
#include "models/base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct bh_table {
    size_t columns;
    size_t cells; /* headers included, as the first row */
    char **text;  /* a group is one cell in front of the row it precedes */
    bool *is_group;
};

struct bh_table *bh_table_create(void)
{
    return bh_allocate(1, sizeof(struct bh_table));
}

void bh_table_destroy(struct bh_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->cells; i++)
        free(table->text[i]);
    free(table->text);
    free(table->is_group);
    free(table);
}

static void add(struct bh_table *table, bool is_group, const char *format, va_list arguments)
{
    table->text = bh_reallocate(table->text, table->cells + 1, sizeof *table->text);
    table->is_group = bh_reallocate(table->is_group, table->cells + 1, sizeof *table->is_group);
    table->is_group[table->cells] = is_group;
    table->text[table->cells++] = bh_print_text_v(format, arguments);
}

void bh_table_column(struct bh_table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(table, false, format, arguments);
    va_end(arguments);
    table->columns = table->cells;
}

void bh_table_cell(struct bh_table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(table, false, format, arguments);
    va_end(arguments);
}

static void add_group(struct bh_table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(table, true, format, arguments);
    va_end(arguments);
}

void bh_table_group(struct bh_table *table, const char *name)
{
    add_group(table, "%s", name);
}

static void print_spaces(FILE *stream, size_t count)
{
    while (count-- > 0)
        fputc(' ', stream);
}

static void print_row(const struct bh_table *table, const size_t *width, char *const *cells, bool markdown,
                      FILE *stream)
{
    for (size_t c = 0; c < table->columns; c++) {
        size_t space = width[c] - bh_utf8_count(cells[c]);
        fputs(markdown ? (c == 0 ? "| " : " | ") : (c == 0 ? "" : "  "), stream);
        if (c > 0)
            print_spaces(stream, space);
        fputs(cells[c], stream);
        if (c == 0)
            print_spaces(stream, space);
    }
    fputs(markdown ? " |\n" : "\n", stream);
}

static void print_rule(const struct bh_table *table, const size_t *width, bool markdown, FILE *stream)
{
    for (size_t c = 0; c < table->columns; c++) {
        fputs(markdown ? "|" : (c == 0 ? "" : "  "), stream);
        for (size_t i = 0; i < width[c] + (markdown ? 1 : 0); i++)
            fputc('-', stream);
        if (markdown)
            fputc(c == 0 ? '-' : ':', stream);
    }
    fputs(markdown ? "|\n" : "\n", stream);
}

static void print_latex(const struct bh_table *table, FILE *stream)
{
    fputs("\\begin{tabular}{l", stream);
    for (size_t c = 1; c < table->columns; c++)
        fputc('r', stream);
    fputs("}\n\\toprule\n", stream);
    for (size_t i = 0, c = 0; i < table->cells; i++) {
        if (table->is_group[i])
            fprintf(stream, "\\multicolumn{%zu}{l}{\\emph{", table->columns);
        bh_markup_write(stream, table->text[i], BH_TABLE_LATEX);
        c = table->is_group[i] ? table->columns : c + 1;
        fputs(table->is_group[i] ? "}} \\\\\n" : c == table->columns ? " \\\\\n" : " & ", stream);
        c = c == table->columns ? 0 : c;
        if (i + 1 == table->columns)
            fputs("\\midrule\n", stream);
    }
    fputs("\\bottomrule\n\\end{tabular}\n", stream);
}

void bh_table_print(const struct bh_table *table, enum bh_table_format format, FILE *stream)
{
    bool markdown = format == BH_TABLE_MARKDOWN;
    if (format == BH_TABLE_LATEX) {
        print_latex(table, stream);
        return;
    }
    size_t *width = bh_allocate(table->columns, sizeof *width), column = 0;
    char **text = bh_allocate(table->cells + 1, sizeof *text);
    for (size_t i = 0; i < table->cells; i++) {
        text[i] = bh_markup(table->text[i], format);
        if (table->is_group[i])
            continue;
        size_t w = bh_utf8_count(text[i]);
        width[column] = w > width[column] ? w : width[column];
        column = (column + 1) % table->columns;
    }
    for (size_t i = 0; i < table->cells;) {
        if (table->is_group[i]) {
            fprintf(stream, markdown ? "| **%s**" : "%s", text[i++]);
            for (size_t c = 0; c < table->columns && markdown; c++)
                fputs(" |", stream);
            fputc('\n', stream);
            continue;
        }
        print_row(table, width, text + i, markdown, stream);
        if (i == 0)
            print_rule(table, width, markdown, stream);
        i += table->columns;
    }
    for (size_t i = 0; i < table->cells; i++)
        free(text[i]);
    free(text);
    free(width);
}

/* Three digits that say something; two of what is small. */
static int decimals(double value)
{
    double size = fabs(value);
    if (size > 0 && size < 0.0995)
        return size < 0.00995 ? 4 : 3;
    return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
}

/* From here on digits would hide how large it is, and not fit. */
#define NUMBER_LONG 1e7

char *bh_number_percent(double share, char *buffer)
{
    double percent = 100 * share;
    if (isnan(share))
        snprintf(buffer, BH_NUMBER_SIZE, "-");
    else if ((percent != 0 && fabs(percent) < 1e-3) || fabs(percent) >= NUMBER_LONG)
        snprintf(buffer, BH_NUMBER_SIZE, "%.1e %%", percent);
    else
        snprintf(buffer, BH_NUMBER_SIZE, "%.*f %%", decimals(percent), percent);
    return buffer;
}

char *bh_number_time(double seconds, char *buffer)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"year", 365.25 * 86400}, {"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
    if (!isfinite(seconds)) {
        snprintf(buffer, BH_NUMBER_SIZE, "%s", isnan(seconds) ? "-" : "never");
        return buffer;
    }
    size_t u = 0;
    while (u < 4 && fabs(seconds) < 2 * units[u].seconds)
        u++;
    double value = seconds / units[u].seconds;
    if (fabs(value) >= NUMBER_LONG)
        snprintf(buffer, BH_NUMBER_SIZE, "%.1e %s", value, units[u].unit);
    else
        snprintf(buffer, BH_NUMBER_SIZE, "%.*f %s", decimals(value), value, units[u].unit);
    return buffer;
}

char *bh_number_plain(double value, char *buffer)
{
    double size = fabs(value);
    if (isnan(value))
        snprintf(buffer, BH_NUMBER_SIZE, "-");
    else if (isinf(value))
        snprintf(buffer, BH_NUMBER_SIZE, "inf");
    else if (value == 0)
        snprintf(buffer, BH_NUMBER_SIZE, "0");
    else if (size < 1e-3 || size >= 1e6)
        snprintf(buffer, BH_NUMBER_SIZE, "%.1e", value);
    else if (size >= 999.5)
        snprintf(buffer, BH_NUMBER_SIZE, "%.0f", value);
    else
        snprintf(buffer, BH_NUMBER_SIZE, "%.3g", value);
    return buffer;
}
