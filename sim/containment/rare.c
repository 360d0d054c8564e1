/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Escapes of one error in millions and rarer: when they are sought by importance sampling, and how well they are known. */
#include "sim/containment/rare.h"

#include "models/containment/importance_sampling.h"
#include "models/words/scope.h"
#include <gsl/gsl_cdf.h>
#include <math.h>

/* Unless a precision is asked for: an escape that fewer trials than this have met is sought, to a half-width of 4 %, with
 * at most so many pushed trials for each ordinary one. */
static const double hits_enough = 200.0;
static const double usual_relative = 0.04;
static const uint64_t usual_trials = 10;
/* With a precision asked for, what the usual trials have found at all is followed this much further. */
static const uint64_t further_trials = 200;

/* Whether errors can leave the node, or the boundary is another. */
static bool can_escape(const struct bh_node_model *model, int boundary)
{
    for (size_t z = 0; z < model->tree->zones_count && boundary == BH_NODE_NODE; z++)
        if (bh_scope_reaches_beyond_node(model->disposition[z]))
            return true;
    return boundary != BH_NODE_NODE;
}

/* 1.96 standard errors. */
static double quantile(void)
{
    return gsl_cdf_ugaussian_Pinv(0.975);
}

double bh_contain_half_width(const struct bh_rare_event *event)
{
    return event->hits > 0 ? quantile() * event->error / event->probability : NAN;
}

/* k hits of ordinary trials leave a half-width of 1.96 / sqrt(k). */
static bool is_known(const struct bh_contain *contain, const struct bh_contain_row *row, int boundary)
{
    double relative = contain->wish.relative, met = row->simulated.beyond[boundary] * (double)row->simulated.trials;
    if (row->has_exact)
        return row->exact.beyond[boundary] >= BH_CONTAIN_RESOLVED * row->exact.unresolved;
    return met >= (relative > 0.0 ? pow(quantile() / relative, 2.0) : hits_enough);
}

static struct bh_rare_event seek(const struct bh_contain *contain, const struct bh_contain_policy *policy, size_t row,
                                 enum bh_boundary boundary)
{
    struct bh_trials trials = contain->wish.trials;
    bool is_asked = contain->wish.relative > 0.0;
    double error = (is_asked ? contain->wish.relative : usual_relative) / quantile();
    trials.trials *= usual_trials;
    struct bh_rare_event event =
        bh_containment_rare(policy->model, policy->origins.entry[row].origin, boundary, trials, error);
    if (!is_asked || event.hits == 0 || event.error <= error * event.probability)
        return event;
    trials.trials *= further_trials;
    return bh_containment_rare(policy->model, policy->origins.entry[row].origin, boundary, trials, error);
}

void bh_contain_seek_rare(const struct bh_contain *contain, struct bh_contain_policy *policy, size_t row)
{
    struct bh_contain_row *sought = &policy->rows[row];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (sought->simulated.inside[b] && !is_known(contain, sought, b) && can_escape(policy->model, b))
            sought->rare[b] = seek(contain, policy, row, (enum bh_boundary)b);
}
