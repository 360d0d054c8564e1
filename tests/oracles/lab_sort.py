# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""The answer of the laboratory's integer sort (lab/inside/workload_sort.c), by Python's own: lab_sort.py SEED STEPS."""
import sys

MASK = (1 << 64) - 1


def checksum(words):
    total = 14695981039346656037
    for word in words:
        total = (total ^ word) * 1099511628211 & MASK
        total ^= total >> 29
    return total


seed, steps = int(sys.argv[1]), int(sys.argv[2])
state = answer = seed
for _ in range(steps):
    keys = []
    for _ in range(16384):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        keys.append(state >> 32)
    keys.sort()
    pairs = [low | high << 32 for low, high in zip(keys[0::2], keys[1::2])]
    answer = (answer ^ checksum(pairs)) * 1099511628211 & MASK
print(f"{answer:016x}")
