/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the fit share: the free numbers, and the likelihood as a function of them. */
#pragma once

#include "models/injections/counts.h"
#include "models/words/words.h"

struct bh_injection_posterior;

/* Jeffreys' prior of a share, Beta or Dirichlet. */
static const double bh_jeffreys = 0.5;

/* Shares of the errors of one kind in the zones that one entry of the catalog governs. */
struct bh_share_group {
    const struct bh_zone_numbers *zone;
    enum bh_error_kind kind;
    bool has_silent, is_free;
    uint64_t trials, masked, silent, failures, hangs;
};

/* The free numbers, as components without bounds: of shares the logarithms of masked (and silent) over signalled, of a
 * channel's probability the normal quantile of its place in the range on a logarithmic scale. */
struct bh_free_numbers {
    size_t groups_count;
    struct bh_share_group groups[BH_ZONE_KINDS * BH_ERROR_KINDS];
    size_t channels_count;
    const struct bh_parameter **channels; /* owned: their probabilities */
    size_t components;
    size_t numbers; /* shares of free groups, then channels */
};

struct bh_free_numbers bh_free_numbers_of(const struct bh_catalog *catalog, const struct bh_injections *injections);
/* The numbers themselves: masked, signalled (and silent) of each free group, then each channel. */
void bh_free_numbers_values(const struct bh_free_numbers *free_numbers, const double *components, double *values);
const struct bh_parameter *bh_free_number_parameter(const struct bh_free_numbers *free_numbers, size_t number);
/* Logarithm of the prior's density of the components, up to a constant. */
double bh_free_numbers_log_prior(const struct bh_free_numbers *free_numbers, const double *components);
/* Sets a model's numbers. */
void bh_free_numbers_set(const struct bh_free_numbers *free_numbers, const struct bh_catalog *catalog,
                         const double *values, struct bh_node_model *model);

/* Fills posterior->fits from the draws. */
int bh_injection_fits_find(const struct bh_catalog *catalog, const struct bh_injections *injections,
                           const struct bh_free_numbers *free_numbers, struct bh_injection_posterior *posterior,
                           double least_mass, struct bh_error *err);
