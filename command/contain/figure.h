/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The pictures of `bulkhead contain`. */
#pragma once

struct bh_contain;
struct bh_error;

/* Makes the folder if need be and leaves the graph of zones and the heat maps there; tells what it wrote on stderr. */
int bh_contain_draw(const struct bh_contain *contain, const char *folder, struct bh_error *err);
