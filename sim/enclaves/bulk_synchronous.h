/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A bulk-synchronous MPI application: losing one process loses all. */
#ifndef BH_SIM_ENCLAVES_BULK_SYNCHRONOUS_H
#define BH_SIM_ENCLAVES_BULK_SYNCHRONOUS_H

struct bh_enclave_kind;

extern const struct bh_enclave_kind bh_kind_bulk_synchronous;

#endif
