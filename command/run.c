/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead run`: one scenario under each of its policies. */
#include "sim/sweep/run.h"
#include "analysis/reader/view.h"
#include "analysis/tables/json.h"
#include "analysis/tables/summary.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/notes.h"
#include "command/options.h"
#include "sim/results/atomic_file.h"
#include "sim/runs/point.h"
#include "sim/runs/progress.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"
#include "sim/setup/setup.h"

#include <stdio.h>
#include <stdlib.h>

struct arguments {
    struct bh_options options;
    const char *scenario;
};

/* The summary is made from the results file, in memory if none was asked for: what is printed is what is stored. */
static int print(const struct bh_results *results, const char *name, bool as_json, FILE *stream, struct bh_error *err)
{
    struct bh_view *view = bh_view_read_open(bh_results_handle(results), name, err);
    struct bh_summary_options options = {0};
    int status = 0;
    if (view == NULL)
        return -1;
    options.enclave = view->primary;
    if (as_json)
        status = bh_json_print(view, view->primary, stream, err);
    else
        bh_summary_print(view, &options, stream);
    bh_view_destroy(view);
    return status;
}

/* Tells that a line of policies asks for guards that the nodes' operating systems do not let through, and what of a log
 * is not replayed. */
static int note_limits(const struct bh_study *study, struct bh_error *err)
{
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    struct bh_scenario *scenario = bh_study_resolve(study, index, -1, err);
    free(index);
    if (scenario == NULL)
        return -1;
    bh_note_left_out(scenario);
    bh_note_remarks(scenario);
    for (size_t p = 0; p < scenario->policies_count; p++) {
        bool clipped[BH_BOUNDARIES], any = false;
        for (size_t c = 0; c < scenario->partitions.classes_count; c++) {
            const struct bh_guard_level *guard[BH_BOUNDARIES];
            struct bh_node_stack stack = bh_scenario_stack(scenario, p, c, false);
            for (int way = 0; way < 2 * (int)scenario->partitions.class[c].tenants_count; way++)
                if (bh_scenario_guards(&stack, way / 2, way % 2, guard, clipped, NULL) == 0)
                    for (int b = 0; b < BH_BOUNDARIES; b++)
                        any = any || (clipped[b] && bh_boundary_matters(scenario, (enum bh_boundary)b));
            bh_node_stack_free(&stack);
        }
        if (any)
            fprintf(stderr, "bulkhead: the node's operating system clips guards of `%s`; bulkhead check shows which\n",
                    scenario->policies[p].name);
    }
    bh_scenario_destroy(scenario);
    return 0;
}

/* A full disk costs the file, not the tables. */
static void print_from_memory(const struct bh_run *done, bool as_json)
{
    struct bh_results *results = bh_results_create(NULL, NULL);
    if (results != NULL) {
        bh_run_write(done, results);
        print(results, "results", as_json, stdout, NULL);
    }
    bh_results_destroy(results);
}

/* Tells, once for each policy, why it has no exact numbers. */
static void note_not_exact(const struct bh_run *done)
{
    for (size_t p = 0; p < done->campaign->first->policies_count; p++) {
        const char *why = NULL;
        for (size_t s = 0; s < done->campaign->points - done->campaign->uncertain && why == NULL; s++) {
            const struct bh_setup *setup = done->campaign->resolved[s]->setups[p];
            for (size_t c = 0; c < setup->nodes_count && why == NULL; c++)
                why = setup->nodes[c].isolation->why_not;
        }
        if (why != NULL)
            fprintf(stderr, "bulkhead: `%s` has no exact escape ratios: %s\n", done->campaign->first->policies[p].name,
                    why);
    }
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    const struct bh_options *options = &arguments->options;
    struct bh_study *study = NULL;
    struct bh_run *done = NULL;
    struct bh_results *results = NULL;
    int status = -1;
    char *data = bh_models_directory(err);
    if (data == NULL)
        return -1;
    struct bh_progress *progress = bh_progress_start("reading the scenario", 0, !options->quiet);
    study = bh_study_read(arguments->scenario, data, options->settings, options->settings_count, err);
    bh_progress_end(progress);
    if (study == NULL || (options->output != NULL && bh_results_check_path(options->output, err) != 0))
        goto out;
    if (!options->quiet && note_limits(study, err) != 0)
        goto out;
    done = bh_run_study(study, bh_options_jobs(options), !options->quiet, err);
    study = NULL;
    if (done == NULL)
        goto out;
    if (!options->quiet)
        note_not_exact(done);
    results = bh_results_create(options->output, err);
    if (results == NULL)
        goto out;
    progress = bh_progress_start("writing and summing up the results", 0, !options->quiet);
    bh_run_write(done, results);
    bh_progress_end(progress);
    if (bh_results_flush(results, err) != 0)
        print_from_memory(done, options->json);
    else if (print(results, options->output != NULL ? options->output : "results", options->json, stdout, err) == 0)
        status = bh_results_commit(results, err) == 0 ? BH_EXIT_DONE : -1;
out:
    bh_results_destroy(results);
    bh_run_destroy(done);
    bh_study_destroy(study);
    free(data);
    return status;
}

const struct bh_subcommand bh_subcommand_run = {
    .name = "run",
    .arguments = "SCENARIO",
    .help = "simulates a scenario under each of its policies",
    .doc = "Simulates a scenario under each of its policies and prints a summary with 95 % intervals.\vWith -o the "
           "results are kept as HDF5, from which `bulkhead report` makes tables and the figure.",
    .options = (const struct bh_option *const[]){bh_options_scenario, bh_options_engine, bh_options_work,
                                                 bh_options_output, bh_options_json, NULL},
    .operand = {"scenario", offsetof(struct arguments, scenario), "no scenario; try experiments/balance.yaml", NULL},
    .size = sizeof(struct arguments),
    .run = run,
};
