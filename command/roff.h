/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts in manual pages. */
#ifndef BH_COMMAND_ROFF_H
#define BH_COMMAND_ROFF_H

#include <stdio.h>

/* Text of our own tables: `code` becomes bold, and what roff takes for its own is kept from it. */
void bh_roff_print(const char *text, FILE *stream);

#endif
