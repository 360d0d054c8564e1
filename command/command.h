/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a subcommand of `bulkhead` is, and how it ends. */
#pragma once

#include "command/option_rows.h"
#include "models/base/error.h"

#include <stddef.h>

/* Exit statuses of every subcommand. */
enum bh_exit {
    BH_EXIT_DONE = 0,
    BH_EXIT_FAILED = 1, /* the machine refused, or what was computed is not right */
    BH_EXIT_INPUT = 2,  /* what the user gave is wrong */
};

/* A subcommand: a constant named bh_subcommand_NAME in its own file, and a row of command/subcommands.h. Results go to
 * stdout, messages and progress to stderr. */
struct bh_subcommand {
    const char *name, *arguments, *help;    /* its line in the list of subcommands */
    const char *operands, *doc;             /* of --help: words of use, a line each (NULL: `arguments`); what it does */
    const struct bh_option *const *options; /* tables of rows, its own first; ends with NULL. NULL: it takes none */
    struct bh_operand operand;
    int (*check)(void *arguments, struct bh_error *err); /* when all is read: whether it goes together; or NULL */
    size_t size;          /* of the arguments that these fill; they begin with a struct bh_options, freed for it */
    const void *defaults; /* what they are before that; NULL: zeroes */
    const char *(*word)(
        size_t i); /* the i-th word that its argument may be, NULL behind the last; NULL: it takes files */
    /* Returns an exit status, or -1 with an error: main.c prints it and ends with the status that its code asks for. */
    int (*run)(void *arguments, struct bh_error *err);
};
