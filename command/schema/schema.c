/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead schema`: what files may say, for editors and for people, from the tables that their readers go by. */
#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/schema/parts.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/keys/machine_keys.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/injections/counts.h"
#include "sim/campaign/campaign_keys.h"
#include "sim/scenario/scenario_keys.h"

#include <stdlib.h>
#include <string.h>

static const struct bh_form scenario = BH_MAP(bh_scenario_keys), campaign = BH_MAP(bh_campaign_keys),
                            machine = BH_MAP(bh_machine_keys), posterior = BH_MAP(bh_posterior_keys),
                            injections = BH_MAP(bh_injection_columns);
static const struct bh_keys *const numbers[] = {&bh_number_keys, NULL};

static const struct bh_format formats[] = {
    {"scenario", "scenarios of Bulkhead",
     "A machine, what is done on it, and what strikes; what `bulkhead run` simulates.", &scenario, true, numbers, NULL},
    {"campaign", "campaigns of Bulkhead", "Many points of a scenario; what `bulkhead sweep` runs.", &campaign, false,
     NULL, NULL},
    {"catalog", "the catalog of Bulkhead",
     "The numbers of the models: systems, policies, applications, faults and more. A file NAME.yaml of models/data "
     "holds the "
     "section NAME; systems have a file each.",
     &bh_catalog_form, false, numbers, NULL},
    {"machine", "parametric machines of Bulkhead",
     "A machine of any size, from a page of numbers; what platform.file of a scenario names, if it is no SimGrid "
     "platform.",
     &machine, false, numbers, bh_manual_print_properties},
    {"posterior", "posteriors of Bulkhead",
     "Joint draws of numbers; what `bulkhead fit-injections` writes and a scenario's uncertainty reads.", &posterior,
     false, NULL, NULL},
    {"injections", "tables of Bulkhead's input",
     "Counts of injections, comma-separated, and failure logs are tables: what follows are their columns.", &injections,
     false, NULL, bh_manual_print_logs},
    {0},
};

struct arguments {
    struct bh_options options;
    const struct bh_format *format;
    bool as_manual;
};

static int take_format(void *input, char *word, struct bh_error *err)
{
    struct arguments *arguments = input;
    const char *names[BH_COUNT(formats)];
    unsigned place;
    for (size_t f = 0; f < BH_COUNT(formats); f++)
        names[f] = formats[f].name;
    if (arguments->format != NULL)
        return bh_fail(err, BH_ERROR_INPUT, "found a second format, %s; expected one", word);
    if (bh_options_choice(word, "FORMAT", names, &place, err) != 0)
        return -1;
    arguments->format = &formats[place];
    return 0;
}

static const struct bh_option own_options[] = {
    {"man", 0, NULL, "print the manual page, in roff", 0, BH_TO_FLAG(as_manual)},
    {0},
};

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->as_manual) {
        bh_manual_print(arguments->format, formats, stdout);
        return BH_EXIT_DONE;
    }
    char *data = bh_models_directory(err), *machine_file = NULL;
    struct bh_catalog *catalog = NULL;
    if (data != NULL) /* the machine for the paths of its numbers, which every machine has */
        catalog = bh_catalog_read(data, NULL, NULL,
                                  machine_file = bh_print_text("%s/../../platforms/parametric.yaml", data), err);
    free(machine_file);
    free(data);
    if (catalog == NULL)
        return -1;
    json_t *schema = bh_schema_of(arguments->format, &scenario, catalog);
    BH_BUG_ASSERT(schema != NULL);
    json_dumpf(schema, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(schema);
    bh_catalog_destroy(catalog);
    return BH_EXIT_DONE;
}

static const char *format_name(size_t i)
{
    return formats[i].name;
}

const struct bh_subcommand bh_subcommand_schema = {
    .name = "schema",
    .arguments = "FORMAT",
    .help = "prints what files may say, as a JSON Schema for editors",
    .doc =
        "Prints what files of a format may say, as a JSON Schema: scenario, campaign, catalog, machine, posterior or "
        "injections (with failure logs).\vEditors complete and check with it while one types: save it, and begin files "
        "with a line `# yaml-language-server: $schema=FILE`. Names of the catalog are those of the catalog at hand.",
    .options = (const struct bh_option *const[]){own_options, NULL},
    .operand = {.take = take_format,
                .missing = "no format; expected scenario, campaign, catalog, machine, posterior or injections"},
    .size = sizeof(struct arguments),
    .word = format_name,
    .run = run,
};
