/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One chain of Metropolis steps through the free numbers of injections. */
#pragma once

#include "models/base/error.h"
#include "models/base/random.h"
#include "models/injections/parts.h"

#include <gsl/gsl_matrix.h>

/* The caller sets catalog, injections, free_numbers, random and least_mass, and touches before the first sweep; what it
 * points to is borrowed. An error in a step is found in `err`. */
struct bh_injection_chain {
    const struct bh_catalog *catalog;
    const struct bh_injections *injections;
    const struct bh_free_numbers *free_numbers;
    const bool *touches; /* at [component * rows + row]: whether the row's probabilities depend on it */
    struct bh_random random;
    uint64_t sweep;
    double least_mass;
    struct bh_node_model **models; /* one per row, at the chain's numbers */
    double *components, *proposed, *log_step, log_scale;
    double *likelihood, *fresh; /* logarithms, one per row */
    double *history;            /* components in a stage of settling, at [sweep * components + component] */
    double *kept;               /* values, at [sweep * numbers + number] */
    size_t kept_count, kept_room;
    struct bh_error err;
};

/* Begins far from where chains of other numbers do, with room for so many sweeps of settling. To be ended even if it
 * fails. */
int bh_injection_chain_begin(struct bh_injection_chain *chain, size_t number, size_t settling, struct bh_error *err);
void bh_injection_chain_end(struct bh_injection_chain *chain);

/* Which rows a component touches: those whose probabilities change by a bit, with channels as open as they may be. The
 * caller frees. */
bool *bh_injection_chain_touches(struct bh_injection_chain *chain);

/* One step of each component, whose sizes settle. */
void bh_injection_chain_sweep_components(struct bh_injection_chain *chain);
/* Steps of all components together, as they vary together: N(0, (scale L)(scale L)') with L in `root`. */
void bh_injection_chain_sweep_together(struct bh_injection_chain *chain, const gsl_matrix *root, bool is_settling);
/* Adds the values at which the chain is to those kept. */
void bh_injection_chain_keep(struct bh_injection_chain *chain);
