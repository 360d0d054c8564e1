/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Gives out colours and marks. */
#include "analysis/figures/figure_looks.h"

#include "models/base/error.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* M. Okabe and K. Ito's, which colour-blind readers tell apart, without the yellow that is too pale for lines; then the
 * muted ones of P. Tol. */
static const char *const palette[] = {"#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#cc79a7", "#000000",
                                      "#882255", "#44aa99", "#999933", "#332288", "#aa4499", "#661100", "#888888"};
enum { PALETTE = BH_COUNT(palette) };

/* Of further ones: hues a golden section apart, dark and light in turn. */
static void make_colour(size_t number, char colour[BH_COLOUR_SIZE])
{
    double hue = 6 * fmod(0.618034 * (double)number, 1), value = number % 2 == 0 ? 200 : 120, level[3];
    for (int c = 0; c < 3; c++) {
        double distance = fabs(fmod(hue + 4.0 - 2.0 * c + 6.0, 6) - 3); /* from the hue opposite of it */
        level[c] = value * fmin(1, fmax(0.15, 2 - distance));
    }
    snprintf(colour, BH_COLOUR_SIZE, "#%02x%02x%02x", (unsigned)level[0] & 0xff, (unsigned)level[1] & 0xff,
             (unsigned)level[2] & 0xff);
}

static void nth_colour(size_t number, char colour[BH_COLOUR_SIZE])
{
    if (number < PALETTE)
        snprintf(colour, BH_COLOUR_SIZE, "%s", palette[number]);
    else
        make_colour(number - PALETTE, colour);
}

struct name {
    const char *text;
    size_t index;
};

static int compare_names(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static struct name *sort_names(const char *const *names, size_t count)
{
    struct name *sorted = bh_allocate(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct name){names[i], i};
    qsort(sorted, count, sizeof *sorted, compare_names);
    return sorted;
}

static bool is_taken(const char *colour, char (*colours)[BH_COLOUR_SIZE], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(colours[i], colour) == 0)
            return true;
    return false;
}

void bh_looks_colours(const char *const *names, const char *const *wishes, size_t count,
                      char (*colours)[BH_COLOUR_SIZE])
{
    struct name *sorted = sort_names(names, count);
    for (size_t i = 0; i < count; i++)
        colours[i][0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *wish = wishes[sorted[i].index];
        if (bh_is_colour(wish) && !is_taken(wish, colours, count))
            snprintf(colours[sorted[i].index], BH_COLOUR_SIZE, "%s", wish);
    }
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        char *own = colours[sorted[i].index], colour[BH_COLOUR_SIZE];
        while (own[0] == '\0') {
            nth_colour(next++, colour);
            if (!is_taken(colour, colours, count))
                memcpy(own, colour, BH_COLOUR_SIZE);
        }
    }
    free(sorted);
}

void bh_looks_marks(const char *const *names, const char *const *wishes, size_t count, size_t *marks)
{
    struct name *sorted = sort_names(names, count);
    bool *is_used = bh_allocate(count + 100 * BH_MARKS, sizeof *is_used);
    for (size_t i = 0; i < count; i++) {
        int wish = bh_mark_number(wishes[sorted[i].index]);
        size_t *own = &marks[sorted[i].index];
        *own = wish >= 0 && !is_used[wish] ? (size_t)wish : SIZE_MAX;
        if (*own != SIZE_MAX)
            is_used[wish] = true;
    }
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (marks[sorted[i].index] != SIZE_MAX)
            continue;
        while (is_used[next])
            next++;
        is_used[next] = true;
        marks[sorted[i].index] = next;
    }
    free(is_used);
    free(sorted);
}

void bh_looks_tint(const char colour[BH_COLOUR_SIZE], char tint[BH_COLOUR_SIZE])
{
    unsigned rgb = (unsigned)strtoul(colour + 1, NULL, 16), pale[3];
    for (int c = 0; c < 3; c++) {
        unsigned level = rgb >> (16 - 8 * c) & 0xff;
        pale[c] = 255 - (255 - level) * 31 / 100;
    }
    snprintf(tint, BH_COLOUR_SIZE, "#%02x%02x%02x", pale[0] & 0xff, pale[1] & 0xff, pale[2] & 0xff);
}
