/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Options that several subcommands share, as tables of rows. */
#pragma once

#include "command/option_rows.h"
#include "models/base/quantity.h"

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
        *settings;   /* --set and, as the settings they are, --replicas, --seed and --engine; in the order given */
    unsigned groups; /* of rows that were given: bit g for group g */
    uint64_t jobs;
    bool quiet;
    bool json;
    const char *output; /* NULL: none */
    const char *file;   /* of the scenario, borrowed from argv */
    size_t points_count;
    const char **points;            /* "AXIS=LABEL", borrowed from argv */
    struct bh_log_reading *reading; /* of failure logs; NULL: nothing was said */
};

/* Tables for bh_subcommand.options, of subcommands whose arguments begin with a struct bh_options. */
extern const struct bh_option bh_options_scenario[]; /* --set PATH=VALUE, --replicas N, --seed N */
extern const struct bh_option bh_options_engine[];   /* --engine NAME */
extern const struct bh_option bh_options_work[];     /* -j, --jobs N; -q, --quiet */
extern const struct bh_option bh_options_output[];   /* -o, --output FILE */
extern const struct bh_option bh_options_json[];     /* --json */
extern const struct bh_option bh_options_point[];    /* -p, --point AXIS=VALUE */
/* What goes with the last: the file of a scenario, which must be there. */
#define BH_OPERAND_SCENARIO                                                                                            \
    {                                                                                                                  \
        "file", offsetof(struct bh_options, file), "expected the file of a scenario", NULL                             \
    }

/* A row: --intervals of means, an enum bh_intervals (analysis/measures/bootstrap.h). */
#define BH_INTERVALS_ROW(field)                                                                                        \
    {                                                                                                                  \
        "intervals", 0, "NAME", "95 % intervals of means: student (default), or bca, by resampling", 0,                \
            BH_TO_CHOICE(field, bh_options_intervals)                                                                  \
    }
extern const char *const bh_options_intervals[];

/* What --format of tables may be, in the order of enum bh_table_format; what else it is printed as goes behind. */
extern const char *const bh_options_table_formats[];

/* A number with a unit: 0, or -1 with an error. */
int bh_options_quantity(const char *text, const char *option, enum bh_dimension dimension, double *value,
                        struct bh_error *err);
/* One more --point, whose text is borrowed. */
bh_option_take_fn bh_options_add_point;

/* Workers to use: what was asked for, else the cores this process may run on. */
unsigned bh_options_jobs(const struct bh_options *options);

/* Frees what the options own. */
void bh_options_free(struct bh_options *options);
