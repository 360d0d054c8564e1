/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A subcommand's options and words as roff. */
#include "command/manual_page.h"

#include "command/completion_scripts.h"
#include "config.h"
#include "models/base/error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void bh_manual_page_text(const char *text, FILE *stream)
{
    bool is_code = false;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '`') {
            fputs(is_code ? "\\fR" : "\\fB", stream);
            is_code = !is_code;
        } else if (*c == '\\' && strchr("fe-", c[1]) == NULL)
            fputs("\\e", stream);
        else if (*c == '-' && (c == text || c[-1] != '\\'))
            fputs("\\-", stream);
        else if (*c == '\'')
            fputs("\\(aq", stream);
        else if (*c == '.' && (c == text || c[-1] == '\n'))
            fputs("\\&.", stream);
        else
            fputc(*c, stream);
    }
}

/* Empty lines part paragraphs; lines that begin with blanks stand as they are. */
static void print_paragraphs(const char *text, FILE *stream)
{
    char *copy = bh_copy_text(text), *rest = copy, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == '\0') {
            fputs(rest != NULL ? ".PP\n" : "", stream);
            continue;
        }
        if (line[0] == ' ')
            fputs(".br\n", stream);
        bh_manual_page_text(line, stream);
        fputc('\n', stream);
    }
    free(copy);
}

/* A line of use for each line of the arguments' words. */
static void print_synopsis(const struct bh_subcommand *command, FILE *stream)
{
    const char *words = command->operands != NULL ? command->operands : command->arguments;
    char *copy = bh_copy_text(words), *rest = copy, *line;
    fputs(".SH SYNOPSIS\n", stream);
    for (bool is_first = true; (line = strsep(&rest, "\n")) != NULL; is_first = false) {
        fputs(is_first ? "" : ".br\n", stream);
        fputs(".B bulkhead ", stream);
        bh_manual_page_text(command->name, stream);
        fputs("\n[\\fIOPTION\\fR...] ", stream);
        bh_manual_page_text(line, stream);
        fputc('\n', stream);
    }
    free(copy);
}

static void print_option(const struct bh_known_option *option, FILE *stream)
{
    fputs(".TP\n", stream);
    if (option->letter != '\0')
        fprintf(stream, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", stream);
    bh_manual_page_text(option->name, stream);
    fputs("\\fR", stream);
    if (option->argument != NULL) {
        fputs("=\\fI", stream);
        bh_manual_page_text(option->argument, stream);
        fputs("\\fR", stream);
    }
    fputc('\n', stream);
    if (option->doc != NULL) {
        fputc(toupper((unsigned char)option->doc[0]), stream);
        bh_manual_page_text(option->doc + 1, stream);
        fputc('\n', stream);
    }
}

void bh_manual_page_print(const struct bh_subcommand *command, FILE *stream)
{
    const char *doc = command->doc != NULL ? command->doc : command->help;
    const char *end = strchr(doc, '\v');
    char *first = end != NULL ? bh_print_text("%.*s", (int)(end - doc), doc) : bh_copy_text(doc);
    fputs(".\\\" Copyright (c) 2026 The Bulkhead authors.\n.\\\" SPDX-License-Identifier: Apache-2.0\n", stream);
    fputs(".TH BULKHEAD\\-", stream);
    for (const char *c = command->name; *c != '\0'; c++)
        fputs(*c == '-' ? "\\-" : (char[]){(char)toupper((unsigned char)*c), '\0'}, stream);
    fputs(" 1 \"\" \"Bulkhead " PACKAGE_VERSION "\" \"User Commands\"\n.SH NAME\nbulkhead\\-", stream);
    bh_manual_page_text(command->name, stream);
    fputs(" \\- ", stream);
    bh_manual_page_text(command->help, stream);
    fputc('\n', stream);
    print_synopsis(command, stream);
    fputs(".SH DESCRIPTION\n", stream);
    print_paragraphs(first, stream);
    if (end != NULL) {
        fputs(".PP\n", stream);
        print_paragraphs(end + 1, stream);
    }
    fputs(".SH OPTIONS\n", stream);
    struct bh_known_option *options = bh_known_options(command);
    for (const struct bh_known_option *option = options; option->name != NULL; option++)
        print_option(option, stream);
    free(options);
    fputs(".SH EXIT STATUS\n0 done, 1 failed, 2 bad input.\n.SH SEE ALSO\n.BR bulkhead (1)\n", stream);
    free(first);
}
