/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The posterior by Metropolis steps. Chains settle in stages, from steps of single components to steps of all together in
 * the proportions in which they were seen to vary (after Haario, Saksman and Tamminen); from then on nothing is adapted. */
#include "models/injections/posterior.h"

#include "models/catalog/parameter.h"
#include "models/catalog/zone_numbers.h"
#include "models/injections/metropolis_chain.h"
#include "models/injections/posterior_draws.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Sweeps of each stage that is thrown away, of which the second half tells how components vary, unless the caller says
 * otherwise; sweeps between two reports of progress. */
enum { SETTLING = 240, ROUND = 40 };
/* Chains are long enough with these. */
static const double most_r_hat = 1.02, least_effective = 400.0;

static size_t settling_of(const struct bh_injection_sampling *sampling)
{
    return sampling->settling > 0 ? sampling->settling : SETTLING;
}

enum stage { ONE_BY_ONE, TOGETHER, KEPT };

static void sweep(struct bh_injection_chain *chain, enum stage stage, const gsl_matrix *root, size_t number)
{
    size_t components = chain->free_numbers->components;
    if (stage == ONE_BY_ONE)
        bh_injection_chain_sweep_components(chain);
    else
        bh_injection_chain_sweep_together(chain, root, stage == TOGETHER);
    chain->sweep++;
    if (stage == KEPT)
        bh_injection_chain_keep(chain);
    else
        memcpy(chain->history + number * components, chain->components, components * sizeof *chain->history);
}

static int run(struct bh_injection_chain *chains, size_t sweeps, enum stage stage, const gsl_matrix *root,
               const struct bh_injection_sampling *sampling, struct bh_error *err)
{
    int threads = sampling->threads > 0 ? (int)sampling->threads : omp_get_num_procs();
    for (size_t done = 0; done < sweeps; done += ROUND) {
        size_t end = sweeps - done < ROUND ? sweeps : done + ROUND;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
        for (size_t c = 0; c < BH_INJECTION_CHAINS; c++)
            for (size_t s = done; s < end && chains[c].err.code == BH_ERROR_NONE; s++)
                sweep(&chains[c], stage, root, s);
        for (size_t c = 0; c < BH_INJECTION_CHAINS; c++)
            if (chains[c].err.code != BH_ERROR_NONE)
                return bh_fail_again(err, &chains[c].err);
        if (sampling->progress != NULL)
            sampling->progress(sampling->context, chains[0].sweep - 1);
    }
    return 0;
}

/* How components varied in the second half of a stage, over all chains: the lower root of their covariance. */
static void find_root(const struct bh_injection_chain *chains, size_t settling, gsl_matrix *root)
{
    size_t components = root->size1, half = settling / 2, count = BH_INJECTION_CHAINS * half;
    double *mean = bh_allocate(components, sizeof *mean);
    gsl_matrix_set_zero(root);
    for (int pass = 0; pass < 2; pass++)
        for (size_t h = 0; h < count; h++) {
            const double *at = chains[h / half].history + (settling - half + h % half) * components;
            for (size_t i = 0; i < components; i++) {
                mean[i] += pass == 0 ? at[i] / (double)count : 0.0;
                for (size_t j = 0; pass == 1 && j <= i; j++)
                    *gsl_matrix_ptr(root, i, j) += (at[i] - mean[i]) * (at[j] - mean[j]) / (double)count;
            }
        }
    for (size_t i = 0; i < components; i++) /* never without any spread */
        *gsl_matrix_ptr(root, i, i) = *gsl_matrix_ptr(root, i, i) * (1.0 + 1e-6) + 1e-12;
    gsl_linalg_cholesky_decomp1(root);
    free(mean);
}

/* The stages that are thrown away. */
static int settle_all(struct bh_injection_chain *chains, gsl_matrix *root, const struct bh_injection_sampling *sampling,
                      struct bh_error *err)
{
    size_t settling = settling_of(sampling);
    if (run(chains, settling, ONE_BY_ONE, NULL, sampling, err) != 0)
        return -1;
    for (int again = 0; again < 2; again++) {
        find_root(chains, settling, root);
        for (size_t c = 0; c < BH_INJECTION_CHAINS; c++) {
            chains[c].log_scale = log(2.38 / sqrt((double)root->size1));
        }
        if (run(chains, settling, TOGETHER, root, sampling, err) != 0)
            return -1;
    }
    find_root(chains, settling, root);
    return 0;
}

/* Where the middle 90 % end, as a place in the range of the prior. */
static enum bh_informed informed(const struct bh_injected_number *number)
{
    const struct bh_parameter *parameter = number->parameter;
    if (number->kind != BH_INJECTED_CHANNEL)
        return BH_INFORMED_BOTH;
    double range = log(parameter->high / parameter->low);
    bool above =
        log(number->high / parameter->low) / range<0.85, below = log(number->low / parameter->low) / range> 0.15;
    return above && below ? BH_INFORMED_BOTH
           : above        ? BH_INFORMED_ABOVE
           : below        ? BH_INFORMED_BELOW
                          : BH_INFORMED_NOTHING;
}

static bool describe(const struct bh_injection_chain *chains, struct bh_injection_posterior *posterior)
{
    size_t length = chains[0].kept_count, numbers = chains[0].free_numbers->numbers;
    double *values = bh_allocate(BH_INJECTION_CHAINS * length, sizeof *values);
    bool is_long_enough = true;
    for (size_t n = 0; n < numbers; n++) {
        struct bh_injected_number *number = &posterior->numbers[n];
        for (size_t c = 0; c < BH_INJECTION_CHAINS; c++)
            for (size_t i = 0; i < length; i++)
                values[c * length + i] = chains[c].kept[i * numbers + n];
        bh_chains_describe(values, BH_INJECTION_CHAINS, length, number->kind == BH_INJECTED_CHANNEL, number);
        number->informed = informed(number);
        is_long_enough = is_long_enough && number->r_hat <= most_r_hat && number->effective_draws >= least_effective;
    }
    free(values);
    return is_long_enough;
}

/* Hangs are no part of where errors end, so their shares are independent of the rest: Beta, drawn one by one. */
static void draw_hangs(const struct bh_free_numbers *all, const struct bh_injection_sampling *sampling,
                       struct bh_injection_posterior *posterior)
{
    struct bh_random random = {.seed = sampling->seed};
    size_t n = all->numbers;
    for (size_t g = 0; g < all->groups_count && n < posterior->numbers_count; g++) {
        const struct bh_share_group *group = &all->groups[g];
        struct bh_injected_number *number = &posterior->numbers[n];
        if (number->parameter != &group->zone->ending[group->kind].hang)
            continue;
        double a = (double)group->hangs + bh_jeffreys, b = (double)(group->failures - group->hangs) + bh_jeffreys;
        number->mean = a / (a + b);
        number->median = bh_beta_quantile(0.5, a, b);
        number->low = bh_beta_quantile(0.05, a, b);
        number->high = bh_beta_quantile(0.95, a, b);
        number->informed = group->failures > 0 ? BH_INFORMED_BOTH : BH_INFORMED_NOTHING;
        number->r_hat = 1.0;
        number->effective_draws = (double)posterior->draws_count;
        for (size_t d = 0; d < posterior->draws_count; d++) {
            double u = bh_random_uniform(&random, BH_PURPOSE_UNCERTAINTY, bh_identity(number->parameter->path), d, 0);
            posterior->draws[d * posterior->numbers_count + n] = bh_beta_quantile(u, a, b);
        }
        n++;
    }
}

/* Evenly from all chains. */
static void choose_draws(const struct bh_injection_chain *chains, size_t draws,
                         struct bh_injection_posterior *posterior)
{
    size_t length = chains[0].kept_count, numbers = chains[0].free_numbers->numbers;
    size_t all = BH_INJECTION_CHAINS * length;
    posterior->draws_count = draws < all ? draws : all;
    posterior->draws = bh_allocate(posterior->draws_count * posterior->numbers_count + 1, sizeof *posterior->draws);
    for (size_t d = 0; d < posterior->draws_count; d++) {
        size_t at = (2 * d + 1) * all / (2 * posterior->draws_count);
        for (size_t n = 0; n < numbers; n++)
            posterior->draws[d * posterior->numbers_count + n] = chains[at / length].kept[at % length * numbers + n];
    }
}

static void list_numbers(const struct bh_free_numbers *all, const struct bh_injections *injections,
                         struct bh_injection_posterior *posterior)
{
    posterior->numbers = bh_allocate(all->numbers + all->groups_count + 1, sizeof *posterior->numbers);
    posterior->numbers_count = all->numbers;
    for (size_t n = 0; n < all->numbers; n++)
        posterior->numbers[n] = (struct bh_injected_number){
            .parameter = bh_free_number_parameter(all, n),
            .kind = n < all->numbers - all->channels_count ? BH_INJECTED_SHARE : BH_INJECTED_CHANNEL};
    for (size_t g = 0; g < all->groups_count && injections->has_hangs; g++) {
        const struct bh_parameter *hang = &all->groups[g].zone->ending[all->groups[g].kind].hang;
        if (hang->status != BH_SET_BY_SCENARIO)
            posterior->numbers[posterior->numbers_count++] =
                (struct bh_injected_number){.parameter = hang, .kind = BH_INJECTED_HANG};
    }
}

/* Of the chain's states, so many are followed that what is left out moves the likelihood by a small part of 1. */
static double choose_least_mass(const struct bh_injections *injections)
{
    uint64_t most = 1;
    for (size_t r = 0; r < injections->count; r++)
        most = injections->rows[r].trials > most ? injections->rows[r].trials : most;
    return fmin(1e-7, fmax(1e-3 / (double)most, 1e-13));
}

int bh_injections_fit(const struct bh_catalog *catalog, const struct bh_injections *injections,
                      const struct bh_injection_sampling *sampling, struct bh_injection_posterior *posterior,
                      struct bh_error *err)
{
    struct bh_free_numbers all = bh_free_numbers_of(catalog, injections);
    struct bh_injection_chain chains[BH_INJECTION_CHAINS] = {{0}};
    bool *touches = NULL;
    gsl_matrix *root = NULL;
    int status = -1;
    *posterior = (struct bh_injection_posterior){.converged = true};
    list_numbers(&all, injections, posterior);
    double least_mass = choose_least_mass(injections);
    for (size_t c = 0; c < BH_INJECTION_CHAINS; c++) {
        chains[c] = (struct bh_injection_chain){.catalog = catalog,
                                                .injections = injections,
                                                .free_numbers = &all,
                                                .random = {.seed = sampling->seed, .replica = c},
                                                .least_mass = least_mass};
        if (bh_injection_chain_begin(&chains[c], c, settling_of(sampling), err) != 0)
            goto out;
        if (touches == NULL)
            touches = bh_injection_chain_touches(&chains[c]);
        chains[c].touches = touches;
    }
    root = gsl_matrix_calloc(all.components + (all.components == 0), all.components + (all.components == 0));
    if (all.components > 0 && settle_all(chains, root, sampling, err) != 0)
        goto out;
    for (size_t goal = sampling->least_sweeps;; goal *= 2) {
        if (run(chains, goal - chains[0].kept_count, KEPT, root, sampling, err) != 0)
            goto out;
        posterior->converged = describe(chains, posterior);
        if (posterior->converged || 2 * goal > sampling->most_sweeps)
            break;
    }
    posterior->sweeps = chains[0].kept_count;
    choose_draws(chains, sampling->draws, posterior);
    draw_hangs(&all, sampling, posterior);
    status = bh_injection_fits_find(catalog, injections, &all, posterior, least_mass, err);
out:
    for (size_t c = 0; c < BH_INJECTION_CHAINS; c++)
        bh_injection_chain_end(&chains[c]);
    gsl_matrix_free(root);
    free(touches);
    free(all.channels);
    if (status != 0)
        bh_injection_posterior_free(posterior);
    return status;
}

void bh_injection_posterior_free(struct bh_injection_posterior *posterior)
{
    free(posterior->numbers);
    free(posterior->draws);
    free(posterior->fits);
    *posterior = (struct bh_injection_posterior){0};
}
