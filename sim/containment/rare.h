/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Escapes of one error in millions and rarer: when they are sought by importance sampling, and how well they are known. */
#pragma once

#include "sim/containment/followed.h"

/* An exact probability is known when it is this many times what was not followed. */
enum { BH_CONTAIN_RESOLVED = 10 };

/* Seeks what neither trials nor the chain tell of a row's escapes, by importance sampling, and lists it. */
void bh_contain_seek_rare(const struct bh_contain *contain, struct bh_contain_policy *policy, size_t row);
/* 95 % half-width over the estimate. */
double bh_contain_half_width(const struct bh_rare_event *event);
