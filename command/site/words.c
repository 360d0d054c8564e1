/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a miss comes from, in words. */
#include "command/site/parts.h"

#include <math.h>
#include <stdlib.h>

/* The class that did most of the change, in its direction. */
static size_t most_changed(const struct bh_site_system *system)
{
    const struct bh_holdout *holdout = system->holdout;
    size_t most = 0;
    double by = -INFINITY;
    for (size_t c = 0; c < holdout->classes_count; c++) {
        double change = (double)holdout->law[c].firsts * (holdout->class_drift[c].value - 1.0);
        change = holdout->drift.value < 1.0 ? -change : change;
        if (change > by) {
            by = change;
            most = c;
        }
    }
    return most;
}

static char *drift_words(const struct bh_site_system *system)
{
    const struct bh_holdout *holdout = system->holdout;
    size_t most = most_changed(system);
    return bh_print_text("failures came %.2f times as often as before (most of that: %s, %.2f times)",
                         holdout->drift.value, system->history->classes[most].name, holdout->class_drift[most].value);
}

/* Days from one day on, else hours. */
static char *length_words(double length_s)
{
    bool is_days = length_s >= 86400.0;
    return bh_print_text("%g %s", length_s / (is_days ? 86400.0 : 3600.0), is_days ? "d" : "h");
}

char *bh_site_job(const struct bh_cell *cell)
{
    char *length = length_words(cell->length_s), *text;
    text = bh_print_text("%u node%s, %s", cell->size, cell->size == 1 ? "" : "s", length);
    free(length);
    return text;
}

char *bh_site_job_cell(const struct bh_job_cell *cell)
{
    bool is_long = isinf(cell->until_s);
    char *length = length_words(is_long ? cell->from_s : cell->until_s), *text;
    text = bh_print_text("%llu to %llu nodes, %s %s", (unsigned long long)cell->least, (unsigned long long)cell->most,
                         is_long ? "from" : "under", length);
    free(length);
    return text;
}

char *bh_site_explain(const struct bh_site_system *system, const struct bh_cell *cell)
{
    char *drift = drift_words(system), *text = NULL;
    const char *law = "the laws do not give back the part that they are from";
    switch (cell->miss) {
    case BH_MISS_NONE:
        text = bh_copy_text("");
        break;
    case BH_MISS_DRIFT:
        text = bh_print_text("drift: %s", drift);
        break;
    case BH_MISS_UNEQUAL:
        text = bh_print_text("unequal nodes: with each run's own rate of before, %.3g would have been foretold",
                             cell->without_spread);
        break;
    case BH_MISS_BOTH:
        text = bh_print_text("drift and unequal nodes: %s, and with each run's own rate %.3g would have been foretold",
                             drift, cell->without_spread);
        break;
    case BH_MISS_LAW:
        text = bh_print_text("the fit: %s, where it was %.3g", law, cell->before);
        break;
    case BH_MISS_LAW_DRIFT:
        text = bh_print_text("the fit and drift: %s, where it was %.3g; and %s", law, cell->before, drift);
        break;
    case BH_MISS_UNKNOWN:
    case BH_MISSES:
        text =
            bh_print_text("none found: neither drift (%.2f times), nor unequal nodes (%.3g), nor the fit (it was %.3g) "
                          "explains it",
                          system->holdout->drift.value, cell->without_spread, cell->before);
        break;
    }
    free(drift);
    return text;
}
