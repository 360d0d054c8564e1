/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Workloads by name, and the checksum of their results. */
#include "lab/inside/inside.h"

#include <string.h>

const struct inside_workload *inside_find_workload(const char *name)
{
    static const struct inside_workload *const all[] = {&inside_stencil, &inside_exchange, &inside_sort, &inside_files,
                                                        &inside_calls};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

/* In a register that is named, so that a fault can be planted in it and nowhere else. */
__attribute__((noinline)) uint64_t inside_checksum(const void *data, size_t bytes)
{
    BH_LAB_MARK(BH_LAB_MARK_SHARED);
    const unsigned char *next = data;
    uint64_t sum = 14695981039346656037U;
    for (size_t i = 0; i < bytes / 8; i++, next += 8) {
        uint64_t word;
        memcpy(&word, next, sizeof word);
        sum = (sum ^ word) * 1099511628211U;
        sum ^= sum >> 29;
    }
    register uint64_t kept __asm__("r12") = sum;
    __asm__ volatile("jmp 1f\n1: nopl %c1(%%rax,%%rax,1)" : "+r"(kept) : "i"(BH_LAB_MARK_BASE + BH_LAB_MARK_CHECKSUM));
    return kept;
}
