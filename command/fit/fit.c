/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* bulkhead fit: distributions of up and down times from a failure log. */
#include "command/fit/parts.h"
#include "models/logs/formats.h"
#include "models/logs/selection.h"
#include "models/sites/site_log.h"

#include "command/command.h"
#include "command/figure_folder.h"
#include "command/log_options.h"
#include "command/options.h"
#include "sim/runs/progress.h"
#include "sim/scenario/recorded_logs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON };

struct arguments {
    struct bh_options options;
    struct bh_fit_wish wish;
    struct bh_log_selection *selection; /* NULL: all */
    const char *folder, *yaml, *nodes;
    unsigned format;
};

static const char *const formats[] = {"text", "markdown", "json", NULL};

static int take_by(void *input, char *text, struct bh_error *err)
{
    static const char *const groupings[] = {"node", "cause", "class", "system", NULL};
    struct arguments *arguments = input;
    unsigned place = 0;
    int status = bh_options_choice(text, "--by", groupings, &place, err);
    arguments->wish.by = (enum bh_fit_grouping)(1 + place); /* behind that of all together */
    return status;
}

static int take_clock(void *input, char *text, struct bh_error *err)
{
    static const char *const clocks[] = {"node", "system", NULL};
    struct arguments *arguments = input;
    unsigned place = 0;
    int status = bh_options_choice(text, "--clock", clocks, &place, err);
    arguments->wish.of_system = place == 1;
    return status;
}

static int take_clause(void *input, char *text, struct bh_error *err)
{
    struct arguments *arguments = input;
    if (arguments->selection == NULL)
        arguments->selection = bh_log_selection_create();
    return bh_log_selection_add(arguments->selection, text, err);
}

static int check(void *input, struct bh_error *err)
{
    struct arguments *arguments = input;
    arguments->wish.jobs = bh_options_jobs(&arguments->options);
    if (arguments->yaml != NULL && arguments->wish.of_system)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--yaml with --clock system: fault classes strike nodes, expected --clock node");
    if (arguments->wish.of_system && arguments->wish.by == BH_BY_NODE)
        return bh_fail(err, BH_ERROR_INPUT, "--by node with --clock system: a node is no system, expected one of them");
    return 0;
}

static const struct bh_option own_options[] = {
    {"by", 0, "WHAT", "Fit each node, cause, class (of nodes) or system by itself", 1, BH_BY(take_by)},
    {"system", 0, "NAME", "Take this system's failures alone", 1, BH_TO_WORD(wish.system)},
    {"where", 0, "WHAT=WHICH",
     "Take what fits: node=n0*, class=, detail=, system= or node-class= with patterns, time=2003-01-01..2004-12-31 "
     "(repeatable: all must fit)",
     1, BH_BY(take_clause)},
    {"nodes", 0, "N or FILE",
     "How many nodes there were, or a file of their names, one a line: those that the log does not name never failed",
     1, BH_TO_WORD(nodes)},
    {"clock", 0, "WHOSE",
     "Times between failures of a node (default), from repair to failure; or of a system, from failure to failure", 1,
     BH_BY(take_clock)},
    {"complete-only", 0, NULL,
     "Take only times that begin and end with a failure in the log (default: the log's ends are censoring)", 1,
     BH_TO_FLAG(wish.complete_only)},
    {"phases", 0, "N", "Fit hyperexponential distributions of N phases, 2 to 4 (default: 2)", 1,
     BH_TO_NUMBER(wish.phases, 2, BH_FIT_PHASES_MOST)},
    {"bootstrap", 0, "N", "Draw N samples per fit for its p-value (default: 100; 0: none)", 1,
     BH_TO_NUMBER(wish.bootstrap, 0, 1000000)},
    {"seed", 0, "N", "Draw random numbers from seed N (default: 1)", 1, BH_TO_NUMBER(wish.seed, 0, UINT64_MAX)},
    {"output", 'o', "FOLDER", "Put figures there; made if it is not there", 3, BH_TO_WORD(folder)},
    {"yaml", 0, "FILE", "Write fault classes for a scenario", 3, BH_TO_WORD(yaml)},
    {"format", 0, "FORMAT", "text (default), markdown or json", 3, BH_TO_CHOICE(format, formats)},
    {0},
};

static int draw(const struct bh_fit_report *report, const struct arguments *arguments, struct bh_error *err)
{
    struct bh_progress *progress = bh_progress_start("drawing figures", 0, !arguments->options.quiet);
    int status = bh_fit_draw(report, arguments->folder, err);
    bh_progress_end(progress);
    return status;
}

/* The phase begins when it is known how many there are. */
static void show_progress(void *context, size_t done, size_t total)
{
    struct bh_progress **progress = context;
    if (done == 0)
        *progress = bh_progress_start("fits", total, true);
    bh_progress_set(*progress, done, total);
}

static int report(const struct bh_failure_log *log, const struct arguments *arguments, struct bh_error *err)
{
    struct bh_progress *progress = NULL;
    struct bh_fit_wish wish = arguments->wish;
    wish.progress = arguments->options.quiet ? NULL : show_progress;
    wish.context = &progress;
    struct bh_fit_report *report = bh_fit_report_create(log, &wish, err);
    bh_progress_end(progress);
    int status = report != NULL ? 0 : -1;
    if (status == 0 && arguments->yaml != NULL)
        status = bh_fit_write_yaml(report, arguments->yaml, err);
    if (status == 0 && arguments->format == FORMAT_JSON)
        bh_fit_print_json(report, stdout);
    else if (status == 0)
        bh_fit_print_tables(report, arguments->format == FORMAT_MARKDOWN ? BH_TABLE_MARKDOWN : BH_TABLE_TEXT, stdout);
    fflush(stdout);
    if (status == 0 && arguments->folder != NULL && (status = bh_figure_folder_make(arguments->folder, err)) == 0)
        status = draw(report, arguments, err);
    bh_fit_report_destroy(report);
    return status;
}

/* Nodes that the log may not name: how many there are in all, or their names. */
static int add_nodes(struct bh_failure_log *log, const char *nodes, struct bh_error *err)
{
    if (nodes[strspn(nodes, "0123456789")] == '\0') {
        unsigned long long count = strtoull(nodes, NULL, 10);
        if (log->systems_count != 1)
            return bh_fail(err, BH_ERROR_INPUT,
                           "--nodes: found a number; expected a file of names, as the log has %zu systems",
                           log->systems_count);
        if (count < log->systems[0].nodes || count > 1000000000)
            return bh_fail(err, BH_ERROR_INPUT,
                           "--nodes: found %s; expected a number from the %llu that the log names to 10^9", nodes,
                           (unsigned long long)log->systems[0].nodes);
        log->systems[0].nodes_said = count;
        return 0;
    }
    size_t length;
    char *text = bh_text_file_read(nodes, BH_FAILURE_LOG_BYTES_MOST, &length, err), *rest = text;
    int status = text != NULL ? 0 : -1;
    for (char *line; status == 0 && (line = strsep(&rest, "\r\n")) != NULL;)
        if (*line != '\0' && *line != '#')
            status = bh_failure_log_add_node(log, line, err);
    free(text);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    int status = -1;
    size_t length;
    struct bh_failure_log *log = NULL;
    char *text = NULL;
    struct bh_progress *progress = bh_progress_start("reading the log", 0, !arguments->options.quiet);
    if (arguments->folder == NULL || bh_figure_folder_check(arguments->folder, err) == 0)
        text = bh_text_file_read(arguments->wish.file, BH_FAILURE_LOG_BYTES_MOST, &length, err);
    if (text != NULL)
        log = bh_site_log_parse(text, length, arguments->wish.file, arguments->options.reading, err);
    free(text);
    bh_progress_end(progress);
    if (log != NULL && (arguments->nodes == NULL || add_nodes(log, arguments->nodes, err) == 0) &&
        (arguments->selection == NULL ||
         bh_failure_log_select(log, arguments->selection, arguments->wish.file, err) == 0))
        status = report(log, arguments, err);
    bh_failure_log_destroy(log);
    bh_log_selection_destroy(arguments->selection);
    return status;
}

static const struct arguments defaults = {.wish = {.phases = 2, .bootstrap = 100, .seed = 1}};

const struct bh_subcommand bh_subcommand_fit = {
    .name = "fit",
    .arguments = "TRACE",
    .help = "failure distributions from a failure log",
    .doc =
        "Fits distributions to the up and down times in a failure log: FTA event_trace, CFDR LA-UR-05-7318, a table "
        "with the columns time, node, class and downtime, by these names or others in use, Slurm's events or jobs, or "
        "lines of a system log; as text, gzip or xz.\vdoc/failure-logs.md tells what is read and how it is fitted.",
    .options = (const struct bh_option *const[]){own_options, bh_options_log, bh_options_work, NULL},
    .operand = {"failure log", offsetof(struct arguments, wish.file), "expected the file of a failure log", NULL},
    .check = check,
    .size = sizeof(struct arguments),
    .defaults = &defaults,
    .run = run,
};
