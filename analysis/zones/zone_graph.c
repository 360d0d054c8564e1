/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays out the graph of zones: a layer for each E-Zone, the zones that hang on another above it, and room for every
 * arrow and its number by construction. Placement by layers needs no solver, so gnuplot draws it like all figures. */
#include "analysis/zones/zone_graph.h"

#include "analysis/figures/gnuplot_script.h"
#include "analysis/zones/parts.h"
#include "analysis/zones/zone_graph_panel.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 4, MOST_LAYERS = 256 };
static const double page_height = 9.0, side_width = 0.5, panel_gap = 0.06, title_height = 0.4, line_gap = 0.08,
                    widest_panel = 2.0, narrowest = 3.4;

/* A zone above another of the same or a higher kind (a guest's guest) goes up by as many layers as it takes. */
static void find_layers(const struct bh_picture_panel *panel, size_t *layer)
{
    size_t *lifted = bh_allocate(panel->zones_count, sizeof *lifted);
    for (size_t z = 0; z < panel->zones_count; z++) {
        const struct bh_picture_zone *zone = &panel->zones[z];
        lifted[z] = zone->parent >= 0 ? lifted[zone->parent] : 0;
        if (zone->parent >= 0 && zone->kind + lifted[z] <= layer[zone->parent])
            lifted[z] = layer[zone->parent] + 1 - zone->kind;
        layer[z] = zone->kind + lifted[z];
    }
    free(lifted);
}

/* Which layers panels use: all of the picture, or those of a line on a page. */
struct layers {
    size_t count, rank[MOST_LAYERS]; /* numbered from the lowest that is used */
    int kind[MOST_LAYERS];           /* by rank: of all zones there; -1: they differ */
};

static bool is_in_line(const struct bh_picture_page *page, size_t line, size_t panel)
{
    return page == NULL || (page->places[panel].page == page->page && page->places[panel].line == line);
}

static struct layers find_layers_of(const struct bh_picture *picture, const struct bh_picture_page *page, size_t line)
{
    struct layers layers = {0};
    int kind[MOST_LAYERS];
    enum { UNUSED = -2 };
    for (size_t l = 0; l < MOST_LAYERS; l++)
        kind[l] = UNUSED;
    for (size_t p = 0; p < picture->panels_count; p++) {
        const struct bh_picture_panel *panel = &picture->panels[p];
        if (!is_in_line(page, line, p))
            continue;
        size_t *layer = bh_allocate(panel->zones_count, sizeof *layer);
        find_layers(panel, layer);
        for (size_t z = 0; z < panel->zones_count; z++) {
            int *known = &kind[layer[z] % MOST_LAYERS], own = (int)panel->zones[z].kind;
            *known = *known == UNUSED || *known == own ? own : -1;
        }
        free(layer);
    }
    for (size_t l = 0; l < MOST_LAYERS; l++) {
        if (kind[l] == UNUSED)
            continue;
        layers.kind[layers.count] = kind[l];
        layers.rank[l] = layers.count++;
    }
    return layers;
}

/* Of a line on a page, or of the whole picture: all panels have one width. */
static struct bh_graph_measures measure(const struct bh_picture *picture, const struct bh_picture_page *page,
                                        size_t line, const struct layers *layers)
{
    size_t lines = 2;
    struct bh_graph_measures measures = {.layers = layers->count, .panel_width = 1.2};
    for (size_t p = 0; p < picture->panels_count; p++) {
        measures.panel_width = fmax(measures.panel_width, bh_graph_panel_need(&picture->panels[p]));
        size_t own = is_in_line(page, line, p) ? bh_graph_panel_lines(&picture->panels[p]) : 0;
        lines = own > lines ? own : lines;
    }
    measures.box_height = 0.06 + BH_GRAPH_LINE * (double)lines;
    measures.panel_height = (double)layers->count * (measures.box_height + BH_GRAPH_GAP) - BH_GRAPH_GAP;
    return measures;
}

struct bh_graph_room bh_zone_graph_room(const struct bh_picture *picture)
{
    struct layers layers = find_layers_of(picture, NULL, 0);
    struct bh_graph_measures measures = measure(picture, NULL, 0, &layers);
    double columns = floor((BH_FIGURE_WIDTH - side_width + panel_gap) / (measures.panel_width + panel_gap));
    double lines = floor((page_height - bh_zone_graph_key_height(picture, BH_FIGURE_WIDTH)) /
                         (measures.panel_height + title_height + line_gap));
    return (struct bh_graph_room){(size_t)fmin(fmax(columns, 1), MOST_COLUMNS), (size_t)fmax(lines, 1)};
}

/* Names the layers of a line of panels, where all zones of a layer are of one kind. */
static void name_layers(struct bh_zone_graph *graph, const struct bh_graph_measures *measures,
                        const struct layers *layers, double bottom)
{
    static const char *const names[BH_PICTURE_KINDS][2] = {
        {"host", "kernel"}, {"host", "user"}, {"guest", "kernel"}, {"guest", "user"}};
    for (size_t l = 0; l < layers->count; l++) {
        int kind = layers->kind[l];
        double y = bottom + (double)l * (measures->box_height + BH_GRAPH_GAP) + measures->box_height / 2;
        if (kind < 0)
            continue;
        bh_graph_add_word(graph, BH_WORDS_LEFT, 0.03, y + BH_GRAPH_LINE, bh_print_text("E-Zone %d", kind + 1));
        bh_graph_add_word(graph, BH_WORDS_LEFT, 0.03, y, bh_copy_text(names[kind][0]));
        bh_graph_add_word(graph, BH_WORDS_LEFT, 0.03, y - BH_GRAPH_LINE, bh_copy_text(names[kind][1]));
    }
}

/* Panels that stand side by side, from the line's lower end. */
static void add_line(struct bh_zone_graph *graph, const struct bh_graph_measures *measures, const struct layers *layers,
                     size_t line, double bottom)
{
    const struct bh_picture *picture = graph->page.picture;
    name_layers(graph, measures, layers, bottom);
    for (size_t p = 0; p < picture->panels_count; p++) {
        if (!is_in_line(&graph->page, line, p))
            continue;
        const struct bh_picture_panel *panel = &picture->panels[p];
        size_t *layer = bh_allocate(panel->zones_count, sizeof *layer);
        find_layers(panel, layer);
        for (size_t z = 0; z < panel->zones_count; z++)
            layer[z] = layers->rank[layer[z] % MOST_LAYERS];
        double left = side_width + (double)graph->page.places[p].column * (measures->panel_width + panel_gap);
        bh_graph_add_panel(graph, picture, panel, layer, measures, left, bottom);
        free(layer);
        double top = bottom + measures->panel_height + title_height, middle = left + measures->panel_width / 2;
        bh_graph_add_word(graph, BH_WORDS_TITLE, middle, top - 0.09, bh_panel_title(panel));
        bh_graph_add_word(graph, BH_WORDS_SUBTITLE, middle, top - 0.21, bh_panel_subtitle(panel));
    }
}

struct bh_zone_graph *bh_zone_graph_create(const struct bh_picture_page *page)
{
    const struct bh_picture *picture = page->picture;
    struct bh_zone_graph *graph = bh_allocate(1, sizeof *graph);
    graph->page = *page;
    /* Panels take what room there is, up to what reads well. */
    double room = (BH_FIGURE_WIDTH - side_width + panel_gap) / (double)page->columns - panel_gap;
    double panel_width = 0.0, bottom = 0.0;
    /* From the last line up, since the page grows upwards from its key. */
    for (size_t line = page->lines; line-- > 0;) {
        struct layers layers = find_layers_of(picture, page, line);
        struct bh_graph_measures measures = measure(picture, page, line, &layers);
        measures.panel_width = panel_width = fmax(measures.panel_width, fmin(room, widest_panel));
        if (line + 1 == page->lines) {
            graph->width =
                fmax(narrowest, side_width + (double)page->columns * (panel_width + panel_gap) - panel_gap + 0.02);
            bottom = bh_zone_graph_key_height(picture, graph->width) + line_gap;
        }
        add_line(graph, &measures, &layers, line, bottom);
        bottom += measures.panel_height + title_height + line_gap;
    }
    graph->height = bottom - line_gap;
    return graph;
}

void bh_zone_graph_destroy(struct bh_zone_graph *graph)
{
    if (graph == NULL)
        return;
    for (size_t i = 0; i < graph->words_count; i++)
        free(graph->words[i].text);
    free(graph->words);
    free(graph->boxes);
    free(graph->arrows);
    free(graph->bars);
    free(graph);
}
