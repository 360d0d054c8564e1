/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of `bulkhead fit` share. */
#pragma once

#include "analysis/tables/table.h"
#include "models/fit/report.h"

#include <jansson.h>
#include <stdio.h>

/* A fault class for a scenario's `define: faults:`, one per group, of the best distributions. */
int bh_fit_write_yaml(const struct bh_fit_report *report, const char *file, struct bh_error *err);
void bh_fit_print_tables(const struct bh_fit_report *report, enum bh_table_format format, FILE *stream);
void bh_fit_print_json(const struct bh_fit_report *report, FILE *stream);
/* Trends, and nodes beside each other; and the same as JSON. */
void bh_fit_print_nodes(const struct bh_fit_report *report, FILE *stream);
json_t *bh_fit_nodes_object(const struct bh_fit_report *report);
json_t *bh_fit_zones_object(const struct bh_fit_report *report);
json_t *bh_fit_trend_object(const struct bh_trend *trend);
/* One figure per group, made by gnuplot in the folder. */
int bh_fit_draw(const struct bh_fit_report *report, const char *folder, struct bh_error *err);
