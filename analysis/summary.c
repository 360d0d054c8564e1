/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables of all policies at a point, along the scale, and where their order changes. */
#include "analysis/summary.h"

#include "analysis/measures.h"
#include "analysis/table.h"
#include "analysis/tradeoff.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many points, each has its full table. */
enum { FEW_POINTS = 4 };

char *bh_summary_point_name(const struct bh_view *view, size_t point)
{
    char *name = bh_copy_text("");
    for (size_t a = 0; a < view->axes_count; a++) {
        const struct bh_view_axis *axis = &view->axes[a];
        const char *label = axis->labels[bh_view_position(view, point, a)];
        bool is_count = strcmp(axis->name, axis->unit) == 0; /* nodes, in nodes */
        char *longer = bh_print_text("%s%s%s%s%s", name, a == 0 ? "" : ", ", is_count ? label : axis->name,
                                     is_count ? " " : ": ", is_count ? axis->name : label);
        free(name);
        name = longer;
    }
    return name;
}

static void print_heading(const struct bh_summary_options *options, FILE *stream, const char *text)
{
    fprintf(stream, options->markdown ? "\n### %s\n\n" : "\n%s\n\n", text);
}

/* Policies stand under their system's name; one that has a name of its own shows it. `*shown` is the system named
 * last, NULL at first. */
static void add_policy_cell(struct bh_table *table, const struct bh_view *view, size_t policy, const char **shown)
{
    char *usual = bh_print_text("%s %s", view->policy_system[policy], view->policy_policy[policy]);
    bool is_usual = strcmp(usual, view->policy.labels[policy]) == 0;
    if (*shown == NULL || strcmp(view->policy_system[policy], *shown) != 0)
        bh_table_group(table, view->policy_system[policy]);
    *shown = view->policy_system[policy];
    bh_table_cell(table, "  %s", is_usual ? view->policy_policy[policy] : view->policy.labels[policy]);
    free(usual);
}

/* "12.3 % [11.9, 12.7]"; the interval is left out when there is none. */
static void add_percent_cell(struct bh_table *table, struct bh_estimate estimate, bool sign)
{
    char mean[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    bh_number_percent(estimate.mean, mean);
    const char *plus = sign && estimate.mean > 0 ? "+" : "";
    if (isnan(estimate.mean) || isnan(estimate.low)) {
        bh_table_cell(table, "%s%s", plus, mean);
        return;
    }
    bh_number_percent(estimate.low, low);
    bh_number_percent(estimate.high, high);
    /* The unit stands once. */
    low[strlen(low) - 2] = '\0';
    high[strlen(high) - 2] = '\0';
    bh_table_cell(table, "%s%s [%s, %s]", plus, mean, low, high);
}

static void add_makespan_cell(struct bh_table *table, const struct bh_measures *m)
{
    char mean[BH_NUMBER_SIZE], reach[BH_NUMBER_SIZE];
    if (m->unfinished > 0)
        bh_table_cell(table, "unfinished %zu/%zu", m->unfinished, m->replicas);
    else if (isnan(m->makespan_s.low))
        bh_table_cell(table, "%s", bh_number_time(m->makespan_s.mean, mean));
    else
        bh_table_cell(table, "%s ± %s", bh_number_time(m->makespan_s.mean, mean),
                      bh_number_time(m->makespan_s.high - m->makespan_s.mean, reach));
}

static void add_times_cell(struct bh_table *table, double numerator, double denominator)
{
    char text[BH_NUMBER_SIZE];
    double ratio = numerator / denominator;
    bh_table_cell(table, "%s", isfinite(ratio) ? bh_number_plain(ratio, text) : "-");
}

static void add_policy_row(struct bh_table *table, const struct bh_view *view, size_t policy,
                           const struct bh_measures *m, size_t point, size_t boundary, bool any_unfinished,
                           const char **shown)
{
    char text[BH_NUMBER_SIZE], least[BH_NUMBER_SIZE];
    double exact = view->escape_exact[(policy * view->points + point) * view->boundary.count + boundary];
    add_policy_cell(table, view, policy, shown);
    add_makespan_cell(table, m);
    bh_table_cell(table, "%s", bh_number_percent(m->price, text));
    add_percent_cell(table, m->net_overhead, false);
    if (any_unfinished)
        add_percent_cell(table, m->work_rate, false);
    if (m->difference_is_rate) {
        struct bh_estimate d = m->difference;
        bh_table_cell(table, "%s%s work rate", d.mean > 0 ? "+" : "", bh_number_percent(d.mean, text));
    } else {
        add_percent_cell(table, m->difference, true);
    }
    bh_table_cell(table, "%s", bh_number_plain(exact, text));
    if (m->interruptions > 0)
        bh_table_cell(table, "%s", bh_number_time(m->mtti_s.mean, text));
    else
        bh_table_cell(table, "> %s", bh_number_time(m->elapsed_s, least));
    add_times_cell(table, m->mtti_s.mean, m->checkpoint_time_s);
    add_times_cell(table, m->mtti_s.mean, m->restart_time_s);
    bh_table_cell(table, "%s", bh_number_percent(1 - m->unchangeable.mean, text));
}

static void print_point(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                        FILE *stream)
{
    size_t policies = view->policy.count, boundary = bh_view_find_label(&view->boundary, "enclave/enclave");
    struct bh_measures *m = bh_allocate(policies, sizeof *m);
    bool any_unfinished = false;
    double faults = 0, correlation = INFINITY;
    for (size_t p = 0; p < policies; p++) {
        bh_measure(view, p, point, options->enclave, &m[p]);
        any_unfinished = any_unfinished || m[p].unfinished > 0;
        faults += m[p].faults.mean;
        if (!isnan(m[p].correlation))
            correlation = fmin(correlation, m[p].correlation);
    }
    char *name = bh_summary_point_name(view, point);
    char *heading = bh_print_text("At %s", name);
    if (name[0] != '\0')
        print_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    bh_table_column(table, "makespan");
    bh_table_column(table, "price");
    bh_table_column(table, "net overhead");
    if (any_unfinished)
        bh_table_column(table, "useful work");
    bh_table_column(table, "from protection first");
    bh_table_column(table, "escape");
    bh_table_column(table, "MTTI");
    bh_table_column(table, "MTTI/checkpoint");
    bh_table_column(table, "MTTI/restart");
    bh_table_column(table, "changeable");
    if (boundary == view->boundary.count)
        boundary--;
    const char *shown = NULL;
    for (size_t p = 0; p < policies; p++)
        add_policy_row(table, view, p, &m[p], point, boundary, any_unfinished, &shown);
    bh_table_print(table, options->markdown, stream);
    bh_table_destroy(table);
    if (faults == 0 && view->faults_requested)
        fputs("\nFaults were asked for, and none struck: nothing here says how the policies bear them.\n", stream);
    if (isfinite(correlation))
        fprintf(stream, "\nLeast correlation of paired replicas: %.2f\n", correlation);
    free(heading);
    free(name);
    free(m);
}

/* Net overhead of every policy along one axis, for each combination of the others. */
static void print_along(const struct bh_view *view, const struct bh_summary_options *options, size_t axis, FILE *stream)
{
    const struct bh_view_axis *scale = &view->axes[axis];
    for (size_t point = 0; point < view->points; point++) {
        if (bh_view_position(view, point, axis) != 0)
            continue;
        char *others = bh_copy_text("");
        for (size_t a = 0; a < view->axes_count; a++)
            if (a != axis) {
                char *longer = bh_print_text("%s, %s: %s", others, view->axes[a].name,
                                             view->axes[a].labels[bh_view_position(view, point, a)]);
                free(others);
                others = longer;
            }
        char *heading = bh_print_text("Net overhead along %s%s", scale->name, others);
        print_heading(options, stream, heading);
        struct bh_table *table = bh_table_create();
        bh_table_column(table, "policy");
        for (size_t i = 0; i < scale->count; i++)
            bh_table_column(table, "%s", scale->labels[i]);
        const char *shown = NULL;
        for (size_t p = 0; p < view->policy.count; p++) {
            add_policy_cell(table, view, p, &shown);
            for (size_t i = 0; i < scale->count; i++) {
                struct bh_measures m;
                bh_measure(view, p, bh_view_neighbour(view, point, axis, i), options->enclave, &m);
                if (m.unfinished > 0)
                    bh_table_cell(table, "unfinished %zu/%zu", m.unfinished, m.replicas);
                else
                    add_percent_cell(table, m.net_overhead, false);
            }
        }
        bh_table_print(table, options->markdown, stream);
        bh_table_destroy(table);
        free(heading);
        free(others);
    }
}

/* The originating study's table: the largest part of the machine that errors reached. */
static void print_extent(const struct bh_view *view, const struct bh_summary_options *options, size_t point,
                         FILE *stream)
{
    const char *shown = NULL;
    char text[BH_NUMBER_SIZE], *name = bh_summary_point_name(view, point);
    char *heading = bh_print_text("How far errors reach%s%s: share of errors by the largest thing that failed or was "
                                  "reached",
                                  name[0] == '\0' ? "" : " at ", name);
    print_heading(options, stream, heading);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy");
    for (size_t s = 0; s < view->scope.count; s++)
        bh_table_column(table, "%s", view->scope.labels[s]);
    bh_table_column(table, "errors");
    for (size_t p = 0; p < view->policy.count; p++) {
        struct bh_measures m;
        bh_measure(view, p, point, options->enclave, &m);
        add_policy_cell(table, view, p, &shown);
        for (size_t s = 0; s < view->scope.count; s++) {
            double share = bh_measure_extent(view, view->system_extent, p, point, s).mean;
            bh_table_cell(table, "%s", share == 0 ? "." : bh_number_percent(share, text));
        }
        bh_table_cell(table, "%.0f", m.errors.mean * (double)m.replicas);
    }
    bh_table_print(table, options->markdown, stream);
    bh_table_destroy(table);
    free(heading);
    free(name);
}

/* "3.2e-3 [1.1e-3, 8.0e-3]" for every flip of a pair. */
static char *flips_text(const struct bh_flips *flips)
{
    char *text = bh_copy_text(""), value[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    for (size_t i = 0; i < flips->count; i++) {
        bool has_range = !isnan(flips->low[i]) && !isnan(flips->high[i]);
        bh_number_plain(flips->critical[i], value);
        bh_number_plain(flips->low[i], low);
        bh_number_plain(flips->high[i], high);
        char *longer = has_range ? bh_print_text("%s%s%s [%s, %s]", text, i == 0 ? "" : "; ", value, low, high)
                                 : bh_print_text("%s%s%s", text, i == 0 ? "" : "; ", value);
        free(text);
        text = longer;
    }
    return text;
}

static void print_best(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    const struct bh_view_axis *axis = &view->uncertainty.axis;
    size_t *best = bh_allocate(axis->count, sizeof *best);
    bh_find_best(view, options->enclave, best);
    fprintf(stream, "Best by mean net overhead: %s at %s", view->policy.labels[best[0]], axis->labels[0]);
    for (size_t i = 1; i < axis->count; i++) {
        if (best[i] == best[i - 1])
            continue;
        struct bh_flips flips;
        bh_find_flips(view, options->enclave, best[i - 1], best[i], &flips);
        char *text = flips_text(&flips);
        fprintf(stream, ", then %s from about %s", view->policy.labels[best[i]], text);
        free(text);
    }
    fprintf(stream, ", up to %s.\n\n", axis->labels[axis->count - 1]);
    free(best);
}

/* Which policy is better, protection first or another of its system, and where that changes. */
static void add_flip_row(struct bh_table *table, const struct bh_view *view, size_t policy, size_t enclave,
                         const char **shown)
{
    const struct bh_view_axis *axis = &view->uncertainty.axis;
    struct bh_flips flips;
    size_t reference = bh_view_reference(view, policy);
    bh_find_flips(view, enclave, policy, reference, &flips);
    add_policy_cell(table, view, policy, shown);
    if (!flips.comparable || flips.equal) {
        bh_table_cell(table, flips.equal && flips.comparable ? "equal throughout" : "not comparable");
        bh_table_cell(table, "-");
        bh_table_cell(table, "-");
        return;
    }
    if (flips.count == 0) {
        bh_table_cell(table, "no flip between %s and %s", axis->labels[0], axis->labels[axis->count - 1]);
    } else {
        char *text = flips_text(&flips);
        bh_table_cell(table, "%s", text);
        free(text);
    }
    bh_table_cell(table, "%s", view->policy_policy[flips.sign_first < 0 ? policy : reference]);
    bh_table_cell(table, "%s", view->policy_policy[flips.sign_last < 0 ? policy : reference]);
}

static void print_critical(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    const struct bh_view_axis *axis = &view->uncertainty.axis;
    char *point = bh_summary_point_name(view, view->headline);
    char *heading = bh_print_text("Critical values of the assumed number '%s'%s%s", axis->name,
                                  point[0] != '\0' ? ", at " : "", point);
    print_heading(options, stream, heading);
    print_best(view, options, stream);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "policy against protection first");
    bh_table_column(table, "order flips at");
    bh_table_column(table, "better at %s", axis->labels[0]);
    bh_table_column(table, "better at %s", axis->labels[axis->count - 1]);
    const char *shown = NULL;
    size_t rows = 0;
    for (size_t p = 0; p < view->policy.count; p++)
        if (bh_view_reference(view, p) != p) {
            add_flip_row(table, view, p, options->enclave, &shown);
            rows++;
        }
    if (rows > 0)
        bh_table_print(table, options->markdown, stream);
    bh_table_destroy(table);
    free(heading);
    free(point);
}

static void print_legend(const struct bh_view *view, FILE *stream)
{
    fputs(
        "\nprice: fault-free makespan over the native one, minus 1. net overhead: makespan under faults over the\n"
        "native fault-free one without checkpoints, minus 1; it contains what isolation pays back. from protection\n"
        "first: paired difference of net overhead, same system. escape: exact ratio to the co-located enclave at the\n"
        "nominal assumed numbers. changeable: share of errors that any policy could have changed. Brackets and ±: 95 "
        "%.\n",
        stream);
    if (view->replica.count < 2)
        fputs("One replica: there are no intervals.\n", stream);
}

void bh_summary_print(const struct bh_view *view, const struct bh_summary_options *options, FILE *stream)
{
    fprintf(stream, options->markdown ? "## %s\n\n" : "%s\n", view->title);
    fprintf(stream, "scenario %s, bulkhead %s, seed %llu, %zu replica%s, enclave %s\n", view->scenario, view->version,
            (unsigned long long)view->seed, view->replica.count, view->replica.count == 1 ? "" : "s",
            view->enclave.labels[options->enclave]);
    if (view->reproduces_input)
        fputs(options->markdown ? "\n**Reproduced, not predicted.**\n" : "\nREPRODUCED, NOT PREDICTED\n", stream);
    bool all = options->all_points || view->points <= FEW_POINTS;
    if (view->axes_count == 0)
        fputc('\n', stream);
    for (size_t point = 0; point < view->points; point++)
        if (all || point == view->headline)
            print_point(view, options, point, stream);
    if (!all) {
        size_t axis = bh_view_find_axis(view, "nodes");
        print_along(view, options, axis < view->axes_count ? axis : 0, stream);
    }
    print_extent(view, options, view->headline, stream);
    if (view->uncertainty.axis.count > 0)
        print_critical(view, options, stream);
    print_legend(view, stream);
}
