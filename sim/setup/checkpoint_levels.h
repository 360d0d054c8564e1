/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint levels of an enclave: how long each takes, which failures it is for, and how often it is written. */
#pragma once

struct bh_enclave_setup;
struct bh_platform_facts;
struct bh_setup;

/* Needs the enclave's pace and verification. */
void bh_setup_fill_levels(const struct bh_setup *setup, struct bh_enclave_setup *enclave,
                          const struct bh_platform_facts *facts);

/* Enclaves take turns: each has its checkpoints of the farthest level at another phase of that level's interval, evenly
 * spread over those that have checkpoints. */
void bh_setup_stagger(struct bh_setup *setup);
