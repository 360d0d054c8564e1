/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Manual pages of subcommands, from what these say of themselves. */
#pragma once

#include "command/command.h"

#include <stdio.h>

/* bulkhead-NAME(1). */
void bh_manual_page_print(const struct bh_subcommand *command, FILE *stream);
/* Text of our own tables: `code` becomes bold, and what roff takes for its own is kept from it. */
void bh_manual_page_text(const char *text, FILE *stream);
