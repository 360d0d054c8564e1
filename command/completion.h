/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What completion knows. */
#pragma once

#include "command/command.h"

/* For main.c: what there is to complete. */
void bh_completion_know(const struct bh_subcommand *const *commands, size_t count);
