/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How something is drawn in figures, as the catalog says it and results carry it. */
#pragma once

#include <stdbool.h>

/* "#rrggbb", with its final NUL. */
enum { BH_COLOUR_SIZE = 8 };
/* Whether a text is of that form, in small letters. */
bool bh_is_colour(const char *text);

/* Shapes of marks, NULL-terminated: each is drawn filled and hollow. */
enum { BH_MARKS = 6 };
extern const char *const bh_mark_names[];
/* "circle", or "circle 2", beside which a 2 stands, up to 99: the shape's number plus BH_MARKS times one less than that.
 * -1: neither. */
int bh_mark_number(const char *text);
