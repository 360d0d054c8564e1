/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the draws of a posterior say: quantiles, whether the chains agree, and whether the model fits the counts. */
#include "models/injections/posterior_draws.h"

#include "models/catalog/system.h"
#include "models/injections/parts.h"
#include "models/injections/posterior.h"
#include "models/injections/sample_size.h"
#include "models/words/scope.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double confidence = 0.95;

/* --- Chains ---------------------------------------------------------------------------------------------------------- */

/* Split R-hat: each chain counts as two. */
static double split_r_hat(const double *values, size_t chains, size_t length)
{
    size_t half = length / 2, parts = 2 * chains;
    double within = 0.0, *means = bh_allocate(parts, sizeof *means);
    for (size_t p = 0; p < parts; p++) {
        const double *part = values + p / 2 * length + (p % 2) * (length - half);
        means[p] = gsl_stats_mean(part, 1, half);
        within += gsl_stats_variance_m(part, 1, half, means[p]) / (double)parts;
    }
    double between = gsl_stats_variance(means, 1, parts);
    free(means);
    return within > 0.0 ? sqrt((double)(half - 1) / (double)half + between / within) : 1.0;
}

/* Mean over the chains of the autocovariance at a lag, each about its own mean. */
static double autocovariance(const double *values, const double *means, size_t chains, size_t length, size_t lag)
{
    double sum = 0.0;
    for (size_t c = 0; c < chains; c++)
        for (size_t i = 0; i + lag < length; i++)
            sum += (values[c * length + i] - means[c]) * (values[c * length + i + lag] - means[c]);
    return sum / (double)(chains * length);
}

static double effective_draws(const double *values, size_t chains, size_t length)
{
    double *means = bh_allocate(chains, sizeof *means), all = (double)(chains * length);
    for (size_t c = 0; c < chains; c++)
        means[c] = gsl_stats_mean(values + c * length, 1, length);
    double within = autocovariance(values, means, chains, length, 0) * (double)length / (double)(length - 1);
    double total = within * (double)(length - 1) / (double)length + gsl_stats_variance(means, 1, chains);
    double time = -1.0;
    for (size_t lag = 0; total > 0.0 && lag + 1 < length; lag += 2) {
        double pair = 0.0;
        for (size_t l = lag; l < lag + 2; l++)
            pair += 1.0 - (within - autocovariance(values, means, chains, length, l)) / total;
        if (pair <= 0.0)
            break;
        time += 2.0 * pair;
    }
    free(means);
    return fmin(all, all / fmax(time, 1.0 / log10(all + 10.0)));
}

void bh_chains_describe(const double *values, size_t chains, size_t length, bool on_log,
                        struct bh_injected_number *number)
{
    size_t all = chains * length;
    double *own = bh_allocate(all, sizeof *own);
    for (size_t i = 0; i < all; i++)
        own[i] = on_log ? log(values[i]) : values[i];
    number->r_hat = split_r_hat(own, chains, length);
    number->effective_draws = effective_draws(own, chains, length);
    memcpy(own, values, all * sizeof *own);
    number->mean = gsl_stats_mean(own, 1, all);
    gsl_sort(own, 1, all);
    number->median = gsl_stats_quantile_from_sorted_data(own, 1, all, 0.5);
    number->low = gsl_stats_quantile_from_sorted_data(own, 1, all, 0.05);
    number->high = gsl_stats_quantile_from_sorted_data(own, 1, all, 0.95);
    free(own);
}

/* gsl_cdf_beta_Pinv does not always converge. Bisection of the logarithm keeps the digits of small values; large ones are
 * the complements of small ones. */
double bh_beta_quantile(double share, double a, double b)
{
    if (gsl_cdf_beta_P(0.5, a, b) < share)
        return 1.0 - bh_beta_quantile(1.0 - share, b, a);
    double low = -700.0, high = log(0.5);
    for (int i = 0; i < 100; i++) {
        double middle = low + (high - low) / 2.0;
        if (gsl_cdf_beta_P(exp(middle), a, b) < share)
            low = middle;
        else
            high = middle;
    }
    return exp(high);
}

/* --- Rows ------------------------------------------------------------------------------------------------------------ */

/* P(X <= k) of a binomial, for counts beyond 32 bits too: an incomplete beta function. */
static double at_most(uint64_t k, uint64_t n, double p)
{
    if (k >= n || p <= 0.0)
        return 1.0;
    return p >= 1.0 ? 0.0 : gsl_cdf_beta_Q(p, (double)k + 1.0, (double)(n - k));
}

static double escaping(const double seen[BH_SEEN], enum bh_scope least)
{
    double sum = 0.0;
    for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++)
        sum += bh_scope_within(least, s) ? seen[s] : 0.0;
    return sum;
}

/* P(escape) less what is sought, as a function of the logarithm of the probability of all channels out of the guest. */
struct opening {
    const struct bh_injection_row *row;
    struct bh_node_model *model;
    enum bh_scope least;
    double sought, least_mass;
    bool failed;
};

/* Out of the guest: over its boundary (native: the process') into a zone that holds it. */
static bool leads_out(const struct bh_zone_tree *tree, size_t channel)
{
    const struct bh_channel *way = &tree->channels[channel];
    return way->type->boundary == (tree->has_guests ? BH_GUEST_HOST : BH_PROCESS_KERNEL) &&
           bh_zone_set_has(&tree->zones[way->to].subtree, way->from);
}

static double excess(double log_probability, void *context)
{
    struct opening *opening = context;
    const struct bh_zone_tree *tree = opening->model->tree;
    double seen[BH_SEEN];
    for (size_t c = 0; c < tree->channels_count; c++)
        if (leads_out(tree, c))
            for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
                opening->model->crossings[c].probability[kind] = exp(log_probability);
    if (bh_injection_probabilities(opening->row, opening->model, opening->least_mass, seen, NULL) != 0)
        opening->failed = true;
    return escaping(seen, opening->least) - opening->sought;
}

/* The probability of all channels out of the guest at which errors escape with the probability sought; NaN: none. */
static double open_channels(struct opening *opening)
{
    double low = log(1e-12), high = log(1.0 - 1e-9), at_low = excess(low, opening), at_high = excess(high, opening);
    if (opening->failed || at_low >= 0.0 || at_high <= 0.0)
        return NAN;
    gsl_function function = {excess, opening};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    gsl_root_fsolver_set(solver, &function, low, high);
    int status = GSL_CONTINUE;
    for (int i = 0; i < 200 && status == GSL_CONTINUE && gsl_root_fsolver_iterate(solver) == GSL_SUCCESS; i++)
        status = gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver), 1e-9, 0.0);
    double root = exp(gsl_root_fsolver_root(solver));
    gsl_root_fsolver_free(solver);
    return status == GSL_SUCCESS ? root : NAN;
}

static void find_escapes(const struct bh_injection_row *row, struct bh_node_model *model, double least_mass,
                         struct bh_injection_fit *fit)
{
    enum bh_scope least = bh_injection_escape_scope(row);
    fit->has_escapes = least != BH_SCOPES;
    fit->channel_high = NAN;
    if (!fit->has_escapes)
        return;
    for (enum bh_scope s = BH_SCOPE_NONE; s != BH_SCOPES; s++)
        fit->escapes += bh_scope_within(least, s) ? row->count[s] : 0;
    double a = (double)fit->escapes + 0.5, b = (double)(row->trials - fit->escapes) + 0.5;
    fit->escape_low = fit->escapes > 0 ? bh_beta_quantile(0.05, a, b) : 0.0;
    fit->escape_high = fit->escapes > 0 ? bh_beta_quantile(0.95, a, b) : bh_none_seen_bound(row->trials, confidence);
    if (fit->escapes > 0)
        return;
    struct opening opening = {row, model, least, fit->escape_high, least_mass, false};
    fit->channel_high = open_channels(&opening);
}

/* Draws of the posterior with one node's model to set them in. */
struct predictor {
    const struct bh_catalog *catalog;
    const struct bh_free_numbers *free_numbers;
    const struct bh_injection_posterior *posterior;
    double least_mass;
};

static int fit_row(const struct predictor *predictor, const struct bh_injection_row *row, struct bh_node_model *model,
                   struct bh_injection_fit *fit, struct bh_error *err)
{
    const struct bh_injection_posterior *posterior = predictor->posterior;
    double below[BH_SEEN] = {0}, above[BH_SEEN] = {0}, draws = (double)posterior->draws_count;
    size_t step = (posterior->draws_count + 99) / 100, used = 0;
    *fit = (struct bh_injection_fit){.level = 1.0};
    for (size_t d = 0; d < posterior->draws_count; d += step, used++) {
        double seen[BH_SEEN];
        bh_free_numbers_set(predictor->free_numbers, predictor->catalog,
                            posterior->draws + d * posterior->numbers_count, model);
        if (bh_injection_probabilities(row, model, predictor->least_mass, seen, err) != 0)
            return -1;
        for (int s = 0; s < BH_SEEN; s++) {
            fit->expected[s] += (double)row->trials * seen[s];
            below[s] += at_most(row->count[s], row->trials, seen[s]);
            above[s] += row->count[s] == 0 ? 1.0 : 1.0 - at_most(row->count[s] - 1, row->trials, seen[s]);
        }
    }
    draws = (double)used;
    for (int s = 0; s < BH_SEEN; s++) {
        fit->expected[s] /= draws;
        fit->level = fmin(fit->level, 2.0 * BH_SEEN * fmin(below[s], above[s]) / draws);
    }
    double *means = bh_allocate(posterior->numbers_count + 1, sizeof *means);
    for (size_t n = 0; n < posterior->numbers_count; n++)
        means[n] = posterior->numbers[n].kind == BH_INJECTED_CHANNEL ? posterior->numbers[n].median
                                                                     : posterior->numbers[n].mean;
    bh_free_numbers_set(predictor->free_numbers, predictor->catalog, means, model);
    free(means);
    find_escapes(row, model, predictor->least_mass, fit);
    return 0;
}

int bh_injection_fits_find(const struct bh_catalog *catalog, const struct bh_injections *injections,
                           const struct bh_free_numbers *free_numbers, struct bh_injection_posterior *posterior,
                           double least_mass, struct bh_error *err)
{
    struct predictor predictor = {catalog, free_numbers, posterior, least_mass};
    posterior->fits = bh_allocate(injections->count, sizeof *posterior->fits);
    for (size_t r = 0; r < injections->count; r++) {
        const struct bh_injection_row *row = &injections->rows[r];
        struct bh_node_model *model = bh_node_model_create(catalog, row->system, row->policy, &row->tenant, 1, err);
        int status = model == NULL ? -1 : fit_row(&predictor, row, model, &posterior->fits[r], err);
        bh_node_model_destroy(model);
        if (status != 0)
            return -1;
    }
    return 0;
}
