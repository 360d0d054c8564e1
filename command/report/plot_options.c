/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The options that ask for a figure. */
#include "analysis/figures/terminals.h"
#include "command/command.h"
#include "command/options.h"
#include "command/report/parts.h"
#include "models/base/nearest_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_X = 300,
    KEY_Y,
    KEY_SERIES,
    KEY_PANEL,
    KEY_WHERE,
    KEY_MEAN,
    KEY_BAND,
    KEY_HEAT,
    KEY_FRONT,
    KEY_LOG,
    KEY_X_LABEL,
    KEY_Y_LABEL,
    KEY_NAME,
    KEY_WIDTH,
    KEY_FONT,
    KEY_TERMINAL
};

static const struct argp_option options[] = {
    {"x", KEY_X, "AXIS", 0, "a figure over this axis: one that varies, policy, system, kind, enclave", 10},
    {"y", KEY_Y, "METRIC", 0, "of this number, net-overhead (default) or as `bulkhead results` lists them; repeatable",
     10},
    {"series", KEY_SERIES, "AXIS", 0, "a line for each of its values (default: policy)", 10},
    {"panel", KEY_PANEL, "AXIS", 0, "a panel for each of its values", 10},
    {"where", KEY_WHERE, "AXIS=LABEL", 0, "only this; several of one axis are alternatives", 10},
    {"mean", KEY_MEAN, "AXIS", 0, "means over this axis, or enclave; repeatable", 10},
    {"band", KEY_BAND, "AXIS", 0, "median and 5 to 95 % over this axis (default: draws of a campaign)", 10},
    {"heat", KEY_HEAT, "AXIS", 0, "cells instead of lines: this axis upward, the number as a colour", 10},
    {"front", KEY_FRONT, "METRIC", 0, "--y against this number, a mark for each policy: which none beats in both", 10},
    {"log", KEY_LOG, "AXES", 0, "logarithmic axes: x, y, xy or none (default: by the numbers)", 10},
    {"x-label", KEY_X_LABEL, "TEXT", 0, "words at the axis", 10},
    {"y-label", KEY_Y_LABEL, "TEXT", 0, "words at the axis of the first --y", 10},
    {"name", KEY_NAME, "NAME", 0, "what its files are called, behind the scenario's name", 10},
    {"width", KEY_WIDTH, "WIDTH", 0, "column (3.4 inches, default), page (7.1), or inches", 10},
    {"font", KEY_FONT, "NAME,SIZE", 0, "font and points, either may be left out", 10},
    {"terminal", KEY_TERMINAL, "NAME", 0,
     "pdf, png, svg, cairolatex, tikz, canvas; several with commas (default: pdf,png,svg)", 10},
    {0},
};

static void take_width(struct argp_state *state, const char *text, struct bh_plot_request *request)
{
    char *end;
    request->width_in = strtod(text, &end);
    if (strcmp(text, "column") == 0)
        request->width_in = BH_PLOT_COLUMN;
    else if (strcmp(text, "page") == 0)
        request->width_in = BH_PLOT_PAGE;
    else if (*end != '\0' || !(request->width_in >= 2 && request->width_in <= 20))
        argp_failure(state, BH_EXIT_INPUT, 0, "--width: found '%s', expected column, page, or 2 to 20 inches", text);
}

/* A font's name goes into commands of gnuplot's, so it is to be none. */
static void take_font(struct argp_state *state, char *text, struct bh_plot_request *request)
{
    char *comma = strrchr(text, ','), *end = comma;
    if (comma != NULL)
        request->size_pt = strtod(comma + 1, &end);
    bool is_right =
        comma == NULL || (end != comma + 1 && *end == '\0' && request->size_pt >= 4 && request->size_pt <= 40);
    for (const char *sign = text; *sign != '\0' && sign != comma; sign++)
        is_right = is_right && (isalnum((unsigned char)*sign) || strchr(" -.", *sign) != NULL);
    if (!is_right)
        argp_failure(state, BH_EXIT_INPUT, 0,
                     "--font: found '%s', expected NAME,SIZE: letters, digits, blanks, - and ., then 4 to 40 points",
                     text);
    if (comma != NULL)
        *comma = '\0';
    if (text[0] != '\0')
        request->font = text;
}

static void take_terminals(struct argp_state *state, char *text, struct bh_plot_request *request)
{
    char *rest = NULL;
    for (char *name = strtok_r(text, ", ", &rest); name != NULL; name = strtok_r(NULL, ", ", &rest))
        request->terminals |= BH_TERMINAL_BIT(bh_options_choice(name, "--terminal", bh_terminal_names,
                                                                "pdf, png, svg, cairolatex, tikz or canvas", state));
}

/* Policies stand along x, of which only the two numbers are drawn. */
static void take_front(struct argp_state *state, struct bh_report_plot *plot)
{
    struct bh_plot_request *request = &plot->request;
    if (request->is_heat || request->x != NULL || request->series != NULL || request->panel != NULL ||
        request->band != NULL || request->mean_count > 0 || request->y_count > 1)
        argp_failure(
            state, BH_EXIT_INPUT, 0,
            "--front draws two numbers of each policy: one --y, and no --x, --series, --panel, --band, --mean or "
            "--heat");
    if (request->y_count == 0)
        bh_options_append(&request->y, &request->y_count, "net-overhead");
    bh_options_append(&request->y, &request->y_count, request->y[0]);
    request->y[0] = plot->front;
    request->x = "policy";
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    static const char *const log_names[] = {"x", "y", "xy", "none", NULL};
    struct bh_report_plot *plot = state->input;
    struct bh_plot_request *request = &plot->request;
    switch (key) {
    case KEY_X:
        request->x = text;
        break;
    case KEY_Y:
        bh_options_append(&request->y, &request->y_count, text);
        break;
    case KEY_SERIES:
        request->series = text;
        break;
    case KEY_PANEL:
        request->panel = text;
        break;
    case KEY_WHERE:
        bh_options_append(&request->where, &request->where_count, text);
        break;
    case KEY_MEAN:
        bh_options_append(&request->mean, &request->mean_count, text);
        break;
    case KEY_BAND:
        request->band = text;
        break;
    case KEY_HEAT:
        request->is_heat = true;
        plot->heat = text;
        break;
    case KEY_FRONT:
        request->is_front = true;
        plot->front = text;
        break;
    case KEY_LOG:
        request->log = log_names[bh_options_choice(text, "--log", log_names, "x, y, xy or none", state)];
        break;
    case KEY_X_LABEL:
        request->x_label = text;
        break;
    case KEY_Y_LABEL:
        request->y_label = text;
        break;
    case KEY_NAME:
        request->name = text;
        break;
    case KEY_WIDTH:
        take_width(state, text, request);
        break;
    case KEY_FONT:
        take_font(state, text, request);
        break;
    case KEY_TERMINAL:
        take_terminals(state, text, request);
        break;
    case ARGP_KEY_END:
        if (request->is_heat && (request->series != NULL || request->band != NULL || request->y_count > 1))
            argp_failure(state, BH_EXIT_INPUT, 0, "--heat has cells of one number: no --series, no --band, one --y");
        if (request->is_heat)
            request->series = plot->heat;
        if (request->is_front)
            take_front(state, plot);
        request->width_in = request->width_in > 0 ? request->width_in : BH_PLOT_COLUMN;
        request->size_pt = request->size_pt > 0 ? request->size_pt : 8;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    plot->is_asked = true;
    return 0;
}

const struct argp bh_report_plot_options = {.options = options, .parser = parse};

void bh_report_plot_release(struct bh_report_plot *plot)
{
    free(plot->request.y);
    free(plot->request.where);
    free(plot->request.mean);
}
