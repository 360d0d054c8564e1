/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The kinds of application, a row each. */
#ifndef BH_SIM_ENCLAVES_KINDS_H
#define BH_SIM_ENCLAVES_KINDS_H

struct bh_application;
struct bh_enclave_kind;

const struct bh_enclave_kind *bh_enclave_kind_of(const struct bh_application *application);

#endif
