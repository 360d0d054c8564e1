/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint levels: a row each here, the nearest first, and a file of sim/setup/levels that holds what a state there survives
 * and how long it takes to move (struct bh_level_rule of the row's name). Each survives what those before it do. */
#pragma once

#include <stdbool.h>

/* What states of a level go through. One level at most goes through partners (struct bh_partners). */
enum bh_level_way {
    BH_THROUGH_IO = 1,      /* input and output of the node's operating system */
    BH_THROUGH_PARTNER = 2, /* another node of the enclave, which keeps a copy */
    BH_THROUGH_STORAGE = 4, /* the platform's links, as traffic, and its storage hosts */
};

/* Row, enumerator, name in files, words for people, ways. */
#define BH_CHECKPOINT_LEVELS(ROW)                                                                                      \
    ROW(bh_level_memory, BH_LEVEL_MEMORY, "memory", "memory", 0)                                                       \
    ROW(bh_level_local, BH_LEVEL_LOCAL, "local", "node-local storage", BH_THROUGH_IO)                                  \
    ROW(bh_level_partner, BH_LEVEL_PARTNER, "partner", "partner nodes", BH_THROUGH_IO | BH_THROUGH_PARTNER)            \
    ROW(bh_level_storage, BH_LEVEL_STORAGE, "storage", "storage hosts", BH_THROUGH_IO | BH_THROUGH_STORAGE)

enum bh_level {
#define BH_LEVEL_ENUMERATOR(row, level, ...) level,
    BH_CHECKPOINT_LEVELS(BH_LEVEL_ENUMERATOR)
#undef BH_LEVEL_ENUMERATOR
        BH_LEVELS
};

extern const char *const bh_level_names[];          /* by enum bh_level, then NULL */
extern const char *const bh_level_words[BH_LEVELS]; /* "node-local storage" */

static inline bool bh_level_goes_through(enum bh_level level, enum bh_level_way way)
{
#define BH_LEVEL_WAYS(row, enumerator, name, words, ways) ways,
    static const int level_ways[BH_LEVELS] = {BH_CHECKPOINT_LEVELS(BH_LEVEL_WAYS)};
#undef BH_LEVEL_WAYS
    return (level_ways[level] & (int)way) != 0;
}
