/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The kinds of distribution, from the list. */
#include "models/times/distribution_types.h"

#include "models/times/exponential.h"
#include "models/times/hyperexponential.h"
#include "models/times/lognormal.h"
#include "models/times/parts.h"
#include "models/times/weibull_gamma.h"

#include <stddef.h>

#define DECLARED(name, type) extern const struct bh_distribution_type type;
#define TYPE(name, type)     &(type),
#define NAME(name, type)     name,

BH_DISTRIBUTIONS(DECLARED)

const struct bh_distribution_type *const bh_distribution_types[] = {BH_DISTRIBUTIONS(TYPE) NULL};
const char *const bh_distribution_names[] = {BH_DISTRIBUTIONS(NAME) NULL};
