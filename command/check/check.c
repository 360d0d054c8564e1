/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead check: reads, resolves and explains a scenario without simulating anything. */
#include "command/check/parts.h"
#include "sim/platform/platform.h"
#include "sim/runs/estimate.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/explain.h"
#include "sim/setup/number_uses.h"

#include "analysis/reader/markup.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/point.h"
#include "sim/runs/estimate_limits.h"
#include "sim/runs/probe.h"
#include "sim/runs/progress.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    struct bh_options options;
    bool wants_events;
};

static const struct bh_option own_options[] = {
    {"events", 0, NULL,
     "Say how many events a month to expect by the zone in which they begin, and what they take down", 0,
     BH_TO_FLAG(wants_events)},
    {0},
};

/* Names and titles of a scenario may hold what would move a terminal's cursor. */
static void print_text(const struct bh_check *check)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    BH_BUG_ASSERT(stream != NULL);
    bh_check_print_setting(check, stream);
    bh_check_print_like(check, stream);
    bh_check_print_estimate(check, stream);
    bh_check_print_remarks(check, stream);
    bh_check_print_workload(check, stream);
    bh_check_print_compositions(check, stream);
    bh_check_print_structure(check, stream);
    bh_check_print_memory(check, stream);
    bh_check_print_rates(check, stream);
    if (check->wants_events)
        bh_check_print_events(check, stream);
    bh_check_print_reach(check, stream);
    bh_check_print_exact(check, stream);
    bh_check_print_trust(check, stream);
    bh_check_print_numbers(check, stream);
    fclose(stream);
    bh_markup_write_lines(stdout, text);
    free(text);
}

static int explain(const struct bh_study *study, const struct arguments *arguments, struct bh_error *err)
{
    size_t *index = bh_point_choose(study, arguments->options.points, arguments->options.points_count, err);
    struct bh_platform_facts facts = {0};
    struct bh_scenario *scenario = NULL;
    struct bh_rate_table *rates = NULL;
    struct bh_estimate_point estimate;
    struct bh_number_uses *uses = NULL;
    int status = -1;
    if (index == NULL || (scenario = bh_study_resolve(study, index, -1, err)) == NULL ||
        bh_probe_platform(scenario, &facts, err) != 0 || (rates = bh_rate_table_create(scenario, err)) == NULL ||
        bh_estimate_at(scenario, &facts, &estimate, err) != 0)
        goto out;
    uses = bh_number_uses_find(scenario, false);
    struct bh_check check = {study, index, scenario, &facts, rates, &estimate, uses, arguments->wants_events};
    if (arguments->options.json)
        bh_check_print_json(&check, stdout);
    else
        print_text(&check);
    /* What `run` refuses is explained, and then refused in its words. */
    if (bh_estimate_check(scenario, &estimate, err) == 0)
        status = bh_estimate_check_run(study, scenario, &estimate, err);
out:
    bh_number_uses_destroy(uses);
    bh_rate_table_destroy(rates);
    bh_scenario_destroy(scenario);
    free(index);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    struct bh_study *study = NULL;
    char *directory = bh_models_directory(err);
    struct bh_progress *progress = bh_progress_start_on_terminal("reading the scenario", 0);
    if (directory != NULL)
        study = bh_study_read(arguments->options.file, directory, arguments->options.settings,
                              arguments->options.settings_count, err);
    bh_progress_end(progress);
    int status = study == NULL ? -1 : explain(study, arguments, err);
    bh_study_destroy(study);
    free(directory);
    return status;
}

const struct bh_subcommand bh_subcommand_check = {
    .name = "check",
    .arguments = "SCENARIO",
    .help = "reads, resolves and explains a scenario: every value, its unit and its source",
    .doc = "Explains a scenario: what is simulated, every number with its unit and source, and the rate at which "
           "faults strike each zone of each system. Nothing is simulated. What run would refuse for its size is "
           "explained all the same; the exit status is then 2.",
    .options =
        (const struct bh_option *const[]){own_options, bh_options_scenario, bh_options_json, bh_options_point, NULL},
    .operand = BH_OPERAND_SCENARIO,
    .size = sizeof(struct arguments),
    .run = run,
};
