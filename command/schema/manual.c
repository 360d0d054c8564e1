/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A format's manual page: a section for each of its tables, in the order in which they lead to each other. */
#include "command/manual_page.h"
#include "command/schema/parts.h"
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/logs/columns.h"
#include "models/times/distribution.h"
#include "models/times/distribution_types.h"
#include "sim/platform/platform_properties.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_MOST = 200, UNITS_MOST = 32 };

struct tables {
    const struct bh_keys *keys[TABLES_MOST];
    size_t count;
};

static void gather(struct tables *tables, const struct bh_form *form);

static void gather_rows(struct tables *tables, const struct bh_keys *keys)
{
    for (size_t i = 0; i < tables->count; i++)
        if (tables->keys[i] == keys)
            return;
    BH_BUG_ASSERT(tables->count < TABLES_MOST);
    tables->keys[tables->count++] = keys;
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++)
        gather(tables, &row->form);
}

static void gather(struct tables *tables, const struct bh_form *form)
{
    if (form->keys != NULL)
        gather_rows(tables, form->keys);
    if (form->of != NULL)
        gather(tables, form->of);
    for (size_t i = 0; form->any != NULL && form->any[i] != NULL; i++)
        gather(tables, form->any[i]);
}

static void print_rule(const struct bh_key_rule *rule, FILE *stream)
{
    char *text = bh_rule_words(rule);
    fputs(".br\n", stream);
    bh_manual_page_text(text, stream);
    fputc('\n', stream);
    free(text);
}

static void print_table(const struct bh_keys *keys, FILE *stream)
{
    char *name = bh_schema_name(keys);
    bool has_like = bh_keys_find(keys, "like") != NULL;
    fprintf(stream, ".SS %s\n", name);
    bh_manual_page_text(keys->meaning, stream);
    fputc('\n', stream);
    free(name);
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++) {
        char *form = bh_form_words(&row->form);
        fputs(".TP\n.B ", stream);
        bh_manual_page_text(row->name, stream);
        fputc('\n', stream);
        if (islower((unsigned char)*form))
            *form = (char)toupper((unsigned char)*form);
        bh_manual_page_text(form, stream);
        fputs(row->usual == NULL ? "; needed" : "", stream);
        if (row->usual != NULL && *row->usual != '\0') {
            fputs("; if absent: ", stream);
            bh_manual_page_text(row->usual, stream);
        }
        fputs(".\n", stream);
        if (has_like && bh_key_is_own(row->name))
            fputs("Its own; \\fBlike\\fR does not take it over. ", stream);
        bh_manual_page_text(row->meaning, stream);
        fputc('\n', stream);
        free(form);
    }
    if (keys->rules != NULL)
        fputs(".PP\n", stream);
    for (const struct bh_key_rule *rule = keys->rules; rule != NULL && rule->one != NULL; rule++)
        print_rule(rule, stream);
}

static void print_units(FILE *stream)
{
    static const enum bh_dimension dimensions[] = {BH_DIMENSION_TIME,  BH_DIMENSION_RATE,
                                                   BH_DIMENSION_BYTES, BH_DIMENSION_BANDWIDTH,
                                                   BH_DIMENSION_SPEED, BH_DIMENSION_PROBABILITY};
    fputs(".SH UNITS\nA number and its unit are one value: \\fB24 h\\fR, \\fB16 GiB\\fR, \\fB5 %\\fR.\n", stream);
    for (size_t d = 0; d < BH_COUNT(dimensions); d++) {
        const char *units[UNITS_MOST];
        size_t count = bh_dimension_units(dimensions[d], units, UNITS_MOST);
        fprintf(stream, ".TP\n.B %s\n", bh_dimension_name(dimensions[d]));
        for (size_t u = 0; u < count; u++)
            fprintf(stream, "%s%s", u > 0 ? ", " : "", units[u]);
        fputs(bh_dimension_has_unit(dimensions[d]) ? ".\n" : ", or without a unit.\n", stream);
    }
}

/* The units of the two numbers stand in their dimensions. */
static void print_distributions(FILE *stream)
{
    fputs(".SH DISTRIBUTIONS\n{NAME: {NUMBER: ..., NUMBER: ...}}, each a number of the catalog; those with parts take "
          "a list of "
          "such maps.\n",
          stream);
    for (size_t i = 0; bh_distribution_types[i] != NULL; i++) {
        const struct bh_distribution_type *type = bh_distribution_types[i];
        fprintf(stream, ".TP\n.B %s\n\\fB%s\\fR, %s", type->name, type->a_key, bh_dimension_noun(type->a_dimension));
        if (type->b_key != NULL)
            fprintf(stream, "; \\fB%s\\fR, %s", type->b_key, bh_dimension_noun(type->b_dimension));
        fputs(type->has_parts ? "; in parts.\n" : ".\n", stream);
    }
}

static bool has_timing(const struct bh_form *form)
{
    bool any = form->kind == BH_FORM_TIMING;
    for (size_t i = 0; form->any != NULL && form->any[i] != NULL; i++)
        any = any || has_timing(form->any[i]);
    return any;
}

void bh_manual_print_logs(FILE *stream)
{
    fputs(".SH FAILURE LOGS\nA table with a line per failure, below a line of names; or an event_trace of the Failure "
          "Trace "
          "Archive. Columns are known by these names, in any letters, with a unit behind if there is one (\\fBdowntime "
          "(min)\\fR); others by \\fBbulkhead fit \\-\\-column\\fR. See doc/failure\\-logs.md.\n",
          stream);
    for (enum bh_log_role role = 0; role < BH_LOG_ROLES; role++) {
        const char *const *words = bh_log_role_words(role);
        fprintf(stream, ".TP\n.B %s\n", bh_log_role_names[role]);
        for (size_t w = 0; words[w] != NULL; w++)
            fprintf(stream, "%s%s", w > 0 ? ", " : "", words[w]);
        fputs(".\n", stream);
    }
}

void bh_manual_print_properties(FILE *stream)
{
    fputs(".SH SIMGRID PLATFORMS\nAny platform of SimGrid (.xml) will do. Hosts may have these properties, <prop "
          "id=\"NAME\" "
          "value=\"VALUE\"/>:\n",
          stream);
    for (const struct bh_platform_property *property = bh_platform_properties; property->name != NULL; property++) {
        fprintf(stream, ".TP\n.B %s\nIf absent: %s. ", property->name, property->usual);
        bh_manual_page_text(property->meaning, stream);
        fputc('\n', stream);
    }
}

void bh_manual_print(const struct bh_format *format, const struct bh_format *all, FILE *stream)
{
    struct tables tables = {.count = 0};
    bool timing = false;
    fputs(".\\\" Copyright (c) 2026 The Bulkhead authors.\n.\\\" SPDX-License-Identifier: Apache-2.0\n", stream);
    fprintf(stream, ".TH BULKHEAD-%s 5 \"\" \"Bulkhead\" \"File Formats\"\n.SH NAME\nbulkhead-%s \\- %s\n",
            format->name, format->name, format->title);
    fputs(".SH DESCRIPTION\n", stream);
    bh_manual_page_text(format->about, stream);
    fputs("\n.PP\nWhat is not named here is refused. \\fBbulkhead schema", stream);
    fprintf(stream, " %s\\fR prints a JSON Schema of such files, with which editors complete and check.\n",
            format->name);
    gather(&tables, format->form);
    for (size_t i = 0; format->others != NULL && format->others[i] != NULL; i++)
        gather_rows(&tables, format->others[i]);
    fputs(".SH KEYS\n", stream);
    for (size_t i = 0; i < tables.count; i++) {
        print_table(tables.keys[i], stream);
        for (const struct bh_key *row = tables.keys[i]->rows; row->name != NULL; row++)
            timing = timing || has_timing(&row->form);
    }
    print_units(stream);
    if (timing)
        print_distributions(stream);
    if (format->more != NULL)
        format->more(stream);
    fputs(".SH SEE ALSO\n.BR bulkhead (1)", stream);
    for (const struct bh_format *other = all; other->name != NULL; other++)
        if (other != format)
            fprintf(stream, ",\n.BR bulkhead-%s (5)", other->name);
    fputc('\n', stream);
}
