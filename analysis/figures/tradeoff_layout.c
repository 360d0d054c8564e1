/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Positions, ranges and ticks of the trade-off figure. */
#include "analysis/figures/tradeoff_layout.h"

#include "analysis/figures/parts.h"
#include "analysis/measures/measures.h"
#include "analysis/measures/tradeoff.h"
#include "analysis/reader/view_points.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Share of the upper panel's height between rows, so that a mark never hides the next one. */
static const double row_gap = 0.024;
/* Escape below this is as good as none, and is drawn at the edge. */
static const double least_escape = 1e-12;

static double smooth(double percent)
{
    return asinh(percent / BH_FIGURE_LINEAR_PERCENT);
}

double bh_figure_forward(const struct bh_figure_ticks *axis, double percent)
{
    double position = smooth(percent), from = smooth(axis->break_from), to = smooth(axis->break_to);
    if (!(to > from) || position <= from)
        return position;
    if (position >= to)
        return position - (to - from) + BH_FIGURE_BREAK;
    return from + (position - from) / (to - from) * BH_FIGURE_BREAK;
}

double bh_figure_inverse(const struct bh_figure_ticks *axis, double position)
{
    double from = smooth(axis->break_from), to = smooth(axis->break_to);
    if (to > from && position > from)
        position = position >= from + BH_FIGURE_BREAK ? position + (to - from) - BH_FIGURE_BREAK
                                                      : from + (position - from) / BH_FIGURE_BREAK * (to - from);
    return BH_FIGURE_LINEAR_PERCENT * sinh(position);
}

/* Clusters of neighbours that are too close are laid out evenly about their mean, until none touch. */
void bh_figure_spread(double *positions, size_t count, double gap)
{
    size_t *size = bh_allocate(count, sizeof *size);
    double *centre = bh_allocate(count, sizeof *centre);
    size_t clusters = 0;
    for (size_t i = 0; i < count; i++) {
        size[clusters] = 1;
        centre[clusters++] = positions[i];
        while (clusters > 1) {
            size_t a = clusters - 2, b = clusters - 1, both = size[a] + size[b];
            if (centre[b] - centre[a] >= (double)both / 2 * gap)
                break;
            centre[a] = (centre[a] * (double)size[a] + centre[b] * (double)size[b]) / (double)both;
            size[a] = both;
            clusters--;
        }
    }
    size_t next = 0;
    for (size_t c = 0; c < clusters; c++)
        for (size_t k = 0; k < size[c]; k++)
            positions[next++] = centre[c] + ((double)k - (double)(size[c] - 1) / 2) * gap;
    free(centre);
    free(size);
}

/* Round ticks from least to most, the most telling first: 0, powers of ten, then their fives and twos. */
static void choose_ticks(struct bh_figure_ticks *ticks, double gap)
{
    static const double steps[] = {1, 5, 2};
    double span = bh_figure_forward(ticks, ticks->most) - bh_figure_forward(ticks, ticks->least);
    ticks->count = 0;
    for (int round = -1; round < 3; round++)
        for (int power = 0; power < 9; power++)
            for (int sign = 1; sign >= -1; sign -= 2) {
                double value = round < 0 ? 0 : sign * steps[round] * pow(10, power);
                bool fits = value >= ticks->least && value <= ticks->most &&
                            ticks->count < sizeof ticks->values / sizeof ticks->values[0] &&
                            !(value > ticks->break_from && value < ticks->break_to);
                for (size_t i = 0; i < ticks->count && fits; i++)
                    fits =
                        fabs(bh_figure_forward(ticks, value) - bh_figure_forward(ticks, ticks->values[i])) > gap * span;
                if (fits)
                    ticks->values[ticks->count++] = value;
            }
}

static void widen(struct bh_figure_ticks *ticks, double value)
{
    if (!isfinite(value))
        return;
    ticks->least = fmin(ticks->least, value);
    ticks->most = fmax(ticks->most, value);
}

/* Ends of the axis: the data's, with a margin on both sides. */
static void close_range(struct bh_figure_ticks *ticks, double margin)
{
    double least = bh_figure_forward(ticks, ticks->least), most = bh_figure_forward(ticks, ticks->most);
    double span = fmax(most - least, 0.5);
    ticks->least = bh_figure_inverse(ticks, least - margin * span);
    ticks->most = bh_figure_inverse(ticks, most + margin * span);
}

static int by_price(const void *left, const void *right)
{
    const struct bh_figure_row *a = left, *b = right;
    if (a->price_percent != b->price_percent)
        return a->price_percent < b->price_percent ? -1 : 1;
    return a->policy < b->policy ? -1 : a->policy > b->policy;
}

/* The largest of 1, 2 and 5 times a power of ten that is at most `value`, above 0. */
static double round_down(double value)
{
    double power = pow(10, floor(log10(value)));
    return value >= 5 * power ? 5 * power : value >= 2 * power ? 2 * power : power;
}

/* Breaks the axis of prices where nothing stands, if that is a large part of it. Rows are in order of price. */
static void find_break(struct bh_figure *figure)
{
    struct bh_figure_ticks *axis = &figure->price_ticks;
    double widest = 0, margin = 0.3;
    for (size_t i = 1; i < figure->rows_count; i++) {
        double from = smooth(figure->rows[i - 1].price_percent) + margin;
        double to = smooth(figure->rows[i].price_percent) - margin;
        if (to - from > widest && to - from > 0.25 * (smooth(axis->most) - smooth(axis->least))) {
            widest = to - from;
            axis->break_from = BH_FIGURE_LINEAR_PERCENT * sinh(from);
            axis->break_to = BH_FIGURE_LINEAR_PERCENT * sinh(to);
            /* Leave room for a tick above the break. */
            if (axis->break_to > 0 && round_down(axis->break_to) > axis->break_from)
                axis->break_to = 0.97 * round_down(axis->break_to);
        }
    }
}

static void note_escape(struct bh_figure *figure, size_t panel, double escape)
{
    if (isnan(escape))
        return;
    if (escape < least_escape)
        figure->has_zero_escape[panel] = true;
    else if (escape < figure->escape_least[panel])
        figure->escape_least[panel] = escape;
}

/* Whether two rows share a stretch of a panel's escape axis, marks, bars and intervals included. */
static bool share_stretch(const struct bh_figure *figure, const struct bh_figure_row *a, const struct bh_figure_row *b)
{
    for (size_t k = 0; k < figure->upper_count; k++) {
        if (isnan(a->escape[k].exact) || isnan(b->escape[k].exact))
            continue; /* not in this panel */
        const struct bh_figure_escape *escapes[] = {&a->escape[k], &b->escape[k]};
        double left[2], right[2], least = figure->escape_least[k];
        double room = pow(least, -0.03); /* a mark's reach, which grows with the decades that the axis holds */
        for (int i = 0; i < 2; i++) {
            const struct bh_figure_escape *escape = escapes[i];
            left[i] = fmax(fmin(fmin(escape->exact, escape->low), escape->seen.low), least) / room;
            right[i] = fmax(fmax(fmax(escape->exact, escape->high), escape->seen.high), least) * room;
        }
        if (left[0] <= right[1] && left[1] <= right[0])
            return true;
    }
    return false;
}

/* Pushes rows apart that would cover each other, half the overlap each, until none do or patience ends. Returns how far
 * the farthest was moved. */
static double push_rows(const struct bh_figure *figure, double gap, double *at)
{
    size_t count = figure->rows_count;
    for (size_t i = 0; i < count; i++)
        at[i] = bh_figure_forward(&figure->price_ticks, figure->rows[i].price_percent);
    bool moved = true;
    for (int round = 0; round < 400 && moved; round++) {
        moved = false;
        for (size_t i = 0; i < count; i++)
            for (size_t j = i + 1; j < count; j++) {
                double overlap = gap - (at[j] - at[i]);
                if (overlap < 1e-3 * gap || overlap > 3 * gap ||
                    !share_stretch(figure, &figure->rows[i], &figure->rows[j]))
                    continue;
                at[i] -= overlap / 2;
                at[j] += overlap / 2;
                moved = true;
            }
    }
    double farthest = 0;
    for (size_t i = 0; i < count; i++)
        farthest = fmax(farthest, fabs(at[i] - bh_figure_forward(&figure->price_ticks, figure->rows[i].price_percent)));
    return farthest;
}

/* Rows that are too many for the room are closer together, and cover each other at last. */
static void part_rows(struct bh_figure *figure)
{
    size_t count = figure->rows_count;
    struct bh_figure_ticks *axis = &figure->price_ticks;
    double *at = bh_allocate(count + 1, sizeof *at);
    double span = bh_figure_forward(axis, axis->most) - bh_figure_forward(axis, axis->least);
    double mark = row_gap * span, most = BH_FIGURE_ASIDE_POINTS / (72 * BH_FIGURE_UPPER_HEIGHT) * span, farthest;
    for (double gap = mark; (farthest = push_rows(figure, gap, at)) > most; gap *= 0.95 * most / farthest)
        ;
    for (size_t i = 0; i < count; i++) {
        figure->rows[i].position = bh_figure_inverse(axis, at[i]);
        /* Room for half a mark. */
        widen(axis, bh_figure_inverse(axis, at[i] - 0.8 * mark));
        widen(axis, bh_figure_inverse(axis, at[i] + 0.8 * mark));
    }
    span = bh_figure_forward(axis, axis->most) - bh_figure_forward(axis, axis->least);
    for (size_t i = 0; i < count; i++)
        figure->rows[i].raise_points =
            (at[i] - bh_figure_forward(axis, figure->rows[i].price_percent)) / span * 72 * BH_FIGURE_UPPER_HEIGHT;
    free(at);
}

static void find_fronts(struct bh_figure *figure)
{
    size_t count = figure->rows_count;
    double *prices = bh_allocate(2 * count + 1, sizeof *prices), *escapes = prices + count;
    bool *front = bh_allocate(count + 1, sizeof *front);
    for (size_t k = 0; k < figure->upper_count; k++) {
        for (size_t i = 0; i < count; i++) {
            prices[i] = figure->rows[i].price_percent;
            escapes[i] = figure->rows[i].escape[k].exact;
        }
        bh_pareto_front(prices, escapes, count, front);
        for (size_t i = 0; i < count; i++)
            figure->rows[i].escape[k].on_front = front[i];
    }
    free(front);
    free(prices);
}

/* One policy's row; false if there is nothing to draw. */
static bool fill_row(const struct bh_figure *figure, size_t policy, struct bh_figure_row *row)
{
    const struct bh_view *view = figure->view;
    size_t cell = policy * view->points + view->headline;
    *row =
        (struct bh_figure_row){.policy = policy, .system = figure->system_of[policy], .mark = figure->kind_of[policy]};
    row->price_percent = 100 * view->numbers[BH_METRIC_price][cell * view->enclave.count + view->primary];
    bool is_drawn = false;
    for (size_t k = 0; k < figure->upper_count; k++) {
        size_t at = cell * view->boundary.count + figure->boundary[k];
        row->escape[k] =
            (struct bh_figure_escape){.exact = view->numbers[BH_METRIC_escape_exact][at],
                                      .low = view->numbers[BH_METRIC_escape_low][at],
                                      .high = view->numbers[BH_METRIC_escape_high][at],
                                      .seen = bh_measure_escape(view, policy, view->headline, figure->boundary[k])};
        is_drawn = is_drawn || isfinite(row->escape[k].exact);
    }
    return is_drawn && isfinite(row->price_percent);
}

static void lay_rows(struct bh_figure *figure)
{
    size_t count = figure->view->policy.count;
    figure->rows = bh_allocate(count, sizeof *figure->rows);
    for (size_t k = 0; k < figure->upper_count; k++)
        figure->escape_least[k] = 1e-1;
    for (size_t p = 0; p < count; p++) {
        struct bh_figure_row *row = &figure->rows[figure->rows_count];
        if (!fill_row(figure, p, row))
            continue;
        figure->rows_count++;
        widen(&figure->price_ticks, row->price_percent);
        for (size_t k = 0; k < figure->upper_count; k++) {
            note_escape(figure, k, row->escape[k].exact);
            note_escape(figure, k, isnan(row->escape[k].low) ? row->escape[k].exact : row->escape[k].low);
        }
    }
    for (size_t k = 0; k < figure->upper_count; k++)
        figure->escape_least[k] = pow(10, floor(log10(figure->escape_least[k])) - (figure->has_zero_escape[k] ? 1 : 0));
    qsort(figure->rows, figure->rows_count, sizeof *figure->rows, by_price);
    find_break(figure);
    close_range(&figure->price_ticks, 0.06);
    find_fronts(figure);
    part_rows(figure);
    choose_ticks(&figure->price_ticks, 0.05);
}

/* The axis that the lower panels run along, by its numbers or else word by word, and the one shown by hollow and filled
 * marks. */
static void choose_axes(struct bh_figure *figure)
{
    const struct bh_view *view = figure->view;
    figure->scale_axis = bh_view_find_axis(view, "nodes");
    for (size_t a = 0; a < view->axes_count && figure->scale_axis == view->axes_count; a++)
        if (view->axes[a].numbers != NULL && view->axes[a].count > 1)
            figure->scale_axis = a;
    if (figure->scale_axis < view->axes_count && view->axes[figure->scale_axis].numbers == NULL)
        figure->scale_axis = view->axes_count;
    for (size_t a = 0; a < view->axes_count && figure->scale_axis == view->axes_count; a++)
        if (view->axes[a].numbers == NULL && view->axes[a].count > 2)
            figure->scale_axis = a;
    figure->second_axis = view->axes_count;
    for (size_t a = view->axes_count; a-- > 0;)
        if (a != figure->scale_axis && view->axes[a].count == 2)
            figure->second_axis = a;
}

/* One policy along the scale axis, at position `second` of the second axis. */
static struct bh_figure_series lay_series(struct bh_figure *figure, size_t policy, size_t second)
{
    const struct bh_view *view = figure->view;
    struct bh_figure_series series = {
        .policy = policy, .system = figure->system_of[policy], .mark = figure->kind_of[policy], .count = 1};
    if (figure->scale_axis < view->axes_count)
        series.count = view->axes[figure->scale_axis].count;
    series.scale = bh_allocate(series.count, sizeof *series.scale);
    series.overhead = bh_allocate(series.count, sizeof *series.overhead);
    series.unfinished = bh_allocate(series.count, sizeof *series.unfinished);
    series.right = bh_allocate(series.count, sizeof *series.right);
    series.trust = bh_allocate(series.count, sizeof *series.trust);
    size_t base = view->headline;
    if (figure->second_axis < view->axes_count) {
        /* Filled is the headline's value. */
        series.hollow = second != bh_view_position(view, base, figure->second_axis);
        base = bh_view_neighbour(view, base, figure->second_axis, second);
    }
    for (size_t i = 0; i < series.count; i++) {
        struct bh_measures measures;
        size_t point = base;
        series.scale[i] = 1;
        if (figure->scale_axis < view->axes_count) {
            point = bh_view_neighbour(view, base, figure->scale_axis, i);
            const double *numbers = view->axes[figure->scale_axis].numbers;
            series.scale[i] = numbers != NULL ? numbers[i] : (double)(i + 1);
        }
        bh_measure(view, policy, point, view->primary, &measures);
        series.overhead[i] = (struct bh_estimate){100 * measures.net_overhead.mean, 100 * measures.net_overhead.low,
                                                  100 * measures.net_overhead.high};
        series.unfinished[i] = measures.unfinished > 0;
        series.right[i] =
            (struct bh_estimate){100 * measures.right.mean, 100 * measures.right.low, 100 * measures.right.high};
        series.trust[i] = (struct bh_figure_trust){1e6 * 3600 * measures.wrong_per_node_s.mean,
                                                   100 * measures.verification.mean, measures.right_node_s.mean / 3600};
        figure->any_unfinished = figure->any_unfinished || series.unfinished[i];
        widen(&figure->overhead_ticks, series.overhead[i].mean);
        widen(&figure->overhead_ticks, series.overhead[i].low);
        widen(&figure->overhead_ticks, series.overhead[i].high);
    }
    return series;
}

/* A panel per system; the baseline, when it is its system's only policy, is drawn in every panel instead. */
static void lay_panels(struct bh_figure *figure)
{
    const struct bh_view *view = figure->view;
    size_t policies = view->policy.count, seconds = 1, of_system = 0;
    size_t baseline = bh_view_find_label(&view->policy, view->baseline);
    if (figure->second_axis < view->axes_count)
        seconds = view->axes[figure->second_axis].count;
    for (size_t p = 0; p < policies && baseline < policies; p++)
        of_system += figure->system_of[p] == figure->system_of[baseline];
    if (of_system != 1 || figure->systems_count == 1)
        baseline = policies;
    figure->panel_system = bh_allocate(figure->systems_count, sizeof *figure->panel_system);
    figure->panel_first = bh_allocate(figure->systems_count + 1, sizeof *figure->panel_first);
    figure->series = bh_allocate((policies + figure->systems_count) * seconds, sizeof *figure->series);
    for (size_t s = 0; s < figure->systems_count; s++) {
        if (baseline < policies && figure->system_of[baseline] == s)
            continue;
        figure->panel_system[figure->panels_count] = s;
        figure->panel_first[figure->panels_count++] = figure->series_count;
        for (size_t second = seconds; second-- > 0;)
            for (size_t p = 0; p < policies; p++)
                if (p == baseline || figure->system_of[p] == s)
                    figure->series[figure->series_count++] = lay_series(figure, p, second);
    }
    figure->panel_first[figure->panels_count] = figure->series_count;
    close_range(&figure->overhead_ticks, 0.05);
    choose_ticks(&figure->overhead_ticks, 0.08);
    struct bh_figure_ticks *axis = &figure->overhead_ticks;
    double least = bh_figure_forward(axis, axis->least), most = bh_figure_forward(axis, axis->most);
    figure->unfinished_percent = bh_figure_inverse(axis, most + 0.08 * (most - least));
    if (figure->any_unfinished)
        axis->most = bh_figure_inverse(axis, most + 0.17 * (most - least));
}

/* Whether any policy has escapes over a boundary: with one enclave on a node there are none between enclaves. */
static bool is_known(const struct bh_view *view, size_t boundary)
{
    for (size_t p = 0; p < view->policy.count; p++)
        if (isfinite(view->numbers[BH_METRIC_escape_exact]
                                  [(p * view->points + view->headline) * view->boundary.count + boundary]))
            return true;
    return false;
}

struct bh_figure *bh_figure_create(const struct bh_view *view)
{
    struct bh_figure *figure = bh_allocate(1, sizeof *figure);
    figure->view = view;
    figure->shows_right = bh_can_be_wrong(view);
    for (size_t k = 0; k < BH_FIGURE_UPPER; k++) {
        static const char *const names[BH_FIGURE_UPPER] = {"enclave/enclave", "guest/host"};
        size_t boundary = bh_view_find_label(&view->boundary, names[k]);
        if (boundary < view->boundary.count && is_known(view, boundary))
            figure->boundary[figure->upper_count++] = boundary;
    }
    bh_figure_choose_looks(figure);
    lay_rows(figure);
    choose_axes(figure);
    lay_panels(figure);
    bh_figure_lay_scale(figure);
    return figure;
}

void bh_figure_destroy(struct bh_figure *figure)
{
    if (figure == NULL)
        return;
    for (size_t i = 0; i < figure->series_count; i++) {
        free(figure->series[i].scale);
        free(figure->series[i].overhead);
        free(figure->series[i].unfinished);
        free(figure->series[i].right);
        free(figure->series[i].trust);
    }
    free(figure->series);
    free(figure->panel_first);
    free(figure->panel_system);
    free(figure->rows);
    free(figure->mark_names);
    free(figure->system_names);
    free(figure->kind_of);
    free(figure->colours);
    free(figure->marks);
    free(figure->system_of);
    free(figure);
}
