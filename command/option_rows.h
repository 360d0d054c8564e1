/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Options as rows: what each is called, and which field of a subcommand's arguments its word goes to. argp reads
 * them. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is done with an option's word. */
enum bh_option_kind {
    BH_OPTION_OWN,    /* `take` reads it */
    BH_OPTION_FLAG,   /* bool: it was given */
    BH_OPTION_WORD,   /* const char *: borrowed */
    BH_OPTION_WORDS,  /* const char ** and its size_t count: one more, borrowed; the list is its owner's to free */
    BH_OPTION_COUNT,  /* uint64_t: a whole number from `least` to `most` */
    BH_OPTION_CHOICE, /* an enumeration, or unsigned: the place in `names` */
    BH_OPTION_SHARE,  /* double: a number between 0 and 1 */
};

/* Reads a word into the arguments: 0, or -1 with an error. */
typedef int bh_option_take_fn(void *arguments, char *word, struct bh_error *err);

/* A row. Without a name its help is the header of its group; a table ends with an empty row. */
struct bh_option {
    const char *name;
    char letter;
    const char *argument; /* NULL: it takes no word */
    const char *help;
    int group; /* in help; below 32 */
    enum bh_option_kind kind;
    size_t at, count_at; /* of the field, and of the count of WORDS, in the arguments */
    uint64_t least, most;
    const char *const *names; /* ends with NULL */
    bh_option_take_fn *take;
};

/* The last columns of a row. `field` is one of the file's `struct arguments`, whose type is checked. */
#define BH_PLACE(field, type)                                                                                          \
    (offsetof(struct arguments, field) + 0 * sizeof(char[_Generic(((struct arguments *)NULL)->field, type : 1, default \
                                                                  : -1)]))
#define BH_TO_FLAG(field) BH_OPTION_FLAG, BH_PLACE(field, bool), 0, 0, 0, NULL, NULL
#define BH_TO_WORD(field) BH_OPTION_WORD, BH_PLACE(field, const char *), 0, 0, 0, NULL, NULL
#define BH_TO_WORDS(list, count)                                                                                       \
    BH_OPTION_WORDS, BH_PLACE(list, const char **), BH_PLACE(count, size_t), 0, 0, NULL, NULL
#define BH_TO_NUMBER(field, least, most) BH_OPTION_COUNT, BH_PLACE(field, uint64_t), 0, least, most, NULL, NULL
#define BH_TO_CHOICE(field, names)       BH_OPTION_CHOICE, BH_PLACE(field, unsigned), 0, 0, 0, names, NULL
#define BH_TO_SHARE(field)               BH_OPTION_SHARE, BH_PLACE(field, double), 0, 0, 0, NULL, NULL
#define BH_BY(take)                      BH_OPTION_OWN, 0, 0, 0, 0, NULL, take

/* What stands without an option. */
struct bh_operand {
    const char *what;        /* "scenario", for the message of a second one */
    size_t at;               /* of the const char * that borrows it */
    const char *missing;     /* said where there is none; NULL: it may be left out */
    bh_option_take_fn *take; /* NULL: one is taken; else it takes each, and `what` and `at` say nothing */
};

struct bh_subcommand;

/* Reads the words of a subcommand into its arguments with argp's manners: words in any order with the options, a wrong
 * one is one message and exit status 2. `argv[0]` names the subcommand in messages. */
void bh_options_parse(const struct bh_subcommand *command, int argc, char **argv, void *arguments);

/* What a word says, for those that take their own: 0, or -1 with an error.
 * A whole decimal number from `least` to `most`. */
int bh_options_count(const char *text, const char *option, uint64_t least, uint64_t most, uint64_t *value,
                     struct bh_error *err);
/* Its position in `names`, which end with NULL. */
int bh_options_choice(const char *text, const char *option, const char *const *names, unsigned *place,
                      struct bh_error *err);
/* One more word of an option that may be repeated: the word is borrowed, the list the caller's to free. */
void bh_options_append(const char ***texts, size_t *count, const char *text);
