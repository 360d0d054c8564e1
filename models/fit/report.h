/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A failure log parted into groups, with fits to the up and down times of each. */
#pragma once

#include "models/fit/fit.h"
#include "models/fit/node_counts.h"
#include "models/fit/trend.h"
#include "models/logs/failure_log.h"
#include "models/logs/up_and_down_times.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bh_fit_times { BH_UP_TIMES, BH_DOWN_TIMES, BH_FIT_TIMES };
enum {
    BH_FIT_LEAST = 10, /* fewer times that ended give a mean, and no shape */
    BH_FIT_GROUPS_MOST = 100
};

enum bh_fit_grouping { BH_BY_NOTHING, BH_BY_NODE, BH_BY_CAUSE, BH_BY_CLASS, BH_BY_SYSTEM };

struct bh_fit_wish {
    const char *file;
    const char *system; /* NULL: all */
    enum bh_fit_grouping by;
    bool of_system, complete_only;
    size_t phases, bootstrap;
    uint64_t seed;
    unsigned jobs;
    void (*progress)(void *context, size_t done, size_t total); /* NULL, or told before the first fit and after each */
    void *context;
};

/* Times of one kind: the sample and its fits. */
struct bh_fit_set {
    struct bh_sample *sample;
    bool is_fitted; /* at least one law is a fit */
    size_t fits_count;
    struct bh_fit *fits; /* one per distribution that can be fitted, in the order of bh_distribution_types */
    size_t best;         /* by Akaike's figure */
};

struct bh_fit_group {
    char *name; /* "hardware"; "all" if there is but one */
    struct bh_sample_rule rule;
    uint64_t failures;
    struct bh_fit_set sets[BH_FIT_TIMES];
};

/* A share of the failures: a cause, and what is known of it. */
struct bh_fit_cause {
    uint32_t cause, detail; /* detail: BH_NO_NAME for the cause as a whole */
    uint64_t failures, with_down_time;
    double mean_down_s, median_down_s; /* of those recorded, 0 included */
};

struct bh_fit_report {
    const struct bh_fit_wish *wish;
    const struct bh_failure_log *log;
    uint64_t failures; /* of the systems that were asked for */
    size_t groups_count;
    struct bh_fit_group *groups;
    size_t too_few;        /* groups left out for it */
    uint64_t *in_bursts;   /* per system of the log: failures that share a start minute with another of it */
    size_t further_causes; /* not among the causes below */
    size_t causes_count;   /* by number of failures */
    struct bh_fit_cause *causes;
    struct bh_fit_cause all; /* all causes together */
    struct bh_trend trend;
    struct bh_node_counts nodes;
};

/* Fits all; NULL with an error if the log lacks what it is to be parted by. */
struct bh_fit_report *bh_fit_report_create(const struct bh_failure_log *log, const struct bh_fit_wish *wish,
                                           struct bh_error *err);
void bh_fit_report_destroy(struct bh_fit_report *report);

/* Kinds of distribution that can be fitted. */
size_t bh_fit_laws(void);
/* Which way the hazard goes by the 95 % interval of the Weibull shape: -1 decreasing, 0 undecided, 1 increasing. The
 * interval is NAN where there is no such fit. */
int bh_fit_hazard_direction(const struct bh_fit_set *set, double *low, double *high);
