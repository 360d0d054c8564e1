/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The parts of `bulkhead fit-injections`: what was found, how it is told, and plans. */
#pragma once

#include "analysis/tables/table.h"
#include "models/base/error.h"
#include "models/injections/counts.h"
#include "models/injections/posterior.h"

#include <stdint.h>
#include <stdio.h>

struct bh_scenario;

struct bh_fit_injections {
    const struct bh_catalog *catalog;
    const struct bh_csv *csv;
    struct bh_testbed testbed;
    uint64_t seed;
    struct bh_injections injections;
    struct bh_injection_posterior posterior;
    char *source; /* "posterior from COUNTS.csv (XXH3 ..., 67000 trials)" */
};

void bh_fit_injections_print(const struct bh_fit_injections *fit, enum bh_table_format format, FILE *stream);
void bh_fit_injections_print_json(const struct bh_fit_injections *fit, FILE *stream);
/* The posterior as a scenario takes it in: `uncertainty: {posterior: FILE}`. */
int bh_fit_injections_write_yaml(const struct bh_fit_injections *fit, const char *path, struct bh_error *err);

/* What the injections of a plan are to tell apart. */
struct bh_injection_plan {
    const struct bh_policy_spec *policy[2];
    int outcome; /* one of bh_effect_seen, or BH_SEEN: any failure of the node or more */
    double level, power;
};

/* Prints how many injections it takes, for each origin that both policies have; as JSON if asked for. */
int bh_injection_plan_print(const struct bh_scenario *scenario, const struct bh_injection_plan *plan, bool as_json,
                            enum bh_table_format format, FILE *stream, struct bh_error *err);
