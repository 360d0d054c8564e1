/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names of colours and marks. */
#include "models/base/look.h"

#include <stdlib.h>
#include <string.h>

const char *const bh_mark_names[BH_MARKS + 1] = {"diamond", "circle",        "triangle",
                                                 "square",  "triangle-down", "pentagon"};

bool bh_is_colour(const char *text)
{
    return text[0] == '#' && strspn(text + 1, "0123456789abcdef") == BH_COLOUR_SIZE - 2 &&
           text[BH_COLOUR_SIZE - 1] == '\0';
}

int bh_mark_number(const char *text)
{
    size_t length = strcspn(text, " ");
    int beside = 1;
    if (text[length] != '\0') {
        const char *digits = text + length + 1;
        if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 2 || (beside = atoi(digits)) < 2)
            return -1;
    }
    for (int shape = 0; shape < BH_MARKS; shape++)
        if (strlen(bh_mark_names[shape]) == length && memcmp(bh_mark_names[shape], text, length) == 0)
            return shape + BH_MARKS * (beside - 1);
    return -1;
}
