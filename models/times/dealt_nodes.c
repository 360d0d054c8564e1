/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* GSL draws the binomial numbers, from a keyed stream for each leader. */
#include "models/times/dealt_nodes.h"

#include "models/base/error.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

enum { ROUNDS = 6 };

struct bh_followers {
    uint64_t nodes, key;
    unsigned half_bits; /* of the Feistel network, whose words are twice as long */
    uint64_t *before;   /* followers of all leaders before */
};

/* --- How many ------------------------------------------------------------------------------------------------------ */

struct stream {
    const struct bh_random *random;
    uint64_t leader, ordinal;
};

static double next_uniform(void *state)
{
    struct stream *stream = *(struct stream **)state;
    return bh_random_uniform(stream->random, BH_PURPOSE_REPLAY, bh_identity("followers"), stream->leader,
                             stream->ordinal++);
}

static unsigned long next_integer(void *state)
{
    return (unsigned long)(4294967296.0 * next_uniform(state));
}

static void seed_nothing(void *state, unsigned long seed)
{
    (void)state, (void)seed;
}

static const gsl_rng_type keyed_numbers = {.name = "keyed",
                                           .max = 0xffffffffUL,
                                           .min = 0,
                                           .size = sizeof(struct stream *),
                                           .set = seed_nothing,
                                           .get = next_integer,
                                           .get_double = next_uniform};

static void deal(struct bh_followers *followers, const struct bh_random *random, uint64_t leaders, uint32_t named)
{
    uint64_t left = followers->nodes;
    followers->before = bh_allocate((size_t)named + 1, sizeof *followers->before);
    for (uint32_t l = 0; l < named; l++) {
        struct stream stream = {random, l, 0}, *state = &stream;
        gsl_rng numbers = {&keyed_numbers, &state};
        double share = 1.0 / (double)(leaders - l);
        uint64_t count = share >= 1.0 ? left : gsl_ran_binomial(&numbers, share, (unsigned)left);
        followers->before[l + 1] = followers->before[l] + count;
        left -= count;
    }
}

/* --- Who ----------------------------------------------------------------------------------------------------------- */

/* A permutation of the words of 2 half_bits bits. */
static uint64_t scramble(const struct bh_followers *followers, uint64_t word)
{
    uint64_t mask = ((uint64_t)1 << followers->half_bits) - 1;
    uint64_t left = word >> followers->half_bits, right = word & mask;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t mixed = left ^ (bh_identity_join(followers->key + round, right) & mask);
        left = right;
        right = mixed;
    }
    return left << followers->half_bits | right;
}

struct bh_followers *bh_followers_create(const struct bh_random *random, uint64_t nodes, uint64_t leaders,
                                         uint32_t named)
{
    struct bh_followers *followers = bh_allocate(1, sizeof *followers);
    followers->nodes = nodes;
    followers->key = bh_identity_join(bh_identity("followers"), bh_identity_join(random->seed, random->replica));
    followers->half_bits = 1;
    while ((uint64_t)1 << 2 * followers->half_bits < nodes)
        followers->half_bits++;
    deal(followers, random, leaders, named);
    return followers;
}

void bh_followers_destroy(struct bh_followers *followers)
{
    if (followers == NULL)
        return;
    free(followers->before);
    free(followers);
}

uint64_t bh_followers_count(const struct bh_followers *followers, uint32_t leader)
{
    return followers->before[leader + 1] - followers->before[leader];
}

uint64_t bh_followers_node(const struct bh_followers *followers, uint32_t leader, uint64_t index)
{
    uint64_t word = followers->before[leader] + index;
    do
        word = scramble(followers, word);
    while (word >= followers->nodes);
    return word;
}
