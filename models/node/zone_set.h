/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A set of zone instances of one node, as bits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BH_ZONE_SET_WORDS = 4, BH_ZONE_SET_SIZE = 64 * BH_ZONE_SET_WORDS };

struct bh_zone_set {
    uint64_t word[BH_ZONE_SET_WORDS];
};

static inline void bh_zone_set_add(struct bh_zone_set *set, size_t zone)
{
    set->word[zone / 64] |= UINT64_C(1) << (zone % 64);
}

static inline void bh_zone_set_remove(struct bh_zone_set *set, size_t zone)
{
    set->word[zone / 64] &= ~(UINT64_C(1) << (zone % 64));
}

static inline bool bh_zone_set_has(const struct bh_zone_set *set, size_t zone)
{
    return (set->word[zone / 64] >> (zone % 64)) & 1;
}

static inline void bh_zone_set_join(struct bh_zone_set *set, const struct bh_zone_set *other)
{
    for (size_t i = 0; i < BH_ZONE_SET_WORDS; i++)
        set->word[i] |= other->word[i];
}

static inline void bh_zone_set_remove_all(struct bh_zone_set *set, const struct bh_zone_set *other)
{
    for (size_t i = 0; i < BH_ZONE_SET_WORDS; i++)
        set->word[i] &= ~other->word[i];
}

static inline bool bh_zone_set_is_empty(const struct bh_zone_set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < BH_ZONE_SET_WORDS; i++)
        any |= set->word[i];
    return any == 0;
}

static inline bool bh_zone_set_meets(const struct bh_zone_set *left, const struct bh_zone_set *right)
{
    uint64_t any = 0;
    for (size_t i = 0; i < BH_ZONE_SET_WORDS; i++)
        any |= left->word[i] & right->word[i];
    return any != 0;
}

/* Whether every zone of `part` is in `whole`. */
static inline bool bh_zone_set_within(const struct bh_zone_set *part, const struct bh_zone_set *whole)
{
    uint64_t outside = 0;
    for (size_t i = 0; i < BH_ZONE_SET_WORDS; i++)
        outside |= part->word[i] & ~whole->word[i];
    return outside == 0;
}
