/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The shared options: settings of the scenario, workers, output. */
#include "command/options.h"

#include "command/command.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/logs/reading.h"
#include "sim/scenario/scenario.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* Options without a short form; beyond the characters. */
enum option_key { KEY_SET = 0x100, KEY_REPLICAS, KEY_SEED, KEY_JSON, KEY_ENGINE };

enum { MOST_JOBS = 4096 };

static void add_setting(struct bh_options *options, const char *path, const char *value)
{
    options->settings = bh_reallocate(options->settings, options->settings_count + 1, sizeof *options->settings);
    options->settings[options->settings_count++] =
        (struct bh_setting){.path = bh_copy_text(path), .value = bh_copy_text(value)};
}

uint64_t bh_options_count(const char *text, const char *option, uint64_t least, uint64_t most, struct argp_state *state)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    if (!is_number || value < least || value > most)
        argp_error(state, "%s: found '%s', expected a whole number from %llu to %llu", option, text,
                   (unsigned long long)least, (unsigned long long)most);
    return value;
}

size_t bh_options_choice(const char *text, const char *option, const char *const *names, const char *expected,
                         struct argp_state *state)
{
    size_t count = 0;
    for (; names[count] != NULL; count++)
        if (strcmp(text, names[count]) == 0)
            return count;
    argp_error(state, "%s: found '%s', expected %s%s", option, text, expected,
               bh_nearest_hint(text, names, count, '\''));
    return 0;
}

double bh_options_quantity(const char *text, const char *option, enum bh_dimension dimension, struct argp_state *state)
{
    struct bh_error err = {0};
    double value = 0.0;
    if (bh_quantity_parse(text, NULL, dimension, &value, &err) != 0)
        argp_error(state, "%s: %s", option, err.text);
    return value;
}

enum bh_table_format bh_options_table_format(const char *text, struct argp_state *state)
{
    static const char *const names[] = {"text", "markdown", "latex", NULL};
    return (enum bh_table_format)bh_options_choice(text, "--format", names, "text, markdown or latex", state);
}

bool bh_options_intervals(const char *text, struct argp_state *state)
{
    static const char *const names[] = {"student", "bca", NULL};
    return bh_options_choice(text, "--intervals", names, "student or bca", state) == 1;
}

void bh_options_append(const char ***texts, size_t *count, const char *text)
{
    *texts = bh_reallocate(*texts, *count + 1, sizeof **texts);
    (*texts)[(*count)++] = text;
}

void bh_options_refuse_if(int status, const struct bh_error *err, struct argp_state *state)
{
    if (status != 0)
        argp_error(state, "%s", err->text);
}

void bh_options_add_point(struct bh_options *options, char *text, struct argp_state *state)
{
    if (strchr(text, '=') == NULL)
        argp_error(state, "--point %s: expected AXIS=VALUE, as in nodes=1024", text);
    bh_options_append(&options->points, &options->points_count, text);
}

void bh_options_take_one(const char **slot, const char *what, const char *word, struct argp_state *state)
{
    if (*slot != NULL)
        argp_error(state, "one %s at a time: `%s` is one too many", what, word);
    *slot = word;
}

void bh_options_take_file(const char **slot, const char *file, struct argp_state *state)
{
    if (*slot != NULL)
        argp_error(state, "found a second file, %s; expected one", file);
    *slot = file;
}

static error_t parse_scenario(int key, char *text, struct argp_state *state)
{
    struct bh_options *options = state->input;
    switch (key) {
    case KEY_SET: {
        char *equals = strchr(text, '=');
        if (equals == NULL || equals == text || equals[1] == '\0')
            argp_error(state, "--set: found '%s', expected PATH=VALUE, as in workload.spares=0", text);
        char *path = bh_print_text("%.*s", (int)(equals - text), text);
        add_setting(options, path, equals + 1);
        free(path);
        return 0;
    }
    case KEY_REPLICAS:
        bh_options_count(text, "--replicas", 1, BH_REPLICAS_MOST, state);
        add_setting(options, "replicas", text);
        return 0;
    case KEY_SEED:
        bh_options_count(text, "--seed", 0, UINT64_MAX, state);
        add_setting(options, "seed", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Whoever reads the scenario knows which there are. */
static error_t parse_engine(int key, char *text, struct argp_state *state)
{
    if (key != KEY_ENGINE)
        return ARGP_ERR_UNKNOWN;
    add_setting(state->input, "engine", text);
    return 0;
}

static error_t parse_work(int key, char *text, struct argp_state *state)
{
    struct bh_options *options = state->input;
    switch (key) {
    case 'j':
        options->jobs = (unsigned)bh_options_count(text, "--jobs", 1, MOST_JOBS, state);
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_output(int key, char *text, struct argp_state *state)
{
    struct bh_options *options = state->input;
    if (key != 'o')
        return ARGP_ERR_UNKNOWN;
    if (text[0] == '\0')
        argp_error(state, "--output: expected the name of a file");
    options->output = text;
    return 0;
}

static error_t parse_json(int key, char *text, struct argp_state *state)
{
    (void)text;
    struct bh_options *options = state->input;
    if (key != KEY_JSON)
        return ARGP_ERR_UNKNOWN;
    options->json = true;
    return 0;
}

static error_t parse_point(int key, char *text, struct argp_state *state)
{
    struct bh_options *options = state->input;
    switch (key) {
    case 'p':
        bh_options_add_point(options, text, state);
        return 0;
    case ARGP_KEY_ARG:
        bh_options_take_file(&options->file, text, state);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected the file of a scenario");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option scenario_options[] = {
    {"set", KEY_SET, "PATH=VALUE", 0, "Set a value of the scenario, say workload.spares=0 (repeatable)", 1},
    {"replicas", KEY_REPLICAS, "N", 0, "Simulate N replicas of each policy", 1},
    {"seed", KEY_SEED, "N", 0, "Draw random numbers from seed N", 1},
    {0},
};
static const struct argp_option work_options[] = {
    {"jobs", 'j', "N", 0, "Work in N processes (default: one per core)", 2},
    {"quiet", 'q', NULL, 0, "Show neither progress nor remarks, only results and what is wrong", 2},
    {0},
};
static const struct argp_option engine_options[] = {
    {"engine", KEY_ENGINE, "NAME", 0, "Time what happens by a calendar (the default) or, to compare, all on simgrid",
     1},
    {0},
};
static const struct argp_option output_options[] = {
    {"output", 'o', "FILE", 0, "Write to FILE", 3},
    {0},
};
static const struct argp_option json_options[] = {
    {"json", KEY_JSON, NULL, 0, "Print one JSON object instead of a table", 3},
    {0},
};
static const struct argp_option point_options[] = {
    {"point", 'p', "AXIS=VALUE", 0, "Take the point at which AXIS has VALUE (repeatable; default: its first value)", 1},
    {0},
};

const struct argp bh_options_scenario = {.options = scenario_options, .parser = parse_scenario};
const struct argp bh_options_work = {.options = work_options, .parser = parse_work};
const struct argp bh_options_engine = {.options = engine_options, .parser = parse_engine};
const struct argp bh_options_output = {.options = output_options, .parser = parse_output};
const struct argp bh_options_json = {.options = json_options, .parser = parse_json};
const struct argp bh_options_point = {.options = point_options, .parser = parse_point};

void bh_options_to_children(struct argp_state *state, const struct argp_child *children, struct bh_options *options)
{
    for (size_t i = 0; children[i].argp != NULL; i++)
        state->child_inputs[i] = options;
}

unsigned bh_options_jobs(const struct bh_options *options)
{
    if (options->jobs > 0)
        return options->jobs;
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

void bh_options_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    argp_err_exit_status = BH_EXIT_INPUT;
    error_t status = argp_parse(argp, argc, argv, 0, NULL, input);
    BH_BUG_ASSERT(status == 0);
}
