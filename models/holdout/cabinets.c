/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Groups nodes by what stands before the last number of their names. */
#include "models/holdout/cabinets.h"

#include "models/base/error.h"
#include "models/holdout/history.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a name stands before its last number, 0 if that has no number in it: then it tells of no place. A domain behind a dot is
 * no part of it, unless all is numbers. */
static size_t prefix_of(const char *name)
{
    size_t end = strcspn(name, ".");
    if (name[end] == '.' && isdigit((unsigned char)name[end + 1]))
        end = strlen(name);
    while (end > 0 && !isdigit((unsigned char)name[end - 1]))
        end--;
    while (end > 0 && isdigit((unsigned char)name[end - 1]))
        end--;
    for (size_t i = 0; i < end; i++)
        if (isdigit((unsigned char)name[i]))
            return end;
    return 0;
}

struct bh_cabinets bh_cabinets_guess(const struct bh_history *history)
{
    struct bh_cabinets found = {0};
    uint32_t *size = bh_allocate((size_t)history->nodes + 1, sizeof *size), *of_size;
    size_t before = 0;
    const char *last = NULL;
    for (uint32_t n = 0; n < history->nodes && history->watch[n].name != NULL; n++) {
        const char *name = history->watch[n].name;
        size_t prefix = prefix_of(name);
        if (prefix == 0) {
            free(size);
            return found;
        }
        if (last == NULL || prefix != before || strncmp(last, name, prefix) != 0)
            found.groups++;
        if (found.groups == 1 && size[0] == 0)
            snprintf(found.example, sizeof found.example, "%.*s", (int)(prefix < 60 ? prefix : 60), name);
        size[found.groups - 1]++;
        last = name;
        before = prefix;
    }
    of_size = bh_allocate((size_t)history->nodes + 2, sizeof *of_size);
    for (size_t g = 0; g < found.groups; g++)
        of_size[size[g]]++;
    for (uint32_t s = 1; s <= history->nodes; s++)
        if (of_size[s] >= (found.nodes > 0 ? of_size[found.nodes] : 1))
            found.nodes = s;
    found.alike = found.nodes > 0 ? of_size[found.nodes] : 0;
    free(of_size);
    free(size);
    if (found.nodes < 2 || found.groups < 2)
        found.nodes = 0;
    return found;
}
