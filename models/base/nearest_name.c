/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The known name that a mistyped one probably meant. */
#include "models/base/nearest_name.h"

#include "models/base/error.h"

#include <stdlib.h>
#include <string.h>

/* Longer words are no typing slips, and the table below stays small. */
enum { LONGEST = 128 };

/* Case and the choice between hyphen and underscore are not counted as edits. */
static char fold(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (char)(letter - 'A' + 'a');
    return letter == '_' ? '-' : letter;
}

static size_t least(size_t left, size_t right)
{
    return left < right ? left : right;
}

/* Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, one each. */
static size_t distance(const char *left, size_t left_length, const char *right, size_t right_length)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= right_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= left_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above_twice = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= right_length; j++) {
            char a = fold(left[i - 1]), b = fold(right[j - 1]);
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + (a != b));
            if (i > 1 && j > 1 && a == fold(right[j - 2]) && b == fold(left[i - 2]))
                row[j] = least(row[j], above_twice[j - 2] + 1);
        }
    }
    return rows[left_length % 3][right_length];
}

const char *bh_nearest_name(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strnlen(word, LONGEST + 1);
    if (length > LONGEST)
        return NULL;
    const char *nearest = NULL;
    size_t nearest_distance = length / 3 > 2 ? length / 3 + 1 : 3; /* the first distance that is too far */
    for (size_t i = 0; i < count; i++) {
        size_t candidate_length = strnlen(candidates[i], LONGEST + 1);
        if (candidate_length > LONGEST)
            continue;
        size_t edits = distance(word, length, candidates[i], candidate_length);
        /* A word of two letters is two edits from every other: something must be left in common. */
        if (edits < nearest_distance && edits < (length > candidate_length ? length : candidate_length)) {
            nearest = candidates[i];
            nearest_distance = edits;
        }
    }
    return nearest;
}

char *bh_nearest_hint(const char *word, const char *const *candidates, size_t count, char quote)
{
    const char *nearest = bh_nearest_name(word, candidates, count);
    return nearest != NULL ? bh_print_text("; nearest is %c%s%c", quote, nearest, quote) : bh_copy_text("");
}
