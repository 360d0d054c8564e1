/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rows of options, handed to argp. */
#include "command/option_rows.h"

#include "command/command.h"
#include "command/options.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* argp's keys: letters, and for what has none the row's place behind all characters. */
enum { FIRST_KEY = 0x100 };

struct frame {
    const struct bh_subcommand *command;
    void *arguments;
};

int bh_options_count(const char *text, const char *option, uint64_t least, uint64_t most, uint64_t *value,
                     struct bh_error *err)
{
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *value >= least && *value <= most)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "%s: found '%s', expected a whole number from %llu to %llu", option, text,
                   (unsigned long long)least, (unsigned long long)most);
}

int bh_options_choice(const char *text, const char *option, const char *const *names, unsigned *place,
                      struct bh_error *err)
{
    size_t count = 0;
    for (; names[count] != NULL; count++)
        if (strcmp(text, names[count]) == 0) {
            *place = (unsigned)count;
            return 0;
        }
    char *expected = bh_join_texts(names, count - 1, ", "), *hint = bh_nearest_hint(text, names, count, '\'');
    bh_fail(err, BH_ERROR_INPUT, "%s: found '%s', expected %s or %s%s", option, text, expected, names[count - 1], hint);
    free(hint);
    free(expected);
    return -1;
}

void bh_options_append(const char ***texts, size_t *count, const char *text)
{
    *texts = bh_reallocate(*texts, *count + 1, sizeof **texts);
    (*texts)[(*count)++] = text;
}

static int share(const char *text, const char *option, double *value, struct bh_error *err)
{
    char *end = NULL;
    *value = strtod(text, &end);
    if (*text != '\0' && *end == '\0' && *value > 0.0 && *value < 1.0)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "%s: found '%s', expected a number between 0 and 1", option, text);
}

static int take(const struct bh_option *option, void *arguments, char *word, struct bh_error *err)
{
    void *field = (char *)arguments + option->at;
    struct bh_options *options = arguments;
    char name[64];
    snprintf(name, sizeof name, "--%s", option->name);
    options->groups |= 1U << option->group;
    switch (option->kind) {
    case BH_OPTION_OWN:
        return option->take(arguments, word, err);
    case BH_OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case BH_OPTION_WORD:
        *(const char **)field = word;
        return 0;
    case BH_OPTION_WORDS:
        bh_options_append(field, (size_t *)((char *)arguments + option->count_at), word);
        return 0;
    case BH_OPTION_COUNT:
        return bh_options_count(word, name, option->least, option->most, field, err);
    case BH_OPTION_CHOICE:
        return bh_options_choice(word, name, option->names, field, err);
    case BH_OPTION_SHARE:
        return share(word, name, field, err);
    }
    return -1;
}

static int take_operand(const struct bh_operand *operand, void *arguments, char *word, struct bh_error *err)
{
    const char **slot = (const char **)((char *)arguments + operand->at);
    if (operand->take != NULL)
        return operand->take(arguments, word, err);
    if (*slot != NULL)
        return bh_fail(err, BH_ERROR_INPUT, "one %s at a time: `%s` is one too many", operand->what, word);
    *slot = word;
    return 0;
}

/* The row of a key; NULL: it is none of ours. */
static const struct bh_option *find_row(const struct bh_subcommand *command, int key)
{
    int place = FIRST_KEY;
    for (const struct bh_option *const *table = command->options; table != NULL && *table != NULL; table++)
        for (const struct bh_option *row = *table; row->help != NULL; row++, place++)
            if (key == (row->letter != '\0' ? row->letter : place))
                return row;
    return NULL;
}

static error_t parse(int key, char *word, struct argp_state *state)
{
    const struct frame *frame = state->input;
    const struct bh_subcommand *command = frame->command;
    const struct bh_operand *operand = &command->operand;
    const struct bh_option *row = find_row(command, key);
    struct bh_error err = {0};
    int status = 0;
    if (row != NULL)
        status = take(row, frame->arguments, word, &err);
    else if (key == ARGP_KEY_ARG && (operand->what != NULL || operand->take != NULL))
        status = take_operand(operand, frame->arguments, word, &err);
    else if (key == ARGP_KEY_NO_ARGS && operand->missing != NULL)
        status = bh_fail(&err, BH_ERROR_INPUT, "%s", operand->missing);
    else if (key == ARGP_KEY_END && command->check != NULL)
        status = command->check(frame->arguments, &err);
    else
        return ARGP_ERR_UNKNOWN;
    if (status != 0)
        argp_error(state, "%s", err.text);
    return 0;
}

static struct argp_option *options_of(const struct bh_subcommand *command)
{
    size_t count = 0;
    struct argp_option *options = bh_allocate(1, sizeof *options);
    for (const struct bh_option *const *table = command->options; table != NULL && *table != NULL; table++)
        for (const struct bh_option *row = *table; row->help != NULL; row++) {
            int key = row->letter != '\0' ? row->letter : FIRST_KEY + (int)count;
            options = bh_reallocate(options, count + 2, sizeof *options);
            options[count++] =
                (struct argp_option){row->name, row->name != NULL ? key : 0, row->argument, 0, row->help, row->group};
        }
    options[count] = (struct argp_option){0};
    return options;
}

void bh_options_parse(const struct bh_subcommand *command, int argc, char **argv, void *arguments)
{
    struct argp_option *options = options_of(command);
    const char *operands = command->operands != NULL ? command->operands : command->arguments;
    const struct argp argp = {
        .options = options, .parser = parse, .args_doc = *operands != '\0' ? operands : NULL, .doc = command->doc};
    struct frame frame = {command, arguments};
    argp_err_exit_status = BH_EXIT_INPUT;
    error_t status = argp_parse(&argp, argc, argv, 0, NULL, &frame);
    BH_BUG_ASSERT(status == 0);
    free(options);
}
