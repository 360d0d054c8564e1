/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds. */
#include "sim/enclaves/kinds.h"

#define ROW(row, ...) &row,
static const struct bh_enclave_kind *const kinds[] = {BH_APPLICATION_KINDS(ROW)};

const struct bh_enclave_kind *bh_enclave_kind_of(const struct bh_application_kind *kind)
{
    return kinds[kind - bh_application_kinds];
}
