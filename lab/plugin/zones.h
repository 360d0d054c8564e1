/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Whose code runs: learnt from the marks that processes and guests execute. */
#pragma once

/* Who runs in user mode has said that it is of this zone. */
void bh_zones_learn(const char *state, unsigned zone);
/* The enclaves have ended: their page tables may become somebody else's. */
void bh_zones_forget_enclaves(void);
/* The zone of what runs now. */
unsigned bh_zones_now(const char *state);
