/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of `bulkhead contain` share: how answers are told. */
#pragma once

#include "analysis/tables/table.h"
#include "sim/containment/answers.h"

#include <jansson.h>
#include <stdio.h>

struct bh_contain_prices;
struct bh_contain_raises;
struct bh_contain_raise;
struct bh_contain_silent;

void bh_contain_print_tables(const struct bh_contain *contain, enum bh_table_format format, FILE *stream);
void bh_contain_print_json(const struct bh_contain *contain, FILE *stream);
/* The chain of the one policy that is followed. Fails where there are several, and where it is too large. */
int bh_contain_print_prism(const struct bh_contain *contain, FILE *stream, struct bh_error *err);
void bh_contain_print_rare(const struct bh_contain *contain, enum bh_table_format format, FILE *stream);
void bh_contain_print_sensitivity(const struct bh_contain *contain, enum bh_table_format format, FILE *stream);
void bh_contain_silent_print(const struct bh_contain_silent *silent, enum bh_table_format format, FILE *stream);
void bh_contain_print_prices(const struct bh_contain_prices *prices, enum bh_table_format format, FILE *stream);
/* Those of one policy. */
void bh_contain_print_raises(const struct bh_contain *contain, const struct bh_contain_policy *policy,
                             enum bh_table_format format, FILE *stream);
/* "iommu in place of shadow-paging prevents crashes of a guest and raises the ratio >process": the caller frees. */
char *bh_contain_raise_text(const struct bh_contain_raise *raise);
extern const char *const bh_contain_escape_titles[BH_BOUNDARIES];
/* New references. */
json_t *bh_contain_raises_json(const struct bh_contain *contain, const struct bh_contain_policy *policy);
json_t *bh_contain_prices_json(const struct bh_contain_prices *prices);
json_t *bh_contain_silent_json(const struct bh_contain_silent *silent);
