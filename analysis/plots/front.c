/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Two numbers of each policy against each other, and which policies no other beats in both. */
#include "analysis/plots/parts.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/figure_looks.h"
#include "analysis/figures/figure_marks.h"
#include "analysis/figures/gnuplot_script.h"
#include "models/base/random.h"

#include <math.h>
#include <stdlib.h>

enum { RESAMPLES = 2000, TAG_X = 1, TAG_Y, TAG_NOTE = 10, TAG_LEGEND = 100000 };

struct front {
    const struct bh_plot *plot;
    size_t count;    /* of policies whose two numbers are known */
    size_t *value;   /* their places along x */
    double *share;   /* of resamples in which each is on the front */
    bool *is_on;     /* by its means */
    size_t left_out; /* policies with a run that is not done */
    double (*mean)[2];
};

/* Less is better, but of right results. */
static double sign_of(const struct bh_plot *plot, size_t metric)
{
    return plot->metric[metric].criterion.kind == BH_CRITERION_RIGHT ? -1 : 1;
}

static bool is_beaten(const struct front *front, double (*means)[2], size_t policy)
{
    double sign[] = {sign_of(front->plot, 0), sign_of(front->plot, 1)};
    for (size_t other = 0; other < front->count; other++) {
        double first = sign[0] * (means[other][0] - means[policy][0]),
               second = sign[1] * (means[other][1] - means[policy][1]);
        if (first <= 0 && second <= 0 && (first < 0 || second < 0))
            return true;
    }
    return false;
}

/* Worlds and replicas of all policies are drawn together: they share their faults. */
static void resample(const struct front *front, const double *runs, size_t worlds, size_t replicas)
{
    size_t cells = worlds * replicas, *times = bh_allocate(cells, sizeof *times);
    double(*means)[2] = bh_allocate(front->count, sizeof *means);
    for (uint64_t s = 0; s < RESAMPLES; s++) {
        const struct bh_random random = {.seed = 1, .replica = s};
        uint64_t stream = bh_identity("front");
        for (size_t w = 0; w < worlds; w++) {
            size_t world = (size_t)(bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, stream, 0, w) * (double)worlds);
            for (size_t r = 0; r < replicas; r++)
                times[w * replicas + r] =
                    world * replicas +
                    (size_t)(bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, stream, 1, r) * (double)replicas);
        }
        for (size_t p = 0; p < front->count; p++)
            for (size_t m = 0; m < 2; m++) {
                means[p][m] = 0;
                for (size_t i = 0; i < cells; i++)
                    means[p][m] += runs[(p * 2 + m) * cells + times[i]] / (double)cells;
            }
        for (size_t p = 0; p < front->count; p++)
            front->share[p] += is_beaten(front, means, p) ? 0 : 1.0 / RESAMPLES;
    }
    free(means);
    free(times);
}

/* Runs of the policies along x, [policy][metric][world][replica], of those that have all of them. */
static double *gather(struct front *front, size_t *worlds, size_t *replicas)
{
    const struct bh_plot *plot = front->plot;
    const struct bh_view *view = plot->view;
    size_t count = plot->used_count[BH_PLOT_X], found = 0;
    *worlds = 0, *replicas = view->replica.count;
    for (size_t point = 0; point < view->points; point++)
        *worlds += plot->keeps_point[point];
    double *runs = bh_allocate(count * 2 * *worlds * *replicas + 1, sizeof *runs);
    for (size_t i = 0; i < count; i++) {
        size_t policy = plot->used[BH_PLOT_X][i], cell = found * 2 * *worlds * *replicas;
        bool is_whole = true;
        for (size_t m = 0; m < 2; m++)
            for (size_t point = 0; point < view->points; point++)
                for (size_t r = 0; plot->keeps_point[point] && r < *replicas; r++) {
                    runs[cell] =
                        bh_criterion_value(view, &plot->metric[m].criterion, policy, point, plot->request->enclave, r);
                    is_whole = is_whole && isfinite(runs[cell++]);
                }
        is_whole = is_whole && isfinite(bh_plot_at(plot, 0, 0, 0, i)->estimate.mean) &&
                   isfinite(bh_plot_at(plot, 1, 0, 0, i)->estimate.mean);
        if (is_whole)
            front->value[found++] = i;
    }
    front->count = found;
    front->left_out = count - found;
    return runs;
}

/* --- Files ------------------------------------------------------------------------------------------------------------- */

static void write_data(const void *of, FILE *stream)
{
    const struct front *front = of;
    const struct bh_plot *plot = front->plot;
    bh_script_comment(stream, plot->view->title);
    fputs("# Blocks: each policy, then the front by means. x low high y low high on_front (share of resamples)\n",
          stream);
    for (size_t p = 0; p < front->count; p++) {
        const struct bh_plot_value *value[2];
        bh_script_comment(stream, bh_plot_label(plot, BH_PLOT_X, front->value[p]));
        for (size_t m = 0; m < 2; m++) {
            value[m] = bh_plot_at(plot, m, 0, 0, front->value[p]);
            double factor = plot->metric[m].factor;
            fprintf(stream, "%.6g %.6g %.6g ", bh_script_number(factor * value[m]->estimate.mean),
                    bh_script_number(factor * value[m]->estimate.low),
                    bh_script_number(factor * value[m]->estimate.high));
        }
        fprintf(stream, "%.3g\n\n\n", front->share[p]);
    }
    /* Steps between neighbours, by the first number. */
    bool *is_done = bh_allocate(front->count + 1, sizeof *is_done);
    for (;;) {
        size_t next = front->count;
        for (size_t p = 0; p < front->count; p++)
            if (front->is_on[p] && !is_done[p] && (next == front->count || front->mean[p][0] < front->mean[next][0]))
                next = p;
        if (next == front->count)
            break;
        is_done[next] = true;
        fprintf(stream, "%.6g %.6g\n", plot->metric[0].factor * front->mean[next][0],
                plot->metric[1].factor * front->mean[next][1]);
    }
    free(is_done);
}

static void write_axis(const struct bh_plot *plot, size_t metric, double points, FILE *stream)
{
    const struct bh_plot_metric *own = &plot->metric[metric];
    struct bh_plot_tick ticks[BH_PLOT_MOST_TICKS];
    const char axis = metric == 0 ? 'x' : 'y';
    size_t count =
        bh_plot_ticks(own->from, own->to, own->is_logarithmic ? 10 : 0, points,
                      metric == 0 ? 6 * 0.58 * plot->request->size_pt : 1.6 * 1.3 * plot->request->size_pt, ticks);
    fprintf(stream, "  set %crange [%.8g:%.8g]\n", axis, own->from, own->to);
    if (own->is_logarithmic)
        fprintf(stream, "  set logscale %c\n", axis);
    fprintf(stream, "  set %ctics nomirror scale 0.6 (", axis);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s''.t('%s', '%s', '%s') %.12g", i > 0 ? ", " : "", ticks[i].text, ticks[i].tex,
                ticks[i].ascii, ticks[i].value);
    fputs(")\n", stream);
}

static void write_legend(const struct front *front, double width, double height, const size_t *marks,
                         char (*colours)[BH_COLOUR_SIZE], FILE *stream)
{
    double line = 1.3 * front->plot->request->size_pt;
    for (size_t p = 0; p < front->count; p++) {
        double y = 1 - (3 + ((double)p + 0.5) * line) / height;
        char *words =
            bh_print_text("%.0f %%: %s", 100 * front->share[p], bh_plot_label(front->plot, BH_PLOT_X, front->value[p]));
        char *text = bh_script_text(words);
        size_t number = bh_figure_mark_number(marks[p]);
        char *mark = number > 1 ? bh_print_text(" %zu", number) : bh_copy_text("");
        fprintf(stream,
                "  set label %zu %s at screen %.4f, screen %.4f left\n"
                "  set label %zu '%s' at screen %.4f, screen %.4f left point pt %d ps %.2f lc rgb '%s'\n",
                TAG_LEGEND + 2 * p, text, 22 / width, y, TAG_LEGEND + 2 * p + 1, mark, 9 / width, y,
                bh_figure_mark(marks[p], !front->is_on[p]), bh_figure_mark_size(marks[p]), colours[p]);
        free(mark);
        free(text);
        free(words);
    }
}

static void choose_looks(const struct front *front, size_t *marks, char (*colours)[BH_COLOUR_SIZE])
{
    const struct bh_view *view = front->plot->view;
    const char **names = bh_allocate(3 * front->count + 1, sizeof *names), **wishes = names + front->count,
               **shapes = wishes + front->count;
    for (size_t p = 0; p < front->count; p++) {
        size_t policy = front->plot->used[BH_PLOT_X][front->value[p]];
        names[p] = view->policy.labels[policy];
        wishes[p] = view->policy_colour != NULL ? view->policy_colour[policy] : "";
        shapes[p] = view->policy_mark != NULL ? view->policy_mark[policy] : "";
    }
    bh_looks_colours(names, wishes, front->count, colours);
    bh_looks_marks(names, shapes, front->count, marks);
    free(names);
}

static double height_of(const struct front *front)
{
    const struct bh_plot_request *request = front->plot->request;
    double line = 1.3 * request->size_pt, panel = fmin(0.62 * 72 * request->width_in, 260);
    return 6 + line * (double)front->count + panel + (front->left_out > 0 ? 5 : 4) * line;
}

static void write_script(const void *of, const char *name, FILE *stream)
{
    const struct front *front = of;
    const struct bh_plot *plot = front->plot;
    const struct bh_plot_request *request = plot->request;
    double line = 1.3 * request->size_pt, width = 72 * request->width_in, height = height_of(front),
           left = 1.2 * line + 8 * 0.58 * request->size_pt, bottom = (front->left_out > 0 ? 4.6 : 3.6) * line,
           top = height - (6 + line * (double)front->count + 0.4 * line);
    const struct bh_script_look look = {request->width_in, height / 72, request->font, request->size_pt,
                                        request->terminals};
    size_t *marks = bh_allocate(front->count + 1, sizeof *marks);
    char(*colours)[BH_COLOUR_SIZE] = bh_allocate(front->count + 1, sizeof *colours);
    choose_looks(front, marks, colours);
    bh_script_begin_any(stream, plot->view->title, name, &look);
    bh_script_each_format(stream);
    fputs("  reset; unset key; set bars 0.4; set border 3 lw 0.8; set grid xtics ytics lt 1 lw 0.4 lc rgb 'gray85'\n",
          stream);
    fprintf(
        stream,
        "  set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set tmargin at screen "
        "%.4f\n",
        left / width, 1 - 8 / width, bottom / height, top / height);
    for (size_t m = 0; m < 2; m++) {
        char *text = bh_script_text(m == 0 && request->x_label != NULL ? request->x_label : plot->metric[m].label);
        if (m == 0)
            fprintf(stream, "  set label %d %s at graph 0.5, screen %.4f center\n", TAG_X, text,
                    (bottom - 1.7 * line) / height);
        else
            fprintf(stream, "  set label %d %s at screen %.4f, graph 0.5 center rotate by 90\n", TAG_Y, text,
                    0.7 * line / width);
        free(text);
        write_axis(plot, m, m == 0 ? width - left - 8 : top - bottom, stream);
    }
    /* The second line only where it says something. */
    char *notes[2] = {bh_copy_text("%: resamples in which none is better in both; open: one is, by means"),
                      front->left_out > 0 ? bh_print_text("left out, as not all runs are done: %zu", front->left_out)
                                          : NULL};
    for (size_t n = 0; n < BH_COUNT(notes) && notes[n] != NULL; n++) {
        char *text = bh_script_text(notes[n]);
        fprintf(stream, "  set label %zu %s at screen %.4f, screen %.4f left textcolor rgb 'gray30'\n", TAG_NOTE + n,
                text, 4 / width, (notes[1] != NULL && n == 0 ? 1.6 : 0.6) * line / height);
        free(text);
    }
    write_legend(front, width, height, marks, colours, stream);
    fprintf(stream, "  plot data index %zu using 1:2 with %s lw 1 lc rgb 'gray60' notitle", front->count,
            sign_of(plot, 0) * sign_of(plot, 1) > 0 ? "steps" : "fsteps");
    for (size_t p = 0; p < front->count; p++) {
        size_t number = bh_figure_mark_number(marks[p]);
        if (number > 1)
            fprintf(stream,
                    ", \\\n    data index %zu using 1:4:('%zu') with labels left offset 0.4, 0.4 textcolor rgb '%s' "
                    "notitle",
                    p, number, colours[p]);
        fprintf(stream,
                ", \\\n    data index %zu using 1:4:2:3:5:6 with xyerrorbars pt -1 lw 0.8 lc rgb '%s' notitle"
                ", \\\n    data index %zu using 1:4 with points pt %d ps %.2f lc rgb '%s' notitle",
                p, colours[p], p, bh_figure_mark(marks[p], !front->is_on[p]), bh_figure_mark_size(marks[p]),
                colours[p]);
    }
    fputs("\n", stream);
    bh_script_end(stream);
    free(notes[0]);
    free(notes[1]);
    free(colours);
    free(marks);
}

int bh_plot_write_front(const struct bh_plot *plot, const char *folder, const char *name, struct bh_error *err)
{
    size_t count = plot->used_count[BH_PLOT_X], worlds, replicas;
    struct front front = {.plot = plot,
                          .value = bh_allocate(count + 1, sizeof *front.value),
                          .share = bh_allocate(count + 1, sizeof *front.share),
                          .is_on = bh_allocate(count + 1, sizeof *front.is_on),
                          .mean = bh_allocate(count + 1, sizeof *front.mean)};
    double *runs = gather(&front, &worlds, &replicas);
    for (size_t p = 0; p < front.count; p++)
        for (size_t m = 0; m < 2; m++)
            for (size_t i = 0; i < worlds * replicas; i++)
                front.mean[p][m] += runs[(p * 2 + m) * worlds * replicas + i] / (double)(worlds * replicas);
    for (size_t p = 0; p < front.count; p++)
        front.is_on[p] = !is_beaten(&front, front.mean, p);
    resample(&front, runs, worlds, replicas);
    struct bh_figure_writer writer = {
        .figure = &front, .data = write_data, .script = write_script, .terminals = plot->request->terminals};
    int status = front.count == 0
                     ? bh_fail(err, BH_ERROR_INPUT, "--front: no policy has both numbers in all of its runs")
                     : bh_figure_files_write(folder, name, &writer, true, err);
    free(runs);
    free(front.value);
    free(front.share);
    free(front.is_on);
    free(front.mean);
    return status;
}
