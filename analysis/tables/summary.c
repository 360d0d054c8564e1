/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables of all policies at a point, along the scale, and where their order changes. */
#include "analysis/tables/summary.h"

#include "analysis/measures/bootstrap.h"
#include "analysis/measures/measures.h"
#include "analysis/measures/verdict.h"
#include "analysis/reader/markup.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/parts.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many points, each has its full table. */
enum { FEW_POINTS = 4 };

static void add_makespan_cell(struct bh_table *table, const struct bh_measures *m, bool is_skewed)
{
    char mean[BH_NUMBER_SIZE], reach[BH_NUMBER_SIZE];
    if (m->unfinished > 0)
        bh_table_cell(table, "%s %zu/%zu", bh_summary_not_done(m), m->unfinished, m->replicas);
    else if (isnan(m->makespan_s.low))
        bh_table_cell(table, "%s", bh_number_time(m->makespan_s.mean, mean));
    else if (is_skewed) {
        char low[BH_NUMBER_SIZE];
        bh_table_cell(table, "%s [%s, %s]", bh_number_time(m->makespan_s.mean, mean),
                      bh_number_time(m->makespan_s.low, low), bh_number_time(m->makespan_s.high, reach));
    } else
        bh_table_cell(table, "%s ± %s", bh_number_time(m->makespan_s.mean, mean),
                      bh_number_time(m->makespan_s.high - m->makespan_s.mean, reach));
}

static void add_times_cell(struct bh_table *table, double numerator, double denominator)
{
    char text[BH_NUMBER_SIZE];
    double ratio = numerator / denominator;
    bh_table_cell(table, "%s", isfinite(ratio) ? bh_number_plain(ratio, text) : "-");
}

/* Those that not every table of a point has. */
struct columns {
    bool work_rate, wrong, verification;
};

static void add_policy_row(struct bh_table *table, const struct bh_view *view, size_t policy,
                           const struct bh_measures *m, const struct columns *shows, const char **shown)
{
    char text[BH_NUMBER_SIZE], least[BH_NUMBER_SIZE];
    bh_summary_policy_cell(table, view, policy, shown);
    add_makespan_cell(table, m, view->resamples != NULL);
    if (shows->wrong)
        bh_summary_percent_cell(table, m->wrong);
    if (shows->verification)
        bh_table_cell(table, "%s", bh_number_percent(m->verification.mean, text));
    bh_table_cell(table, "%s", bh_number_percent(m->price, text));
    bh_summary_percent_cell(table, m->net_overhead);
    if (shows->work_rate)
        bh_summary_percent_cell(table, m->work_rate);
    if (m->difference_is_rate) {
        struct bh_estimate d = m->difference;
        bh_number_percent(d.mean, text);
        if (isfinite(d.mean))
            text[strlen(text) - 2] = '\0';
        bh_table_cell(table, "%s%s points of work rate", d.mean > 0 ? "+" : "", text);
    } else if (m->difference.mean == 0 && m->difference.low == 0 && m->difference.high == 0) {
        bh_table_cell(table, "-"); /* the same guards and dispositions under another name */
    } else {
        bh_summary_points_cell(table, m->difference, true);
    }
    if (m->interruptions > 0)
        bh_table_cell(table, "%s", bh_number_time(m->mtti_s.mean, text));
    else
        bh_table_cell(table, "> %s", bh_number_time(m->uptime_s, least));
    add_times_cell(table, m->mtti_s.mean, m->checkpoint_time_s);
    add_times_cell(table, m->mtti_s.mean, m->restart_time_s);
}

static void print_point(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                        bool can_be_wrong, FILE *stream)
{
    size_t policies = view->policy.count;
    struct bh_measures *m = bh_allocate(policies, sizeof *m);
    struct columns shows = {.wrong = can_be_wrong};
    double faults = 0, correlation = INFINITY;
    for (size_t p = 0; p < policies; p++) {
        bh_measure(view, p, point, options->enclave, &m[p]);
        shows.work_rate = shows.work_rate || m[p].unfinished > 0;
        shows.verification = shows.verification || m[p].verification.mean > 0;
        faults += m[p].faults.mean;
        if (!isnan(m[p].correlation))
            correlation = fmin(correlation, m[p].correlation);
    }
    char *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("At %s", name);
    if (name[0] != '\0')
        bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "makespan");
    if (shows.wrong)
        bh_table_column(table, "wrong results");
    if (shows.verification)
        bh_table_column(table, "verifying");
    bh_table_column(table, "price");
    bh_table_column(table, "net overhead");
    if (shows.work_rate)
        bh_table_column(table, "useful work");
    bh_table_column(table, "from protection first");
    bh_table_column(table, "MTTI");
    bh_table_column(table, "MTTI/checkpoint");
    bh_table_column(table, "MTTI/restart");
    const char *shown = NULL;
    for (size_t p = 0; p < policies; p++)
        add_policy_row(table, view, p, &m[p], &shows, &shown);
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    if (faults == 0 && view->faults_requested)
        fputs("\nFaults were asked for, and none struck: nothing here says how the policies bear them.\n", stream);
    if (isfinite(correlation))
        fprintf(stream, "\nLeast correlation of paired replicas: %.2f\n", correlation);
    free(heading);
    free(name);
    free(m);
}

/* Beside what right results would cost too. */
static void add_overhead_cell(struct bh_table *table, const struct bh_measures *m)
{
    char overhead[BH_NUMBER_SIZE], wrong[BH_NUMBER_SIZE];
    if (m->unfinished > 0)
        bh_table_cell(table, "%s %zu/%zu", bh_summary_not_done(m), m->unfinished, m->replicas);
    else if (m->wrong.mean > 0)
        bh_table_cell(table, "%s (%s wrong)", bh_number_percent(m->net_overhead.mean, overhead),
                      bh_number_percent(m->wrong.mean, wrong));
    else
        bh_summary_percent_cell(table, m->net_overhead);
}

/* Net overhead of every policy along one axis, for each combination of the others. */
static void print_along(const struct bh_view *view, const struct bh_summary_options *options, size_t axis, FILE *stream)
{
    const struct bh_view_axis *scale = &view->axes[axis];
    for (size_t point = 0; point < view->points; point++) {
        if (bh_view_position(view, point, axis) != 0)
            continue;
        char *others = bh_summary_other_axes(view, point, axis);
        char *heading = bh_print_text("Net overhead along %s%s", scale->name, others);
        bh_summary_heading(options, stream, heading);
        struct bh_table *table = bh_table_create();
        bh_table_column(table, "policy");
        for (size_t i = 0; i < scale->count; i++)
            bh_table_column(table, "%s", scale->labels[i]);
        const char *shown = NULL;
        for (size_t p = 0; p < view->policy.count; p++) {
            bh_summary_policy_cell(table, view, p, &shown);
            for (size_t i = 0; i < scale->count; i++) {
                struct bh_measures m;
                bh_measure(view, p, bh_view_neighbour(view, point, axis, i), options->enclave, &m);
                add_overhead_cell(table, &m);
            }
        }
        bh_summary_table(table, options, stream);
        bh_table_destroy(table);
        free(heading);
        free(others);
    }
}

/* The largest part of the machine that errors reached. */
static void print_extent(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                         FILE *stream)
{
    const char *shown = NULL;
    char text[BH_NUMBER_SIZE], *name = bh_view_point_name(view, point);
    char *heading = bh_print_text("How far errors reach%s%s: share of errors by the largest thing that failed or was "
                                  "reached",
                                  name[0] == '\0' ? "" : " at ", name);
    bh_summary_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    for (size_t s = 0; s < view->scope.count; s++)
        bh_table_column(table, "%s", view->scope.labels[s]);
    bh_table_column(table, "errors");
    bh_table_column(table, "changeable");
    for (size_t p = 0; p < view->policy.count; p++) {
        struct bh_measures m;
        bh_measure(view, p, point, options->enclave, &m);
        bh_summary_policy_cell(table, view, p, &shown);
        for (size_t s = 0; s < view->scope.count; s++) {
            double share = bh_measure_extent(view, view->numbers[BH_METRIC_system_extent], p, point, s).mean;
            bh_table_cell(table, "%s", share == 0 ? "." : bh_number_percent(share, text));
        }
        bh_table_cell(table, "%.0f", m.errors.mean * (double)m.replicas);
        bh_summary_percent_cell(
            table, (struct bh_estimate){1 - m.unchangeable.mean, 1 - m.unchangeable.high, 1 - m.unchangeable.low});
    }
    bh_summary_table(table, options, stream);
    bh_table_destroy(table);
    fputs("\nchangeable: share of errors that any policy could have changed; the hardware loss of a node no policy "
          "can.\n",
          stream);
    free(heading);
    free(name);
}

/* Noise whose tail decides the answer must say when it is guessed, and failures that they are counted one by one. */
static void print_extrapolated(const struct bh_view *view, FILE *stream)
{
    double noisy = bh_view_fewest_nodes(view, view->numbers[BH_METRIC_noise_extrapolated], 0.0);
    double apart = bh_view_fewest_nodes(view, view->numbers[BH_METRIC_independent_nodes], BH_NODES_OBSERVED + 1);
    if (isfinite(noisy))
        fprintf(stream,
                "\nExtrapolated: from %.0f nodes on, operating-system noise is taken beyond the largest machine for\n"
                "which it was measured, along the tail that its component names.\n",
                noisy);
    if (isfinite(apart))
        fprintf(stream,
                "\nIndependent nodes: from %.0f nodes on, no machine's failures were read, and no fault here strikes\n"
                "several nodes at once; on large machines of the past more runs failed than that gives.\n",
                apart);
}

static void print_legend(const struct bh_view *view, const struct bh_summary_options *options, bool can_be_wrong,
                         FILE *stream)
{
    print_extrapolated(view, stream);
    size_t baseline = bh_view_find_label(&view->policy, view->baseline);
    bool native = baseline < view->policy.count && strcmp(view->policy_system[baseline], "native") == 0;
    char *name = bh_markup(native ? "native nodes" : view->baseline, options->format);
    fprintf(
        stream,
        "\nprice: fault-free makespan over that of %s with the same nodes, intervals and checkpoints, minus 1.\n"
        "net overhead: makespan under faults over the fault-free one of %s without checkpoints, minus 1; it\n"
        "contains what isolation pays back. from protection first: paired difference of net overhead, same system;\n"
        "- where all replicas are the same. MTTI: mean time that the enclave ran between interruptions, also over\n"
        "the time of a checkpoint and of a restart. Brackets and ±: 95 %%.\n",
        name, name);
    if (view->resamples != NULL)
        fprintf(stream, "Intervals of means and of differences: by resampling the replicas (BCa)%s.\n",
                view->replica.count < BH_BOOTSTRAP_LEAST ? ", of which there are too few: from 20 on it is told" : "");
    if (can_be_wrong)
        fprintf(
            stream,
            "wrong results: share of replicas that ended with silent errors that nothing had found and that matter;\n"
            "%s.\n"
            "verifying: share of node-time that went into verifying data. node-hours per right result: of all "
            "replicas,\n"
            "also those given up or wrong, for each that came to a right one.\n",
            view->wrong_is_done ? "their makespans count like all others, as the scenario asks for"
                                : "they are not done, and where there are any there are no means");
    free(name);
}

/* Everything about one point but how the scale matters. */
static void print_point_tables(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                               bool can_be_wrong, FILE *stream)
{
    print_point(view, options, point, can_be_wrong, stream);
    if (can_be_wrong)
        bh_summary_print_right(view, options, point, stream);
    bh_summary_print_escape(view, options, point, stream);
}

static void print_summary(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    fputs(options->format == BH_TABLE_MARKDOWN ? "## " : "", stream);
    bh_summary_text(options, stream, view->title);
    fputs(options->format == BH_TABLE_MARKDOWN ? "\n\n" : "\n", stream);
    bh_markup_print(stream, options->format, "scenario %s, bulkhead %s, seed %llu, %zu replica%s, enclave %s",
                    view->scenario, view->version, (unsigned long long)view->seed, view->replica.count,
                    view->replica.count == 1 ? "" : "s", view->enclave.labels[options->enclave]);
    fputc('\n', stream);
    if (view->reproduces_input && !bh_has_verdict(view)) /* else its table says so */
        fputs(options->format == BH_TABLE_MARKDOWN ? "\n**Reproduced, not predicted.**\n"
                                                   : "\nREPRODUCED, NOT PREDICTED\n",
              stream);
    if (bh_has_verdict(view))
        bh_summary_print_study(view, options, stream);
    bool all = options->all_points || view->points <= FEW_POINTS;
    size_t axis = bh_view_find_axis(view, "nodes");
    if (axis == view->axes_count)
        axis = 0;
    /* Costs of a study that is about its verdicts would only be in the way. */
    bool shows_costs = options->all_points || !bh_has_verdict(view), can_be_wrong = bh_can_be_wrong(view);
    if (view->axes_count == 0 && shows_costs)
        fputc('\n', stream);
    for (size_t point = 0; point < view->points && shows_costs; point++)
        if (all || point == view->headline)
            print_point_tables(view, options, point, can_be_wrong, stream);
    if (!all)
        print_along(view, options, axis, stream);
    if (view->axes_count > 0 && view->policy.count > 1)
        bh_summary_print_order(view, options, axis, stream);
    bh_summary_print_enclaves(view, options, view->headline, stream);
    bh_summary_print_compositions(view, options, view->headline, stream);
    print_extent(view, options, view->headline, stream);
    bh_summary_print_silent(view, options, view->headline, stream);
    bh_summary_print_needs(view, options, view->headline, stream);
    bh_summary_print_interaction(view, options, view->headline, stream);
    bh_summary_print_causes(view, options, view->headline, stream);
    if (view->uncertainty.axis.count > 0)
        (view->uncertainty.source != NULL ? bh_summary_print_draws : bh_summary_print_critical)(view, options, stream);
    if (shows_costs)
        print_legend(view, options, can_be_wrong, stream);
    if (view->replica.count < 2)
        fputs("\nOne replica: there are no intervals.\n", stream);
}

/* In LaTeX prose goes nowhere: a paper has its own. */
void bh_summary_print(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    if (options->format != BH_TABLE_LATEX) {
        print_summary(view, options, stream);
        return;
    }
    FILE *nowhere = fopen("/dev/null", "w");
    BH_BUG_ASSERT(nowhere != NULL);
    struct bh_summary_options own = *options;
    own.tables = stream;
    fputs("% Tables of booktabs: \\usepackage{booktabs}, and \\usepackage[utf8]{inputenc} for pdflatex.\n% ", stream);
    bh_markup_write(stream, view->title, BH_TABLE_TEXT);
    fputc('\n', stream);
    print_summary(view, &own, nowhere);
    fclose(nowhere);
}
