/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The options that ask for a figure. */
#include "analysis/figures/terminals.h"
#include "command/command.h"
#include "command/report/parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct bh_plot_request *request_of(void *arguments)
{
    return &((struct arguments *)arguments)->plot.request;
}

static int take_log(void *arguments, char *text, struct bh_error *err)
{
    static const char *const names[] = {"x", "y", "xy", "none", NULL};
    unsigned place;
    if (bh_options_choice(text, "--log", names, &place, err) != 0)
        return -1;
    request_of(arguments)->log = names[place];
    return 0;
}

static int take_width(void *arguments, char *text, struct bh_error *err)
{
    struct bh_plot_request *request = request_of(arguments);
    char *end;
    request->width_in = strtod(text, &end);
    if (strcmp(text, "column") == 0)
        request->width_in = BH_PLOT_COLUMN;
    else if (strcmp(text, "page") == 0)
        request->width_in = BH_PLOT_PAGE;
    else if (*end != '\0' || !(request->width_in >= 2 && request->width_in <= 20))
        return bh_fail(err, BH_ERROR_INPUT, "--width: found '%s', expected column, page, or 2 to 20 inches", text);
    return 0;
}

/* A font's name goes into commands of gnuplot's, so it is to be none. */
static int take_font(void *arguments, char *text, struct bh_error *err)
{
    struct bh_plot_request *request = request_of(arguments);
    char *comma = strrchr(text, ','), *end = comma;
    if (comma != NULL)
        request->size_pt = strtod(comma + 1, &end);
    bool is_right =
        comma == NULL || (end != comma + 1 && *end == '\0' && request->size_pt >= 4 && request->size_pt <= 40);
    for (const char *sign = text; *sign != '\0' && sign != comma; sign++)
        is_right = is_right && (isalnum((unsigned char)*sign) || strchr(" -.", *sign) != NULL);
    if (!is_right)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--font: found '%s', expected NAME,SIZE: letters, digits, blanks, - and ., then 4 to 40 points",
                       text);
    if (comma != NULL)
        *comma = '\0';
    if (text[0] != '\0')
        request->font = text;
    return 0;
}

static int take_terminals(void *arguments, char *text, struct bh_error *err)
{
    char *rest = NULL;
    for (char *name = strtok_r(text, ", ", &rest); name != NULL; name = strtok_r(NULL, ", ", &rest)) {
        unsigned place;
        if (bh_options_choice(name, "--terminal", bh_terminal_names, &place, err) != 0)
            return -1;
        request_of(arguments)->terminals |= BH_TERMINAL_BIT(place);
    }
    return 0;
}

enum { PLOT = 10 }; /* their group */
const struct bh_option bh_report_plot_options[] = {
    {NULL, 0, NULL, "Figures by request:", PLOT, BH_BY(NULL)},
    {"x", 0, "AXIS", "a figure over this axis: one that varies, policy, system, kind, enclave", PLOT,
     BH_TO_WORD(plot.request.x)},
    {"y", 0, "METRIC", "of this number, net-overhead (default) or as `bulkhead results` lists them; repeatable", PLOT,
     BH_TO_WORDS(plot.request.y, plot.request.y_count)},
    {"series", 0, "AXIS", "a line for each of its values (default: policy)", PLOT, BH_TO_WORD(plot.request.series)},
    {"panel", 0, "AXIS", "a panel for each of its values", PLOT, BH_TO_WORD(plot.request.panel)},
    {"where", 0, "AXIS=LABEL", "only this; several of one axis are alternatives", PLOT,
     BH_TO_WORDS(plot.request.where, plot.request.where_count)},
    {"mean", 0, "AXIS", "means over this axis, or enclave; repeatable", PLOT,
     BH_TO_WORDS(plot.request.mean, plot.request.mean_count)},
    {"band", 0, "AXIS", "median and 5 to 95 % over this axis (default: draws of a campaign)", PLOT,
     BH_TO_WORD(plot.request.band)},
    {"heat", 0, "AXIS", "cells instead of lines: this axis upward, the number as a colour", PLOT,
     BH_TO_WORD(plot.heat)},
    {"front", 0, "METRIC", "--y against this number, a mark for each policy: which none beats in both", PLOT,
     BH_TO_WORD(plot.front)},
    {"log", 0, "AXES", "logarithmic axes: x, y, xy or none (default: by the numbers)", PLOT, BH_BY(take_log)},
    {"x-label", 0, "TEXT", "words at the axis", PLOT, BH_TO_WORD(plot.request.x_label)},
    {"y-label", 0, "TEXT", "words at the axis of the first --y", PLOT, BH_TO_WORD(plot.request.y_label)},
    {"name", 0, "NAME", "what its files are called, behind the scenario's name", PLOT, BH_TO_WORD(plot.request.name)},
    {"width", 0, "WIDTH", "column (3.4 inches, default), page (7.1), or inches", PLOT, BH_BY(take_width)},
    {"font", 0, "NAME,SIZE", "font and points, either may be left out", PLOT, BH_BY(take_font)},
    {"terminal", 0, "NAME", "pdf, png, svg, cairolatex, tikz, canvas; several with commas (default: pdf,png,svg)", PLOT,
     BH_BY(take_terminals)},
    {0},
};

/* Policies stand along x, of which only the two numbers are drawn. */
static int draw_front(struct bh_report_plot *plot, struct bh_error *err)
{
    struct bh_plot_request *request = &plot->request;
    if (request->is_heat || request->x != NULL || request->series != NULL || request->panel != NULL ||
        request->band != NULL || request->mean_count > 0 || request->y_count > 1)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "--front draws two numbers of each policy: one --y, and no --x, --series, --panel, --band, --mean or "
            "--heat");
    if (request->y_count == 0)
        bh_options_append(&request->y, &request->y_count, "net-overhead");
    bh_options_append(&request->y, &request->y_count, request->y[0]);
    request->y[0] = plot->front;
    request->x = "policy";
    return 0;
}

int bh_report_plot_check(struct bh_report_plot *plot, struct bh_error *err)
{
    struct bh_plot_request *request = &plot->request;
    request->is_heat = plot->heat != NULL;
    request->is_front = plot->front != NULL;
    if (request->is_heat && (request->series != NULL || request->band != NULL || request->y_count > 1))
        return bh_fail(err, BH_ERROR_INPUT, "--heat has cells of one number: no --series, no --band, one --y");
    if (request->is_heat)
        request->series = plot->heat;
    request->width_in = request->width_in > 0 ? request->width_in : BH_PLOT_COLUMN;
    request->size_pt = request->size_pt > 0 ? request->size_pt : 8;
    return request->is_front ? draw_front(plot, err) : 0;
}

bool bh_report_asks_for_plot(const struct arguments *report)
{
    return (report->options.groups >> PLOT) & 1;
}

void bh_report_plot_release(struct bh_report_plot *plot)
{
    free(plot->request.y);
    free(plot->request.where);
    free(plot->request.mean);
}
