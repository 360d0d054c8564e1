/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Steps of one chain: proposals, what they change of the likelihood, and how their sizes settle. */
#include "models/injections/metropolis_chain.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps in a sweep of all together. */
enum { STEPS = 5 };
/* Shares of steps taken at which chains move best, after Gelman, Roberts and Gilks. */
static const double best_share_of_one = 0.44, best_share_of_all = 0.234;

static double row_likelihood(struct bh_injection_chain *chain, size_t r)
{
    const struct bh_injection_row *row = &chain->injections->rows[r];
    double seen[BH_SEEN], sum = 0.0;
    if (bh_injection_probabilities(row, chain->models[r], chain->least_mass, seen, &chain->err) != 0)
        return -INFINITY;
    for (int s = 0; s < BH_SEEN; s++)
        if (row->count[s] > 0)
            sum += (double)row->count[s] * log(seen[s]); /* -INFINITY where it cannot happen */
    return sum;
}

static void set_models(struct bh_injection_chain *chain, const bool *rows)
{
    double *values = bh_allocate(chain->free_numbers->numbers + 1, sizeof *values);
    bh_free_numbers_values(chain->free_numbers, chain->components, values);
    for (size_t r = 0; r < chain->injections->count; r++)
        if (rows == NULL || rows[r])
            bh_free_numbers_set(chain->free_numbers, chain->catalog, values, chain->models[r]);
    free(values);
}

static double draw(const struct bh_injection_chain *chain, size_t number)
{
    return bh_random_uniform(&chain->random, BH_PURPOSE_UNCERTAINTY, bh_identity("injections"), chain->sweep, number);
}

/* A Metropolis step to chain->proposed; whether it was taken. Rows that it does not touch stay as they are. */
static bool step(struct bh_injection_chain *chain, const bool *touched, double u)
{
    size_t rows = chain->injections->count;
    double *here = chain->components, change = -bh_free_numbers_log_prior(chain->free_numbers, here);
    chain->components = chain->proposed;
    chain->proposed = here;
    change += bh_free_numbers_log_prior(chain->free_numbers, chain->components);
    set_models(chain, touched);
    for (size_t r = 0; r < rows; r++) {
        bool is_touched = touched == NULL || touched[r];
        chain->fresh[r] = is_touched ? row_likelihood(chain, r) : chain->likelihood[r];
        change += is_touched ? chain->fresh[r] - chain->likelihood[r] : 0.0;
    }
    if (log(u) < change) {
        memcpy(chain->likelihood, chain->fresh, rows * sizeof *chain->fresh);
        return true;
    }
    chain->proposed = chain->components;
    chain->components = here;
    set_models(chain, touched);
    return false;
}

/* Steps settle by Robbins and Monro's recursion. */
static double settle(const struct bh_injection_chain *chain, bool is_taken, double best)
{
    return (is_taken - best) * fmin(1.0, 4.0 / sqrt((double)chain->sweep));
}

void bh_injection_chain_sweep_components(struct bh_injection_chain *chain)
{
    size_t components = chain->free_numbers->components;
    for (size_t c = 0; c < components; c++) {
        memcpy(chain->proposed, chain->components, components * sizeof *chain->proposed);
        chain->proposed[c] += exp(chain->log_step[c]) * gsl_cdf_ugaussian_Pinv(draw(chain, 2 * c));
        bool is_taken = step(chain, &chain->touches[c * chain->injections->count], draw(chain, 2 * c + 1));
        chain->log_step[c] += settle(chain, is_taken, best_share_of_one);
    }
}

void bh_injection_chain_sweep_together(struct bh_injection_chain *chain, const gsl_matrix *root, bool is_settling)
{
    size_t components = chain->free_numbers->components, number = 0;
    for (int s = 0; s < STEPS; s++) {
        memcpy(chain->proposed, chain->components, components * sizeof *chain->proposed);
        for (size_t j = 0; j < components; j++) {
            double z = exp(chain->log_scale) * gsl_cdf_ugaussian_Pinv(draw(chain, number++));
            for (size_t i = j; i < components; i++)
                chain->proposed[i] += gsl_matrix_get(root, i, j) * z;
        }
        bool is_taken = step(chain, NULL, draw(chain, number++));
        if (is_settling)
            chain->log_scale += settle(chain, is_taken, best_share_of_all);
    }
}

void bh_injection_chain_keep(struct bh_injection_chain *chain)
{
    size_t numbers = chain->free_numbers->numbers;
    if (chain->kept_count == chain->kept_room) {
        chain->kept_room = 2 * chain->kept_room + 1024;
        chain->kept = bh_reallocate(chain->kept, chain->kept_room * numbers + 1, sizeof *chain->kept);
    }
    bh_free_numbers_values(chain->free_numbers, chain->components, chain->kept + chain->kept_count++ * numbers);
}

/* Chains begin far from each other: shares near the counts, probabilities spread over their ranges. */
static void begin_components(struct bh_injection_chain *chain, size_t number)
{
    const struct bh_free_numbers *all = chain->free_numbers;
    size_t c = 0;
    for (size_t g = 0; g < all->groups_count; g++) {
        const struct bh_share_group *group = &all->groups[g];
        if (!group->is_free)
            continue;
        double signalled = log((double)group->failures + bh_jeffreys);
        chain->components[c] = log((double)group->masked + bh_jeffreys) - signalled;
        if (group->has_silent)
            chain->components[++c] = log((double)group->silent + bh_jeffreys) - signalled;
        c++;
    }
    double spread = ((double)number + 0.5) / BH_INJECTION_CHAINS;
    for (; c < all->components; c++)
        chain->components[c] = gsl_cdf_ugaussian_Pinv(spread);
    for (c = 0; c < all->components; c++)
        chain->components[c] += 0.1 * gsl_cdf_ugaussian_Pinv(draw(chain, c));
}

static int begin_models(struct bh_injection_chain *chain, struct bh_error *err)
{
    chain->models = bh_allocate(chain->injections->count, sizeof(struct bh_node_model *));
    for (size_t r = 0; r < chain->injections->count; r++) {
        const struct bh_injection_row *row = &chain->injections->rows[r];
        chain->models[r] = bh_node_model_create(chain->catalog, row->system, row->policy, &row->tenant, 1, err);
        if (chain->models[r] == NULL)
            return -1;
    }
    return 0;
}

int bh_injection_chain_begin(struct bh_injection_chain *chain, size_t number, size_t settling, struct bh_error *err)
{
    if (begin_models(chain, err) != 0)
        return -1;
    size_t components = chain->free_numbers->components;
    chain->components = bh_allocate(components + 1, sizeof *chain->components);
    chain->log_step = bh_allocate(components + 1, sizeof *chain->log_step);
    chain->proposed = bh_allocate(components + 1, sizeof *chain->proposed);
    chain->history = bh_allocate(settling * components + 1, sizeof *chain->history);
    chain->likelihood = bh_allocate(chain->injections->count, sizeof *chain->likelihood);
    chain->fresh = bh_allocate(chain->injections->count, sizeof *chain->fresh);
    for (size_t c = 0; c < components; c++)
        chain->log_step[c] = log(0.5);
    begin_components(chain, number);
    chain->sweep = 1; /* the beginning took draws of sweep 0 */
    set_models(chain, NULL);
    for (size_t r = 0; r < chain->injections->count; r++)
        chain->likelihood[r] = row_likelihood(chain, r);
    return 0;
}

void bh_injection_chain_end(struct bh_injection_chain *chain)
{
    for (size_t r = 0; chain->models != NULL && r < chain->injections->count; r++)
        bh_node_model_destroy(chain->models[r]);
    free(chain->models);
    free(chain->components);
    free(chain->proposed);
    free(chain->log_step);
    free(chain->likelihood);
    free(chain->fresh);
    free(chain->history);
    free(chain->kept);
}

bool *bh_injection_chain_touches(struct bh_injection_chain *chain)
{
    size_t components = chain->free_numbers->components, rows = chain->injections->count;
    bool *touches = bh_allocate(components * rows + 1, sizeof *touches);
    double *own = bh_allocate(components + 1, sizeof *own), still[BH_SEEN], moved[BH_SEEN];
    memcpy(own, chain->components, components * sizeof *own);
    for (size_t c = components - chain->free_numbers->channels_count; c < components; c++)
        chain->components[c] = 2.0;
    for (size_t c = 0; c < components; c++)
        for (size_t r = 0; r < rows; r++) {
            const struct bh_injection_row *row = &chain->injections->rows[r];
            set_models(chain, NULL);
            bh_injection_probabilities(row, chain->models[r], chain->least_mass, still, &chain->err);
            chain->components[c] -= 0.5;
            set_models(chain, NULL);
            bh_injection_probabilities(row, chain->models[r], chain->least_mass, moved, &chain->err);
            chain->components[c] += 0.5;
            touches[c * rows + r] = memcmp(still, moved, sizeof still) != 0;
        }
    memcpy(chain->components, own, components * sizeof *own);
    set_models(chain, NULL);
    free(own);
    return touches;
}
