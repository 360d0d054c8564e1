/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A map of winners as a table and as a figure: a letter per policy, ? and hatches where the winner is not firm. */
#include "command/advise/parts.h"

#include "analysis/figures/figure_files.h"
#include "analysis/figures/figure_looks.h"
#include "analysis/plots/cell_map.h"
#include "analysis/plots/plot.h"
#include "analysis/tables/table.h"
#include "command/figure_folder.h"
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

/* "platform.latency", with the unit that its cells do not say. */
static char *side_name(const struct bh_map_side *side)
{
    bool has_unit =
        side->labels == NULL && side->unit[0] != '\0' && strcmp(side->unit, "1") != 0 && strcmp(side->unit, "s") != 0;
    return bh_print_text("%s%s%s%s", side->name, has_unit ? " (" : "", has_unit ? side->unit : "", has_unit ? ")" : "");
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
    char *names[2] = {side_name(&map->x), side_name(&map->y)};
    bh_table_column(table, "%s \\ %s", names[1], names[0]);
    free(names[0]);
    free(names[1]);
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

/* --- As a figure ------------------------------------------------------------------------------------------------------ */

/* Colours of the policies that win anywhere, by their letters. */
static size_t choose_keys(const struct bh_advice *advice, const size_t *letter, struct bh_cell_key *keys, char **texts)
{
    const struct bh_view *view = advice->view;
    size_t count = 0;
    const char **names = bh_allocate(2 * view->policy.count + 1, sizeof *names), **wishes = names + view->policy.count;
    char(*colours)[BH_COLOUR_SIZE] = bh_allocate(view->policy.count + 1, sizeof *colours);
    for (size_t p = 0; p < view->policy.count; p++)
        if (letter[p] != SIZE_MAX) {
            names[letter[p]] = view->policy.labels[p];
            wishes[letter[p]] = view->policy_colour != NULL ? view->policy_colour[p] : "";
            texts[letter[p]] = bh_print_text("%c: %s", (int)('A' + letter[p] % 26), view->policy.labels[p]);
            count++;
        }
    bh_looks_colours(names, wishes, count, colours);
    for (size_t k = 0; k < count; k++) {
        memcpy(keys[k].colour, colours[k], BH_COLOUR_SIZE);
        keys[k].text = texts[k];
    }
    free(colours);
    free(names);
    return count;
}

static char **side_labels(const struct bh_map_side *side)
{
    char **labels = bh_allocate(side->count + 1, sizeof *labels);
    for (size_t i = 0; i < side->count; i++)
        labels[i] = cell_label(side, i);
    return labels;
}

int bh_advise_draw_map(const struct bh_advice *advice, const struct bh_winner_map *map, const char *folder,
                       struct bh_error *err)
{
    size_t policies = advice->view->policy.count, *letter = letters(map, policies), count = map->x.count * map->y.count;
    struct bh_cell_key *keys = bh_allocate(policies + 2, sizeof *keys);
    char **texts = bh_allocate(policies + 1, sizeof *texts), **x = side_labels(&map->x), **y = side_labels(&map->y);
    struct bh_cell *cells = bh_allocate(count + 1, sizeof *cells);
    size_t winners = choose_keys(advice, letter, keys, texts);
    bool has_open = false;
    for (size_t i = 0; i < count; i++) {
        bool is_told = map->cells[i].best != SIZE_MAX;
        size_t own = is_told ? letter[map->cells[i].best] : 0;
        cells[i].is_hatched = !is_told || map->cells[i].others > 0;
        has_open = has_open || cells[i].is_hatched;
        memcpy(cells[i].colour, is_told ? keys[own].colour : "#ffffff", BH_COLOUR_SIZE);
        snprintf(cells[i].text, sizeof cells[i].text, "%c%s", is_told ? (int)('A' + own % 26) : '-',
                 is_told && cells[i].is_hatched ? "?" : "");
    }
    if (has_open)
        keys[winners++] = (struct bh_cell_key){"#ffffff", true, "?: cannot be told from others"};
    char *criterion = bh_advise_name(&advice->criterion), *what = bh_print_text("least %s", criterion);
    char *words = bh_print_text("%s-winners-%s-%s", advice->view->scenario, map->x.name, map->y.name),
         *name = bh_figure_file_name(words), *base = bh_print_text("%s/%s", folder, name),
         *names[2] = {side_name(&map->x), side_name(&map->y)};
    const struct bh_cell_map figure = {.title = advice->view->title,
                                       .what = what,
                                       .x = {names[0], map->x.count, (const char *const *)x},
                                       .y = {names[1], map->y.count, (const char *const *)y},
                                       .panels = 1,
                                       .cells = cells,
                                       .keys_count = winners,
                                       .keys = keys,
                                       .width_in = BH_PLOT_COLUMN,
                                       .size_pt = 8};
    int status = bh_figure_folder_make(folder, err);
    if (status == 0)
        status = bh_cell_map_write(&figure, folder, name, true, err);
    if (status == 0)
        bh_figure_folder_tell(base, 0);
    for (size_t i = 0; i < map->x.count; i++)
        free(x[i]);
    for (size_t i = 0; i < map->y.count; i++)
        free(y[i]);
    for (size_t p = 0; p < policies; p++)
        free(texts[p]);
    free(names[0]);
    free(names[1]);
    free(x);
    free(y);
    free(texts);
    free(base);
    free(name);
    free(words);
    free(what);
    free(criterion);
    free(cells);
    free(keys);
    free(letter);
    return status;
}
