/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From a request to the files of its figure. */
#include "analysis/plots/plot.h"

#include "analysis/figures/figure_files.h"
#include "analysis/plots/parts.h"
#include "analysis/reader/view_points.h"

#include <stdlib.h>
#include <string.h>

static bool is_asked(const struct bh_plot_request *request, const char *name)
{
    const char *const roles[] = {request->x, request->series, request->panel, request->band};
    for (size_t i = 0; i < BH_COUNT(roles); i++)
        if (roles[i] != NULL && strcmp(roles[i], name) == 0)
            return true;
    for (size_t i = 0; i < request->mean_count; i++)
        if (strcmp(request->mean[i], name) == 0)
            return true;
    return false;
}

/* The values of the uncertain number as points: they stand at one place of all other axes. */
static struct bh_view *uncertain_view(const struct bh_view *view)
{
    struct bh_view *own = bh_allocate(1, sizeof *own);
    *own = *view;
    own->axes = bh_allocate(1, sizeof *own->axes);
    own->axes[0] = view->uncertainty.axis;
    own->axes_count = 1;
    own->points = view->uncertainty.axis.count;
    own->headline = 0;
    own->uncertainty.axis.count = 0;
    memcpy(own->numbers, view->uncertainty.numbers, sizeof own->numbers);
    return own;
}

static int begin(struct bh_plot *plot, const struct bh_view *view, const struct bh_source *source, struct bh_error *err)
{
    const char *uncertain = view->uncertainty.axis.count > 0 ? view->uncertainty.axis.name : NULL;
    plot->view = view;
    if (uncertain != NULL && is_asked(plot->request, uncertain) &&
        bh_view_find_axis(view, uncertain) == view->axes_count) {
        plot->view = plot->own = uncertain_view(view);
        plot->fixed = bh_view_point_name(view, view->headline);
    } else
        plot->fixed = bh_copy_text("");
    return bh_label_places_read(plot->view, source, &plot->places, err);
}

static int take_metrics(struct bh_plot *plot, struct bh_error *err)
{
    static const char *const usual[] = {"net-overhead"};
    const struct bh_plot_request *request = plot->request;
    const char *const *names = request->y_count > 0 ? request->y : usual;
    plot->metrics_count = request->y_count > 0 ? request->y_count : 1;
    if (plot->metrics_count > BH_PLOT_MOST_METRICS) {
        plot->metrics_count = 0;
        return bh_fail(err, BH_ERROR_INPUT, "--y: %zu metrics, at most %d", request->y_count, BH_PLOT_MOST_METRICS);
    }
    for (size_t m = 0; m < plot->metrics_count; m++) {
        struct bh_error own = {0};
        if (bh_criterion_find(plot->view, names[m], &plot->metric[m].criterion, &own) != 0)
            return bh_fail(err, own.code, "--y: %s%s", own.text,
                           plot->own != NULL ? " (over the range of an uncertain number fewer are recorded)" : "");
    }
    return 0;
}

static char *name_of(const struct bh_plot *plot)
{
    char *what = plot->request->name != NULL ? bh_copy_text(plot->request->name)
                 : plot->request->is_front
                     ? bh_print_text("%s-against-%s", plot->metric[1].criterion.name, plot->metric[0].criterion.name)
                     : bh_print_text("%s-by-%s%s%s", plot->metric[0].criterion.name, plot->dimension[BH_PLOT_X].name,
                                     plot->request->is_heat ? "-and-" : "",
                                     plot->request->is_heat ? plot->dimension[BH_PLOT_SERIES].name : ""),
         *last = bh_figure_file_name(what), *first = bh_figure_file_name(plot->view->scenario),
         *name = bh_print_text("%s-%s", first, last);
    free(what);
    free(last);
    free(first);
    return name;
}

static char *say(const struct bh_plot *plot)
{
    const char *notes[BH_PLOT_NOTES];
    char *text = plot->fixed[0] != '\0' ? bh_print_text("at %s", plot->fixed) : bh_copy_text("");
    bh_plot_notes(plot, notes);
    for (size_t n = 0; n < BH_PLOT_NOTES && notes[n] != NULL && !plot->request->is_heat && !plot->request->is_front;
         n++)
        bh_add_text(&text, "; ", "%s", notes[n]);
    return text;
}

static void end(struct bh_plot *plot)
{
    for (int role = 0; role < BH_PLOT_ROLES; role++) {
        bh_plot_dimension_release(&plot->dimension[role]);
        free(plot->used[role]);
    }
    for (size_t m = 0; m < plot->means_count; m++)
        bh_plot_dimension_release(&plot->mean[m]);
    for (size_t m = 0; m < plot->metrics_count; m++)
        free(plot->metric[m].label);
    bh_plot_layout_release(&plot->layout);
    bh_label_places_release(&plot->places);
    free(plot->keeps_policy);
    free(plot->keeps_point);
    free(plot->series_policy);
    free(plot->values);
    free(plot->fixed);
    if (plot->own != NULL)
        free(plot->own->axes);
    free(plot->own);
}

static int prepare(struct bh_plot *plot, const struct bh_view *view, const struct bh_source *source,
                   struct bh_error *err)
{
    int status = begin(plot, view, source, err);
    if (status == 0)
        status = take_metrics(plot, err);
    if (status == 0)
        status = bh_plot_choose(plot, err);
    if (status == 0)
        status = bh_plot_gather(plot, err);
    if (status == 0)
        status = bh_plot_scale(plot, err);
    if (status == 0)
        bh_plot_lay(plot);
    return status;
}

int bh_plot_write(const struct bh_view *view, const struct bh_source *source, const struct bh_plot_request *request,
                  const char *folder, char **base, char **remark, struct bh_error *err)
{
    struct bh_plot plot = {.request = request};
    int status = prepare(&plot, view, source, err);
    if (status == 0) {
        char *name = name_of(&plot);
        struct bh_figure_writer writer = {.figure = &plot,
                                          .data = bh_plot_write_data,
                                          .script = bh_plot_write_script,
                                          .terminals = request->terminals};
        *base = bh_print_text("%s/%s", folder, name);
        status = request->is_front  ? bh_plot_write_front(&plot, folder, name, err)
                 : request->is_heat ? bh_plot_write_heat(&plot, folder, name, err)
                                    : bh_figure_files_write(folder, name, &writer, true, err);
        *remark = say(&plot);
        free(name);
    }
    end(&plot);
    return status;
}

int bh_plot_svg_write(const struct bh_view *view, const struct bh_source *source, const struct bh_plot_request *request,
                      FILE *stream, struct bh_error *err)
{
    struct bh_plot plot = {.request = request};
    enum { MOST_WORDS = 200 };
    int status = prepare(&plot, view, source, err);
    const struct bh_plot_dimension *x = &plot.dimension[BH_PLOT_X];
    if (status == 0 && (x->numbers == NULL || !x->is_ordered) && plot.used_count[BH_PLOT_X] > MOST_WORDS)
        status = bh_fail(err, BH_ERROR_INPUT, "%zu values of `%s` side by side are too many for a figure",
                         plot.used_count[BH_PLOT_X], x->name);
    if (status == 0)
        bh_plot_svg_print(&plot, stream);
    end(&plot);
    return status;
}
