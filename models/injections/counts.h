/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fault injection: what counts of experiments say about the numbers of the model, and how many would tell two policies
 * apart. */
#pragma once

#include "models/base/error.h"
#include "models/catalog/zone_choice.h"
#include "models/node/node_model.h"
#include "models/node/zone_tree.h"
#include "models/spread/effect.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_csv;

/* The node that errors were injected on: one enclave with so many guests, all under test alike. */
struct bh_testbed {
    uint64_t guests, processes_per_guest;
    const char *application; /* of the catalog; it matters to nothing but the zone that it lives in */
};

/* Errors of one kind injected into zones of one kind or name. Every trial is one of `count`, as bh_effect_seen has it:
 * masked, the largest extent that failed, or nothing failed and data silently wrong. */
struct bh_injection_row {
    const struct bh_system *system;
    const struct bh_policy *policy;
    struct bh_zone_choice zone;
    enum bh_error_kind kind;
    uint64_t trials, count[BH_SEEN];
    uint64_t hangs;  /* of the failures, those that began as a hang */
    size_t lines;    /* rows of the file that were added up: the same origin on several days */
    size_t file_row; /* the first of them */
    struct bh_tenant tenant;
    size_t origin;               /* the zone of the tree that stands for all */
    struct bh_node_model *model; /* owned: at the catalog's numbers */
};

struct bh_injections {
    size_t count;
    struct bh_injection_row *rows; /* owned */
    uint64_t trials;
    bool has_hangs; /* the file counts them */
};

/* Reads columns `system`, `zone`, `kind`, `trials`, `masked` and, 0 where there is no such column, `failed-process` to
 * `failed-system`, `sdc` and `hangs`; `policy` where there is such a column, else `policy`. Refuses counts that do not add
 * up to the trials, more hangs than failures, what a system does not have, rows that saw what cannot happen there. */
int bh_injections_read(const struct bh_catalog *catalog, const struct bh_csv *csv, const struct bh_testbed *testbed,
                       const struct bh_policy *policy, struct bh_injections *injections, struct bh_error *err);
void bh_injections_free(struct bh_injections *injections);

/* "failed-node", "sdc", ...: the columns of a row's counts. */
extern const char *const bh_seen_names[BH_SEEN];

/* P(seen) of the row by the exact chain of `model`, which is the row's or a copy with other numbers. What was not
 * followed is added to masked. */
int bh_injection_probabilities(const struct bh_injection_row *row, const struct bh_node_model *model, double least_mass,
                               double seen[BH_SEEN], struct bh_error *err);

/* The least extent of a failure that left the guest it began in (native: the process) and that the disposition alone
 * would not have brought about; BH_SCOPES where there is none: nothing can be told of escapes there. */
enum bh_scope bh_injection_escape_scope(const struct bh_injection_row *row);

/* How long and from which draws; chains run on `threads`, which change no bit. */
struct bh_injection_sampling {
    uint64_t seed;
    size_t settling;                  /* sweeps of each of three stages that are thrown away; 0: 240 */
    size_t least_sweeps, most_sweeps; /* kept, per chain; doubled until converged */
    size_t draws;                     /* joint draws to keep for scenarios */
    unsigned threads;
    void (*progress)(void *context, size_t sweeps); /* NULL, or told now and then what each chain has done */
    void *context;
};
enum { BH_INJECTION_CHAINS = 4 };

/* The columns of a table of counts. */
struct bh_keys;
extern const struct bh_keys bh_injection_columns;
