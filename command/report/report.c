/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead report: which tables and which figure. */
#include "analysis/figures/ledger_bars.h"
#include "analysis/figures/results_figure.h"
#include "analysis/measures/bootstrap.h"
#include "analysis/page/page.h"
#include "analysis/plots/plot.h"
#include "analysis/reader/hdf5_reader.h"
#include "analysis/reader/markup.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/json.h"
#include "analysis/tables/measures_csv.h"
#include "analysis/tables/summary.h"
#include "command/command.h"
#include "command/figure_folder.h"
#include "command/options.h"
#include "command/report/parts.h"
#include "config.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "sim/runs/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_LATEX, FORMAT_CSV, FORMAT_JSON };
static const char *const format_names[] = {"text", "markdown", "latex", "csv", "json"};
enum { FORMATS = BH_COUNT(format_names) };

struct report {
    struct bh_options options; /* the results file */
    const char *folder;        /* NULL: the results' own */
    const char *enclave;
    enum format format;
    const char *page;   /* --html; NULL: none */
    bool by_resampling; /* --intervals bca */
    bool all_points, no_figure, figure_only, ledger;
    struct bh_report_plot plot;
};

enum {
    KEY_FORMAT = 256,
    KEY_ALL_POINTS,
    KEY_ENCLAVE,
    KEY_NO_FIGURE,
    KEY_FIGURE_ONLY,
    KEY_LEDGER,
    KEY_HTML,
    KEY_INTERVALS
};

static const struct argp_option options[] = {
    {"output", 'o', "DIR", 0, "put figures there; made if it is not there (default: where RESULTS is)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "text (default), markdown, latex (booktabs), csv or json", 0},
    {"all-points", KEY_ALL_POINTS, NULL, 0, "the full table for every point of the varied axes", 0},
    {"enclave", KEY_ENCLAVE, "NAME", 0, "tables for this enclave (default: the scenario's first)", 0},
    {"no-figure", KEY_NO_FIGURE, NULL, 0, "tables only", 0},
    {"figure-only", KEY_FIGURE_ONLY, NULL, 0, "figures only", 0},
    BH_INTERVALS_OPTION(KEY_INTERVALS),
    {"html", KEY_HTML, "FILE", 0, "a page with figures, tables, numbers and their sources, and nothing else", 0},
    {"ledger", KEY_LEDGER, NULL, 0, "the figure shows where node-time goes that does not compute", 0},
    {0},
};

static void choose_format(struct argp_state *state, const char *text, struct report *report)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(text, format_names[i]) == 0) {
            report->format = (enum format)i;
            return;
        }
    argp_failure(state, BH_EXIT_INPUT, 0, "--format: found '%s', expected text, markdown, latex, csv or json%s", text,
                 bh_nearest_hint(text, format_names, FORMATS, '\''));
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct report *report = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &report->plot;
        return 0;
    case 'o':
        report->folder = text;
        return 0;
    case KEY_FORMAT:
        choose_format(state, text, report);
        return 0;
    case KEY_ALL_POINTS:
        report->all_points = true;
        return 0;
    case KEY_ENCLAVE:
        report->enclave = text;
        return 0;
    case KEY_NO_FIGURE:
        report->no_figure = true;
        return 0;
    case KEY_FIGURE_ONLY:
        report->figure_only = true;
        return 0;
    case KEY_HTML:
        report->page = text;
        return 0;
    case KEY_INTERVALS:
        report->by_resampling = bh_options_intervals(text, state);
        return 0;
    case KEY_LEDGER:
        report->ledger = true;
        return 0;
    case ARGP_KEY_ARG:
        if (report->options.file != NULL)
            argp_failure(state, BH_EXIT_INPUT, 0, "one results file at a time: found '%s' too", text);
        report->options.file = text;
        return 0;
    case ARGP_KEY_END:
        if (report->options.file == NULL)
            argp_failure(state, BH_EXIT_INPUT, 0, "which results file? (bulkhead report --help)");
        if (report->no_figure && report->figure_only)
            argp_failure(state, BH_EXIT_INPUT, 0, "--no-figure and --figure-only leave nothing to do");
        if (report->page != NULL &&
            (report->plot.is_asked || report->ledger || report->no_figure || report->figure_only))
            argp_failure(state, BH_EXIT_INPUT, 0, "--html makes a page alone; ask for tables and figures apart");
        if (report->plot.is_asked && (report->ledger || report->no_figure))
            argp_failure(state, BH_EXIT_INPUT, 0, "%s and what asks for another figure are two things at once",
                         report->ledger ? "--ledger" : "--no-figure");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&bh_report_plot_options, 0, "Figures by request:", 10}, {0}};

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "RESULTS",
    .doc = "Tables and figures of a results file.\vThe data and the gnuplot script of a figure are left beside it.",
};

/* The folder for figures, made if asked for and missing; the caller frees. */
static char *figure_folder(const struct report *report, struct bh_error *err)
{
    if (report->folder == NULL) {
        const char *slash = strrchr(report->options.file, '/');
        if (slash == NULL)
            return bh_copy_text(".");
        return slash == report->options.file
                   ? bh_copy_text("/")
                   : bh_print_text("%.*s", (int)(slash - report->options.file), report->options.file);
    }
    return bh_figure_folder_make(report->folder, err) == 0 ? bh_copy_text(report->folder) : NULL;
}

/* The enclave that is asked about. */
static int find_enclave(const struct bh_view *view, const struct report *report, size_t *enclave, struct bh_error *err)
{
    *enclave = report->enclave != NULL ? bh_view_find_label(&view->enclave, report->enclave) : view->primary;
    if (*enclave < view->enclave.count)
        return 0;
    char *hint = bh_nearest_hint(report->enclave, (const char *const *)view->enclave.labels, view->enclave.count, '\'');
    bh_fail(err, BH_ERROR_INPUT, "--enclave: no enclave '%s' in %s%s", report->enclave, view->file, hint);
    free(hint);
    return -1;
}

static int print_tables(const struct bh_view *view, const struct report *report, struct bh_error *err)
{
    static const enum bh_table_format formats[] = {
        [FORMAT_MARKDOWN] = BH_TABLE_MARKDOWN, [FORMAT_LATEX] = BH_TABLE_LATEX, [FORMAT_JSON] = BH_TABLE_TEXT};
    struct bh_summary_options summary = {.format = formats[report->format], .all_points = report->all_points};
    if (find_enclave(view, report, &summary.enclave, err) != 0)
        return -1;
    if (report->format == FORMAT_JSON)
        return bh_json_print(view, summary.enclave, stdout, err);
    if (report->format == FORMAT_CSV) {
        bh_measures_csv_print(view, summary.enclave, stdout);
        return 0;
    }
    bh_summary_print(view, &summary, stdout);
    return 0;
}

/* A figure by request reads the file once more: coordinates are no part of the view. */
static int draw_request(const struct bh_view *view, const struct report *report, const char *folder, char **base,
                        struct bh_error *err)
{
    struct bh_plot_request request = report->plot.request;
    struct bh_source source = {-1, report->options.file};
    char *remark = NULL;
    if (find_enclave(view, report, &request.enclave, err) != 0 ||
        bh_source_open(&source, report->options.file, err) != 0)
        return -1;
    int status = bh_plot_write(view, &source, &request, folder, base, &remark, err);
    bh_source_close(&source);
    if (status == 0 && remark != NULL && remark[0] != '\0') {
        bh_markup_print(stderr, BH_TABLE_TEXT, "%s", remark);
        fputc('\n', stderr);
    }
    free(remark);
    return status;
}

static int draw_figure(const struct bh_view *view, const struct report *report, struct bh_error *err)
{
    char *base = NULL, *folder = figure_folder(report, err);
    int status = -1;
    struct bh_progress *progress = bh_progress_start_on_terminal("drawing the figure", 0);
    if (folder != NULL && report->plot.is_asked)
        status = draw_request(view, report, folder, &base, err);
    else if (folder != NULL)
        status = report->ledger ? bh_ledger_figure_write(view, folder, true, &base, err)
                                : bh_figure_write(view, folder, true, &base, err);
    bh_progress_end(progress);
    if (status == 0)
        bh_figure_folder_tell(base, report->plot.request.terminals);
    free(base);
    free(folder);
    return status;
}

/* The page is written beside its place and put there whole. */
static int write_page(const struct bh_view *view, const struct report *report, struct bh_error *err)
{
    struct bh_source source = {-1, report->options.file};
    size_t enclave;
    if (find_enclave(view, report, &enclave, err) != 0 || bh_source_open(&source, report->options.file, err) != 0)
        return -1;
    char *partial = bh_print_text("%s.part", report->page);
    FILE *stream = fopen(partial, "w");
    int status = -1;
    if (stream != NULL) {
        status = bh_page_print(view, &source, enclave, stream, err);
        if (fclose(stream) != 0 || status != 0 || rename(partial, report->page) != 0) {
            remove(partial);
            status = bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write the page: %s", report->page, strerror(errno));
        }
    } else
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot write the page: %s", report->page, strerror(errno));
    bh_source_close(&source);
    free(partial);
    return status;
}

/* What another version wrote is read all the same; its texts are a stranger's. */
static void note_version(const struct bh_view *view)
{
    fputs("bulkhead: ", stderr);
    bh_markup_print(stderr, BH_TABLE_TEXT, "%s was written by bulkhead %s; this is %s", view->file, view->version,
                    PACKAGE_VERSION);
    fputc('\n', stderr);
}

static int run(void *input, struct bh_error *err)
{
    struct report *report = input;
    struct bh_progress *progress = bh_progress_start_on_terminal("reading the results", 0);
    struct bh_view *view = bh_view_read(report->options.file, err);
    bh_progress_end(progress);
    if (view == NULL)
        return -1;
    if (strcmp(view->version, PACKAGE_VERSION) != 0)
        note_version(view);
    struct bh_resamples *resamples = report->by_resampling ? bh_resamples_create(view->replica.count) : NULL;
    view->resamples = resamples;
    int status = report->page != NULL  ? write_page(view, report, err)
                 : report->figure_only ? 0
                                       : print_tables(view, report, err);
    /* Tables come first, whatever becomes of the figure. */
    fflush(stdout);
    if (status == 0 && !report->no_figure && report->page == NULL)
        status = draw_figure(view, report, err);
    bh_view_destroy(view);
    bh_resamples_destroy(resamples);
    bh_report_plot_release(&report->plot);
    return status;
}

const struct bh_subcommand bh_subcommand_report = {
    .name = "report",
    .arguments = "RESULTS",
    .help = "tables and figures from results",
    .argp = &argp,
    .size = sizeof(struct report),
    .run = run,
};
