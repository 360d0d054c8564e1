/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the answers say: which one is the better, and whether they agree. */
#pragma once

#include "models/containment/zone_three.h"
#include "sim/containment/followed.h"

/* The enclave of tenant number `tenant`. */
const struct bh_enclave_spec *bh_contain_enclave(const struct bh_contain *contain, int tenant);
/* Enclaves on the nodes that are followed. */
size_t bh_contain_tenants(const struct bh_contain *contain);

/* Whether exact and simulated answers differ by more than chance allows, at a family level of 1e-4. */
bool bh_contain_disagrees(const struct bh_contain *contain);

/* The better answer there is to a row, or to the mix: exact where all of it is. */
const struct bh_containment *bh_contain_row_answer(const struct bh_contain_row *row);
const struct bh_containment *bh_contain_mix_answer(const struct bh_contain_policy *policy);
/* Where E-Zone 3 lies by the better answers; errors that are in the host's kernel too are not among those of a guest's. By
 * the rates of faults, or alike where nothing strikes. */
struct bh_zone_three bh_contain_zone_three(const struct bh_contain_policy *policy);
/* Whether faults strike at all: without rates there is no mix. */
bool bh_contain_has_rates(const struct bh_contain_policy *policy);
