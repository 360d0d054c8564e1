/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "analysis/measures/bootstrap.h"
#include "analysis/plots/plot.h"
#include "command/options.h"

#include <stdbool.h>

/* A figure by request. Starts from zeroes. */
struct bh_report_plot {
    struct bh_plot_request request;
    const char *heat, *front; /* the axis of --heat, the metric of --front */
};

enum bh_report_format { BH_REPORT_TEXT, BH_REPORT_MARKDOWN, BH_REPORT_LATEX, BH_REPORT_CSV, BH_REPORT_JSON };

struct arguments {
    struct bh_options options; /* the results file */
    const char *folder;        /* NULL: the results' own */
    const char *enclave;
    enum bh_report_format format;
    const char *page; /* --html; NULL: none */
    enum bh_intervals intervals;
    bool all_points, no_figure, figure_only, ledger;
    struct bh_report_plot plot;
};

extern const struct bh_option bh_report_plot_options[];
/* Whether any of them was given. */
bool bh_report_asks_for_plot(const struct arguments *report);
/* When all is read: what does not go together is an error; what was not said gets its default. */
int bh_report_plot_check(struct bh_report_plot *plot, struct bh_error *err);
void bh_report_plot_release(struct bh_report_plot *plot);
