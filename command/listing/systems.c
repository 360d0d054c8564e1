/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead systems`: the stacks that there are, and what each offers its users. */
#include "analysis/tables/table.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "models/base/error.h"
#include "models/base/wrap.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON };
static const char *const format_names[] = {"text", "markdown", "json", NULL};

struct arguments {
    struct bh_options options;
    unsigned format;
};

static const struct bh_option own_options[] = {
    {"format", 0, "FORMAT", "text (default), markdown or json", 0, BH_TO_CHOICE(format, format_names)},
    {0},
};

/* The levels, of those that a system offers, behind which it does not offer a thing after all; "" if none. */
static char *withholding(const struct bh_system *system, enum bh_offer offer)
{
    char *levels = bh_copy_text("");
    for (int b = 0; b < BH_BOUNDARIES; b++)
        for (size_t i = 0; i < system->offered_count[b]; i++)
            if (system->offered[b][i]->withholds[offer])
                bh_add_text(&levels, ", ", "%s", system->offered[b][i]->name);
    return levels;
}

static const char *word_of(const struct bh_system *system, enum bh_offer offer)
{
    const struct bh_guard_level *const none[BH_BOUNDARIES] = {NULL};
    const struct bh_component *kernel = system->guest_kernel != NULL ? system->guest_kernel : system->host_kernel;
    switch (bh_system_offers(system, kernel, none, offer)) {
    case BH_OFFERED:
        return "yes";
    case BH_OFFER_NOT_SAID:
        return "not said";
    case BH_OFFER_LACKING:
    case BH_OFFER_KERNEL_LACKS:
    case BH_OFFER_WITHHELD_BY_GUARD:
        break;
    }
    return "no";
}

static void print_table(const struct bh_system *systems, size_t count, enum bh_table_format format)
{
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "system");
    bh_table_column(table, "host's kernel");
    bh_table_column(table, "users' kernel");
    for (int o = 0; o < BH_OFFERS; o++)
        bh_table_column(table, "%s", bh_offer_names[o]);
    for (size_t s = 0; s < count; s++) {
        const struct bh_system *system = &systems[s];
        bh_table_cell(table, "%s", system->name);
        bh_table_cell(table, "%s", system->host_kernel->name);
        bh_table_cell(table, "%s", system->guest_kernel != NULL ? system->guest_kernel->name : "the host's");
        for (int o = 0; o < BH_OFFERS; o++) {
            const char *word = word_of(system, (enum bh_offer)o);
            char *levels = withholding(system, (enum bh_offer)o);
            bool hangs = levels[0] != '\0' && system->offers[o].is_offered;
            bh_table_cell(table, "%s%s%s", word, hangs ? ", not with " : "", hangs ? levels : "");
            free(levels);
        }
    }
    bh_table_print(table, format, stdout);
    bh_table_destroy(table);
    putchar('\n');
}

static void say(enum bh_table_format format, const char *name, const char *text)
{
    if (format == BH_TABLE_MARKDOWN) {
        printf("- `%s`: %s\n", name, text);
        return;
    }
    char *line = bh_print_text("%s: %s", name, text);
    fputs("  ", stdout);
    bh_wrap_write(line, 110, 4, stdout);
    free(line);
}

static void print_sources(const struct bh_system *systems, size_t count, enum bh_table_format format)
{
    for (int o = 0; o < BH_OFFERS; o++)
        say(format, bh_offer_names[o], bh_offer_words[o]);
    for (size_t s = 0; s < count; s++) {
        const struct bh_system *system = &systems[s];
        printf("\n%s%s: %s\n%s", format == BH_TABLE_MARKDOWN ? "## " : "", system->name, system->title,
               format == BH_TABLE_MARKDOWN ? "\n" : "");
        for (int o = 0; o < BH_OFFERS; o++)
            if (system->offers[o].is_said)
                say(format, bh_offer_names[o], system->offers[o].source);
    }
}

static int print_json(const struct bh_system *systems, size_t count, struct bh_error *err)
{
    json_t *list = json_array();
    for (size_t s = 0; s < count; s++) {
        const struct bh_system *system = &systems[s];
        json_t *offers = json_object();
        for (int o = 0; o < BH_OFFERS; o++) {
            char *levels = withholding(system, (enum bh_offer)o);
            json_object_set_new(offers, bh_offer_names[o],
                                json_pack("{s:s, s:s, s:s*}", "answer", word_of(system, (enum bh_offer)o),
                                          "withheld_with", levels, "source", system->offers[o].source));
            free(levels);
        }
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s?, s:o}", "system", system->name, "title",
                                              system->title, "host_kernel", system->host_kernel->name, "guest_kernel",
                                              system->guest_kernel != NULL ? system->guest_kernel->name : NULL,
                                              "offers", offers));
    }
    int status = json_dumpf(list, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(list);
    return status == 0 ? 0 : bh_fail(err, BH_ERROR_SYSTEM, "cannot write JSON");
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *data = bh_models_directory(err);
    struct bh_catalog *catalog = data != NULL ? bh_catalog_read(data, NULL, NULL, NULL, err) : NULL;
    size_t count = 0;
    const struct bh_system *systems = catalog != NULL ? bh_catalog_systems(catalog, &count) : NULL;
    int status = systems != NULL ? 0 : -1;
    if (status == 0 && arguments->format == FORMAT_JSON)
        status = print_json(systems, count, err);
    else if (status == 0) {
        enum bh_table_format format = arguments->format == FORMAT_MARKDOWN ? BH_TABLE_MARKDOWN : BH_TABLE_TEXT;
        print_table(systems, count, format);
        print_sources(systems, count, format);
    }
    bh_catalog_destroy(catalog);
    free(data);
    return status;
}

const struct bh_subcommand bh_subcommand_systems = {
    .name = "systems",
    .arguments = "",
    .help = "the bundled systems, and what each offers its users",
    .doc = "Lists the bundled systems and what each offers its users, with where that is from; `bulkhead advise` can "
           "take only those that offer a thing that is needed.",
    .options = (const struct bh_option *const[]){own_options, NULL},
    .size = sizeof(struct arguments),
    .run = run,
};
