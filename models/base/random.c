/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Philox 4x64-10 as a function of (seed, replica; purpose, stream, a, b), with 53 bits per draw; XXH3 identities. */
#include "models/base/random.h"

#include <Random123/philox.h>
#include <endian.h>
#include <math.h>
#include <string.h>
#include <xxhash.h>

/* Random123's own adaptors give 32-bit doubles, too coarse for probabilities below 1e-9.
 * The halves (k + 1/2) 2^-53 would be symmetric, but the last of them rounds to 1. */
double bh_random_open_interval(uint64_t bits)
{
    uint64_t k = bits >> 11;
    return k ? (double)k * 0x1p-53 : 0x1p-54;
}

double bh_random_uniform(const struct bh_random *random, enum bh_purpose purpose, uint64_t stream, uint64_t a,
                         uint64_t b)
{
    philox4x64_key_t key = {{random->seed, random->replica}};
    philox4x64_ctr_t counter = {{(uint64_t)purpose, stream, a, b}};
    if (random->shared == NULL)
        return bh_random_open_interval(philox4x64_R(BH_RANDOM_ROUNDS, counter, key).v[0]);
    random->shared->draws++;
#pragma GCC unroll 10
    for (int round = 0; round < BH_RANDOM_ROUNDS; round++) {
        memcpy(key.v, random->shared->key[round], sizeof key.v);
        counter = _philox4x64round(counter, key);
    }
    return bh_random_open_interval(counter.v[0]);
}

struct bh_random bh_random_share(uint64_t seed, uint64_t replica, struct bh_random_shared *shared)
{
    philox4x64_key_t key = {{seed, replica}};
    shared->draws = 0;
    for (int round = 0; round < BH_RANDOM_ROUNDS; round++) {
        memcpy(shared->key[round], key.v, sizeof key.v);
        key = _philox4x64bumpkey(key);
    }
    return (struct bh_random){seed, replica, shared};
}

double bh_random_exponential(const struct bh_random *random, enum bh_purpose purpose, uint64_t stream, uint64_t a,
                             uint64_t b, double mean)
{
    return -mean * log(bh_random_uniform(random, purpose, stream, a, b));
}

/* The identities below are part of every stream's key and so of every result. XXH3's output is the same on all
 * machines since xxHash 0.8.0 but defined on bytes, hence the fixed byte order. */
uint64_t bh_identity(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}

uint64_t bh_identity_join(uint64_t left, uint64_t right)
{
    const uint64_t bytes[] = {htole64(left), htole64(right)};
    return XXH3_64bits(bytes, sizeof bytes);
}
