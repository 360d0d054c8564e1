/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead trace --timeline`: what each enclave of one replica does, as a figure. */
#include "analysis/plots/timeline.h"
#include "analysis/figures/figure_files.h"
#include "command/figure_folder.h"
#include "command/process/parts.h"
#include "sim/runs/lone_replica.h"
#include "sim/runs/point.h"
#include "sim/scenario/scenario.h"
#include "sim/state/enclave_state.h"

#include <math.h>
#include <stdlib.h>

/* More rows than these nobody reads. */
enum { MOST_ROWS = 40 };

struct watch {
    size_t rows;                         /* enclaves that are drawn; below them stand the crossings */
    struct bh_doing_seen now[MOST_ROWS]; /* since when each does what */
    size_t spans_count, marks_count;
    struct bh_timeline_span *spans;
    struct bh_timeline_mark *marks;
    double end_s;
};

static void mark(struct watch *watch, size_t row, enum bh_timeline_mark_kind kind, double at_s)
{
    watch->marks = bh_reallocate(watch->marks, watch->marks_count + 1, sizeof *watch->marks);
    watch->marks[watch->marks_count++] = (struct bh_timeline_mark){row, kind, at_s};
}

/* What an enclave did up to this time. */
static void close_span(struct watch *watch, size_t row, double at_s)
{
    const struct bh_doing_seen *since = &watch->now[row];
    if (since->doing == BH_DOING_NOTHING || at_s <= since->time_s)
        return;
    watch->spans = bh_reallocate(watch->spans, watch->spans_count + 1, sizeof *watch->spans);
    watch->spans[watch->spans_count++] =
        (struct bh_timeline_span){row, (size_t)since->doing - BH_DOING_WORK, since->time_s, at_s};
}

static void see(void *context, const struct bh_doing_seen *seen)
{
    struct watch *watch = context;
    watch->end_s = fmax(watch->end_s, seen->time_s);
    if (seen->enclave >= watch->rows)
        return;
    if (seen->doing == BH_DOING_FAIL) {
        mark(watch, seen->enclave, BH_TIMELINE_FAILURE, seen->time_s);
        return;
    }
    if (seen->doing == watch->now[seen->enclave].doing)
        return;
    close_span(watch, seen->enclave, seen->time_s);
    watch->now[seen->enclave] = *seen;
}

static void see_attempt(void *context, const struct bh_attempt_seen *attempt)
{
    struct watch *watch = context;
    if (!attempt->is_blocked)
        mark(watch, watch->rows, BH_TIMELINE_CROSSING, attempt->time_s);
}

static int draw(const struct bh_scenario *scenario, const char *policy, uint64_t replica, const struct watch *watch,
                const char *folder, struct bh_error *err)
{
    const char *rows[MOST_ROWS + 1];
    for (size_t e = 0; e < watch->rows; e++)
        rows[e] = scenario->enclaves[e].name;
    rows[watch->rows] = "errors";
    char *what = bh_print_text("%s, replica %llu, seed %llu", policy, (unsigned long long)replica,
                               (unsigned long long)scenario->seed);
    char *words = bh_print_text("%s-timeline", scenario->name), *name = bh_figure_file_name(words),
         *base = bh_print_text("%s/%s", folder, name);
    struct bh_timeline timeline = {.title = scenario->title,
                                   .what = what,
                                   .rows_count = watch->rows + 1,
                                   .rows = rows,
                                   .states = bh_doing_names + BH_DOING_WORK,
                                   .end_s = watch->end_s > 0 ? watch->end_s : 1,
                                   .spans_count = watch->spans_count,
                                   .marks_count = watch->marks_count,
                                   .spans = watch->spans,
                                   .marks = watch->marks};
    int status = bh_figure_folder_make(folder, err);
    if (status == 0)
        status = bh_timeline_write(&timeline, folder, name, true, err);
    if (status == 0)
        bh_figure_folder_tell(base, 0);
    free(base);
    free(name);
    free(words);
    free(what);
    return status;
}

int bh_timeline_draw(const struct bh_one_point *one, uint64_t replica, const char *folder, struct bh_error *err)
{
    const struct bh_setup *setup = one->point->setups[one->policy];
    const struct bh_scenario *scenario = one->point->scenario;
    struct bh_replica_record record = {0};
    struct watch watch = {.rows = scenario->enclaves_count < MOST_ROWS ? scenario->enclaves_count : MOST_ROWS};
    struct bh_replica_options options = {.replica = replica,
                                         .faults = true,
                                         .watch = see_attempt,
                                         .watch_context = &watch,
                                         .see = see,
                                         .see_context = &watch};
    if (bh_figure_folder_check(folder, err) != 0)
        return -1;
    int status = bh_lone_replica_run(one->point, setup, options, &record, err);
    for (size_t row = 0; row < watch.rows; row++)
        close_span(&watch, row, watch.end_s);
    if (status == 0 && scenario->enclaves_count > watch.rows)
        fprintf(stderr, "bulkhead: the first %zu of %zu enclaves are drawn\n", watch.rows, scenario->enclaves_count);
    if (status == 0)
        status = draw(scenario, scenario->policies[one->policy].name, replica, &watch, folder, err);
    bh_replica_record_clear(&record);
    free(watch.spans);
    free(watch.marks);
    return status;
}
