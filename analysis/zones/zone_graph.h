/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands where in the graph of zones, before any of it is drawn. */
#pragma once

#include "analysis/zones/containment_pages.h"

#include <stddef.h>
#include <stdio.h>

/* Lengths in inches, from the lower left corner of the page. */
struct bh_graph_box {
    const struct bh_picture_panel *panel;
    size_t zone;
    double left, right, bottom, top;
};

struct bh_graph_arrow {
    const struct bh_picture_channel *channel;
    double from_x, from_y, to_x, to_y;
    double label_x, label_y;
};

/* A guard, drawn across the arrows that it checks. */
struct bh_graph_bar {
    double left, right, bottom, top;
    const char *guard;
    double blocks;
};

struct bh_graph_word {
    enum bh_words look;
    double x, y;
    char *text; /* owned */
};

struct bh_zone_graph {
    struct bh_picture_page page;
    double width, height;
    size_t boxes_count, arrows_count, bars_count, words_count;
    struct bh_graph_box *boxes;
    struct bh_graph_arrow *arrows;
    struct bh_graph_bar *bars;
    struct bh_graph_word *words;
};

/* Panels in a line and lines on a page. */
struct bh_graph_room {
    size_t columns, lines;
};
struct bh_graph_room bh_zone_graph_room(const struct bh_picture *picture);

struct bh_zone_graph *bh_zone_graph_create(const struct bh_picture_page *page);
void bh_zone_graph_destroy(struct bh_zone_graph *graph);
