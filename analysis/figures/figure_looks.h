/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which colour and which mark stands for what: the catalog's, else free ones by order of name; never one for two. */
#pragma once

#include "models/base/look.h"

#include <stddef.h>

/* Sets colours[i], "#rrggbb", for each of `count` different names. `wishes` are what the catalog says, "" or anything that
 * is no colour where it says nothing. Of two that wish the same the first by name has it. */
void bh_looks_colours(const char *const *names, const char *const *wishes, size_t count,
                      char (*colours)[BH_COLOUR_SIZE]);
/* The same for marks: numbers, all different. Number m has the shape m % BH_MARKS; from BH_MARKS on a figure stands beside
 * it, m / BH_MARKS + 1. */
void bh_looks_marks(const char *const *names, const char *const *wishes, size_t count, size_t *marks);
/* A pale colour of the same hue, for bars behind marks. */
void bh_looks_tint(const char colour[BH_COLOUR_SIZE], char tint[BH_COLOUR_SIZE]);
