/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Units done, their rate, what is left of the time, and failures. The clock is monotonic: setting it has no effect. */
#include "sim/sweep/sweep_progress.h"

#include "models/base/clock.h"
#include "models/base/quantity.h"
#include "sim/runs/progress.h"
#include "sim/sweep/units.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

struct bh_sweep_progress bh_sweep_progress_start(bool is_on)
{
    return (struct bh_sweep_progress){.is_on = is_on,
                                      .is_terminal = isatty(STDERR_FILENO) != 0,
                                      .started_s = bh_now_s(),
                                      .shown_s = bh_now_s(),
                                      .done_before_s = -1.0};
}

static void show(struct bh_sweep_progress *progress, const struct bh_units *units,
                 const struct bh_sweep_outcome *outcome, double at_s)
{
    char done[64], percent[16], failed[64] = "", eta[96], rate[64], gone[96], time[64];
    double spent_s = at_s - progress->started_s, worked_s = units->done_s - progress->done_before_s;
    double share = units->total_s > 0.0 ? units->done_s / units->total_s : 1.0;
    snprintf(done, sizeof done, "%zu units done", units->done);
    snprintf(percent, sizeof percent, "%.0f %%", 100.0 * (share < 1.0 ? share : 1.0));
    if (outcome->failed > 0)
        snprintf(failed, sizeof failed, "%zu failed", outcome->failed);
    bh_progress_eta(spent_s, worked_s, worked_s + units->total_s - units->done_s, eta, sizeof eta);
    snprintf(rate, sizeof rate, "%.3g units/s", spent_s > 0.0 ? (double)outcome->done / spent_s : 0.0);
    snprintf(gone, sizeof gone, "%s gone", bh_quantity_print(round(spent_s), BH_DIMENSION_TIME, time, sizeof time));
    const char *const parts[] = {done, percent, failed, eta, gone, rate};
    bh_progress_write(parts, BH_COUNT(parts), progress->is_terminal, &progress->length);
    progress->has_line = progress->is_terminal;
    progress->shown_s = at_s;
}

void bh_sweep_progress_show(struct bh_sweep_progress *progress, const struct bh_units *units,
                            const struct bh_sweep_outcome *outcome)
{
    double at_s = bh_now_s();
    if (progress->done_before_s < 0.0)
        progress->done_before_s = units->done_s;
    if (progress->is_on && at_s - progress->shown_s >= (progress->is_terminal ? 0.2 : 60.0))
        show(progress, units, outcome, at_s);
}

void bh_sweep_progress_say(struct bh_sweep_progress *progress, const char *text)
{
    fprintf(stderr, "%sbulkhead: %s\n", progress->has_line ? "\n" : "", text);
    progress->has_line = false;
}

void bh_sweep_progress_end(struct bh_sweep_progress *progress, const struct bh_units *units,
                           const struct bh_sweep_outcome *outcome)
{
    if (!progress->is_on || !progress->is_terminal)
        return;
    show(progress, units, outcome, bh_now_s());
    fputc('\n', stderr);
    progress->has_line = false;
}
