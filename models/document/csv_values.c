/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts of cells to numbers and choices, or to messages with their place. */
#include "models/document/csv_values.h"

#include "models/base/nearest_name.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bh_csv_fail(const struct bh_csv *csv, size_t row, size_t column, struct bh_error *err, const char *format, ...)
{
    char text[sizeof err->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return bh_fail_at(err, bh_csv_place(csv, row, column), "%s: %s", bh_csv_name(csv, column), text);
}

int bh_csv_count(const struct bh_csv *csv, size_t row, size_t column, uint64_t most, uint64_t *value,
                 struct bh_error *err)
{
    const char *text = bh_csv_cell(csv, row, column);
    bool is_whole = *text != '\0' && text[strspn(text, "0123456789")] == '\0';
    errno = 0;
    unsigned long long number = is_whole ? strtoull(text, NULL, 10) : 0;
    if (!is_whole || errno != 0 || number > most)
        return bh_csv_fail(csv, row, column, err, "found `%s`; expected a whole number from 0 to %llu", text,
                           (unsigned long long)most);
    *value = number;
    return 0;
}

int bh_csv_number(const struct bh_csv *csv, size_t row, size_t column, double *value, struct bh_error *err)
{
    const char *text = bh_csv_cell(csv, row, column);
    char *end = NULL;
    double number = strtod(text, &end);
    if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0' || *end != '\0' || !isfinite(number))
        return bh_csv_fail(csv, row, column, err, "found `%s`; expected a number", text);
    *value = number;
    return 0;
}

int bh_csv_choice(const struct bh_csv *csv, size_t row, size_t column, const char *const *known, const char *what,
                  struct bh_error *err)
{
    const char *text = bh_csv_cell(csv, row, column);
    size_t count = 0;
    for (; known[count] != NULL; count++)
        if (strcmp(known[count], text) == 0)
            return (int)count;
    const char *nearest = bh_nearest_name(text, known, count);
    return bh_csv_fail(csv, row, column, err, "found the unknown %s `%s`%s%s%s", what, text,
                       nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}
