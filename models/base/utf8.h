/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One UTF-8 character at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the well-formed character at `text` and its code point; 0 if it is malformed or the final NUL.
 * Nothing behind a NUL is read. */
size_t bh_utf8_decode(const char *text, uint32_t *code_point);

/* Characters of a well-formed text, and of its first `bytes` bytes. */
size_t bh_utf8_count(const char *text);
size_t bh_utf8_count_of(const char *text, size_t bytes);

/* Characters that could move the cursor, recolour a terminal or reorder what is read: controls, line and paragraph
 * separators, directional marks, zero-width characters. */
bool bh_utf8_is_unsafe(uint32_t code_point);
/* Whether the whole text is well-formed and without such characters. */
bool bh_utf8_is_printable(const char *text);
