/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which uncertain numbers decide, in words and a table. */
#include "command/advise/parts.h"

#include "analysis/advice/curves.h"
#include "analysis/tables/table.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is told of a number when no larger value is expected by chance in so many of all campaigns. */
static const double chance_most = 0.05;
enum { MOST_TOLD = 8, DOUBTFUL_TOLD = 3 };
/* What is left of a value by this many trials is not worth more of them. */
static const double most_of_it = 0.8;

size_t bh_advise_told(const struct bh_decisive *decisive, size_t count, bool *is_sure)
{
    size_t told = 0;
    *is_sure = count > 0 && decisive[0].value.mean > 0 && decisive[0].chance <= chance_most;
    while (told < count && told < (*is_sure ? MOST_TOLD : DOUBTFUL_TOLD) && decisive[told].value.mean > 0 &&
           (!*is_sure || decisive[told].chance <= chance_most))
        told++;
    return told;
}

char *bh_advise_number(const struct bh_worlds *worlds, size_t number, double value)
{
    char text[BH_NUMBER_SIZE];
    const char *unit = worlds->units[number];
    if (strcmp(unit, "s") == 0)
        return bh_copy_text(bh_number_time(value, text));
    bh_number_plain(value, text);
    bool has_unit = unit[0] != '\0' && strcmp(unit, "1") != 0;
    return bh_print_text("%s%s%s", text, has_unit ? " " : "", has_unit ? unit : "");
}

/* "above 0.003 [0.001, 0.01]", and whether that is beyond the draws; the caller frees. */
static char *say_turn(const struct bh_worlds *worlds, size_t number, const struct bh_turn *turn)
{
    if (turn->rival == SIZE_MAX)
        return bh_copy_text("-");
    char *at = bh_advise_number(worlds, number, turn->at.mean);
    char *low = isnan(turn->at.low) ? bh_copy_text("open") : bh_advise_number(worlds, number, turn->at.low);
    char *high = isnan(turn->at.high) ? bh_copy_text("open") : bh_advise_number(worlds, number, turn->at.high);
    char *text = bh_print_text("%s %s [%s, %s]%s", turn->is_above ? "above" : "below", at, low, high,
                               turn->is_inside ? "" : ", beyond its range");
    free(at);
    free(low);
    free(high);
    return text;
}

static void print_table(const struct bh_advice *advice, const size_t *policies, const struct bh_decisive *decisive,
                        size_t told, enum bh_table_format format)
{
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "number");
    bh_table_column(table, "knowing it is worth");
    bh_table_column(table, "by chance");
    bh_table_column(table, "better");
    bh_table_column(table, "where");
    for (size_t i = 0; i < told; i++) {
        const struct bh_decisive *own = &decisive[i];
        char *value = bh_advise_interval(&advice->criterion, own->value, true);
        char *turn = say_turn(&advice->worlds, own->number, &own->turn);
        bh_table_cell(table, "%s", advice->worlds.names[own->number]);
        bh_table_cell(table, "%s", value);
        bh_table_cell(table, own->chance < 0.995 ? "%.2g %%" : "%.0f %%", 100 * own->chance);
        bh_table_cell(table, "%s",
                      own->turn.rival == SIZE_MAX ? "-" : advice->view->policy.labels[policies[own->turn.rival]]);
        bh_table_cell(table, "%s", turn);
        free(value);
        free(turn);
    }
    bh_table_print(table, format, stdout);
    bh_table_destroy(table);
}

/* The first of the numbers that are told whose value trials can have: channels are measured by fault injections. */
static void say_trials(const struct bh_advice *advice, const struct bh_decision *decision,
                       const struct bh_decisive *decisive, size_t told, enum bh_table_format format)
{
    static const unsigned trials[] = {100, 300, 1000, 3000, 10000, 30000, 100000};
    size_t i = 0, t = 0;
    double share = NAN;
    while (i < told && (strstr(advice->worlds.names[decisive[i].number], "channels.") == NULL ||
                        strstr(advice->worlds.names[decisive[i].number], ".probability") == NULL))
        i++;
    if (i == told)
        return;
    for (t = 0; t < BH_COUNT(trials); t++) {
        share = bh_value_of_trials(decision, decisive[i].number, trials[t]);
        if (!(share < most_of_it) || t + 1 == BH_COUNT(trials))
            break;
    }
    if (isnan(share))
        return;
    char *value = bh_advise_difference(&advice->criterion, share * decisive[i].value.mean);
    char *whole = bh_advise_difference(&advice->criterion, decisive[i].value.mean);
    bh_advise_say(format,
                  "Measure %s %s: %u independent injections, each seen to cross or not, are worth %s of these %s.",
                  advice->worlds.names[decisive[i].number], i == 0 ? "first" : "too", trials[t], value, whole);
    free(value);
    free(whole);
}

/* Draws that all lie within 0 and 1, without a unit, are of a share, and nothing above 1 is one. */
static bool can_be(const struct bh_worlds *worlds, size_t number, double value)
{
    const char *unit = worlds->units[number];
    bool is_share = unit[0] == '\0' || strcmp(unit, "1") == 0;
    for (size_t w = 0; w < worlds->count; w++) {
        const double drawn = worlds->numbers[number * worlds->count + w];
        is_share = is_share && drawn >= 0 && drawn <= 1;
    }
    return !is_share || (value >= 0 && value <= 1);
}

/* The number beside which the choice turns beyond the range, if none does within; what is beyond is told since ranges are
 * assumed as well. */
static void say_beyond(const struct bh_advice *advice, const size_t *policies, const struct bh_decisive *decisive,
                       enum bh_table_format format)
{
    size_t count = advice->worlds.numbers_count, said = 0;
    for (size_t i = 0; i < count && said < DOUBTFUL_TOLD; i++) {
        const struct bh_turn *turn = &decisive[i].turn;
        if (turn->rival == SIZE_MAX || turn->is_inside || decisive[i].value.mean > 0 ||
            !can_be(&advice->worlds, decisive[i].number, turn->at.mean))
            continue;
        char *where = say_turn(&advice->worlds, decisive[i].number, turn);
        bh_advise_say(format, "If costs go on in a straight line, %s would be better with %s %s.",
                      advice->view->policy.labels[policies[turn->rival]], advice->worlds.names[decisive[i].number],
                      where);
        free(where);
        said++;
    }
}

void bh_advise_print_decisive(const struct bh_advice *advice, enum bh_table_format format)
{
    const struct bh_worlds *worlds = &advice->worlds;
    size_t count = worlds->numbers_count, *policies;
    if (worlds->count < 2 || advice->compared < 2 || count == 0)
        return;
    bh_advise_heading(format, "What decides");
    if (worlds->count < BH_CURVE_WORLDS_LEAST) {
        bh_advise_say(format, "Which numbers decide takes at least %d worlds; there are %zu.", BH_CURVE_WORLDS_LEAST,
                      worlds->count);
        return;
    }
    struct bh_decision decision = bh_advice_decision(advice, &policies);
    struct bh_decisive *decisive = bh_allocate(count, sizeof *decisive);
    bool is_sure;
    bh_find_decisive(&decision, BH_ADVISE_PERMUTATIONS, decisive);
    size_t told = bh_advise_told(decisive, count, &is_sure);
    if (told == 0)
        bh_advise_say(format,
                      "As far as these runs can tell, knowing any one of the %zu numbers before choosing would not "
                      "change the choice.",
                      count);
    else if (!is_sure)
        bh_advise_say(
            format,
            "With %zu worlds it can be said of none of the %zu numbers that knowing it before choosing is worth "
            "anything: by chance values are as large. The least probable:",
            worlds->count, count);
    else
        bh_advise_say(
            format,
            "Knowing one of these before choosing is worth so much a run. With %zu worlds the values of the other "
            "%zu numbers cannot be told from chance.",
            worlds->count, count - told);
    if (told > 0) {
        putchar('\n');
        print_table(advice, policies, decisive, told, format);
        putchar('\n');
        bh_advise_say(format,
                      "By chance: how often the largest of all values is as large when worlds are dealt out anew "
                      "among the numbers. Better: what is then better than %s.",
                      advice->view->policy.labels[advice->best]);
    }
    if (is_sure)
        say_trials(advice, &decision, decisive, told, format);
    say_beyond(advice, policies, decisive, format);
    free(decisive);
    free(decision.costs);
    free(policies);
}
