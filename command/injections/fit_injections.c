/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead fit-injections: what counts of real injections say about the numbers of the model, and how many it takes. */
#include "command/injections/parts.h"
#include "models/base/nearest_name.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/document/csv.h"
#include "models/document/document_read.h"
#include "sim/scenario/scenario.h"

#include "command/command.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "command/point.h"
#include "models/document/document.h"
#include "sim/runs/progress.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arguments {
    struct bh_options options;
    const char *file, *yaml, *policy, *policies, *outcome;
    uint64_t guests, processes, draws;
    double level, power;
    enum bh_table_format format;
    bool plan;
};

enum { LEAST_SWEEPS = 1000, MOST_SWEEPS = 16000 };
/* A node of the model holds so many zones at most; what is larger is refused there with its numbers. */
enum { MOST_OF_A_KIND = 256, MOST_DRAWS = 1000, DRAWS_BY_DEFAULT = 200 };

static void fill(uint64_t *count, uint64_t value)
{
    *count = *count > 0 ? *count : value;
}

/* What was not said is nothing before that. */
static int check(void *input, struct bh_error *err)
{
    struct arguments *arguments = input;
    bool fits = arguments->guests > 0 || arguments->processes > 0 || arguments->draws > 0 ||
                arguments->policy != NULL || arguments->yaml != NULL;
    bool plans = arguments->policies != NULL || arguments->outcome != NULL || arguments->level > 0.0 ||
                 arguments->power > 0.0 || arguments->options.points_count > 0;
    if (arguments->plan && fits)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--guests, --processes, --policy, --draws and --yaml go with counts, not with --plan");
    if (!arguments->plan && plans)
        return bh_fail(err, BH_ERROR_INPUT, "--policies, --outcome, --level, --power and --point go with --plan");
    if (arguments->plan && arguments->policies == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "--plan: expected --policies A,B");
    fill(&arguments->guests, 1);
    fill(&arguments->processes, 1);
    fill(&arguments->draws, DRAWS_BY_DEFAULT);
    arguments->outcome = arguments->outcome != NULL ? arguments->outcome : "escape";
    arguments->level = arguments->level > 0.0 ? arguments->level : 0.05;
    arguments->power = arguments->power > 0.0 ? arguments->power : 0.9;
    return 0;
}

static const struct bh_option own_options[] = {
    {"guests", 0, "N", "Errors were injected on a node of N guests (default: 1)", 1,
     BH_TO_NUMBER(guests, 1, MOST_OF_A_KIND)},
    {"processes", 0, "N", "Each guest ran N processes (default: 1)", 1, BH_TO_NUMBER(processes, 1, MOST_OF_A_KIND)},
    {"policy", 0, "NAME",
     "They were injected under this policy of the catalog, where the file has no column `policy` (default: "
     "protection-first; native without guests)",
     1, BH_TO_WORD(policy)},
    {"draws", 0, "N", "Keep N draws of the posterior for scenarios (default: 200)", 1,
     BH_TO_NUMBER(draws, 1, MOST_DRAWS)},
    {"yaml", 0, "FILE", "Write the posterior to FILE, which a scenario takes in as its uncertainty", 1,
     BH_TO_WORD(yaml)},
    {"plan", 0, NULL, "The file is a scenario: tell how many injections would tell two of its policies apart", 2,
     BH_TO_FLAG(plan)},
    {"policies", 0, "A,B", "Plan for these two policies of the scenario", 2, BH_TO_WORD(policies)},
    {"outcome", 0, "NAME",
     "Plan for telling them apart by masked, sdc, failed-process ... failed-system, or escape: any failure of the node "
     "or more (default)",
     2, BH_TO_WORD(outcome)},
    {"level", 0, "X", "Plan for a test at this level, two-sided (default: 0.05)", 2, BH_TO_SHARE(level)},
    {"power", 0, "X", "Plan for finding the difference with this probability (default: 0.9)", 2, BH_TO_SHARE(power)},
    {"point", 'p', "AXIS=VALUE", "Plan at the point at which AXIS has VALUE (repeatable; default: its first value)", 2,
     BH_BY(bh_options_add_point)},
    {"format", 0, "FORMAT", "Print tables as text, markdown or latex", 3,
     BH_TO_CHOICE(format, bh_options_table_formats)},
    {0},
};

/* --- Fitting --------------------------------------------------------------------------------------------------------- */

static void show_progress(void *context, size_t sweeps)
{
    size_t total = LEAST_SWEEPS;
    while (total <= sweeps)
        total *= 2;
    bh_progress_set(context, sweeps, total);
}

/* Settings of models alone mean something to counts. Dotted paths to values, as the catalog takes them. */
static int read_overrides(const struct arguments *arguments, struct bh_document **overrides, uint64_t *seed,
                          struct bh_error *err)
{
    char *text = bh_copy_text("{");
    int status = 0;
    for (size_t i = 0; i < arguments->options.settings_count && status == 0; i++) {
        const struct bh_setting *setting = &arguments->options.settings[i];
        if (strcmp(setting->path, "seed") == 0) {
            *seed = strtoull(setting->value, NULL, 10);
            continue;
        }
        if (strncmp(setting->path, "models.", strlen("models.")) != 0) {
            status = bh_fail(err, BH_ERROR_INPUT,
                             "%s=%s: counts are fitted without a scenario; expected a path that begins with models.",
                             setting->path, setting->value);
            break;
        }
        bh_add_text(&text, text[1] != '\0' ? ", " : "", "\"%s\": %s", setting->path + strlen("models."),
                    setting->value);
    }
    char *whole = bh_print_text("%s}", text);
    if (status == 0 && (*overrides = bh_document_parse(whole, strlen(whole), "--set", err)) == NULL)
        status = -1;
    free(whole);
    free(text);
    return status;
}

static int fit_counts(struct bh_fit_injections *fit, const struct arguments *arguments, struct bh_error *err)
{
    const struct bh_policy *policy = NULL;
    if (arguments->policy != NULL && (policy = bh_catalog_policy(fit->catalog, arguments->policy,
                                                                 (struct bh_place){.file = "--policy"}, err)) == NULL)
        return -1;
    if (bh_injections_read(fit->catalog, fit->csv, &fit->testbed, policy, &fit->injections, err) != 0)
        return -1;
    struct bh_progress *progress = bh_progress_start("sweeps", LEAST_SWEEPS, !arguments->options.quiet);
    struct bh_injection_sampling sampling = {.seed = fit->seed,
                                             .least_sweeps = LEAST_SWEEPS,
                                             .most_sweeps = MOST_SWEEPS,
                                             .draws = arguments->draws,
                                             .threads = bh_options_jobs(&arguments->options),
                                             .progress = show_progress,
                                             .context = progress};
    int status = bh_injections_fit(fit->catalog, &fit->injections, &sampling, &fit->posterior, err);
    bh_progress_end(progress);
    if (status != 0)
        return -1;
    const char *slash = strrchr(arguments->file, '/');
    fit->source =
        bh_print_text("posterior from %s (XXH3 %016" PRIx64 ", %" PRIu64 " trials)",
                      slash == NULL ? arguments->file : slash + 1, bh_csv_identity(fit->csv), fit->injections.trials);
    if (arguments->yaml != NULL && bh_fit_injections_write_yaml(fit, arguments->yaml, err) != 0)
        return -1;
    if (arguments->options.json)
        bh_fit_injections_print_json(fit, stdout);
    else
        bh_fit_injections_print(fit, arguments->format, stdout);
    return 0;
}

static int fit_file(const struct arguments *arguments, const char *directory, struct bh_error *err)
{
    struct bh_fit_injections fit = {.testbed = {arguments->guests, arguments->processes, "mpi-bulk-synchronous"},
                                    .seed = 1};
    struct bh_document *overrides = NULL;
    struct bh_catalog *catalog = NULL;
    struct bh_csv *csv = bh_csv_read(arguments->file, err);
    int status = -1;
    if (csv != NULL && read_overrides(arguments, &overrides, &fit.seed, err) == 0 &&
        (catalog = bh_catalog_read(directory, bh_document_root(overrides), NULL, NULL, err)) != NULL) {
        fit.csv = csv;
        fit.catalog = catalog;
        status = fit_counts(&fit, arguments, err);
    }
    bh_injection_posterior_free(&fit.posterior);
    bh_injections_free(&fit.injections);
    free(fit.source);
    bh_catalog_destroy(catalog);
    bh_document_destroy(overrides);
    bh_csv_destroy(csv);
    return status;
}

/* --- Planning -------------------------------------------------------------------------------------------------------- */

static int read_plan(const struct arguments *arguments, const struct bh_scenario *scenario,
                     struct bh_injection_plan *plan, struct bh_error *err)
{
    const char *comma = strchr(arguments->policies, ',');
    if (comma == NULL || strchr(comma + 1, ',') != NULL)
        return bh_fail(err, BH_ERROR_INPUT, "--policies: found `%s`; expected two policies, as in 'A,B'",
                       arguments->policies);
    char *first = bh_print_text("%.*s", (int)(comma - arguments->policies), arguments->policies);
    plan->policy[0] = bh_policy_choose(scenario, "--policies", first, err);
    free(first);
    if (plan->policy[0] == NULL || (plan->policy[1] = bh_policy_choose(scenario, "--policies", comma + 1, err)) == NULL)
        return -1;
    if (plan->policy[0] == plan->policy[1])
        return bh_fail(err, BH_ERROR_INPUT, "--policies: found `%s` twice; expected two policies", comma + 1);
    const char *names[BH_SEEN + 1];
    memcpy(names, bh_seen_names, sizeof bh_seen_names);
    names[BH_SEEN] = "escape";
    for (int s = 0; s <= BH_SEEN; s++)
        if (strcmp(names[s], arguments->outcome) == 0) {
            plan->outcome = s;
            return 0;
        }
    const char *nearest = bh_nearest_name(arguments->outcome, names, BH_SEEN + 1);
    return bh_fail(err, BH_ERROR_INPUT, "--outcome: found `%s`; expected escape, masked, sdc or failed-process%s%s%s",
                   arguments->outcome, nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

static int plan_scenario(const struct arguments *arguments, const char *directory, struct bh_error *err)
{
    struct bh_injection_plan plan = {.level = arguments->level, .power = arguments->power};
    struct bh_scenario *scenario = NULL;
    struct bh_study *study =
        bh_study_read(arguments->file, directory, arguments->options.settings, arguments->options.settings_count, err);
    size_t *index = NULL;
    int status = -1;
    if (study != NULL)
        index = bh_point_choose(study, arguments->options.points, arguments->options.points_count, err);
    if (index != NULL && (scenario = bh_study_resolve(study, index, -1, err)) != NULL)
        status = read_plan(arguments, scenario, &plan, err);
    if (status == 0)
        status = bh_injection_plan_print(scenario, &plan, arguments->options.json, arguments->format, stdout, err);
    bh_scenario_destroy(scenario);
    free(index);
    bh_study_destroy(study);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *directory = bh_models_directory(err);
    int status = -1;
    if (directory != NULL)
        status = arguments->plan ? plan_scenario(arguments, directory, err) : fit_file(arguments, directory, err);
    free(directory);
    return status;
}

const struct bh_subcommand bh_subcommand_fit_injections = {
    .name = "fit-injections",
    .arguments = "COUNTS.csv",
    .help = "what counts of fault injections say about the model; --plan: how many it takes",
    .operands = "COUNTS.csv\n--plan SCENARIO --policies A,B",
    .doc = "Turns counts of fault-injection experiments into distributions of the model's numbers, which scenarios "
           "carry as uncertainty; or tells how many injections would tell two policies apart.\vColumns of COUNTS.csv, "
           "in any order: system, zone, kind, trials, masked, and as far as there are any failed-process, "
           "failed-guest, failed-node, failed-enclave, failed-composition, failed-system, sdc, hangs, policy. Every "
           "trial is masked, a failure of some extent, or sdc; hangs are those of the failures that began as one.",
    .options =
        (const struct bh_option *const[]){own_options, bh_options_scenario, bh_options_work, bh_options_json, NULL},
    .operand = {"file", offsetof(struct arguments, file), "expected a file of counts, or --plan and a scenario", NULL},
    .check = check,
    .size = sizeof(struct arguments),
    .run = run,
};
