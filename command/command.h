/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of `bulkhead`, and how they end. */
#ifndef BH_COMMAND_COMMAND_H
#define BH_COMMAND_COMMAND_H

#include "models/base/error.h"

/* Exit statuses of every subcommand. */
enum bh_exit {
    BH_EXIT_DONE = 0,
    BH_EXIT_FAILED = 1, /* the machine refused, or what was computed is not right */
    BH_EXIT_INPUT = 2,  /* what the user gave is wrong */
};

/* Each takes its own argv, whose first word is "bulkhead NAME" so that messages begin with it, and returns an exit
 * status. Results go to stdout, messages and progress to stderr. */
int bh_command_run(int argc, char **argv);
int bh_command_contain(int argc, char **argv);
int bh_command_fit(int argc, char **argv);
int bh_command_fit_injections(int argc, char **argv);
int bh_command_sweep(int argc, char **argv);
int bh_command_merge(int argc, char **argv);
int bh_command_submit(int argc, char **argv);
int bh_command_status(int argc, char **argv);
int bh_command_results(int argc, char **argv);
int bh_command_report(int argc, char **argv);
int bh_command_check(int argc, char **argv);
int bh_command_validate(int argc, char **argv);

/* Prints an error's text on stderr and returns the exit status that its code asks for:
 * `if (study == NULL) return bh_command_fail(&err);` */
int bh_command_fail(const struct bh_error *err);

#endif
