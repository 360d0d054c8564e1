/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts of equal length in a file: those of variable length keep Octave from reading the whole of it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* UTF-8 in fields that are as long as the longest of them, the rest NUL; the type says ASCII, which Octave alone converts, and
 * an attribute says what it is. Returns the type, to be closed, and the fields in `*bytes`, to be freed; -1 where one of them is so
 * much longer than the others that fields would waste the file. */
int64_t bh_fixed_texts(const char *const *texts, size_t count, char **bytes);
