/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead completion`: the scripts of shells, and the names that these ask for. */
#include "command/completion.h"

#include "command/command.h"
#include "command/completion_scripts.h"
#include "command/data_directory.h"
#include "command/options.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <stdlib.h>
#include <string.h>

static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const char *const kinds[] = {"points", "policies", "enclaves", "paths", "engines", NULL};
enum kind { POINTS, POLICIES, ENCLAVES, PATHS, ENGINES };

struct arguments {
    struct bh_options options;
    const char *word; /* the shell, or a scenario */
    bool wants_names;
    enum kind kind;
};

static const struct bh_subcommand *const *known;
static size_t known_count;

void bh_completion_know(const struct bh_subcommand *const *commands, size_t count)
{
    known = commands;
    known_count = count;
}

static int take_kind(void *input, char *word, struct bh_error *err)
{
    struct arguments *arguments = input;
    arguments->wants_names = true;
    return bh_options_choice(word, "--names", kinds, &arguments->kind, err);
}

static int check(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->wants_names || arguments->word != NULL)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "no shell; expected bash, zsh or fish");
}

static const struct bh_option own_options[] = {
    {"names", 0, "KIND",
     "print names for completion instead: points, policies, enclaves (of a scenario), paths of the models' numbers, "
     "engines",
     0, BH_BY(take_kind)},
    {0},
};

static void print_of_study(const struct bh_study *study, const struct bh_scenario *scenario, enum kind kind)
{
    size_t count;
    const struct bh_parameter *const *numbers;
    switch (kind) {
    case POINTS:
        for (size_t a = 0; a < study->axes_count; a++)
            for (size_t v = 0; v < study->axes[a].count; v++)
                printf("%s=%s\n", study->axes[a].name, study->axes[a].values[v].label);
        break;
    case POLICIES:
        for (size_t p = 0; p < scenario->policies_count; p++)
            puts(scenario->policies[p].name);
        break;
    case ENCLAVES:
        for (size_t e = 0; e < scenario->enclaves_count; e++)
            puts(scenario->enclaves[e].name);
        break;
    case PATHS:
        numbers = bh_catalog_parameters(scenario->catalog, &count);
        for (size_t i = 0; i < count; i++)
            printf("models.%s=\n", numbers[i]->path);
        break;
    case ENGINES:
        break;
    }
}

/* Paths are those of any scenario: of the one that is always there. */
static int print_names(const struct arguments *arguments, struct bh_error *err)
{
    if (arguments->kind == ENGINES) {
        for (size_t i = 0; bh_engine_names[i] != NULL; i++)
            puts(bh_engine_names[i]);
        return 0;
    }
    char *data = bh_models_directory(err), *file = NULL;
    if (data == NULL)
        return -1;
    if (arguments->word == NULL && arguments->kind != PATHS) {
        free(data);
        return bh_fail(err, BH_ERROR_INPUT, "--names=%s: found no scenario; expected one", kinds[arguments->kind]);
    }
    file = arguments->word != NULL ? bh_copy_text(arguments->word)
                                   : bh_print_text("%s/../../experiments/balance.yaml", data);
    struct bh_study *study = bh_study_read(file, data, NULL, 0, err);
    size_t *index = study == NULL ? NULL : bh_allocate(study->axes_count + 1, sizeof *index);
    struct bh_scenario *scenario = study == NULL ? NULL : bh_study_resolve(study, index, -1, err);
    if (scenario != NULL)
        print_of_study(study, scenario, arguments->kind);
    int status = scenario == NULL ? -1 : 0;
    bh_scenario_destroy(scenario);
    bh_study_destroy(study);
    free(index);
    free(file);
    free(data);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->wants_names)
        return print_names(arguments, err) != 0 ? -1 : BH_EXIT_DONE;
    size_t shell = 0;
    while (shells[shell] != NULL && strcmp(shells[shell], arguments->word) != 0)
        shell++;
    if (shells[shell] == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "found the shell `%s`; expected bash, zsh or fish", arguments->word);
    bh_completion_print((enum bh_shell)shell, known, known_count, stdout);
    return BH_EXIT_DONE;
}

static const char *shell_name(size_t i)
{
    return shells[i];
}

const struct bh_subcommand bh_subcommand_completion = {
    .name = "completion",
    .arguments = "SHELL",
    .help = "prints a script with which bash, zsh or fish completes",
    .operands = "bash|zsh|fish",
    .doc = "Prints the script with which a shell completes subcommands, options, and names of scenarios and of the "
           "catalog. `make install` puts them where shells look for them; for one session: eval \"$(bulkhead "
           "completion bash)\".",
    .options = (const struct bh_option *const[]){own_options, NULL},
    .operand = {"shell", offsetof(struct arguments, word), NULL, NULL},
    .check = check,
    .size = sizeof(struct arguments),
    .word = shell_name,
    .run = run,
};
