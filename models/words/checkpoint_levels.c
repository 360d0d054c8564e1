/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of checkpoint levels. */
#include "models/words/checkpoint_levels.h"

#include <stddef.h>

#define NAME(row, level, name, words, ways) name,
const char *const bh_level_names[] = {BH_CHECKPOINT_LEVELS(NAME) NULL};

#define WORDS(row, level, name, words, ways) words,
const char *const bh_level_words[BH_LEVELS] = {BH_CHECKPOINT_LEVELS(WORDS)};
