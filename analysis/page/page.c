/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes the page, section by section. */
#include "analysis/page/page.h"

#include "analysis/measures/measures.h"
#include "analysis/measures/tradeoff.h"
#include "analysis/page/page_texts.h"
#include "analysis/plots/html_text.h"
#include "analysis/plots/plot.h"
#include "analysis/reader/markup.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/table.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many policies can stand in one panel. */
enum { FEW_POLICIES = 6, MOST_ROWS = 1000 };

static void write_head(const struct bh_view *view, FILE *stream)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "script-src 'unsafe-inline'\">\n<title>",
          stream);
    bh_html_text(stream, view->title);
    fprintf(stream, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", bh_page_style);
    bh_html_text(stream, view->title);
    fputs("</h1>\n<p>Scenario <b>", stream);
    bh_html_text(stream, view->scenario);
    fputs("</b>, bulkhead ", stream);
    bh_html_text(stream, view->version);
    fprintf(stream, ", seed %llu, %zu replica%s.</p>\n", (unsigned long long)view->seed, view->replica.count,
            view->replica.count == 1 ? "" : "s");
    fputs("<nav aria-label=\"sections\"><a href=\"#answer\">Answer</a><a href=\"#figures\">Figures</a><a "
          "href=\"#table\">Table</a><a href=\"#numbers\">Numbers</a><a href=\"#scenario\">Scenario</a><a "
          "href=\"#provenance\">Provenance</a></nav>\n</header>\n<main>\n",
          stream);
    if (view->reproduces_input)
        fputs("<p><strong>Reproduced, not predicted.</strong></p>\n", stream);
}

/* --- Answer ----------------------------------------------------------------------------------------------------------- */

static void write_percent(FILE *stream, double share)
{
    char text[BH_NUMBER_SIZE];
    fputs(bh_number_percent(share, text), stream);
}

/* The best at one point, and by how much. */
static void write_best(const struct bh_view *view, size_t point, size_t enclave, FILE *stream)
{
    struct bh_order order;
    char *place = bh_view_point_name(view, point);
    bh_find_order(view, point, enclave, &order);
    fputs("<p>", stream);
    if (place[0] != '\0') {
        fputs("At ", stream);
        bh_html_text(stream, place);
        fputs(": ", stream);
    }
    free(place);
    fputs("<b>", stream);
    bh_html_text(stream, view->policy.labels[order.best]);
    fputs(order.by_rate ? "</b> does the most useful work, " : "</b> has the least net overhead by its mean, ", stream);
    write_percent(stream, order.best_value.mean);
    fputs(order.by_rate ? " of its node-time" : "", stream);
    if (order.next < view->policy.count) {
        char text[BH_NUMBER_SIZE];
        fputs("; next comes ", stream);
        bh_html_text(stream, view->policy.labels[order.next]);
        double sign = order.by_rate ? -1 : 1, low = sign * order.ahead.low, high = sign * order.ahead.high;
        bh_number_percent(sign * order.ahead.mean, text);
        text[isfinite(order.ahead.mean) ? strlen(text) - 2 : 0] = '\0';
        fprintf(stream, ", %s points behind", text);
        if (fmin(low, high) <= 0)
            fputs(", which these replicas do not tell from none", stream);
    }
    fputs(".</p>\n", stream);
}

static void write_answer(const struct bh_view *view, size_t enclave, FILE *stream)
{
    fputs("<section id=\"answer\">\n<h2>Answer</h2>\n", stream);
    if (view->policy.count > 1)
        write_best(view, view->headline, enclave, stream);
    if (bh_can_be_wrong(view)) {
        struct bh_order order;
        struct bh_measures measures;
        bh_find_order(view, view->headline, enclave, &order);
        bh_measure(view, order.best, view->headline, enclave, &measures);
        fputs("<p>Of its runs ", stream);
        write_percent(stream, measures.right.mean);
        fputs(" came to a right result.</p>\n", stream);
    }
    if (view->axes_count > 0 && view->points > 1 && view->points <= 64 && view->policy.count > 1) {
        fputs("<details><summary>At every point</summary>\n", stream);
        for (size_t point = 0; point < view->points; point++)
            write_best(view, point, enclave, stream);
        fputs("</details>\n", stream);
    }
    fputs("<p class=\"small\">The luckiest of many is ahead by its mean: <code>bulkhead advise</code> says which "
          "cannot be "
          "told from the best.</p>\n</section>\n",
          stream);
}

/* --- Figures ---------------------------------------------------------------------------------------------------------- */

/* A figure that cannot be drawn is left out, and the page says why. */
static void write_figure(const struct bh_view *view, const struct bh_source *source,
                         const struct bh_plot_request *request, FILE *stream)
{
    struct bh_error err = {0};
    if (bh_plot_svg_write(view, source, request, stream, &err) == 0)
        return;
    fputs("<p class=\"small\">", stream);
    bh_html_text(stream, err.text);
    fputs("</p>\n", stream);
}

static bool has_systems(const struct bh_view *view)
{
    for (size_t p = 1; p < view->policy.count; p++)
        if (strcmp(view->policy_system[p], view->policy_system[0]) != 0)
            return true;
    return false;
}

static void write_figures(const struct bh_view *view, const struct bh_source *source, size_t enclave, FILE *stream)
{
    static const char *y[] = {"net-overhead", "right-results"};
    struct bh_plot_request request = {.enclave = enclave, .width_in = BH_PLOT_PAGE, .size_pt = 8, .y = y};
    bool is_crowded = view->policy.count > FEW_POLICIES && has_systems(view);
    request.panel = is_crowded ? "system" : NULL;
    request.series = is_crowded ? "kind" : NULL;
    fputs("<section id=\"figures\">\n<h2>Figures</h2>\n", stream);
    for (size_t i = 0; i < (bh_can_be_wrong(view) ? 2U : 1U); i++) {
        request.y = &y[i];
        request.y_count = 1;
        write_figure(view, source, &request, stream);
    }
    if (view->uncertainty.axis.count > 1) {
        request.y = &y[0];
        request.x = view->uncertainty.axis.name;
        write_figure(view, source, &request, stream);
    }
    fputs("</section>\n", stream);
}

/* --- Tables ----------------------------------------------------------------------------------------------------------- */

static void write_heading(FILE *stream, const char *name, bool is_word)
{
    fprintf(stream, "<th scope=\"col\"%s><button type=\"button\">", is_word ? " class=\"word\"" : "");
    bh_html_text(stream, name);
    fputs("</button></th>", stream);
}

static void write_word(FILE *stream, const char *text)
{
    fputs("<td class=\"word\">", stream);
    bh_html_text(stream, text);
    fputs("</td>", stream);
}

/* `number` sorts, `text` shows. */
static void write_number(FILE *stream, double number, const char *text)
{
    if (isfinite(number))
        fprintf(stream, "<td data-n=\"%.9g\">", number);
    else
        fputs("<td data-n=\"NaN\">", stream);
    bh_html_text(stream, text);
    fputs("</td>", stream);
}

static void write_estimate(FILE *stream, struct bh_estimate estimate, char *(*tell)(double, char *))
{
    char mean[BH_NUMBER_SIZE], low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    char *text = isnan(estimate.low) || isnan(estimate.high)
                     ? bh_copy_text(tell(estimate.mean, mean))
                     : bh_print_text("%s [%s, %s]", tell(estimate.mean, mean), tell(estimate.low, low),
                                     tell(estimate.high, high));
    write_number(stream, estimate.mean, text);
    free(text);
}

static void write_row(const struct bh_view *view, size_t policy, size_t point, size_t enclave, FILE *stream)
{
    char text[BH_NUMBER_SIZE];
    struct bh_measures measures;
    bh_measure(view, policy, point, enclave, &measures);
    fputs("<tr>", stream);
    write_word(stream, view->policy.labels[policy]);
    for (size_t a = 0; a < view->axes_count; a++) {
        size_t position = bh_view_position(view, point, a);
        if (view->axes[a].numbers != NULL)
            write_number(stream, view->axes[a].numbers[position], view->axes[a].labels[position]);
        else
            write_word(stream, view->axes[a].labels[position]);
    }
    write_estimate(stream, measures.net_overhead, bh_number_percent);
    write_estimate(stream, measures.makespan_s, bh_number_time);
    write_number(stream, measures.price, bh_number_percent(measures.price, text));
    write_estimate(stream, measures.right, bh_number_percent);
    write_number(stream, measures.mtti_s.mean,
                 isfinite(measures.mtti_s.mean) ? bh_number_time(measures.mtti_s.mean, text) : "none seen");
    snprintf(text, sizeof text, "%zu of %zu", measures.unfinished, measures.replicas);
    write_number(stream, (double)measures.unfinished, text);
    fputs("</tr>\n", stream);
}

static void write_table(const struct bh_view *view, size_t enclave, FILE *stream)
{
    static const char *const names[] = {"net overhead", "makespan", "price", "right results", "MTTI", "not done"};
    fputs("<section id=\"table\">\n<h2>Table</h2>\n", stream);
    size_t rows = view->policy.count * view->points, points = view->points;
    if (rows > MOST_ROWS) {
        points = MOST_ROWS / view->policy.count;
        fprintf(stream, "<p>Of %zu points the first %zu; <code>bulkhead report --format csv</code> has all.</p>\n",
                view->points, points);
    }
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table of all policies and points\"><table "
          "class=\"sorts\">\n<caption class=\"small\">Enclave ",
          stream);
    bh_html_text(stream, view->enclave.labels[enclave]);
    fputs(". A heading sorts by its column. Brackets: 95 %.</caption>\n<thead><tr>", stream);
    write_heading(stream, "policy", true);
    for (size_t a = 0; a < view->axes_count; a++)
        write_heading(stream, view->axes[a].name, view->axes[a].numbers == NULL);
    for (size_t i = 0; i < BH_COUNT(names); i++)
        write_heading(stream, names[i], false);
    fputs("</tr></thead>\n<tbody>\n", stream);
    for (size_t policy = 0; policy < view->policy.count; policy++)
        for (size_t point = 0; point < points; point++)
            write_row(view, policy, point, enclave, stream);
    fputs("</tbody></table></div>\n</section>\n", stream);
}

/* --- Provenance ------------------------------------------------------------------------------------------------------- */

static void write_range(FILE *stream, const json_t *range)
{
    char *text = bh_copy_text("");
    if (json_array_size(range) == 2) {
        free(text);
        text = bh_print_text("%.6g to %.6g", json_number_value(json_array_get(range, 0)),
                             json_number_value(json_array_get(range, 1)));
    }
    write_word(stream, text);
    free(text);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* What the models read, each with where it is from. */
static void write_numbers(json_t *models, FILE *stream)
{
    static const char *const names[] = {"number", "value", "unit", "status", "range", "source"};
    const char *path;
    json_t *number;
    fputs("<section id=\"numbers\">\n<h2>Numbers and their sources</h2>\n<div class=\"wide\" tabindex=\"0\" "
          "role=\"region\" "
          "aria-label=\"Numbers of the models\"><table class=\"sorts\">\n<caption class=\"small\">As they were when "
          "the runs "
          "began; what an axis sets varies.</caption>\n<thead><tr>",
          stream);
    for (size_t i = 0; i < BH_COUNT(names); i++)
        write_heading(stream, names[i], i != 1);
    fputs("</tr></thead>\n<tbody>\n", stream);
    json_object_foreach(models, path, number)
    {
        char value[BH_NUMBER_SIZE];
        double own = json_number_value(json_object_get(number, "value"));
        snprintf(value, sizeof value, "%.6g", own);
        fputs("<tr>", stream);
        write_word(stream, path);
        if (json_is_number(json_object_get(number, "value")))
            write_number(stream, own, value);
        else
            write_word(stream, text_of(number, "value"));
        write_word(stream, text_of(number, "unit"));
        write_word(stream, text_of(number, "status"));
        write_range(stream, json_object_get(number, "range"));
        write_word(stream, text_of(number, "source"));
        fputs("</tr>\n", stream);
    }
    fputs("</tbody></table></div>\n</section>\n", stream);
}

static void write_json(FILE *stream, const json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_INDENT(2)) : NULL;
    fputs("<pre tabindex=\"0\">", stream);
    bh_html_lines(stream, text != NULL ? text : "(the file does not say)");
    fputs("</pre>\n", stream);
    free(text);
}

static void write_provenance(const struct bh_view *view, const struct bh_source *source, FILE *stream)
{
    struct bh_error err = {0};
    char *text = bh_source_text(source, "provenance", &err);
    json_t *all = text != NULL ? json_loads(text, 0, NULL) : NULL, *parameters = json_object_get(all, "parameters");
    write_numbers(json_object_get(parameters, "models"), stream);
    fputs(
        "<section id=\"scenario\">\n<h2>Scenario</h2>\n<p>As its file said. Saved, and with the same "
        "<code>--set</code> and "
        "other options, which results do not name, it makes this again:</p>\n<pre tabindex=\"0\">bulkhead run "
        "scenario.yaml "
        "-o results.h5\nbulkhead report results.h5 --html page.html</pre>\n<details><summary>scenario.yaml</summary>\n",
        stream);
    write_json(stream, json_object_get(parameters, "scenario"));
    fputs("</details>\n</section>\n<section id=\"provenance\">\n<h2>Provenance</h2>\n", stream);
    json_t *rest = json_object();
    json_object_set(rest, "software", json_object_get(all, "software"));
    json_object_set(rest, "environment", json_object_get(all, "environment"));
    write_json(stream, rest);
    fputs("<p class=\"small\">From ", stream);
    bh_html_text(stream, view->file);
    fputs(".</p>\n</section>\n", stream);
    json_decref(rest);
    json_decref(all);
    free(text);
}

int bh_page_print(const struct bh_view *view, const struct bh_source *source, size_t enclave, FILE *stream,
                  struct bh_error *err)
{
    write_head(view, stream);
    write_answer(view, enclave, stream);
    write_figures(view, source, enclave, stream);
    write_table(view, enclave, stream);
    write_provenance(view, source, stream);
    fprintf(stream, "</main>\n<div id=\"tip\" role=\"status\" hidden></div>\n<script>\n%s</script>\n</body>\n</html>\n",
            bh_page_script);
    return ferror(stream) ? bh_fail(err, BH_ERROR_SYSTEM, "cannot write the page") : 0;
}
