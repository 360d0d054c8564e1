/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scopes and what they mean. */
#include "models/words/scope.h"

#include <stddef.h>

const char *const bh_scope_names[] = {"none", "process", "guest", "node", "enclave", "composition", "system", NULL};
