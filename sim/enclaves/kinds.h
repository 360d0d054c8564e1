/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The kinds of application: what each does, in a file and a row (models/catalog/application_kinds.h) each. */
#pragma once

#include "models/catalog/application_kinds.h"
#include "sim/state/enclave_kind.h"

#define BH_DECLARE_KIND(row, ...) extern const struct bh_enclave_kind row;
BH_APPLICATION_KINDS(BH_DECLARE_KIND)
#undef BH_DECLARE_KIND

const struct bh_enclave_kind *bh_enclave_kind_of(const struct bh_application_kind *kind);
