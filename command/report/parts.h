/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "analysis/plots/plot.h"

#include <argp.h>
#include <stdbool.h>

/* The options of a figure by request, as a child parser with this as its input. Starts from zeroes; all but `terminals` and
 * looks make it a request. */
struct bh_report_plot {
    struct bh_plot_request request;
    const char *heat, *front; /* the axis of --heat, the metric of --front */
    bool is_asked;
};
extern const struct argp bh_report_plot_options;
void bh_report_plot_release(struct bh_report_plot *plot);
