/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead check: reads, resolves and explains a scenario without simulating anything. */
#include "command/check.h"

#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/point.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arguments {
    struct bh_options options;
    const char *file;
    size_t points_count;
    char **points; /* "AXIS=LABEL", borrowed from argv */
};

static const struct argp_child children[] = {
    {&bh_options_scenario, 0, NULL, 0},
    {&bh_options_json, 0, NULL, 0},
    {0},
};

static const struct argp_option own_options[] = {
    {"point", 'p', "AXIS=VALUE", 0, "Explain the point at which AXIS has VALUE (repeatable; default: its first value)",
     1},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        bh_options_to_children(state, children, &arguments->options);
        return 0;
    case 'p':
        if (strchr(text, '=') == NULL)
            argp_error(state, "--point %s: expected AXIS=VALUE, as in nodes=1024", text);
        arguments->points = bh_reallocate(arguments->points, arguments->points_count + 1, sizeof *arguments->points);
        arguments->points[arguments->points_count++] = text;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file != NULL)
            argp_error(state, "found a second file, %s; expected one", text);
        arguments->file = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected the file of a scenario");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = own_options,
    .parser = parse,
    .args_doc = "SCENARIO",
    .doc =
        "Explains a scenario: what is simulated, every number with its unit and source, and the rate at which faults "
        "strike each zone of each system. Nothing is simulated.",
    .children = children,
};

/* Loads the platform in a child and checks that it has what the scenario asks for. */
static int probe(const struct bh_scenario *scenario, struct bh_platform_facts *facts, struct bh_error *err)
{
    int is_temporary = 0;
    char *xml = bh_platform_prepare(scenario->platform_file, scenario->platform_nodes + scenario->spares,
                                    scenario->platform_place, &is_temporary, err);
    if (xml == NULL)
        return -1;
    int status = bh_platform_probe(xml, scenario->platform_place, facts, err);
    if (is_temporary)
        unlink(xml);
    free(xml);
    return status != 0 ? -1 : bh_scenario_check_platform(scenario, facts, err);
}

static int explain(const struct bh_study *study, const struct arguments *arguments, struct bh_error *err)
{
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    struct bh_platform_facts facts = {0};
    struct bh_scenario *scenario = NULL;
    struct bh_rate_table *rates = NULL;
    int status = -1;
    for (size_t i = 0; i < arguments->points_count; i++)
        if (bh_point_choose(study, arguments->points[i], index, err) != 0)
            goto out;
    if ((scenario = bh_study_resolve(study, index, -1, err)) == NULL || probe(scenario, &facts, err) != 0 ||
        (rates = bh_rate_table_create(scenario, err)) == NULL)
        goto out;
    struct bh_check check = {study, index, scenario, &facts, rates};
    if (arguments->options.json) {
        bh_check_print_json(&check, stdout);
    } else {
        bh_check_print_setting(&check, stdout);
        bh_check_print_workload(&check, stdout);
        bh_check_print_compositions(&check, stdout);
        bh_check_print_structure(&check, stdout);
        bh_check_print_rates(&check, stdout);
        bh_check_print_numbers(&check, stdout);
    }
    status = 0;
out:
    bh_rate_table_destroy(rates);
    bh_scenario_destroy(scenario);
    free(index);
    return status;
}

int bh_command_check(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct bh_error err = {0};
    bh_options_parse(&argp, argc, argv, &arguments);
    int status = BH_EXIT_DONE;
    struct bh_study *study = NULL;
    char *directory = bh_models_directory(&err);
    if (directory != NULL)
        study = bh_study_read(arguments.file, directory, arguments.options.settings, arguments.options.settings_count,
                              &err);
    if (study == NULL || explain(study, &arguments, &err) != 0)
        status = bh_command_fail(&err);
    bh_study_destroy(study);
    free(directory);
    free(arguments.points);
    bh_options_free(&arguments.options);
    return status;
}
