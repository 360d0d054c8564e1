/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead sensitivity`: which numbers of a campaign move a result. */
#include "command/sensitivity/parts.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/tornado.h"
#include "command/command.h"
#include "command/figure_folder.h"
#include "command/options.h"
#include "models/base/error.h"
#include "sim/runs/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_LATEX, FORMAT_JSON };
static const char *const format_names[] = {"text", "markdown", "latex", "json", NULL};

struct arguments {
    struct bh_options options;
    struct bh_sensitivity_request request;
    size_t where_count;
    const char **where;
    const char *path, *folder;
    enum format format;
    bool all;
};

static const struct bh_option own_options[] = {
    {"metric", 0, "METRIC", "Of what (default: net-overhead)", 1, BH_TO_WORD(request.metric)},
    {"policy", 0, "NAME", "Of which policy's runs (default: each in turn)", 1, BH_TO_WORD(request.policy)},
    {"against", 0, "NAME", "Of the difference from this policy's runs", 1, BH_TO_WORD(request.against)},
    {"enclave", 0, "NAME", "Whose runs (default: the scenario's first enclave)", 1, BH_TO_WORD(request.enclave)},
    {"point", 'p', "AXIS=VALUE", "Where on the other axes (default: the scenario's headline point)", 1,
     BH_TO_WORDS(where, where_count)},
    {"worlds", 0, "AXIS", "The axis of draws or of the design (default: draw, or the only one)", 1,
     BH_TO_WORD(request.axis)},
    {"all", 0, NULL, "Show all numbers, not only the first dozen", 1, BH_TO_FLAG(all)},
    {"output", 'o', "DIR", "Leave a tornado chart there, with its data and script", 1, BH_TO_WORD(folder)},
    {"format", 0, "FORMAT", "text (default), markdown, latex or json", 1, BH_TO_CHOICE(format, format_names)},
    {0},
};

/* --- Figure ------------------------------------------------------------------------------------------------------------ */

static int draw(const struct bh_view *view, const struct bh_sensitivity *of, const char *folder, struct bh_error *err)
{
    char *title = bh_sensitivity_title(view, of), *name = bh_print_text("sensitivity-%s", title), *file;
    const bool is_time = strcmp(of->criterion.unit, "s") == 0;
    struct bh_tornado tornado = {.title = title,
                                 .unit = of->criterion.is_share ? "%"
                                         : is_time              ? "h"
                                                                : of->criterion.unit};
    double factor = of->criterion.is_share ? 100 : is_time ? 1.0 / 3600 : 1;
    size_t shown = of->count < BH_SENSITIVITY_SHOWN ? of->count : BH_SENSITIVITY_SHOWN;
    struct bh_tornado_bar *bars = bh_allocate(shown, sizeof *bars);
    bool is_morris = of->kind == BH_SENSITIVITY_MORRIS;
    for (size_t i = 0; i < shown; i++) {
        const struct bh_sensitive *number = &of->number[i];
        bars[i] = (struct bh_tornado_bar){.name = number->name, .is_assumed = strcmp(number->status, "assumed") == 0};
        if (is_morris) {
            bars[i].low = 0;
            bars[i].high = factor * number->effects.size.mean;
        } else {
            bars[i].low = factor * number->given.at_low;
            bars[i].high = factor * number->given.at_high;
        }
    }
    tornado.bars = bars;
    tornado.count = shown;
    tornado.centre = is_morris ? 0 : factor * of->mean.mean;
    tornado.has_sides = !is_morris;
    file = bh_figure_file_name(name);
    int status = bh_figure_folder_make(folder, err) == 0 ? bh_tornado_write(&tornado, folder, file, true, err) : -1;
    if (status == 0)
        fprintf(stderr, "figure: %s/%s.pdf, .png and .svg; data and script: .dat and .gp\n", folder, file);
    free(bars);
    free(file);
    free(name);
    free(title);
    return status;
}

/* --- All of it ----------------------------------------------------------------------------------------------------------- */

struct job {
    const struct arguments *arguments;
    const struct bh_view *view;
    const struct bh_label_places *places;
    json_t *list; /* NULL: text */
};

static int tell(const struct job *job, const char *policy, struct bh_error *err)
{
    static const enum bh_table_format formats[] = {BH_TABLE_TEXT, BH_TABLE_MARKDOWN, BH_TABLE_LATEX, BH_TABLE_TEXT};
    const struct arguments *arguments = job->arguments;
    struct bh_sensitivity sensitivity;
    struct bh_sensitivity_request request = arguments->request;
    request.where = arguments->where;
    request.where_count = arguments->where_count;
    request.policy = policy;
    int status = bh_sensitivity_find(job->view, job->places, &request, &sensitivity, err);
    if (status == 0 && job->list != NULL)
        json_array_append_new(job->list, bh_sensitivity_json(job->view, &sensitivity));
    else if (status == 0)
        bh_sensitivity_print(job->view, &sensitivity, arguments->all ? SIZE_MAX : BH_SENSITIVITY_SHOWN,
                             formats[arguments->format]);
    if (status == 0 && arguments->folder != NULL)
        status = draw(job->view, &sensitivity, arguments->folder, err);
    bh_sensitivity_release(&sensitivity);
    return status;
}

/* Of each policy but the one that is compared with. */
static int tell_all(const struct job *job, struct bh_error *err)
{
    const struct arguments *arguments = job->arguments;
    int status = 0;
    if (arguments->request.policy != NULL)
        return tell(job, arguments->request.policy, err);
    for (size_t p = 0; p < job->view->policy.count && status == 0; p++)
        if (arguments->request.against == NULL || strcmp(job->view->policy.labels[p], arguments->request.against) != 0)
            status = tell(job, job->view->policy.labels[p], err);
    return status;
}

static int print_json(json_t *list, struct bh_error *err)
{
    if (json_dumpf(list, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12)) == 0 &&
        putchar('\n') != EOF)
        return 0;
    return bh_fail(err, BH_ERROR_SYSTEM, "cannot write JSON: %s", strerror(errno));
}

static int run(void *input, struct bh_error *err)
{
    struct arguments *arguments = input;
    struct bh_source source = {-1, arguments->path};
    struct bh_label_places places = {0};
    struct bh_progress *progress = bh_progress_start_on_terminal("reading the results", 0);
    struct bh_view *view = bh_view_read(arguments->path, err);
    bh_progress_end(progress);
    int status = view == NULL ? -1 : bh_source_open(&source, arguments->path, err);
    if (status == 0)
        status = bh_label_places_read(view, &source, &places, err);
    json_t *list = arguments->format == FORMAT_JSON ? json_array() : NULL;
    if (status == 0)
        status = tell_all(&(struct job){arguments, view, &places, list}, err);
    if (status == 0 && list != NULL)
        status = print_json(list, err);
    json_decref(list);
    bh_label_places_release(&places);
    bh_source_close(&source);
    bh_view_destroy(view);
    free(arguments->where);
    return status;
}

const struct bh_subcommand bh_subcommand_sensitivity = {
    .name = "sensitivity",
    .arguments = "RESULTS",
    .help = "which numbers of a campaign move a result, and how much of its variance each makes",
    .doc =
        "Says which numbers of a campaign move a result, and how much of its variance each makes.\vFrom draws of "
        "uncertain numbers and Latin hypercubes: first-order indices. From a design `morris`: which numbers matter at "
        "all. From `saltelli`: first-order and total indices. A dry run of `bulkhead sweep` tells what a design costs.",
    .options = (const struct bh_option *const[]){own_options, NULL},
    .operand = {"results file", offsetof(struct arguments, path),
                "no results file; a sweep of a campaign with draws or a design leaves one", NULL},
    .size = sizeof(struct arguments),
    .run = run,
};
