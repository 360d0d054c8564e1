/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The known word that somebody may have meant. */
#pragma once

#include <stddef.h>

/* The candidate nearest to `word` by edit distance, or NULL if none is within a third of the word's length (at least
 * two edits). */
const char *bh_nearest_name(const char *word, const char *const *candidates, size_t count);

/* "; nearest is 'WORD'", with `quote` around it, or "" if none is near; the caller frees. */
char *bh_nearest_hint(const char *word, const char *const *candidates, size_t count, char quote);
