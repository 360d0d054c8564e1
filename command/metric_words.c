/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers and paragraphs of advice. */
#include "command/metric_words.h"

#include "analysis/tables/table.h"
#include "models/base/error.h"
#include "models/base/wrap.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 110 };

char *bh_advise_name(const struct bh_criterion *criterion)
{
    char *name = bh_copy_text(criterion->name);
    for (char *c = name; *c != '\0'; c++)
        *c = *c == '-' || *c == '_' ? ' ' : *c;
    return name;
}

char *bh_advise_value(const struct bh_criterion *criterion, double value)
{
    char text[BH_NUMBER_SIZE];
    if (isnan(value))
        return bh_copy_text("-");
    if (criterion->is_share)
        return bh_copy_text(bh_number_percent(value, text));
    if (strcmp(criterion->unit, "s") == 0)
        return bh_copy_text(bh_number_time(value, text));
    bh_number_plain(value, text);
    return bh_print_text("%s%s%s", text, strcmp(criterion->unit, "1") == 0 ? "" : " ",
                         strcmp(criterion->unit, "1") == 0 ? "" : criterion->unit);
}

char *bh_advise_difference(const struct bh_criterion *criterion, double value)
{
    char text[BH_NUMBER_SIZE];
    if (!criterion->is_share || isnan(value))
        return bh_advise_value(criterion, value);
    bh_number_percent(value, text);
    text[strcspn(text, "%")] = '\0';
    return bh_print_text("%spoints", text);
}

char *bh_advise_interval(const struct bh_criterion *criterion, struct bh_estimate estimate, bool is_difference)
{
    char *(*const say)(const struct bh_criterion *, double) = is_difference ? bh_advise_difference : bh_advise_value;
    char *mean = say(criterion, estimate.mean);
    if (isnan(estimate.low) || isnan(estimate.high) || (criterion->is_exact && estimate.low == estimate.high))
        return mean;
    char *low = say(criterion, estimate.low), *high = say(criterion, estimate.high);
    /* The unit of shares stands once. */
    char *text = criterion->is_share ? bh_print_text("%s [%.*s, %.*s]", mean, (int)strcspn(low, " "), low,
                                                     (int)strcspn(high, " "), high)
                                     : bh_print_text("%s [%s, %s]", mean, low, high);
    free(mean);
    free(low);
    free(high);
    return text;
}

void bh_advise_say(enum bh_table_format format, const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    char *own = bh_print_text_v(text, arguments), *safe = bh_markup(own, format);
    va_end(arguments);
    if (format == BH_TABLE_LATEX)
        fputs("% ", stdout);
    bh_wrap_write(safe, format == BH_TABLE_TEXT ? COLUMNS : INT_MAX, 0, stdout);
    if (format != BH_TABLE_TEXT)
        putchar('\n');
    free(safe);
    free(own);
}

void bh_advise_heading(enum bh_table_format format, const char *text)
{
    fputs(format == BH_TABLE_TEXT ? "\n" : format == BH_TABLE_LATEX ? "\n% " : "\n### ", stdout);
    bh_markup_write(stdout, text, format);
    printf("\n\n");
}
