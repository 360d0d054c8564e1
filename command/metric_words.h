/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers and paragraphs of advice, and of what else is said of a metric in words. */
#pragma once

#include "analysis/advice/criterion.h"
#include "analysis/measures/statistics.h"
#include "analysis/reader/markup.h"

#include <stdbool.h>

/* "net overhead" for "net-overhead"; the caller frees. */
char *bh_advise_name(const struct bh_criterion *criterion);
/* Words of a number of the criterion; the caller frees. A difference of shares is in points. */
char *bh_advise_value(const struct bh_criterion *criterion, double value);
char *bh_advise_difference(const struct bh_criterion *criterion, double value);
char *bh_advise_interval(const struct bh_criterion *criterion, struct bh_estimate estimate, bool is_difference);
/* A paragraph in lines that fit, from printf's arguments; in LaTeX, of which a paper has its own words, a comment. */
void bh_advise_say(enum bh_table_format format, const char *text, ...) __attribute__((format(printf, 2, 3)));
void bh_advise_heading(enum bh_table_format format, const char *text);
