/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One panel of the graph of zones. Lengths in inches. */
#pragma once

#include "analysis/zones/zone_graph.h"

/* Height of a line in a box; room between two layers, for the guard's bar and two lines of numbers. */
#define BH_GRAPH_LINE 0.1
#define BH_GRAPH_GAP  0.44

struct bh_graph_measures {
    size_t layers;
    double panel_width, panel_height, box_height;
};

/* The width that a panel's words and arrows need, and the most lines in one of its boxes. */
double bh_graph_panel_need(const struct bh_picture_panel *panel);
size_t bh_graph_panel_lines(const struct bh_picture_panel *panel);

/* Adds a panel's boxes, arrows, guards and words; layer[zone] counts from the lowest. */
void bh_graph_add_panel(struct bh_zone_graph *graph, const struct bh_picture *picture,
                        const struct bh_picture_panel *panel, const size_t *layer,
                        const struct bh_graph_measures *measures, double left, double bottom);

/* The word's text becomes the graph's. */
void bh_graph_add_word(struct bh_zone_graph *graph, enum bh_words look, double x, double y, char *text);
