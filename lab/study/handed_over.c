/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compares what was handed over, line by line. */
#include "lab/study/handed_over.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next line that begins so; NULL: none. */
static const char *next_line(const char *at, const char *begin)
{
    size_t length = strlen(begin);
    while (*at != '\0') {
        const char *end = strchr(at, '\n');
        if (strncmp(at, begin, length) == 0 && end != NULL)
            return at;
        if (end == NULL)
            return NULL;
        at = end + 1;
    }
    return NULL;
}

struct bh_lab_handed bh_lab_compare_exits(const char *said, const char *golden, unsigned guest)
{
    char begin[24];
    snprintf(begin, sizeof begin, "exit %u ", guest);
    struct bh_lab_handed handed = {0};
    for (;;) {
        said = next_line(said, begin);
        golden = next_line(golden, begin);
        if (said == NULL && golden == NULL)
            return handed;
        size_t length = said == NULL ? 0 : strcspn(said, "\n");
        if (said == NULL || golden == NULL || strncmp(said, golden, length + 1) != 0) {
            handed.differs = true;
            handed.code = said == NULL ? 0 : (unsigned)strtoul(said + strlen(begin), NULL, 16);
            return handed;
        }
        handed.same++;
        said += length;
        golden += length;
    }
}
