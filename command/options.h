/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Options that several subcommands share, as argp child parsers. */
#pragma once

#include "analysis/tables/table.h"
#include "models/base/quantity.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_error;
struct bh_log_reading;
struct bh_setting;

/* What the shared options said. Start from zeroes; jobs is then 0, which means one worker per core: see
 * bh_options_jobs. */
struct bh_options {
    size_t settings_count;
    struct bh_setting
        *settings; /* --set and, as the settings they are, --replicas, --seed and --engine; in the order given */
    unsigned jobs;
    bool quiet;
    bool json;
    const char *output; /* NULL: none */
    const char *file;   /* of the scenario, borrowed from argv */
    size_t points_count;
    const char **points;            /* "AXIS=LABEL", borrowed from argv */
    struct bh_log_reading *reading; /* of failure logs; NULL: nothing was said */
};

/* Children for an argp; each expects a struct bh_options as its input. A subcommand lists those it takes:
 *     static const struct argp_child children[] = {{&bh_options_scenario, 0, NULL, 0}, {&bh_options_work, ...}, {0}};
 * and hands the options on in its own parser:
 *     case ARGP_KEY_INIT: bh_options_to_children(state, children, &options); return 0; */
extern const struct argp bh_options_scenario; /* --set PATH=VALUE, --replicas N, --seed N */
extern const struct argp bh_options_engine;   /* --engine NAME */
extern const struct argp bh_options_work;     /* -j, --jobs N; -q, --quiet */
extern const struct argp bh_options_output;   /* -o, --output FILE */
extern const struct argp bh_options_json;     /* --json */
extern const struct argp bh_options_point;    /* -p, --point AXIS=VALUE, and SCENARIO, which must be there */

/* Gives every child parser of `state` the same options. `children` is the list above: argp's own root_argp is a wrapper
 * that has other children. */
void bh_options_to_children(struct argp_state *state, const struct argp_child *children, struct bh_options *options);

/* What a word says, for parsers; each ends the program with a message if the word is wrong.
 * A whole decimal number from `least` to `most`. */
uint64_t bh_options_count(const char *text, const char *option, uint64_t least, uint64_t most,
                          struct argp_state *state);
/* Position in `names`, which end with NULL; `expected` lists them. */
size_t bh_options_choice(const char *text, const char *option, const char *const *names, const char *expected,
                         struct argp_state *state);
/* A number with a unit. */
double bh_options_quantity(const char *text, const char *option, enum bh_dimension dimension, struct argp_state *state);
/* --format of tables. */
enum bh_table_format bh_options_table_format(const char *text, struct argp_state *state);
/* --intervals of means: a row for argp, and whether its word asks for resampling (analysis/measures/bootstrap.h). */
#define BH_INTERVALS_OPTION(key)                                                                                       \
    {                                                                                                                  \
        "intervals", key, "NAME", 0, "95 % intervals of means: student (default), or bca, by resampling", 0            \
    }
bool bh_options_intervals(const char *text, struct argp_state *state);
/* One more --point, whose text is borrowed. */
void bh_options_add_point(struct bh_options *options, char *text, struct argp_state *state);
/* One more text of an option that may be repeated: the text is borrowed, the list the caller's to free. */
void bh_options_append(const char ***texts, size_t *count, const char *text);
/* Ends the program with the message of a reader of an option's text. */
void bh_options_refuse_if(int status, const struct bh_error *err, struct argp_state *state);
/* The one word or file that a subcommand takes, borrowed; `*slot` is NULL before. `what`: "scenario". */
void bh_options_take_one(const char **slot, const char *what, const char *word, struct argp_state *state);
void bh_options_take_file(const char **slot, const char *file, struct argp_state *state);

/* Workers to use: what was asked for, else the cores this process may run on. */
unsigned bh_options_jobs(const struct bh_options *options);

/* Frees what the options own. */
void bh_options_free(struct bh_options *options);

/* Runs argp with the manners of this program: `argv[0]` names the subcommand in messages, a wrong option is one
 * message and exit status 2, words are taken in any order with the options. */
void bh_options_parse(const struct argp *argp, int argc, char **argv, void *input);
