/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The posterior of numbers, given counts of injected errors. */
#pragma once

#include "models/injections/counts.h"
#include "models/spread/effect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bh_injected_number_kind {
    BH_INJECTED_SHARE,   /* masked, signalled or silent of a zone where errors were injected */
    BH_INJECTED_HANG,    /* share of hangs there */
    BH_INJECTED_CHANNEL, /* probability of a channel out of there */
};

/* What the counts did to what was assumed before. */
enum bh_informed {
    BH_INFORMED_BOTH,    /* measured: bounded from both sides */
    BH_INFORMED_ABOVE,   /* bounded from above only: fewer than could be told from none */
    BH_INFORMED_BELOW,   /* bounded from below only */
    BH_INFORMED_NOTHING, /* as before */
};

struct bh_injected_number {
    const struct bh_parameter *parameter;
    enum bh_injected_number_kind kind;
    double mean, median, low, high; /* of the posterior; 90 % between low and high */
    enum bh_informed informed;
    double r_hat, effective_draws; /* of the sampler; 1 and all draws where drawn independently */
};

/* How a row is fitted: expected under the posterior's mean probabilities. */
struct bh_injection_fit {
    double expected[BH_SEEN];
    double level; /* least posterior predictive level of a count, two-sided, times the number of counts */
    /* Failures beyond the guest or the disposition. Without any: p_high, 95 % one-sided, 1 - 0.05^(1/n); channel_high, the
     * probability at which all channels out of the guest together let so much through; NaN: at none below 1. */
    bool has_escapes;
    uint64_t escapes;
    double escape_low, escape_high; /* Jeffreys 90 %; with none the high one is the one-sided bound and low is 0 */
    double channel_high;
};

struct bh_injection_posterior {
    size_t numbers_count;
    struct bh_injected_number *numbers; /* owned */
    size_t draws_count;
    double *draws;                 /* at [draw * numbers_count + number]; owned */
    struct bh_injection_fit *fits; /* one per row; owned */
    size_t sweeps;                 /* per chain, kept */
    bool converged;
};

/* Multinomial likelihood of all rows under the exact chain. Free are the shares (Jeffreys prior) of zones and kinds where
 * errors were injected, and the probabilities of channels out of these zones that are assumed (log-uniform over their
 * range); other numbers stand as they are, and so do those that the user set. Metropolis by components, of which step
 * sizes settle in a part that is thrown away. Hangs: Beta, Jeffreys. */
int bh_injections_fit(const struct bh_catalog *catalog, const struct bh_injections *injections,
                      const struct bh_injection_sampling *sampling, struct bh_injection_posterior *posterior,
                      struct bh_error *err);
void bh_injection_posterior_free(struct bh_injection_posterior *posterior);
