/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers of a campaign move a result: from its draws, or from a design made for this. */
#pragma once

#include "analysis/advice/criterion.h"
#include "analysis/advice/worlds.h"
#include "analysis/sensitivity/indices.h"

#include <stdbool.h>

enum bh_sensitivity_kind { BH_SENSITIVITY_DRAWS, BH_SENSITIVITY_MORRIS, BH_SENSITIVITY_SALTELLI };
extern const char *const bh_sensitivity_kinds[];

struct bh_sensitivity_request {
    const char *metric;  /* NULL: net overhead */
    const char *policy;  /* whose runs */
    const char *against; /* beside this policy's, run by run; NULL: as they are */
    const char *enclave; /* NULL: the primary */
    const char *axis;    /* of the draws or the design; NULL: the usual one */
    const char *const *where;
    size_t where_count;
};

/* Of one number; what its kind does not tell is NaN. */
struct bh_sensitive {
    const char *name, *unit, *status; /* the places'; status "assumed", "": no number of the catalog */
    double low, high;                 /* of the values that the number took */
    struct bh_given_data given;
    struct bh_variance_shares shares;
    struct bh_effects effects;
};

struct bh_sensitivity {
    enum bh_sensitivity_kind kind;
    struct bh_worlds worlds;
    struct bh_criterion criterion;
    size_t policy, against, enclave; /* `against` SIZE_MAX: none */
    size_t units;                    /* trajectories, rows, or draws */
    struct bh_estimate mean;         /* of the metric over the points */
    double deviation, noise;         /* standard deviations of points' means, and by replicas alone */
    size_t count;
    struct bh_sensitive *number; /* what matters most first */
};

/* Fails with BH_ERROR_INPUT where something is not there, the design is not whole, or runs have no such number. `places` outlives it. */
int bh_sensitivity_find(const struct bh_view *view, const struct bh_label_places *places,
                        const struct bh_sensitivity_request *request, struct bh_sensitivity *sensitivity,
                        struct bh_error *err);
void bh_sensitivity_release(struct bh_sensitivity *sensitivity);
