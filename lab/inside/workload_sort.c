/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Integers sorted by radix, 8 bits at a time; the order is verified, and the sum of all stays what it was. */
#include "lab/inside/inside.h"

#include <inttypes.h>
#include <string.h>

enum { KEYS = 16384, DIGITS = 256 };

static uint32_t keys[KEYS], sorted[KEYS];

static void pass(unsigned shift)
{
    size_t place[DIGITS + 1] = {0};
    for (size_t i = 0; i < KEYS; i++)
        place[(keys[i] >> shift & (DIGITS - 1)) + 1]++;
    for (size_t digit = 0; digit < DIGITS; digit++)
        place[digit + 1] += place[digit];
    for (size_t i = 0; i < KEYS; i++)
        sorted[place[keys[i] >> shift & (DIGITS - 1)]++] = keys[i];
    memcpy(keys, sorted, sizeof keys);
}

static int run(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways)
{
    (void)ways;
    uint64_t total = seed, state = seed;
    for (unsigned step = 0; step < steps; step++) {
        uint64_t before = 0, after = 0;
        for (size_t i = 0; i < KEYS; i++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            keys[i] = (uint32_t)(state >> 32);
            before += keys[i];
        }
        for (unsigned shift = 0; shift < 32; shift += 8)
            pass(shift);
        for (size_t i = 0; i < KEYS; i++) {
            if (i > 0 && keys[i] < keys[i - 1])
                return INSIDE_WRONG;
            after += keys[i];
        }
        if (before != after)
            return INSIDE_WRONG;
        uint64_t sum = inside_checksum(keys, sizeof keys);
        total = (total ^ sum) * 1099511628211U;
        tell("step %u %016" PRIx64, step, sum);
    }
    tell("answer %016" PRIx64, total);
    return 0;
}

const struct inside_workload inside_sort = {.name = "sort", .run = run};
