/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Shows progress on standard error. */
#include "sim/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

struct bh_progress bh_progress_start(const char *what, size_t total, bool is_on)
{
    double started_s = now_s();
    return (struct bh_progress){.is_on = is_on,
                                .is_terminal = isatty(STDERR_FILENO) != 0,
                                .what = what,
                                .total = total,
                                .started_s = started_s,
                                .shown_s = started_s};
}

static void show(struct bh_progress *progress, double at_s)
{
    double spent_s = at_s - progress->started_s;
    double left_s =
        progress->done > 0 ? spent_s / (double)progress->done * (double)(progress->total - progress->done) : 0.0;
    fprintf(stderr, "%s%zu of %zu %s, %.0f %%, %.0f s gone, about %.0f s to go%s", progress->is_terminal ? "\r" : "",
            progress->done, progress->total, progress->what,
            100.0 * (double)progress->done / (double)(progress->total > 0 ? progress->total : 1), spent_s, left_s,
            progress->is_terminal ? "   " : "\n");
    fflush(stderr);
    progress->shown_s = at_s;
}

void bh_progress_step(struct bh_progress *progress)
{
    double at_s = now_s();
    progress->done++;
    if (progress->is_on && at_s - progress->shown_s >= (progress->is_terminal ? 0.1 : 60.0))
        show(progress, at_s);
}

void bh_progress_end(struct bh_progress *progress)
{
    if (!progress->is_on || !progress->is_terminal)
        return;
    show(progress, now_s());
    fputc('\n', stderr);
}
