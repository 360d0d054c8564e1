/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One pass over the text cuts it into cells; places are worked out only when something is wrong. */
#include "models/document/csv.h"

#include "models/base/nearest_name.h"
#include "models/base/utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { MOST_MEBIBYTES = 256, CELL_MOST = 1 << 16 };
static const size_t most_bytes = (size_t)MOST_MEBIBYTES << 20;

struct bh_csv {
    char *file;
    char *text;   /* as read, with a NUL behind it */
    size_t first; /* behind a byte order mark */
    size_t length;
    uint64_t identity;
    char separator;
    char *cells; /* the cells' texts, each with a NUL */
    size_t columns, rows;
    size_t count; /* of cells, names included */
    /* Offsets, which 32 bits hold: texts are small, tables of them are not. */
    uint32_t *cell;  /* in `cells`, at [(row + 1) * columns + column]; row 0 holds the names */
    uint32_t *start; /* in `text` */
    size_t room;
};

/* What the cutter has at hand. */
struct cutter {
    struct bh_csv *csv;
    size_t at;   /* in text */
    size_t used; /* of cells */
};

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static struct bh_place place_at(const struct bh_csv *csv, size_t offset)
{
    size_t line_start = csv->first;
    unsigned line = 1, column = 1;
    for (size_t i = csv->first; i < offset; i++)
        if (csv->text[i] == '\n' || (csv->text[i] == '\r' && csv->text[i + 1] != '\n')) {
            line++;
            line_start = i + 1;
        }
    uint32_t code_point = 0;
    for (size_t i = line_start, step; i < offset; i += step, column++)
        if ((step = bh_utf8_decode(csv->text + i, &code_point)) == 0)
            step = 1;
    return (struct bh_place){csv->file, line, column, csv->text + line_start};
}

/* Files of other kinds show themselves by what no text holds. */
static int check_bytes(const struct bh_csv *csv, struct bh_error *err)
{
    for (size_t i = csv->first; i < csv->length; i++) {
        unsigned char byte = (unsigned char)csv->text[i];
        if (byte == 0x7F || (byte < 0x20 && byte != '\t' && !is_break((char)byte)))
            return bh_fail(err, BH_ERROR_INPUT, "%s:%u:%u: found the byte 0x%02x; expected a table as text", csv->file,
                           place_at(csv, i).line, place_at(csv, i).column, byte);
    }
    return 0;
}

static void skip_line(struct cutter *cutter)
{
    const struct bh_csv *csv = cutter->csv;
    while (cutter->at < csv->length && !is_break(csv->text[cutter->at]))
        cutter->at++;
}

static void skip_break(struct cutter *cutter)
{
    const char *text = cutter->csv->text;
    if (text[cutter->at] == '\r' && text[cutter->at + 1] == '\n')
        cutter->at++;
    if (is_break(text[cutter->at]))
        cutter->at++;
}

/* Goes to the next line that holds something; false at the end. */
static bool next_row(struct cutter *cutter)
{
    const struct bh_csv *csv = cutter->csv;
    while (cutter->at < csv->length) {
        size_t from = cutter->at + strspn(csv->text + cutter->at, " \t");
        if (csv->text[cutter->at] != '#' && csv->text[from] != '\0' && !is_break(csv->text[from]))
            return true;
        skip_line(cutter);
        skip_break(cutter);
    }
    return false;
}

/* A comma anywhere in the row of names, else a semicolon, else a tab, else a bar. */
static char choose_separator(const struct cutter *cutter)
{
    bool quoted = false, semicolon = false, tab = false, bar = false;
    for (const char *c = cutter->csv->text + cutter->at; *c != '\0' && (quoted || !is_break(*c)); c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == ',' && !quoted)
            return ',';
        semicolon = semicolon || (*c == ';' && !quoted);
        tab = tab || (*c == '\t' && !quoted);
        bar = bar || (*c == '|' && !quoted);
    }
    return semicolon ? ';' : tab ? '\t' : bar ? '|' : ',';
}

static void begin_cell(struct cutter *cutter)
{
    struct bh_csv *csv = cutter->csv;
    if (csv->count == csv->room) {
        csv->room = csv->room == 0 ? 256 : 2 * csv->room;
        csv->cell = bh_reallocate(csv->cell, csv->room, sizeof *csv->cell);
        csv->start = bh_reallocate(csv->start, csv->room, sizeof *csv->start);
    }
    csv->cell[csv->count] = (uint32_t)cutter->used;
    csv->start[csv->count++] = (uint32_t)cutter->at;
}

/* A tab is a blank only where it does not part cells. */
static bool is_blank(const struct bh_csv *csv, char c)
{
    return c == ' ' || (c == '\t' && csv->separator != '\t');
}

static int cut_quoted(struct cutter *cutter, struct bh_error *err)
{
    struct bh_csv *csv = cutter->csv;
    size_t open = cutter->at++;
    for (; csv->text[cutter->at] != '"' || csv->text[cutter->at + 1] == '"'; cutter->at++) {
        if (cutter->at >= csv->length)
            return bh_fail_at(err, place_at(csv, open), "found a quote that does not end; expected a closing `\"`");
        cutter->at += csv->text[cutter->at] == '"';
        csv->cells[cutter->used++] = csv->text[cutter->at];
    }
    cutter->at++;
    while (is_blank(csv, csv->text[cutter->at]))
        cutter->at++;
    char next = csv->text[cutter->at];
    if (next != '\0' && next != csv->separator && !is_break(next))
        return bh_fail_at(err, place_at(csv, cutter->at),
                          "found text behind the end of a quote; expected the next cell. A quote within quotes is "
                          "written twice");
    return 0;
}

static void cut_plain(struct cutter *cutter)
{
    struct bh_csv *csv = cutter->csv;
    size_t from = cutter->used;
    for (char c; (c = csv->text[cutter->at]) != '\0' && c != csv->separator && !is_break(c); cutter->at++)
        csv->cells[cutter->used++] = c;
    while (cutter->used > from && is_blank(csv, csv->cells[cutter->used - 1]))
        cutter->used--;
}

/* One row; the number of its cells goes to *cells, and whether any has text to *has_text. */
static int cut_row(struct cutter *cutter, size_t *cells, bool *has_text, struct bh_error *err)
{
    struct bh_csv *csv = cutter->csv;
    *cells = 0;
    *has_text = false;
    for (;; cutter->at++) {
        while (is_blank(csv, csv->text[cutter->at]))
            cutter->at++;
        begin_cell(cutter);
        size_t from = cutter->used;
        if (csv->text[cutter->at] != '"')
            cut_plain(cutter);
        else if (cut_quoted(cutter, err) != 0)
            return -1;
        if (cutter->used - from > CELL_MOST)
            return bh_fail_at(err, place_at(csv, csv->start[csv->count - 1]),
                              "found a cell of %zu bytes; expected at most %d: an end of line or of a quote may lack",
                              cutter->used - from, CELL_MOST);
        *has_text = *has_text || cutter->used > from;
        csv->cells[cutter->used++] = '\0';
        (*cells)++;
        if (csv->text[cutter->at] != csv->separator)
            break;
    }
    skip_break(cutter);
    return 0;
}

static int check_header(const struct bh_csv *csv, struct bh_error *err)
{
    for (size_t c = 0; c < csv->columns; c++) {
        const char *name = csv->cells + csv->cell[c];
        if (*name == '\0')
            return bh_fail_at(err, place_at(csv, csv->start[c]), "found no name; expected the name of column %zu",
                              c + 1);
        for (size_t other = 0; other < c; other++)
            if (strcmp(csv->cells + csv->cell[other], name) == 0)
                return bh_fail_at(err, place_at(csv, csv->start[c]), "the column `%s` is there twice", name);
    }
    return 0;
}

/* --- Which row has the names ---------------------------------------------------------------------------------------- */

static void go_back(struct cutter *cutter, size_t at)
{
    cutter->csv->count = 0;
    cutter->used = 0;
    cutter->at = at;
}

static int cut_names(struct cutter *cutter, struct bh_error *err)
{
    bool has_text;
    cutter->csv->separator = choose_separator(cutter);
    return cut_row(cutter, &cutter->csv->columns, &has_text, err);
}

static bool are_names(const struct bh_csv *csv, const struct bh_csv_manner *manner)
{
    const char **cells = bh_allocate(csv->columns, sizeof *cells);
    for (size_t c = 0; c < csv->columns; c++)
        cells[c] = csv->cells + csv->cell[c];
    bool are = manner->is_names(manner->context, cells, csv->columns);
    free(cells);
    return are;
}

/* The row of names, behind at most so many titles. */
static int find_names(struct cutter *cutter, const struct bh_csv_manner *manner, struct bh_error *err)
{
    enum { TITLES_MOST = 20 };
    size_t first = cutter->at;
    for (int titles = 0; manner->is_names != NULL && !manner->has_no_names && titles <= TITLES_MOST; titles++) {
        size_t at = cutter->at;
        if (cut_names(cutter, NULL) == 0 && are_names(cutter->csv, manner))
            return 0;
        go_back(cutter, at); /* a title may hold a lone quote */
        skip_line(cutter);
        skip_break(cutter);
        if (!next_row(cutter))
            break;
    }
    go_back(cutter, first);
    if (cut_names(cutter, err) != 0)
        return -1;
    if (manner->has_no_names) {
        /* Names are empty: all of them at the first NUL. */
        size_t columns = cutter->csv->columns;
        go_back(cutter, first);
        for (size_t c = 0; c < columns; c++)
            begin_cell(cutter);
        cutter->csv->cells[cutter->used++] = '\0';
    }
    return 0;
}

/* Programs that number rows may give that column no name at all, and ends of rows may have a separator too many: an
 * empty name is put first or last. */
static void add_name(struct bh_csv *csv, struct cutter *cutter, bool is_last)
{
    size_t columns = csv->columns++;
    uint32_t empty = csv->cell[columns - 1] + (uint32_t)strlen(csv->cells + csv->cell[columns - 1]); /* its NUL */
    begin_cell(cutter);
    for (size_t c = columns; c > 0 && !is_last; c--) {
        csv->cell[c] = csv->cell[c - 1];
        csv->start[c] = csv->start[c - 1];
    }
    csv->cell[is_last ? columns : 0] = empty;
    csv->start[is_last ? columns : 0] = csv->start[is_last ? columns - 1 : 0];
}

static int cut(struct bh_csv *csv, const struct bh_csv_manner *manner, struct bh_error *err)
{
    struct cutter cutter = {csv, csv->first, 0};
    bool has_text;
    if (!next_row(&cutter))
        return bh_fail(err, BH_ERROR_INPUT, "%s: found no row; expected names of columns and rows below them",
                       csv->file);
    if (find_names(&cutter, manner, err) != 0 || (!manner->is_loose && check_header(csv, err) != 0))
        return -1;
    while (next_row(&cutter)) {
        size_t cells, first = csv->count, used = cutter.used, at = cutter.at;
        if (cut_row(&cutter, &cells, &has_text, err) != 0)
            return -1;
        if (!has_text) { /* ",,,": what a spreadsheet leaves of an empty row */
            csv->count = first;
            cutter.used = used;
            continue;
        }
        if (manner->is_loose && csv->rows == 0 && cells == csv->columns + 1) {
            bool is_last = csv->cells[csv->cell[csv->count - 1]] == '\0';
            csv->count = first;
            cutter.used = used;
            cutter.at = at;
            add_name(csv, &cutter, is_last);
            continue;
        }
        if (cells != csv->columns)
            return bh_fail_at(err, place_at(csv, csv->start[first]),
                              "found %zu cells; expected %zu, one for each name in the first row", cells, csv->columns);
        csv->rows++;
    }
    return 0;
}

struct bh_csv *bh_csv_parse_as(const char *text, size_t length, const char *name, const struct bh_csv_manner *manner,
                               struct bh_error *err)
{
    if (length > most_bytes) {
        bh_fail(err, BH_ERROR_INPUT, "%s: found more than %d MiB; expected a smaller table", name, MOST_MEBIBYTES);
        return NULL;
    }
    struct bh_csv *csv = bh_allocate(1, sizeof *csv);
    csv->file = bh_copy_text(name);
    csv->text = bh_allocate(length + 2, 1);
    memcpy(csv->text, text, length);
    csv->length = length;
    csv->identity = XXH3_64bits(text, length);
    csv->first = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    /* A cell is never longer than it stands in the text, and its NUL takes the place of a separator or a line break; one
     * more is for names that are not there. */
    csv->cells = bh_allocate(length + 3, 1);
    if (check_bytes(csv, err) == 0 && cut(csv, manner, err) == 0)
        return csv;
    bh_csv_destroy(csv);
    return NULL;
}

struct bh_csv *bh_csv_parse(const char *text, size_t length, const char *name, struct bh_error *err)
{
    return bh_csv_parse_as(text, length, name, &(struct bh_csv_manner){.is_loose = false}, err);
}

struct bh_csv *bh_csv_read(const char *path, struct bh_error *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the table: %s", path, strerror(errno));
        return NULL;
    }
    size_t room = (size_t)1 << 16, length = 0, got;
    char *text = bh_allocate(room, 1);
    errno = 0;
    while (length <= most_bytes && (got = fread(text + length, 1, room - length, file)) > 0)
        if ((length += got) == room)
            text = bh_reallocate(text, room *= 2, 1);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    struct bh_csv *csv = NULL;
    if (failed)
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the table: %s", path, strerror(failed));
    else
        csv = bh_csv_parse(text, length, path, err);
    free(text);
    return csv;
}

void bh_csv_destroy(struct bh_csv *csv)
{
    if (csv == NULL)
        return;
    free(csv->start);
    free(csv->cell);
    free(csv->cells);
    free(csv->text);
    free(csv->file);
    free(csv);
}

const char *bh_csv_file(const struct bh_csv *csv)
{
    return csv->file;
}

uint64_t bh_csv_identity(const struct bh_csv *csv)
{
    return csv->identity;
}

size_t bh_csv_rows(const struct bh_csv *csv)
{
    return csv->rows;
}

size_t bh_csv_columns(const struct bh_csv *csv)
{
    return csv->columns;
}

const char *bh_csv_name(const struct bh_csv *csv, size_t column)
{
    return csv->cells + csv->cell[column];
}

const char *bh_csv_cell(const struct bh_csv *csv, size_t row, size_t column)
{
    return csv->cells + csv->cell[(row + 1) * csv->columns + column];
}

struct bh_place bh_csv_place(const struct bh_csv *csv, size_t row, size_t column)
{
    return place_at(csv, csv->start[(row + 1) * csv->columns + column]);
}

struct bh_place bh_csv_name_place(const struct bh_csv *csv, size_t column)
{
    return place_at(csv, csv->start[column]);
}

size_t bh_csv_find(const struct bh_csv *csv, const char *name)
{
    for (size_t c = 0; c < csv->columns; c++)
        if (strcmp(bh_csv_name(csv, c), name) == 0)
            return c;
    return SIZE_MAX;
}

int bh_csv_need(const struct bh_csv *csv, const char *name, size_t *column, struct bh_error *err)
{
    if ((*column = bh_csv_find(csv, name)) != SIZE_MAX)
        return 0;
    const char **names = bh_allocate(csv->columns, sizeof *names);
    for (size_t c = 0; c < csv->columns; c++)
        names[c] = bh_csv_name(csv, c);
    const char *nearest = bh_nearest_name(name, names, csv->columns);
    free(names);
    return bh_fail_at(err, place_at(csv, csv->start[0]), "the column `%s` is missing%s%s%s", name,
                      nearest ? "; found `" : "", nearest ? nearest : "", nearest ? "`" : "");
}

int bh_csv_check_names(const struct bh_csv *csv, const char *const *known, struct bh_error *err)
{
    size_t count = 0;
    while (known[count] != NULL)
        count++;
    for (size_t c = 0; c < csv->columns; c++) {
        const char *name = bh_csv_name(csv, c);
        size_t k = 0;
        while (k < count && strcmp(known[k], name) != 0)
            k++;
        if (k < count)
            continue;
        const char *nearest = bh_nearest_name(name, known, count);
        return bh_fail_at(err, place_at(csv, csv->start[c]), "found the unknown column `%s`%s%s%s", name,
                          nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
    }
    return 0;
}
