/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The list of all distributions: a new one is its file and a row here. */
#pragma once

/* Name in files and row of functions, in the order in which messages list them. */
#define BH_DISTRIBUTIONS(ROW)                                                                                          \
    ROW("exponential", bh_exponential)                                                                                 \
    ROW("weibull", bh_weibull)                                                                                         \
    ROW("lognormal", bh_lognormal)                                                                                     \
    ROW("gamma", bh_gamma)                                                                                             \
    ROW("hyperexponential", bh_hyperexponential)                                                                       \
    ROW("uniform", bh_uniform)                                                                                         \
    ROW("piecewise", bh_piecewise)
