/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which assumed numbers decide, and how far each may go before two policies swap. */
#pragma once

#include "sim/containment/followed.h"

/* Fills contain->sensitivity. Numbers of the scenario's catalog are moved and put back. */
int bh_contain_find_sensitivity(struct bh_contain *contain, struct bh_error *err);
void bh_contain_free_sensitivity(struct bh_contain *contain);
/* The number at this position of the scenario's catalog. */
const struct bh_parameter *bh_contain_number(const struct bh_contain *contain, size_t number);
/* Change of an outcome per relative change of a number: x dM/dx. */
double bh_contain_effect(const struct bh_contain *contain, size_t policy, size_t number, int outcome);
