/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The tables that make up a summary, and what they share. */
#pragma once

#include "analysis/measures/measures.h"
#include "analysis/measures/statistics.h"
#include "analysis/reader/view.h"
#include "analysis/tables/summary.h"
#include "analysis/tables/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Words that a results file may have brought along, as themselves. */
void bh_summary_text(const struct bh_summary_options *options, FILE *stream, const char *text);
/* A sentence or more, in lines that fit, and an empty line. */
void bh_summary_paragraph(const struct bh_summary_options *options, FILE *stream, const char *text);
void bh_summary_heading(const struct bh_summary_options *options, FILE *stream, const char *text);
void bh_summary_table(const struct bh_table *table, const struct bh_summary_options *options, FILE *stream);
/* In place of means of replicas that are not all done: unfinished, or, where any has a wrong result, not done. */
const char *bh_summary_not_done(const struct bh_measures *measures);
/* Policies stand under their system's name; one that has a name of its own shows it. `*shown` is the system named
 * last, NULL at first. */
void bh_summary_policy_cell(struct bh_table *table, const struct bh_view *view, size_t policy, const char **shown);
/* "12.3 % [11.9, 12.7]"; the interval is left out when either end of it is NaN. */
void bh_summary_percent_cell(struct bh_table *table, struct bh_estimate estimate);
/* A difference of two such: "+1.2 points [1.0, 1.4]", or without its unit where the column has it. */
void bh_summary_points_cell(struct bh_table *table, struct bh_estimate difference, bool has_unit);

/* ", spares: warm": a point's place on all axes but one; empty without others. The caller frees. */
char *bh_summary_other_axes(const struct bh_view *view, size_t point, size_t axis);

/* The originating study's table: what the script's errors did under each system. */
void bh_summary_print_study(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream);
/* Escape ratios, exact and seen, and over the assumed range. */
void bh_summary_print_escape(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                             FILE *stream);
/* Enclaves that stand on nodes of their own, by the entry of the workload that made them; nothing if none do. */
void bh_summary_print_enclaves(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                               FILE *stream);
/* How many results are right, and the node-time that all runs took for each of these. */
void bh_summary_print_right(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                            FILE *stream);
/* Silent errors: what verifications found, and wrong results. Nothing where no enclave verifies its data. */
void bh_summary_print_silent(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                             FILE *stream);
/* What stops because zones that it needs are down. Nothing where no zone needs another. */
void bh_summary_print_needs(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                            FILE *stream);
/* What errors that meet outages and each other do otherwise. */
void bh_summary_print_interaction(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                                  FILE *stream);
/* What crosses between composed enclaves and what losses there are; nothing without compositions and acceptance. */
void bh_summary_print_compositions(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                                   FILE *stream);
/* The causes that cost most node-time. */
void bh_summary_print_causes(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                             FILE *stream);
/* The best of all policies at each value of an axis, and how far it is ahead of the next. */
void bh_summary_print_order(const struct bh_view *view, const struct bh_summary_options *options, size_t axis,
                            FILE *stream);
/* Where the order of policies changes along the uncertainty axis. */
void bh_summary_print_critical(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream);
/* The same where that axis holds draws of a posterior: bands, and how often one policy is better than another. */
void bh_summary_print_draws(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream);
