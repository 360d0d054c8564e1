/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Leaves the pictures of containment in a folder, page by page. */
#include "analysis/zones/containment_figure.h"

#include "analysis/figures/figure_files.h"
#include "analysis/zones/containment_pages.h"
#include "analysis/zones/extent_map.h"
#include "analysis/zones/parts.h"
#include "analysis/zones/zone_graph.h"

#include <stdlib.h>

struct writing {
    const struct bh_picture *picture;
    const char *folder;
    bool run_gnuplot;
    FILE *told;
};

static int write_page(const struct writing *writing, const char *what, size_t page, size_t pages,
                      const struct bh_figure_writer *writer, struct bh_error *err)
{
    char *scenario = bh_figure_file_name(writing->picture->scenario);
    char *name =
        pages == 1 ? bh_print_text("%s-%s", scenario, what) : bh_print_text("%s-%s-%zu", scenario, what, page + 1);
    int status = bh_figure_files_write(writing->folder, name, writer, writing->run_gnuplot, err);
    if (status == 0 && writing->told != NULL)
        fprintf(writing->told, "figure: %s/%s%s; data and script: .dat and .gp\n", writing->folder, name,
                writing->run_gnuplot ? ".pdf, .png and .svg" : "");
    free(name);
    free(scenario);
    return status;
}

static int write_graphs(const struct writing *writing, struct bh_error *err)
{
    const struct bh_picture *picture = writing->picture;
    struct bh_panel_place *places = bh_allocate(picture->panels_count, sizeof *places);
    struct bh_graph_room room = bh_zone_graph_room(picture);
    size_t pages = bh_panel_places(picture, room.columns, room.lines, places);
    int status = 0;
    for (size_t page = 0; page < pages; page++) {
        struct bh_picture_page on_page = bh_picture_page(picture, places, page);
        struct bh_zone_graph *graph = bh_zone_graph_create(&on_page);
        struct bh_figure_writer writer = {
            .figure = graph, .data = bh_zone_graph_write_data, .script = bh_zone_graph_write_script};
        int written = write_page(writing, "zones", page, pages, &writer, err);
        status = written != 0 ? -1 : status;
        bh_zone_graph_destroy(graph);
    }
    free(places);
    return status;
}

static int write_maps(const struct writing *writing, struct bh_error *err)
{
    const struct bh_picture *picture = writing->picture;
    struct bh_panel_place *places = bh_allocate(picture->panels_count, sizeof *places);
    struct bh_map_room room = bh_extent_map_room(picture);
    size_t pages = bh_panel_places(picture, room.columns, room.lines, places);
    int status = 0;
    for (size_t page = 0; page < pages; page++) {
        struct bh_picture_page on_page = bh_picture_page(picture, places, page);
        struct bh_extent_map *map = bh_extent_map_create(&on_page);
        struct bh_figure_writer writer = {
            .figure = map, .data = bh_extent_map_write_data, .script = bh_extent_map_write_script};
        int written = write_page(writing, "extents", page, pages, &writer, err);
        status = written != 0 ? -1 : status;
        bh_extent_map_destroy(map);
    }
    free(places);
    return status;
}

int bh_containment_figure_write(const struct bh_picture *picture, const char *folder, bool run_gnuplot, FILE *told,
                                struct bh_error *err)
{
    struct writing writing = {picture, folder, run_gnuplot, told};
    /* What cannot be drawn still has its data; the first error is told. */
    int graphs = write_graphs(&writing, err), maps = write_maps(&writing, err);
    return graphs != 0 || maps != 0 ? -1 : 0;
}
