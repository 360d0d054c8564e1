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

static const char *const format_names[] = {"text", "markdown", "latex", "csv", "json", NULL};

static int check(void *input, struct bh_error *err)
{
    struct arguments *report = input;
    if (bh_report_plot_check(&report->plot, err) != 0)
        return -1;
    if (report->no_figure && report->figure_only)
        return bh_fail(err, BH_ERROR_INPUT, "--no-figure and --figure-only leave nothing to do");
    if (report->page != NULL &&
        (bh_report_asks_for_plot(report) || report->ledger || report->no_figure || report->figure_only))
        return bh_fail(err, BH_ERROR_INPUT, "--html makes a page alone; ask for tables and figures apart");
    if (bh_report_asks_for_plot(report) && (report->ledger || report->no_figure))
        return bh_fail(err, BH_ERROR_INPUT, "%s and what asks for another figure are two things at once",
                       report->ledger ? "--ledger" : "--no-figure");
    return 0;
}

static const struct bh_option own_options[] = {
    {"output", 'o', "DIR", "put figures there; made if it is not there (default: where RESULTS is)", 0,
     BH_TO_WORD(folder)},
    {"format", 0, "FORMAT", "text (default), markdown, latex (booktabs), csv or json", 0,
     BH_TO_CHOICE(format, format_names)},
    {"all-points", 0, NULL, "the full table for every point of the varied axes", 0, BH_TO_FLAG(all_points)},
    {"enclave", 0, "NAME", "tables for this enclave (default: the scenario's first)", 0, BH_TO_WORD(enclave)},
    {"no-figure", 0, NULL, "tables only", 0, BH_TO_FLAG(no_figure)},
    {"figure-only", 0, NULL, "figures only", 0, BH_TO_FLAG(figure_only)},
    BH_INTERVALS_ROW(intervals),
    {"html", 0, "FILE", "a page with figures, tables, numbers and their sources, and nothing else", 0,
     BH_TO_WORD(page)},
    {"ledger", 0, NULL, "the figure shows where node-time goes that does not compute", 0, BH_TO_FLAG(ledger)},
    {0},
};

/* The folder for figures, made if asked for and missing; the caller frees. */
static char *figure_folder(const struct arguments *report, struct bh_error *err)
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
static int find_enclave(const struct bh_view *view, const struct arguments *report, size_t *enclave,
                        struct bh_error *err)
{
    *enclave = report->enclave != NULL ? bh_view_find_label(&view->enclave, report->enclave) : view->primary;
    if (*enclave < view->enclave.count)
        return 0;
    char *hint = bh_nearest_hint(report->enclave, (const char *const *)view->enclave.labels, view->enclave.count, '\'');
    bh_fail(err, BH_ERROR_INPUT, "--enclave: no enclave '%s' in %s%s", report->enclave, view->file, hint);
    free(hint);
    return -1;
}

static int print_tables(const struct bh_view *view, const struct arguments *report, struct bh_error *err)
{
    static const enum bh_table_format formats[] = {
        [BH_REPORT_MARKDOWN] = BH_TABLE_MARKDOWN, [BH_REPORT_LATEX] = BH_TABLE_LATEX, [BH_REPORT_JSON] = BH_TABLE_TEXT};
    struct bh_summary_options summary = {.format = formats[report->format], .all_points = report->all_points};
    if (find_enclave(view, report, &summary.enclave, err) != 0)
        return -1;
    if (report->format == BH_REPORT_JSON)
        return bh_json_print(view, summary.enclave, stdout, err);
    if (report->format == BH_REPORT_CSV) {
        bh_measures_csv_print(view, summary.enclave, stdout);
        return 0;
    }
    bh_summary_print(view, &summary, stdout);
    return 0;
}

/* A figure by request reads the file once more: coordinates are no part of the view. */
static int draw_request(const struct bh_view *view, const struct arguments *report, const char *folder, char **base,
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

static int draw_figure(const struct bh_view *view, const struct arguments *report, struct bh_error *err)
{
    char *base = NULL, *folder = figure_folder(report, err);
    int status = -1;
    struct bh_progress *progress = bh_progress_start_on_terminal("drawing the figure", 0);
    if (folder != NULL && bh_report_asks_for_plot(report))
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
static int write_page(const struct bh_view *view, const struct arguments *report, struct bh_error *err)
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
    struct arguments *report = input;
    struct bh_progress *progress = bh_progress_start_on_terminal("reading the results", 0);
    struct bh_view *view = bh_view_read(report->options.file, err);
    bh_progress_end(progress);
    if (view == NULL)
        return -1;
    if (strcmp(view->version, PACKAGE_VERSION) != 0)
        note_version(view);
    struct bh_resamples *resamples =
        report->intervals == BH_INTERVALS_BCA ? bh_resamples_create(view->replica.count) : NULL;
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
    .doc = "Tables and figures of a results file.\vThe data and the gnuplot script of a figure are left beside it.",
    .options = (const struct bh_option *const[]){own_options, bh_report_plot_options, NULL},
    .operand = {"results file", offsetof(struct bh_options, file), "which results file? (bulkhead report --help)",
                NULL},
    .check = check,
    .size = sizeof(struct arguments),
    .run = run,
};
