/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A loss-tolerant service: a loss stops the parts that it strikes. */
#ifndef BH_SIM_ENCLAVES_SERVICE_H
#define BH_SIM_ENCLAVES_SERVICE_H

struct bh_enclave_kind;

extern const struct bh_enclave_kind bh_kind_service;

#endif
