/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Containment by the exact chain, solved or followed, all origins weighed together, and whether exact and simulated answers agree. */
#include "models/containment/containment.h"

#include "models/containment/isolation.h"
#include "models/node/zone_needs.h"
#include "models/spread/linear_solve.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

static const double least_mass_of_depth = 1e-10;
enum { STATES_MOST = 200000 };
/* Chains of at most so many states are solved instead of followed: it takes some ten milliseconds, as does finding out
 * that there are more. */
enum { SOLVED_MOST = 8000 };

/* Of thousands of sums: what is certain is not held to the last bit. */
static const double rounding = 1e-12;

/* What is stopped, as the warning of a disagreement names it. */
static const char *const stops_titles[BH_STOPS] = {"stopped io", "stopped progress", "several stopped", "degraded"};

static double unmasked_of(const struct bh_containment *containment)
{
    double unmasked = 0.0;
    for (int s = 0; s < BH_SCOPES; s++)
        unmasked += s != BH_SCOPE_NONE ? containment->extent[s] : 0.0;
    return unmasked;
}

static struct bh_containment containment_of(const struct bh_spread *spread, const struct bh_node_model *model)
{
    struct bh_containment containment = {.silent = spread->silent,
                                         .has_needs = bh_zone_tree_has_needs(model->tree),
                                         .degrades = bh_node_model_degrades(model),
                                         .time_s = spread->time_s,
                                         .unresolved = spread->unresolved};
    for (int s = 0; s < BH_STOPS; s++)
        containment.stops[s] = spread->stops[s];
    for (int s = 0; s < BH_SCOPES; s++)
        containment.extent[s] = spread->extent[s];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        containment.inside[b] = spread->inside[b];
        containment.beyond[b] = spread->beyond[b];
        double unmasked = unmasked_of(&containment);
        containment.escape[b] = spread->inside[b] && unmasked > 0.0 ? spread->beyond[b] / unmasked : NAN;
    }
    return containment;
}

/* One chain over all origins' zones needs many more states with depth than without, and the depth of one error in a
 * million does not matter: it is followed apart, less far. */
static int follow_depth(const struct bh_node_model *model, struct bh_origin origin, bool is_small,
                        struct bh_containment *containment, struct bh_spread *spread, struct bh_error *err)
{
    bool is_solved = is_small && bh_spread_solve(model, origin, true, SOLVED_MOST, spread, NULL) == 0;
    if (!is_solved && bh_spread_exact_depth(model, origin, least_mass_of_depth, STATES_MOST, spread, err) != 0)
        return -1;
    containment->depth_unresolved = spread->unresolved;
    for (int d = 0; d < BH_DEPTHS; d++) {
        containment->depth[d] = spread->depth[d];
        containment->depth_mean += d * spread->depth[d];
    }
    return 0;
}

int bh_containment_exact(const struct bh_node_model *model, struct bh_origin origin, struct bh_containment *containment,
                         struct bh_error *err)
{
    size_t cells = model->tree->tenants_count * BH_SCOPES;
    struct bh_spread spread = {.loss = bh_allocate(cells, sizeof(double))};
    bool is_small = bh_spread_solve(model, origin, false, SOLVED_MOST, &spread, NULL) == 0;
    int status = is_small ? 0 : bh_isolation_spread(model, origin, &spread, err);
    if (status == 0) {
        *containment = containment_of(&spread, model);
        status = follow_depth(model, origin, is_small, containment, &spread, err);
    }
    free(spread.loss);
    return status;
}

/* --- All origins ---------------------------------------------------------------------------------------------------- */

static void add_weighted(struct bh_containment *mix, const struct bh_containment *part, double weight)
{
    for (int s = 0; s < BH_SCOPES; s++)
        mix->extent[s] += weight * part->extent[s];
    for (int d = 0; d < BH_DEPTHS; d++)
        mix->depth[d] += weight * part->depth[d];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        mix->beyond[b] += weight * part->beyond[b];
        mix->inside[b] = mix->inside[b] || part->inside[b];
    }
    mix->silent += weight * part->silent;
    mix->has_needs = mix->has_needs || part->has_needs;
    mix->degrades = mix->degrades || part->degrades;
    for (int s = 0; s < BH_STOPS; s++)
        mix->stops[s] += weight * part->stops[s];
    mix->depth_mean += weight * part->depth_mean;
    mix->time_s += weight * part->time_s;
    mix->unresolved = fmax(mix->unresolved, part->unresolved);
    mix->depth_unresolved = fmax(mix->depth_unresolved, part->depth_unresolved);
    mix->trials += part->trials;
    mix->depth_error = hypot(mix->depth_error, weight * part->depth_error);
    mix->time_error = hypot(mix->time_error, weight * part->time_error);
}

struct bh_containment bh_containment_mix(const struct bh_origins *origins, const struct bh_containment *part)
{
    struct bh_containment mix = {.trials = 0};
    double total = origins->error_rate, exposed[BH_BOUNDARIES] = {0.0};
    for (int b = 0; b < BH_BOUNDARIES; b++)
        mix.escape[b] = NAN;
    if (total <= 0.0)
        return mix;
    for (size_t i = 0; i < origins->count; i++) {
        double weight = origins->entry[i].rate / total;
        add_weighted(&mix, &part[i], weight);
        for (int b = 0; b < BH_BOUNDARIES; b++)
            exposed[b] += part[i].inside[b] ? weight * unmasked_of(&part[i]) : 0.0;
    }
    for (int s = 0; s < BH_SCOPES; s++)
        mix.extent[s] += origins->loss_rate[s] / total;
    mix.depth[0] += bh_origins_loss_rate(origins) / total;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (exposed[b] > 0.0)
            mix.escape[b] = mix.beyond[b] / exposed[b];
    return mix;
}

/* --- Agreement ------------------------------------------------------------------------------------------------------ */

static void take_level(struct bh_agreement *agreement, double level, const char *what)
{
    agreement->outcomes++;
    if (level < agreement->least_level || isnan(level)) {
        agreement->least_level = isnan(level) ? 0.0 : level;
        agreement->worst = what;
    }
}

/* P(K <= k) of a binomial distribution, by its relation to the beta distribution, which takes any n. */
static double at_most(double k, double n, double p)
{
    return k >= n ? 1.0 : gsl_cdf_beta_Q(p, k + 1.0, n - k);
}

/* Probability of a count at least as far out as k of n when its probability lies in p .. p + slack. */
static double level_of_count(double k, double n, double p, double slack)
{
    double low = fmin(fmax(p, 0.0), 1.0), high = fmin(p + slack, 1.0);
    if (k > n * high) /* P(K >= k) at most */
        return high <= 0.0 ? 0.0 : fmin(1.0, 2.0 * gsl_cdf_beta_P(high, k, n - k + 1.0));
    if (k < n * low)
        return low >= 1.0 ? 0.0 : fmin(1.0, 2.0 * at_most(k, n, low));
    return 1.0;
}

static void compare_probability(struct bh_agreement *agreement, const struct bh_containment *simulated, double seen,
                                double exact, double slack, const char *what)
{
    double n = (double)simulated->trials;
    take_level(agreement, level_of_count(rint(seen * n), n, exact - rounding, slack + 2.0 * rounding), what);
}

static double level_of_mean(double simulated, double exact, double error, double slack)
{
    double off = fabs(simulated - exact) - slack;
    return off <= 1e-9 * fabs(exact) ? 1.0 : error > 0.0 ? 2.0 * gsl_cdf_ugaussian_Q(off / error) : 0.0;
}

/* Times are skewed: a share q of the errors may live for long, some twice the longest mean lifetime, and be most of the
 * mean. Where none of them was played the standard error knows nothing of them. With q = what is missing / such a life, that
 * happens with probability (1 - q)^n, about e^(-n q). */
static double level_of_time(const struct bh_containment *exact, const struct bh_containment *simulated, double slack)
{
    double level = level_of_mean(simulated->time_s, exact->time_s, simulated->time_error, slack);
    double missing_s = exact->time_s - slack - simulated->time_s, life_s = 2.0 * simulated->longest_s;
    if (missing_s <= 0.0 || life_s <= 0.0)
        return level;
    return fmax(level, exp(-(double)simulated->trials * missing_s / life_s));
}

void bh_containment_compare(const struct bh_containment *exact, const struct bh_containment *simulated,
                            struct bh_agreement *agreement)
{
    double slack = exact->unresolved;
    for (int i = 0; i < BH_SCOPES; i++)
        compare_probability(agreement, simulated, simulated->extent[i], exact->extent[i], slack, bh_scope_names[i]);
    for (int i = 0; i < BH_BOUNDARIES; i++)
        compare_probability(agreement, simulated, simulated->beyond[i], exact->beyond[i], slack, bh_boundary_names[i]);
    for (int i = 0; i < BH_DEPTHS; i++)
        compare_probability(agreement, simulated, simulated->depth[i], exact->depth[i], exact->depth_unresolved,
                            "depth");
    compare_probability(agreement, simulated, simulated->silent, exact->silent, slack, "silent");
    for (int i = 0; i < BH_STOPS && (exact->has_needs || exact->degrades); i++)
        compare_probability(agreement, simulated, simulated->stops[i], exact->stops[i], slack, stops_titles[i]);
    /* What is not followed could last longer than the rest: a hundred times the mean is allowed for. */
    take_level(agreement, level_of_time(exact, simulated, 100.0 * slack * exact->time_s), "time");
}
