/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Finds the emulated memory among what QEMU has mapped. */
#include "lab/plugin/state.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned char *begin, *end;

unsigned char *bh_machine_memory(void)
{
    FILE *maps = begin == NULL ? fopen("/proc/self/maps", "r") : NULL;
    char line[4352];
    while (maps != NULL && begin == NULL && fgets(line, sizeof line, maps) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        size_t length = strlen(line);
        char *rest;
        if (length <= 4 || strcmp(line + length - 4, "/ram") != 0)
            continue;
        begin = (unsigned char *)(uintptr_t)strtoull(line, &rest, 16);
        end = (unsigned char *)(uintptr_t)strtoull(rest + 1, NULL, 16);
    }
    if (maps != NULL)
        fclose(maps);
    return begin;
}

bool bh_machine_has(uint64_t address, size_t bytes)
{
    if (bh_machine_memory() == NULL)
        return false;
    uint64_t size = (uint64_t)(end - begin);
    return bytes <= size && address <= size - bytes;
}
