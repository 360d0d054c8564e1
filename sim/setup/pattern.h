/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Verifications between checkpoints, and the pattern of both that workload.trust asks for. */
#pragma once

struct bh_enclave_setup;
struct bh_setup;

/* Splits the interval between checkpoints among verifications. With workload.trust it first chooses interval, verifications
 * and states for the enclave's own rates. Needs its levels and what its outages take. */
void bh_setup_fill_pattern(const struct bh_setup *setup, struct bh_enclave_setup *enclave);
