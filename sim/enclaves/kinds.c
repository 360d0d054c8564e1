/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds. */
#include "sim/enclaves/kinds.h"

#include "sim/enclaves/bulk_synchronous.h"
#include "sim/enclaves/service.h"
#include "sim/state/error_totals.h"

const struct bh_enclave_kind *bh_enclave_kind_of(const struct bh_application *application)
{
    return application->tolerates_loss ? &bh_kind_service : &bh_kind_bulk_synchronous;
}
