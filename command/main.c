/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The program `bulkhead`: finds the subcommand and hands it the rest of the line. */
#include "command/completion.h"
#include "command/data_directory.h"
#include "command/manual_page.h"
#include "command/options.h"
#include "command/subcommands.h"
#include "config.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/containment/kept_answers.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* argp prints this for the --version of every subcommand. */
const char *argp_program_version = "bulkhead " PACKAGE_VERSION;

/* Not like the others: it takes the options of one of them. */
const struct bh_subcommand bh_subcommand_help = {
    .name = "help", .arguments = "[COMMAND]", .help = "what a subcommand does and its options"};

#define ROW(row) &row,
static const struct bh_subcommand *const commands[] = {BH_SUBCOMMANDS(ROW)};
enum { COMMANDS = BH_COUNT(commands) };

static const struct bh_subcommand *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void print_help(FILE *stream)
{
    fputs("Usage: bulkhead COMMAND [ARGUMENT...]\n"
          "Simulates how errors spread through a virtualized HPC machine, and what it costs to stop them.\n\n",
          stream);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(stream, "  %-14s %-10s %s\n", commands[i]->name, commands[i]->arguments, commands[i]->help);
    fputs("\nbulkhead COMMAND --help lists the options of a subcommand; bulkhead --version prints the version.\n"
          "Exit status: 0 done, 1 failed, 2 bad input.\n",
          stream);

    struct bh_error err = {0};
    char *directory = bh_data_directory(&err);
    fprintf(stream, "Data (BULKHEAD_DATA names another folder): %s\n", directory != NULL ? directory : err.text);
    free(directory);
}

static int fail_unknown_command(const char *name)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    char *hint = bh_nearest_hint(name, names, COMMANDS, '\'');
    fprintf(stderr, "bulkhead: no subcommand '%s'%s (bulkhead --help lists them)\n", name, hint);
    free(hint);
    return BH_EXIT_INPUT;
}

static int fail(const struct bh_error *err)
{
    fprintf(stderr, "bulkhead: %s\n", err->text);
    return err->code == BH_ERROR_INPUT ? BH_EXIT_INPUT : BH_EXIT_FAILED;
}

/* The frame of every subcommand: its options are read under the name "bulkhead NAME", with which argp begins its
 * messages. */
static int run_subcommand(const struct bh_subcommand *command, int argc, char **argv)
{
    struct bh_error err = {0};
    void *arguments = bh_allocate(1, command->size);
    char *title = bh_print_text("bulkhead %s", command->name);
    argv[0] = title;
    if (command->defaults != NULL)
        memcpy(arguments, command->defaults, command->size);
    bh_options_parse(command, argc, argv, arguments);
    int status = command->run(arguments, &err);
    bh_options_free(arguments);
    free(arguments);
    free(title);
    return status >= 0 ? status : fail(&err);
}

static int print_page(const char *name)
{
    const struct bh_subcommand *command = find_command(name);
    if (command == NULL)
        return fail_unknown_command(name);
    bh_manual_page_print(command, stdout);
    return BH_EXIT_DONE;
}

static int run_command(int argc, char **argv)
{
    const struct bh_subcommand *command = find_command(argv[0]);
    if (command == NULL)
        return fail_unknown_command(argv[0]);
    if (command != &bh_subcommand_help)
        return run_subcommand(command, argc, argv);
    if (argc == 3 && strcmp(argv[1], "--man") == 0)
        return print_page(argv[2]);
    if (argc < 2 || argv[1][0] == '-' || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return BH_EXIT_DONE;
    }
    char option[] = "--help";
    char *arguments[] = {argv[1], option, NULL};
    return run_command(2, arguments);
}

/* A full disk shows when stdout is flushed; a summary that was not written is a failure. A stream remembers that it
 * failed, not why: what made one write fail makes the next one fail too, and that one says why. */
static int close_output(int status)
{
    int had_error = ferror(stdout);
    if (had_error)
        fputc('\n', stdout);
    errno = 0;
    if (fclose(stdout) == 0 && !had_error)
        return status;
    fprintf(stderr, "bulkhead: cannot write to standard output: %s\n", errno != 0 ? strerror(errno) : "write error");
    return status == BH_EXIT_DONE ? BH_EXIT_FAILED : status;
}

static void keep_answers(void)
{
    char *folder = bh_cache_directory();
    bh_kept_answers_use(folder);
    free(folder);
}

int main(int argc, char **argv)
{
    /* GSL's own handler aborts; every status is checked instead. */
    gsl_set_error_handler_off();
    /* A limit on the size of files is met as a full disk is: by what write says. */
    signal(SIGXFSZ, SIG_IGN);
    bh_completion_know(commands, COMMANDS);
    keep_answers();
    int status = BH_EXIT_DONE;
    if (argc < 2) {
        print_help(stderr);
        status = BH_EXIT_INPUT;
    } else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "-?") == 0) {
        print_help(stdout);
    } else if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts(argp_program_version);
    } else if (argv[1][0] == '-') {
        fprintf(stderr, "bulkhead: unknown option '%s' before the subcommand (bulkhead --help lists both)\n", argv[1]);
        status = BH_EXIT_INPUT;
    } else {
        status = run_command(argc - 1, argv + 1);
    }
    return close_output(status);
}
