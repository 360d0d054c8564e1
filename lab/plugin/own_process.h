/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Faults in the process of QEMU itself: of the thread that translates and runs the guest, which is the one that calls. */
#pragma once

#include <stdint.h>

/* Has the calling thread stopped after each instruction, those of the plugin left out; the told one is changed as it is told, and
 * said ("injected ..."). What is planted is there at once. `instructions`: of the guest, for what is said. */
void bh_own_strike(uint64_t instructions);

/* Says QEMU's own instructions among the next that the calling thread executes, each once ("place ..."). */
void bh_own_sample(void);
