/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Susceptible-infected spread among ranks that talk to random partners: the simple stochastic epidemic. */
#pragma once

#include "models/base/random.h"

#include <stdint.h>

/* Each tainted rank contacts, at rate b per step, one of the n - 1 others, uniformly. So the number K of tainted ranks is
 * a pure-birth chain that begins at 1, with rates b k (n - k)/(n - 1). */
struct bh_susceptible_infected {
    uint64_t ranks;           /* n, at least 1 */
    double contacts_per_step; /* b, finite, not negative */
};

/* Mean of K after `steps`. Up to 8,192 ranks the Laplace transform of the chain, sum over m of
 * prod_{k<m} r_k/(r_k + s), divided by s, is inverted numerically (Abate and Whitt's Fourier series), within 1e-8; beyond, the limit of many ranks is taken, within 1e-3. */
double bh_susceptible_infected_mean(const struct bh_susceptible_infected *spread, double steps);

/* Mean of K at the time of a detection that comes at a constant rate per step, whatever K is: the transform itself,
 * a sum of positive terms. n when it never comes. */
double bh_susceptible_infected_mean_at_detection(const struct bh_susceptible_infected *spread,
                                                 double detections_per_step);

/* K after `steps`, contact by contact: exact for up to 65,536 tainted ranks; from there on it grows as its mean does. */
double bh_susceptible_infected_draw(const struct bh_susceptible_infected *spread, double steps,
                                    const struct bh_random *random, uint64_t stream, uint64_t ordinal);
