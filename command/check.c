/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead check: reads, resolves and explains a scenario without simulating anything. */
#include "command/check.h"

#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/point.h"
#include "command/probe.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    struct bh_options options;
};

static const struct argp_child children[] = {
    {&bh_options_scenario, 0, NULL, 0},
    {&bh_options_json, 0, NULL, 0},
    {&bh_options_point, 0, NULL, 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    (void)text;
    struct arguments *arguments = state->input;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    bh_options_to_children(state, children, &arguments->options);
    return 0;
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "SCENARIO",
    .doc =
        "Explains a scenario: what is simulated, every number with its unit and source, and the rate at which faults "
        "strike each zone of each system. Nothing is simulated.",
    .children = children,
};

static int explain(const struct bh_study *study, const struct arguments *arguments, struct bh_error *err)
{
    size_t *index = bh_point_choose(study, arguments->options.points, arguments->options.points_count, err);
    struct bh_platform_facts facts = {0};
    struct bh_scenario *scenario = NULL;
    struct bh_rate_table *rates = NULL;
    struct bh_number_uses *uses = NULL;
    int status = -1;
    if (index == NULL || (scenario = bh_study_resolve(study, index, -1, err)) == NULL ||
        bh_probe_platform(scenario, &facts, err) != 0 || (rates = bh_rate_table_create(scenario, err)) == NULL)
        goto out;
    uses = bh_number_uses_find(scenario);
    struct bh_check check = {study, index, scenario, &facts, rates, uses};
    if (arguments->options.json) {
        bh_check_print_json(&check, stdout);
    } else {
        bh_check_print_setting(&check, stdout);
        bh_check_print_workload(&check, stdout);
        bh_check_print_compositions(&check, stdout);
        bh_check_print_structure(&check, stdout);
        bh_check_print_memory(&check, stdout);
        bh_check_print_rates(&check, stdout);
        bh_check_print_numbers(&check, stdout);
    }
    status = 0;
out:
    bh_number_uses_destroy(uses);
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
        study = bh_study_read(arguments.options.file, directory, arguments.options.settings,
                              arguments.options.settings_count, &err);
    if (study == NULL || explain(study, &arguments, &err) != 0)
        status = bh_command_fail(&err);
    bh_study_destroy(study);
    free(directory);
    bh_options_free(&arguments.options);
    return status;
}
