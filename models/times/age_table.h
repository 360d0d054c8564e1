/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Ages at given cumulative hazards, from a table where they have no closed form: a tenth of the time of an inversion. */
#pragma once

#include "models/times/distribution.h"

/* Which age of a distribution: of the time between events, or of the time to the next from a moment in steady state. */
enum bh_age_kind { BH_AGE_BETWEEN, BH_AGE_RESIDUAL };

/* ln age is interpolated by Chebyshev polynomials in the hazard, one per factor of 2, each made when it has been asked for
 * often enough to pay, and kept only if the hazard of its ages is right to 4e-13 of itself, so that the distribution
 * function is right to 4e-13; elsewhere, as at the corners of a piecewise hazard, ages are inverted each time. What is
 * returned is a function of the distribution and of how often the table was asked before. */
struct bh_age_table;
/* The polynomials of one distribution, for one table after the other: each is made once. What tables return does not depend
 * on what it holds. */
struct bh_age_polynomials;
struct bh_age_polynomials *bh_age_polynomials_create(void);
void bh_age_polynomials_destroy(struct bh_age_polynomials *polynomials);

/* Keeps pointers to `distribution` and to its polynomials; NULL: it has its own. */
struct bh_age_table *bh_age_table_create(const struct bh_distribution *distribution, enum bh_age_kind kind,
                                         struct bh_age_polynomials *polynomials);
void bh_age_table_destroy(struct bh_age_table *table);
/* hazard >= 0; 0 at 0 and INFINITY at INFINITY. */
double bh_age_table_at(struct bh_age_table *table, double hazard);
