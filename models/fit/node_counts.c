/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Counts by node, and Holm's step-down over their tails. */
#include "models/fit/node_counts.h"

#include "models/base/error.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

static bool is_watched(const struct bh_failure_log *log, const struct bh_sample_rule *rule, uint32_t number)
{
    const struct bh_failure_node *node = &log->nodes[number];
    return !node->is_unnamed && node->to_s > node->from_s &&
           (rule->system == BH_NO_NAME || node->system == rule->system) &&
           (rule->class == BH_NO_NAME || node->class == rule->class) &&
           (rule->node == BH_NO_NAME || number == rule->node);
}

/* How long a node was down within what was watched of it; failures during others prolong them. */
static double down_of(const struct bh_failure_log *log, const struct bh_sample_rule *rule, uint32_t number,
                      struct bh_lemon *lemon, uint64_t *unknown)
{
    const struct bh_failure_node *node = &log->nodes[number];
    double down_s = 0.0, until_s = node->from_s;
    for (size_t i = node->first; i < node->first + node->count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        if (!bh_sample_takes(log, rule, failure))
            continue;
        lemon->failures++;
        *unknown += isnan(failure->down_s) ? 1 : 0;
        double end_s = fmin(failure->start_s + (isnan(failure->down_s) ? 0.0 : failure->down_s), node->to_s);
        down_s += fmax(0.0, end_s - fmax(failure->start_s, until_s));
        until_s = fmax(until_s, end_s);
    }
    return down_s;
}

static int by_p(const void *left, const void *right)
{
    const struct bh_lemon *a = left, *b = right;
    if (a->p != b->p)
        return a->p < b->p ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

/* Of m nodes the i-th least p is multiplied by m - i; none is less than the one before. */
static void adjust(struct bh_lemon *lemons, size_t count, uint64_t nodes, struct bh_node_counts *counts)
{
    static const double level = 0.05;
    double before = 0.0;
    if (count > 0)
        qsort(lemons, count, sizeof *lemons, by_p);
    for (size_t i = 0; i < count; i++) {
        before = lemons[i].p = fmin(1.0, fmax(before, (double)(nodes - i) * lemons[i].p));
        counts->lemons_count += lemons[i].p <= level;
    }
}

void bh_node_counts_fill(const struct bh_failure_log *log, const struct bh_sample_rule *rule,
                         struct bh_node_counts *counts)
{
    size_t names = bh_name_list_count(log->node_names), count = 0;
    double watched_s = 0.0, down_s = 0.0;
    uint64_t failures = 0;
    *counts = (struct bh_node_counts){.availability = NAN, .least_availability = NAN, .least_node = BH_NO_NAME};
    struct bh_lemon *lemons = bh_allocate(names + 1, sizeof *lemons);
    for (uint32_t n = 0; n < names; n++) {
        if (!is_watched(log, rule, n))
            continue;
        struct bh_lemon *lemon = &lemons[count++];
        double length_s = log->nodes[n].to_s - log->nodes[n].from_s;
        double down = down_of(log, rule, n, lemon, &counts->down_unknown), up = 1.0 - down / length_s;
        lemon->node = n;
        lemon->expected = length_s; /* a share of what is not known yet */
        watched_s += length_s;
        down_s += down;
        failures += lemon->failures;
        if (!(counts->least_availability <= up)) {
            counts->least_availability = up;
            counts->least_node = n;
        }
    }
    counts->nodes = count;
    for (uint32_t s = 0; s < log->systems_count && rule->node == BH_NO_NAME && rule->class == BH_NO_NAME; s++) {
        const struct bh_failure_system *system = &log->systems[s];
        if (system->nodes_said <= system->nodes || (rule->system != BH_NO_NAME && rule->system != s))
            continue;
        counts->nodes += system->nodes_said - system->nodes;
        watched_s += (double)(system->nodes_said - system->nodes) * fmax(0.0, system->to_s - system->from_s);
    }
    for (size_t i = 0; i < count; i++) {
        double share = lemons[i].expected / watched_s;
        lemons[i].expected = share * (double)failures;
        lemons[i].p = lemons[i].failures == 0
                          ? 1.0
                          : gsl_cdf_binomial_Q((unsigned)lemons[i].failures - 1, fmin(share, 1.0), (unsigned)failures);
    }
    adjust(lemons, count, counts->nodes, counts);
    if (failures > counts->down_unknown && watched_s > 0.0)
        counts->availability = 1.0 - down_s / watched_s;
    counts->lemons = lemons;
}

void bh_node_counts_clear(struct bh_node_counts *counts)
{
    free(counts->lemons);
}
