/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Text in lines that fit. */
#pragma once

#include <stdio.h>

/* Words of TEXT in lines of at most `columns` characters, those after the first indented; the first is taken to stand
 * behind `indent` characters already. A word that is longer has a line of its own. Ends with a newline. */
void bh_wrap_write(const char *text, int columns, int indent, FILE *stream);
