/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where the choice fails, among the drawn worlds and along varied axes, in words. */
#include "command/advise/parts.h"

#include "analysis/advice/along.h"
#include "analysis/advice/failing_box.h"
#include "analysis/tables/table.h"
#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Worlds ----------------------------------------------------------------------------------------------------------- */

/* "recovery.node-reboot is at least 5 min and ..."; the caller frees. */
static char *say_sides(const struct bh_advice *advice, const struct bh_box *box)
{
    char *text = bh_copy_text("");
    for (size_t s = 0; s < box->sides; s++) {
        const struct bh_box_side *side = &box->side[s];
        char *bound = bh_advise_number(&advice->worlds, side->number, side->bound);
        bh_add_text(&text, " and ", "%s is at %s %s", advice->worlds.names[side->number],
                    side->is_upper ? "most" : "least", bound);
        free(bound);
    }
    return text;
}

static double percent(size_t part, size_t whole)
{
    return 100 * (double)part / (double)whole;
}

static void say_box(const struct bh_advice *advice, const struct bh_box *box, enum bh_table_format format)
{
    char *sides = say_sides(advice, box);
    bh_advise_say(
        format,
        "Of these %zu (%.0f %%) lie where %s; of the %zu drawn worlds there it fails in %.0f %%, of all in "
        "%.0f %%. Boxes of resamples have these sides in at least %.0f %%, and in worlds that they had not "
        "seen it fails in %.0f %%.",
        box->failing_inside, percent(box->failing_inside, box->failing), sides, box->inside,
        percent(box->failing_inside, box->inside), percent(box->failing, advice->worlds.count),
        100 * fmin(fmin(box->side[0].stability, box->sides > 1 ? box->side[1].stability : 1),
                   fmin(box->sides > 2 ? box->side[2].stability : 1, box->sides > 3 ? box->side[3].stability : 1)),
        100 * box->unseen);
    free(sides);
}

void bh_advise_print_failing(const struct bh_advice *advice, enum bh_table_format format)
{
    const struct bh_worlds *worlds = &advice->worlds;
    size_t *policies, rival = 0;
    struct bh_box box;
    if (worlds->count < 2 || advice->compared < 2 || worlds->numbers_count == 0)
        return;
    struct bh_decision decision = bh_advice_decision(advice, &policies);
    size_t *best_in = bh_allocate(decision.policies, sizeof *best_in);
    bool *fails = bh_allocate(worlds->count, sizeof *fails);
    size_t failing = bh_find_failing(&decision, advice->indifference, fails, best_in);
    for (size_t p = 0; p < decision.policies; p++)
        rival = best_in[p] > best_in[rival] ? p : rival;
    bh_advise_heading(format, "Where it fails");
    if (failing == 0)
        bh_advise_say(format, "In none of the %zu drawn worlds is another better by its mean.", worlds->count);
    else
        bh_advise_say(format, "In %zu of %zu drawn worlds another is better by its mean, most often %s (%zu).", failing,
                      worlds->count, advice->view->policy.labels[policies[rival]], best_in[rival]);
    if (failing > 0 && worlds->count < BH_BOX_WORLDS_LEAST)
        bh_advise_say(format, "What these have in common takes at least %d worlds.", BH_BOX_WORLDS_LEAST);
    else if (bh_find_box(worlds->numbers, worlds->numbers_count, fails, worlds->count, &box))
        say_box(advice, &box, format);
    else if (failing > 0)
        bh_advise_say(format, "Nothing that they have in common is found again in resamples of the worlds.");
    free(fails);
    free(best_in);
    free(decision.costs);
    free(policies);
}

/* --- Axes ------------------------------------------------------------------------------------------------------------- */

static char *axis_number(const char *unit, double value)
{
    char text[BH_NUMBER_SIZE];
    if (isnan(value))
        return bh_copy_text("open");
    /* Counts in full, to three digits. */
    double digit = pow(10, floor(log10(fabs(value))) - 2);
    if (digit >= 1 && digit < 1e6 && strcmp(unit, "s") != 0)
        return bh_print_text("%.0f", round(value / digit) * digit);
    return bh_copy_text(strcmp(unit, "s") == 0 ? bh_number_time(value, text) : bh_number_plain(value, text));
}

static void say_turn(const struct bh_advice *advice, const struct bh_along *along, const struct bh_along_turn *turn,
                     enum bh_table_format format)
{
    const struct bh_along_step *below = &along->steps[turn->step];
    char *at = axis_number(along->place->unit, turn->at.mean), *low = axis_number(along->place->unit, turn->at.low),
         *high = axis_number(along->place->unit, turn->at.high);
    bh_advise_say(format, "Along %s, %s is best up to %s and %s from %s on; they break even at %s [%s, %s].",
                  along->place->name, advice->view->policy.labels[turn->from], below->label,
                  advice->view->policy.labels[turn->to], below[1].label, at, low, high);
    free(at);
    free(low);
    free(high);
}

/* Whether the best stays the same wherever there is one. */
static void say_steady(const struct bh_advice *advice, const struct bh_along *along, enum bh_table_format format)
{
    size_t told = 0, alone = 0, best = SIZE_MAX;
    bool is_same = true;
    for (size_t i = 0; i < along->steps_count; i++) {
        const struct bh_along_step *step = &along->steps[i];
        if (step->best == SIZE_MAX)
            continue;
        is_same = is_same && (told == 0 || step->best == best);
        best = step->best;
        told++;
        alone += step->others == 0;
    }
    if (told > 1 && is_same)
        bh_advise_say(format,
                      "Along %s (%s to %s) %s has the least mean at all %zu positions, and is alone the best at %zu.",
                      along->place->name, along->steps[0].label, along->steps[along->steps_count - 1].label,
                      advice->view->policy.labels[best], told, alone);
}

void bh_advise_print_along(const struct bh_advice *advice, const struct bh_label_places *places,
                           const struct bh_advice_request *request, enum bh_table_format format)
{
    bool is_first = true;
    for (size_t i = 0; i < places->count; i++) {
        struct bh_along along;
        if (!bh_along_has_numbers(&places->place[i], request, advice))
            continue;
        if (is_first)
            bh_advise_heading(format, "Break-even");
        is_first = false;
        bh_advise_along(advice->view, places, request, &places->place[i], &along);
        for (size_t t = 0; t < along.turns_count; t++)
            say_turn(advice, &along, &along.turns[t], format);
        say_steady(advice, &along, format);
        bh_along_release(&along);
    }
}
