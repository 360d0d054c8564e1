/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What draws the two figures of containment, shared by the files of this room alone. */
#pragma once

#include "analysis/zones/extent_map.h"
#include "analysis/zones/zone_graph.h"

/* Writers for bh_figure_files_write; `graph` is a struct bh_zone_graph. */
void bh_zone_graph_write_data(const void *graph, FILE *stream);
void bh_zone_graph_write_script(const void *graph, const char *name, FILE *stream);

/* Height of the key on a page of this width, inches. */
double bh_zone_graph_key_height(const struct bh_picture *picture, double width);

/* Writers for bh_figure_files_write; `map` is a struct bh_extent_map. */
void bh_extent_map_write_data(const void *map, FILE *stream);
void bh_extent_map_write_script(const void *map, const char *name, FILE *stream);
