/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Modules of the host's kernel: which of them are its network's, the host's agent tells. */
#pragma once

#include <stdint.h>

/* One of the network's lies from `begin` to below `end`. */
void bh_modules_learn(uint64_t begin, uint64_t end);
/* The zone of the host's kernel that an instruction is in. */
unsigned bh_modules_zone(uint64_t rip);
