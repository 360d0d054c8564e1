/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a parametric machine is like. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bh_machine;
struct bh_platform_facts;

/* The facts of a parametric machine of so many nodes, bit by bit what a probe finds in its XML. False: a probe is to look,
 * since there is no such machine or something is wrong with it. */
bool bh_platform_parametric_facts(const struct bh_machine *machine, uint64_t nodes, struct bh_platform_facts *facts);
