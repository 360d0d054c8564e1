/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Manual pages of subcommands, from what these say of themselves. */
#ifndef BH_COMMAND_MANUAL_PAGE_H
#define BH_COMMAND_MANUAL_PAGE_H

#include "command/command.h"

#include <stdio.h>

/* bulkhead-NAME(1). */
void bh_manual_page_print(const struct bh_subcommand *command, FILE *stream);

#endif
