/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What axes are called, in which unit, from where to where, and which numbers stand at their ticks. */
#include "analysis/plots/parts.h"

#include "analysis/figures/gnuplot_script.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A logarithmic axis goes so far below the least mark for the sake of a bar. */
#define BAR_SPAN 5.0
/* Axes of positive numbers that differ by so much are logarithmic unless told. */
#define X_SPAN 20.0
#define Y_SPAN 100.0

/* --- Names and units -------------------------------------------------------------------------------------------------- */

/* Adds a finite number to a range that begins as INFINITY to -INFINITY. */
static void widen(double *least, double *most, double number)
{
    if (isfinite(number)) {
        *least = fmin(*least, number);
        *most = fmax(*most, number);
    }
}

static size_t places_of(const struct bh_plot *plot)
{
    return plot->used_count[BH_PLOT_PANEL] * plot->used_count[BH_PLOT_SERIES] * plot->used_count[BH_PLOT_X];
}

static bool is_band(const struct bh_plot *plot)
{
    return plot->dimension[BH_PLOT_BAND].kind != BH_DIMENSION_NONE;
}

/* The unit in which times are told, and seconds in it. */
static const char *time_unit(double seconds, double *length)
{
    static const struct {
        double length;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};
    for (size_t i = 0; i < BH_COUNT(units); i++)
        if (seconds >= 2 * units[i].length) {
            *length = units[i].length;
            return units[i].name;
        }
    *length = 1;
    return "s";
}

static void name_metric(struct bh_plot *plot, size_t metric)
{
    struct bh_plot_metric *own = &plot->metric[metric];
    double least = INFINITY, most = -INFINITY, length = 1;
    for (size_t i = 0; i < places_of(plot); i++)
        widen(&least, &most, plot->values[metric * places_of(plot) + i].estimate.mean);
    const char *unit = own->criterion.unit;
    own->factor = 1;
    if (own->criterion.is_share) {
        own->factor = 100;
        unit = "%";
    } else if (strcmp(unit, "s") == 0) {
        unit = time_unit(most, &length);
        own->factor = 1 / length;
    }
    size_t stem = strcspn(own->criterion.name, "[");
    char *name = bh_print_text("%.*s%s%s", (int)stem, own->criterion.name, own->criterion.name[stem] != '\0' ? " " : "",
                               own->criterion.name + stem);
    for (char *sign = name; *sign != '\0' && *sign != '['; sign++)
        *sign = *sign == '_' || *sign == '-' ? ' ' : *sign;
    name[0] = (char)toupper((unsigned char)name[0]);
    bool is_bare = strcmp(unit, "1") == 0 || strcmp(unit, "node-hours") == 0;
    own->label = plot->request->y_label != NULL && metric == plot->request->is_front
                     ? bh_copy_text(plot->request->y_label)
                 : is_bare ? bh_copy_text(name)
                           : bh_print_text("%s (%s)", name, unit);
    free(name);
}

/* --- Ranges ----------------------------------------------------------------------------------------------------------- */

/* The greatest of 1, 2, 5, 10... below a positive number, and the least above it. */
static double step_below(double number)
{
    double decade = pow(10, floor(log10(number) + 1e-9)), share = number / decade * (1 + 1e-9);
    return decade * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}

static double step_above(double number)
{
    double decade = pow(10, floor(log10(number) + 1e-9)), share = number / decade * (1 - 1e-9);
    return decade * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static bool wants_log(const struct bh_plot *plot, char axis, bool by_numbers)
{
    const char *log = plot->request->log;
    return log == NULL ? by_numbers : strcmp(log, "none") != 0 && strchr(log, axis) != NULL;
}

struct extent {
    double least, most;                   /* of all that is drawn */
    double least_mark, most_mark;         /* of what marks stand at */
    double least_positive, most_positive; /* of what is above 0 */
    double least_bar;
    bool has_zero, has_open; /* marks that are 0 or less; what is not done */
};

static struct extent extent_of(const struct bh_plot *plot, size_t metric)
{
    struct extent extent = {.least = INFINITY,
                            .most = -INFINITY,
                            .least_mark = INFINITY,
                            .most_mark = -INFINITY,
                            .least_positive = INFINITY,
                            .most_positive = 0};
    for (size_t i = 0; i < places_of(plot); i++) {
        const struct bh_plot_value *value = &plot->values[metric * places_of(plot) + i];
        double factor = plot->metric[metric].factor, mean = factor * value->estimate.mean,
               low = factor * (is_band(plot) ? value->quantile[0] : value->estimate.low),
               high = factor * (is_band(plot) ? value->quantile[2] : value->estimate.high);
        widen(&extent.least, &extent.most, mean);
        widen(&extent.least_mark, &extent.most_mark, mean);
        widen(&extent.least, &extent.most, low);
        widen(&extent.least, &extent.most, high);
        extent.has_zero = extent.has_zero || mean <= 0;
        if (isfinite(low))
            extent.least_bar = fmin(extent.least_bar, low);
        extent.has_open = extent.has_open || value->not_done > 0;
        if (mean > 0)
            extent.least_positive = fmin(extent.least_positive, mean);
        if (mean > 0 && low > mean / BAR_SPAN)
            extent.least_positive = fmin(extent.least_positive, low);
        extent.most_positive = fmax(extent.most_positive, fmax(mean, isfinite(high) ? high : mean));
    }
    return extent;
}

static void scale_metric(struct bh_plot *plot, size_t metric)
{
    struct bh_plot_metric *own = &plot->metric[metric];
    struct extent extent = extent_of(plot, metric);
    if (!isfinite(extent.least))
        extent.least = extent.most = 0;
    bool spans = extent.least_mark > 0 && extent.most_mark / extent.least_mark >= Y_SPAN;
    own->is_logarithmic = wants_log(plot, 'y', spans) && extent.most_positive > 0;
    own->has_open = extent.has_open;
    if (own->is_logarithmic) {
        own->from = step_below(extent.least_positive);
        own->to = step_above(extent.most_positive);
        if (own->to <= own->from)
            own->to = 10 * own->from;
        double room = pow(own->to / own->from, 0.08);
        own->has_zero = extent.has_zero;
        own->has_cut_bar = extent.least_bar < own->from;
        own->zero = own->from / room;
        if (own->has_zero)
            own->from /= pow(room, 1.7);
        own->open = own->to * room;
        if (own->has_open)
            own->to *= pow(room, 1.7);
        return;
    }
    /* A linear axis has its 0, so that nothing is cut. */
    double least = fmin(0, extent.least), most = fmax(0, extent.most);
    if (most <= least)
        most = least + 1;
    double room = 0.06 * (most - least);
    own->from = least < 0 ? least - room : 0;
    own->open = most + 1.2 * room;
    own->to = most + (own->has_open ? 2 : 1) * room;
}

static int scale_x(struct bh_plot *plot, struct bh_error *err)
{
    const struct bh_plot_dimension *x = &plot->dimension[BH_PLOT_X];
    size_t count = plot->used_count[BH_PLOT_X];
    bool is_numeric = x->numbers != NULL && x->is_ordered, is_binary = true;
    double least = bh_plot_x(plot, 0), most = bh_plot_x(plot, count - 1);
    if (!is_numeric) {
        plot->x_from = 0.5;
        plot->x_to = (double)count + 0.5;
        if (plot->request->log != NULL && strchr(plot->request->log, 'x') != NULL)
            return bh_fail(err, BH_ERROR_INPUT, "--log %s: the labels of `%s` are words", plot->request->log, x->name);
        return 0;
    }
    plot->x_is_logarithmic = wants_log(plot, 'x', least > 0 && most / least >= X_SPAN);
    if (plot->x_is_logarithmic && least <= 0)
        return bh_fail(err, BH_ERROR_INPUT, "--log %s: `%s` begins at %g, which has no place on a logarithmic axis",
                       plot->request->log, x->name, least);
    for (size_t i = 0; i < count; i++) {
        int exponent;
        is_binary = is_binary && frexp(bh_plot_x(plot, i), &exponent) == 0.5 && exponent > 1;
    }
    plot->x_base = is_binary ? 2 : 10;
    if (plot->x_is_logarithmic) {
        double room = most > least ? pow(most / least, 0.05) : 2;
        plot->x_from = least / room;
        plot->x_to = most * room;
    } else {
        double room = most > least ? 0.05 * (most - least) : 1;
        plot->x_from = least - room;
        plot->x_to = most + room;
    }
    return 0;
}

int bh_plot_scale(struct bh_plot *plot, struct bh_error *err)
{
    for (size_t m = 0; m < plot->metrics_count; m++) {
        name_metric(plot, m);
        scale_metric(plot, m);
    }
    return scale_x(plot, err);
}

/* --- Ticks ------------------------------------------------------------------------------------------------------------ */

void bh_plot_tick_at(double value, double base, bool is_long, struct bh_plot_tick *tick)
{
    char power[BH_POWER_SIZE];
    double exponent = value > 0 ? round(log(value) / log(base)) : 0;
    bool is_power = value > 0 && fabs(value / pow(base, exponent) - 1) < 1e-9;
    is_long = is_long && base > 2;
    bool is_extreme = value != 0 && (fabs(value) < (is_long ? 0.5 : 1e-3) || fabs(value) >= (is_long ? 500 : 1e5));
    tick->value = value;
    if (is_power && (is_extreme || (base == 2 && value >= 1024))) {
        snprintf(tick->text, sizeof tick->text, "%s", bh_script_power((int)base, (int)exponent, power));
        snprintf(tick->tex, sizeof tick->tex, "$%d^{%d}$", (int)base, (int)exponent);
        snprintf(tick->ascii, sizeof tick->ascii, base == 2 ? "2^%d" : "1e%d", (int)exponent);
        return;
    }
    const char *minus = value < 0 ? "−" : "";
    snprintf(tick->text, sizeof tick->text, "%s%.6g", minus, fabs(value));
    snprintf(tick->tex, sizeof tick->tex, "$%.6g$", value);
    snprintf(tick->ascii, sizeof tick->ascii, "%.6g", value);
}

static size_t linear_ticks(double from, double to, size_t most, struct bh_plot_tick *ticks)
{
    double step = step_above((to - from) / (double)most);
    size_t count = 0;
    for (double n = ceil(from / step - 1e-6); n * step <= to * (1 + 1e-12) + 1e-9 * step && count < BH_PLOT_MOST_TICKS;
         n++)
        bh_plot_tick_at(n * step + 0.0, 10, false, &ticks[count++]); /* no -0 */
    return count;
}

/* Powers of the base, every so many; on less than two decades 1, 2 and 5. */
static size_t log_ticks(double from, double to, double base, size_t most, struct bh_plot_tick *ticks)
{
    double first = ceil(log(from) / log(base) - 1e-6), last = floor(log(to) / log(base) + 1e-6);
    size_t count = 0;
    if (base == 10 && last - first < 2) {
        for (double at = step_above(from); at <= to * (1 + 1e-9) && count < BH_PLOT_MOST_TICKS;
             at = step_above(at * 1.01))
            bh_plot_tick_at(at, base, false, &ticks[count++]);
        return count;
    }
    double every = fmax(1, ceil((last - first + 1) / (double)most));
    for (double n = ceil(first / every) * every; n <= last && count < BH_PLOT_MOST_TICKS; n += every)
        bh_plot_tick_at(pow(base, n), base, last - first >= BH_PLOT_LONG_AXIS, &ticks[count++]);
    return count;
}

size_t bh_plot_ticks(double from, double to, double base, double points, double least_points,
                     struct bh_plot_tick *ticks)
{
    double room = fmax(2, floor(points / least_points));
    size_t most = room > 8 ? 8 : (size_t)room;
    return base > 0 ? log_ticks(from, to, base, most, ticks) : linear_ticks(from, to, most, ticks);
}
