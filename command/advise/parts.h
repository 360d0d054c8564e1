/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of `bulkhead advise` share. */
#pragma once

#include "analysis/advice/advice.h"
#include "analysis/advice/winner_map.h"
#include "analysis/reader/markup.h"
#include "command/metric_words.h"

#include <stdbool.h>
#include <stdio.h>

/* Results that were there or were made, open. */
struct bh_advise_results {
    struct bh_source source;
    struct bh_view *view;
    struct bh_results *made; /* in memory; NULL: a file */
    size_t begun_with;       /* replicas that the file asks for, of which a folder may hold more */
};

struct bh_advise_source {
    bool grows;            /* runs are added until the choice is settled */
    const char *path;      /* a scenario, a campaign, results, or a folder of a sweep */
    const char *directory; /* to keep runs in; NULL: in memory */
    size_t replicas;       /* in place of what it asks for; 0: as many as it does */
    const struct bh_setting *settings;
    size_t settings_count;
    unsigned jobs;
    bool quiet;
};
/* Reads what is there, or runs what is needed: says on stderr first what that costs. Close in any case. */
int bh_advise_open(const struct bh_advise_source *from, struct bh_advise_results *results, struct bh_error *err);
void bh_advise_close(struct bh_advise_results *results);

/* The first of a decision's numbers that are told: those whose value is not chance, or else the first three that have one.
 * `decisive` is as bh_find_decisive makes it. */
size_t bh_advise_told(const struct bh_decisive *decisive, size_t count, bool *is_sure);
/* So many draws of chance by which a value is told from it. */
enum { BH_ADVISE_PERMUTATIONS = 199 };
void bh_advise_print_decisive(const struct bh_advice *advice, enum bh_table_format format);
void bh_advise_print_failing(const struct bh_advice *advice, enum bh_table_format format);
/* Over every axis of numbers that the request leaves open; nothing where there is none. */
void bh_advise_print_along(const struct bh_advice *advice, const struct bh_label_places *places,
                           const struct bh_advice_request *request, enum bh_table_format format);
void bh_advise_print_map(const struct bh_advice *advice, const struct bh_winner_map *map, enum bh_table_format format);

/* Leaves it as a figure in the folder, and says so. */
int bh_advise_draw_map(const struct bh_advice *advice, const struct bh_winner_map *map, const char *folder,
                       struct bh_error *err);

/* Looks at growing numbers of replicas: twice as many each time, `most` at last. */
struct bh_advise_looks {
    size_t most; /* 0: runs are as many as the file says */
    size_t count, made;
    bool is_settled, is_last;
};

/* What advice is said of, and where else it is asked for. `map` may be NULL. */
struct bh_advise_answer {
    const struct bh_advice *advice;
    const struct bh_label_places *places;
    const struct bh_advice_request *request;
    const struct bh_winner_map *map;
    const struct bh_advise_looks *looks;
};

/* A drawn number in its unit; the caller frees. */
char *bh_advise_number(const struct bh_worlds *worlds, size_t number, double value);

void bh_advise_print(const struct bh_advise_answer *answer, enum bh_table_format format);
int bh_advise_print_json(const struct bh_advise_answer *answer, struct bh_error *err);
