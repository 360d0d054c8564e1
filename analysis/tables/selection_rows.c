/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Prints rows as a table, CSV (RFC 4180) or JSON. */
#include "analysis/tables/selection_rows.h"

#include "analysis/tables/table.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct bh_rows_cell *add(struct bh_rows *rows)
{
    if (rows->cells_count == rows->cells_room) {
        rows->cells_room = rows->cells_room ? 2 * rows->cells_room : 256;
        rows->cells = bh_reallocate(rows->cells, rows->cells_room, sizeof *rows->cells);
    }
    return &rows->cells[rows->cells_count++];
}

void bh_rows_column(struct bh_rows *rows, const char *name)
{
    rows->columns = bh_reallocate(rows->columns, rows->columns_count + 1, sizeof *rows->columns);
    rows->columns[rows->columns_count++] = bh_copy_text(name);
}

void bh_rows_number(struct bh_rows *rows, double number)
{
    *add(rows) = (struct bh_rows_cell){NULL, number};
}

void bh_rows_text(struct bh_rows *rows, const char *text)
{
    *add(rows) = (struct bh_rows_cell){bh_copy_text(text), 0.0};
}

void bh_rows_release(struct bh_rows *rows)
{
    for (size_t i = 0; i < rows->cells_count; i++)
        free(rows->cells[i].text);
    for (size_t i = 0; i < rows->columns_count; i++)
        free(rows->columns[i]);
    free(rows->cells);
    free(rows->columns);
    *rows = (struct bh_rows){0};
}

static void print_text(const struct bh_rows *rows, FILE *out)
{
    struct bh_table *table = bh_table_create();
    for (size_t c = 0; c < rows->columns_count; c++)
        bh_table_column(table, "%s", rows->columns[c]);
    for (size_t i = 0; i < rows->cells_count; i++)
        if (rows->cells[i].text != NULL)
            bh_table_cell(table, "%s", rows->cells[i].text);
        else if (isnan(rows->cells[i].number))
            bh_table_cell(table, "-");
        else
            bh_table_cell(table, "%.6g", rows->cells[i].number);
    bh_table_print(table, BH_TABLE_TEXT, out);
    bh_table_destroy(table);
}

/* The fewest digits that read back as the same number. */
static void print_number(double number, FILE *out)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    fputs(text, out);
}

static void print_quoted(const char *text, FILE *out)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void print_csv(const struct bh_rows *rows, FILE *out)
{
    for (size_t c = 0; c < rows->columns_count; c++) {
        fputs(c > 0 ? "," : "", out);
        print_quoted(rows->columns[c], out);
    }
    for (size_t i = 0; i < rows->cells_count; i++) {
        fputs(i % rows->columns_count == 0 ? "\n" : ",", out);
        if (rows->cells[i].text != NULL)
            print_quoted(rows->cells[i].text, out);
        else if (!isnan(rows->cells[i].number))
            print_number(rows->cells[i].number, out);
    }
    putc('\n', out);
}

static void print_json(const struct bh_rows *rows, FILE *out)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rows->cells_count; i += rows->columns_count) {
        json_t *object = json_object();
        for (size_t c = 0; c < rows->columns_count; c++) {
            const struct bh_rows_cell *cell = &rows->cells[i + c];
            json_t *value = cell->text != NULL       ? json_string(cell->text)
                            : isfinite(cell->number) ? json_real(cell->number)
                                                     : json_null();
            json_object_set_new(object, rows->columns[c], value);
        }
        json_array_append_new(list, object);
    }
    json_dumpf(list, out, JSON_INDENT(1));
    putc('\n', out);
    json_decref(list);
}

void bh_rows_print(const struct bh_rows *rows, enum bh_selection_format format, FILE *out)
{
    switch (format) {
    case BH_SELECTION_TEXT:
        print_text(rows, out);
        break;
    case BH_SELECTION_CSV:
        print_csv(rows, out);
        break;
    case BH_SELECTION_JSON:
        print_json(rows, out);
        break;
    }
}
