/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of `bulkhead sensitivity` share. */
#pragma once

#include "analysis/reader/markup.h"
#include "analysis/sensitivity/sensitivity.h"

#include <jansson.h>

struct bh_view;

/* So many numbers are shown unless all are asked for. */
enum { BH_SENSITIVITY_SHOWN = 12 };

/* "net overhead of A", "net overhead of A less that of B"; the caller frees. */
char *bh_sensitivity_title(const struct bh_view *view, const struct bh_sensitivity *sensitivity);
/* The first `shown` numbers as a table below a few words. */
void bh_sensitivity_print(const struct bh_view *view, const struct bh_sensitivity *sensitivity, size_t shown,
                          enum bh_table_format format);
/* All of them; a new reference. */
json_t *bh_sensitivity_json(const struct bh_view *view, const struct bh_sensitivity *sensitivity);
