/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The shared options: settings of the scenario, workers, output. */
#include "command/options.h"

#include "models/base/error.h"
#include "models/logs/reading.h"
#include "sim/scenario/scenario.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_JOBS = 4096 };

static void add_setting(struct bh_options *options, const char *path, const char *value)
{
    options->settings = bh_reallocate(options->settings, options->settings_count + 1, sizeof *options->settings);
    options->settings[options->settings_count++] =
        (struct bh_setting){.path = bh_copy_text(path), .value = bh_copy_text(value)};
}

int bh_options_quantity(const char *text, const char *option, enum bh_dimension dimension, double *value,
                        struct bh_error *err)
{
    struct bh_error own = {0};
    if (bh_quantity_parse(text, NULL, dimension, value, &own) == 0)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "%s: %s", option, own.text);
}

const char *const bh_options_intervals[] = {"student", "bca", NULL};
const char *const bh_options_table_formats[] = {"text", "markdown", "latex", NULL};

int bh_options_add_point(void *arguments, char *text, struct bh_error *err)
{
    struct bh_options *options = arguments;
    if (strchr(text, '=') == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "--point %s: expected AXIS=VALUE, as in nodes=1024", text);
    bh_options_append(&options->points, &options->points_count, text);
    return 0;
}

static int take_setting(void *arguments, char *text, struct bh_error *err)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0')
        return bh_fail(err, BH_ERROR_INPUT, "--set: found '%s', expected PATH=VALUE, as in workload.spares=0", text);
    char *path = bh_print_text("%.*s", (int)(equals - text), text);
    add_setting(arguments, path, equals + 1);
    free(path);
    return 0;
}

static int take_replicas(void *arguments, char *text, struct bh_error *err)
{
    uint64_t count;
    add_setting(arguments, "replicas", text);
    return bh_options_count(text, "--replicas", 1, BH_REPLICAS_MOST, &count, err);
}

static int take_seed(void *arguments, char *text, struct bh_error *err)
{
    uint64_t seed;
    add_setting(arguments, "seed", text);
    return bh_options_count(text, "--seed", 0, UINT64_MAX, &seed, err);
}

/* Whoever reads the scenario knows which there are. */
static int take_engine(void *arguments, char *text, struct bh_error *err)
{
    (void)err;
    add_setting(arguments, "engine", text);
    return 0;
}

static int take_output(void *arguments, char *text, struct bh_error *err)
{
    struct bh_options *options = arguments;
    options->output = text;
    return text[0] != '\0' ? 0 : bh_fail(err, BH_ERROR_INPUT, "--output: expected the name of a file");
}

/* The rows below are of these. */
struct arguments {
    struct bh_options options;
};

const struct bh_option bh_options_scenario[] = {
    {"set", 0, "PATH=VALUE", "Set a value of the scenario, say workload.spares=0 (repeatable)", 1, BH_BY(take_setting)},
    {"replicas", 0, "N", "Simulate N replicas of each policy", 1, BH_BY(take_replicas)},
    {"seed", 0, "N", "Draw random numbers from seed N", 1, BH_BY(take_seed)},
    {0},
};
const struct bh_option bh_options_work[] = {
    {"jobs", 'j', "N", "Work in N processes (default: one per core)", 2, BH_TO_NUMBER(options.jobs, 1, MOST_JOBS)},
    {"quiet", 'q', NULL, "Show neither progress nor remarks, only results and what is wrong", 2,
     BH_TO_FLAG(options.quiet)},
    {0},
};
const struct bh_option bh_options_engine[] = {
    {"engine", 0, "NAME", "Time what happens by a calendar (the default) or, to compare, all on simgrid", 1,
     BH_BY(take_engine)},
    {0},
};
const struct bh_option bh_options_output[] = {
    {"output", 'o', "FILE", "Write to FILE", 3, BH_BY(take_output)},
    {0},
};
const struct bh_option bh_options_json[] = {
    {"json", 0, NULL, "Print one JSON object instead of a table", 3, BH_TO_FLAG(options.json)},
    {0},
};
const struct bh_option bh_options_point[] = {
    {"point", 'p', "AXIS=VALUE", "Take the point at which AXIS has VALUE (repeatable; default: its first value)", 1,
     BH_BY(bh_options_add_point)},
    {0},
};

unsigned bh_options_jobs(const struct bh_options *options)
{
    if (options->jobs > 0)
        return (unsigned)options->jobs;
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&cores);
}

void bh_options_free(struct bh_options *options)
{
    bh_log_reading_destroy(options->reading);
    for (size_t i = 0; i < options->settings_count; i++) {
        free((char *)options->settings[i].path);
        free((char *)options->settings[i].value);
    }
    free(options->settings);
    free(options->points);
    *options = (struct bh_options){0};
}
