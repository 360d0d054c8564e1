/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead contain: where errors end, by where they begin, without the clock of a whole job. */
#include "command/contain/parts.h"
#include "sim/scenario/scenario.h"

#include "command/command.h"
#include "command/contain/figure.h"
#include "command/data_directory.h"
#include "command/figure_folder.h"
#include "command/options.h"
#include "command/point.h"
#include "models/base/nearest_name.h"
#include "sim/runs/progress.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    struct bh_options options;
    const char *enclave; /* on whose nodes; NULL: the first */
    bool exact, monte_carlo, sensitivity, prices;
    bool figure_only, prism;
    const char *folder; /* for figures; NULL: none */
    uint64_t trials;
    double relative; /* 0: not given */
    enum bh_table_format format;
    size_t policies_count;
    const char **policies; /* borrowed from argv */
};

enum { TRIALS_BY_DEFAULT = 200000 };
static const double relative_least = 0.001;

static int take_relative(void *input, char *text, struct bh_error *err)
{
    struct arguments *arguments = input;
    char *end = NULL;
    arguments->relative = strtod(text, &end);
    if (end != text && *end == '\0' && arguments->relative >= relative_least && arguments->relative <= 1.0)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "--relative: found '%s', expected a number from %g to 1", text, relative_least);
}

static int take_format(void *input, char *text, struct bh_error *err)
{
    struct arguments *arguments = input;
    arguments->prism = strcmp(text, "prism") == 0;
    return arguments->prism ? 0
                            : bh_options_choice(text, "--format", bh_options_table_formats, &arguments->format, err);
}

static int check(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->exact && arguments->monte_carlo)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--exact and --monte-carlo exclude each other; without them both answers are given");
    if (arguments->figure_only && (arguments->folder == NULL || arguments->options.json))
        return bh_fail(err, BH_ERROR_INPUT, "--figure-only needs a folder (-o DIR) and prints no JSON");
    if (arguments->prism && (arguments->monte_carlo || arguments->options.json || arguments->sensitivity ||
                             arguments->prices || arguments->folder != NULL || arguments->relative > 0.0))
        return bh_fail(err, BH_ERROR_INPUT, "--format prism prints the exact chain and nothing else");
    return 0;
}

static const struct bh_option own_options[] = {
    {"exact", 0, NULL, "Give the exact answers alone (default: both, and compare)", 1, BH_TO_FLAG(exact)},
    {"monte-carlo", 0, NULL, "Give the simulated answers alone", 1, BH_TO_FLAG(monte_carlo)},
    {"trials", 0, "N", "Play N errors of each kind in each zone (default: 200000)", 1,
     BH_TO_NUMBER(trials, 1, UINT64_C(1000000000000))},
    {"relative", 0, "SHARE",
     "Seek rare escapes by importance sampling until their 95 % half-width is this share of them, say 0.1", 1,
     BH_BY(take_relative)},
    {"policy", 0, "NAME", "Follow errors under this policy of the scenario (repeatable; default: all)", 1,
     BH_TO_WORDS(policies, policies_count)},
    {"enclave", 0, "NAME", "Follow errors on the nodes of this enclave (default: the first)", 1, BH_TO_WORD(enclave)},
    {"sensitivity", 0, NULL, "Tell which uncertain numbers matter, and the values at which two policies swap places", 1,
     BH_TO_FLAG(sensitivity)},
    {"prices", 0, NULL, "Tell what each step of protection costs and buys, system by system", 1, BH_TO_FLAG(prices)},
    {"output", 'o', "DIR", "Put figures there; made if it is not there (default: no figures)", 3, BH_TO_WORD(folder)},
    {"figure-only", 0, NULL, "Figures only", 3, BH_TO_FLAG(figure_only)},
    {"format", 0, "FORMAT",
     "Print tables as text, markdown or latex, or the exact chain of one policy for PRISM: prism", 3,
     BH_BY(take_format)},
    {0},
};

static int print(const struct bh_contain *contain, const struct arguments *arguments, struct bh_error *err)
{
    if (arguments->prism)
        return bh_contain_print_prism(contain, stdout, err);
    if (arguments->options.json)
        bh_contain_print_json(contain, stdout);
    else
        bh_contain_print_tables(contain, arguments->format, stdout);
    if (arguments->relative > 0.0 && !arguments->options.json)
        bh_contain_print_rare(contain, arguments->format, stdout);
    if (contain->prices != NULL && !arguments->options.json)
        bh_contain_print_prices(contain->prices, arguments->format, stdout);
    if (arguments->sensitivity && !arguments->options.json)
        bh_contain_print_sensitivity(contain, arguments->format, stdout);
    return 0;
}

/* On whose nodes: the primary's unless said; the number of enclaves, with an error, if there is none of that name. */
static size_t choose_enclave(const struct bh_scenario *scenario, const char *name, struct bh_error *err)
{
    const char **names = bh_allocate(scenario->enclaves_count, sizeof *names);
    size_t found = scenario->enclaves_count;
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        names[e] = scenario->enclaves[e].name;
        if (name == NULL ? e == scenario->primary : strcmp(names[e], name) == 0)
            found = e;
    }
    if (found == scenario->enclaves_count) {
        const char *nearest = bh_nearest_name(name, names, scenario->enclaves_count);
        bh_fail(err, BH_ERROR_INPUT, "--enclave: %s has no enclave `%s`%s%s%s", scenario->file, name,
                nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
    }
    free(names);
    return found;
}

static int choose(struct bh_contain_wish *wish, const struct bh_scenario *scenario, const struct arguments *arguments,
                  struct bh_error *err)
{
    wish->enclave = choose_enclave(scenario, arguments->enclave, err);
    if (wish->enclave == scenario->enclaves_count)
        return -1;
    for (; wish->policies_count < arguments->policies_count; wish->policies_count++) {
        const char *name = arguments->policies[wish->policies_count];
        if ((wish->policies[wish->policies_count] = bh_policy_choose(scenario, "--policy", name, err)) == NULL)
            return -1;
    }
    return 0;
}

static int follow(const struct bh_study *study, const struct arguments *arguments, struct bh_error *err)
{
    size_t *index = bh_point_choose(study, arguments->options.points, arguments->options.points_count, err);
    struct bh_scenario *scenario = NULL;
    struct bh_contain *contain = NULL;
    const struct bh_policy_spec **specs = bh_allocate(arguments->policies_count + 1, sizeof *specs);
    int status = -1;
    if (index == NULL || (scenario = bh_study_resolve(study, index, -1, err)) == NULL)
        goto out;
    struct bh_contain_wish wish = {
        .exact = arguments->exact || !arguments->monte_carlo,
        .monte_carlo = arguments->monte_carlo || !(arguments->exact || arguments->prism),
        .sensitivity = arguments->sensitivity,
        .prices = arguments->prices,
        .trials = {scenario->seed, arguments->trials, bh_options_jobs(&arguments->options)},
        .relative = arguments->relative,
        .shows_progress = !arguments->options.quiet,
        .policies = specs,
    };
    if (choose(&wish, scenario, arguments, err) != 0 || (contain = bh_contain_create(scenario, &wish, err)) == NULL)
        goto out;
    status = arguments->figure_only ? 0 : print(contain, arguments, err);
    if (status == 0 && arguments->folder != NULL) {
        fflush(stdout); /* tables come first, whatever becomes of the figures */
        struct bh_progress *progress = bh_progress_start("drawing figures", 0, !arguments->options.quiet);
        status = bh_contain_draw(contain, arguments->folder, err);
        bh_progress_end(progress);
    }
    if (status == 0 && bh_contain_disagrees(contain))
        status =
            bh_fail(err, BH_ERROR_NUMERIC,
                    "warning: simulated and exact answers differ by more than chance allows: level %.2g for %s, of "
                    "%zu outcomes compared",
                    contain->agreement.least_level, contain->agreement.worst, contain->agreement.outcomes);
out:
    bh_contain_destroy(contain);
    free(specs);
    bh_scenario_destroy(scenario);
    free(index);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    struct arguments *arguments = input;
    struct bh_study *study = NULL;
    char *directory = bh_models_directory(err);
    struct bh_progress *progress = bh_progress_start("reading the scenario", 0, !arguments->options.quiet);
    if (directory != NULL && (arguments->folder == NULL || bh_figure_folder_check(arguments->folder, err) == 0))
        study = bh_study_read(arguments->options.file, directory, arguments->options.settings,
                              arguments->options.settings_count, err);
    bh_progress_end(progress);
    int status = study == NULL ? -1 : follow(study, arguments, err);
    bh_study_destroy(study);
    free(directory);
    free(arguments->policies);
    return status;
}

static const struct arguments defaults = {.trials = TRIALS_BY_DEFAULT};

const struct bh_subcommand bh_subcommand_contain = {
    .name = "contain",
    .arguments = "SCENARIO",
    .help = "where errors end, zone by zone: exactly, and by Monte Carlo",
    .doc = "Follows single errors from every zone of a node to their end, under each policy of a scenario: how far "
           "they reach, what they escape from, whether they stay silent, and how long they live. Answers come from the "
           "exact chain and from Monte Carlo, which must agree.\vExits with 1 if they do not.",
    .options = (const struct bh_option *const[]){own_options, bh_options_scenario, bh_options_work, bh_options_json,
                                                 bh_options_point, NULL},
    .operand = BH_OPERAND_SCENARIO,
    .check = check,
    .size = sizeof(struct arguments),
    .defaults = &defaults,
    .run = run,
};
