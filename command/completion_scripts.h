/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The scripts with which shells complete. */
#pragma once

#include "command/command.h"

#include <stdio.h>

/* An option as shells need it. */
struct bh_known_option {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* what follows it; NULL: nothing */
    const char *doc;
};

/* Those of a subcommand's tables, and argp's own; up to one without a name. The caller frees
 * the array. */
struct bh_known_option *bh_known_options(const struct bh_subcommand *command);

enum bh_shell { BH_SHELL_BASH, BH_SHELL_ZSH, BH_SHELL_FISH };
void bh_completion_print(enum bh_shell shell, const struct bh_subcommand *const *commands, size_t count, FILE *stream);
