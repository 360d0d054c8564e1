/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A map of winners as a table: a letter per policy, ? where the winner is not firm. */
#include "command/advise/parts.h"

#include "analysis/tables/table.h"
#include "models/base/error.h"

#include <stdlib.h>
#include <string.h>

/* A position, or the ends of a part of the range; the caller frees. */
static char *cell_label(const struct bh_map_side *side, size_t i)
{
    char low[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
    bool is_time = strcmp(side->unit, "s") == 0;
    if (side->labels != NULL)
        return bh_copy_text(side->labels[i]);
    char *(*const say)(double, char *) = is_time ? bh_number_time : bh_number_plain;
    return bh_print_text("%s to %s", say(side->low[i], low), say(side->high[i], high));
}

/* Policies that win somewhere have the letters A, B and so on, in the order of the table of policies. */
static size_t *letters(const struct bh_winner_map *map, size_t policies)
{
    size_t *letter = bh_allocate(policies, sizeof *letter), count = 0;
    for (size_t p = 0; p < policies; p++) {
        letter[p] = SIZE_MAX;
        for (size_t i = 0; i < map->x.count * map->y.count && letter[p] == SIZE_MAX; i++)
            if (map->cells[i].best == p)
                letter[p] = count++;
    }
    return letter;
}

void bh_advise_print_map(const struct bh_advice *advice, const struct bh_winner_map *map, enum bh_table_format format)
{
    struct bh_table *table = bh_table_create();
    size_t policies = advice->view->policy.count, *letter = letters(map, policies);
    char *key = bh_copy_text("");
    bh_advise_heading(format, "Who wins where");
    bh_table_column(table, "%s \\ %s", map->y.name, map->x.name);
    for (size_t x = 0; x < map->x.count; x++) {
        char *label = cell_label(&map->x, x);
        bh_table_column(table, "%s", label);
        free(label);
    }
    for (size_t y = map->y.count; y-- > 0;) {
        char *label = cell_label(&map->y, y);
        bh_table_cell(table, "%s", label);
        free(label);
        for (size_t x = 0; x < map->x.count; x++) {
            const struct bh_map_cell *cell = &map->cells[y * map->x.count + x];
            if (cell->best == SIZE_MAX)
                bh_table_cell(table, "-");
            else
                bh_table_cell(table, "%c%s", (int)('A' + letter[cell->best] % 26), cell->others > 0 ? " ?" : "");
        }
    }
    bh_table_print(table, format, stdout);
    bh_table_destroy(table);
    for (size_t p = 0; p < policies; p++) {
        if (letter[p] == SIZE_MAX)
            continue;
        bh_add_text(&key, "; ", "%c: %s", (int)('A' + letter[p] % 26), advice->view->policy.labels[p]);
    }
    putchar('\n');
    bh_advise_say(format, "%s. ?: it cannot be told from others. -: nothing can be told.", key);
    free(key);
    free(letter);
}
