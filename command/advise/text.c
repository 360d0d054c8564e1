/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Advice in plain words, and the table that it rests on. */
#include "command/advise/parts.h"

#include "analysis/reader/view_points.h"
#include "analysis/tables/table.h"
#include "models/base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *label(const struct bh_advice *advice, size_t policy)
{
    return advice->view->policy.labels[policy];
}

/* "a (0.1 points behind), b (...)" of the policies for which `is` says so; the caller frees, "" if there are none. */
static char *list(const struct bh_advice *advice, bool (*is)(const struct bh_advice *, size_t), bool with_distance)
{
    char *text = bh_copy_text("");
    for (size_t p = 0; p < advice->view->policy.count; p++) {
        if (advice->policies[p].why != BH_COMPARED || p == advice->best || !is(advice, p))
            continue;
        char *behind = bh_advise_difference(&advice->criterion, advice->policies[p].standing.behind);
        bh_add_text(&text, ", ", "%s", label(advice, p));
        if (with_distance)
            bh_add_text(&text, "", " (%s behind)", behind);
        free(behind);
    }
    return text;
}

static bool is_same(const struct bh_advice *advice, size_t policy)
{
    return advice->policies[policy].standing.is_same;
}
static bool is_in_set(const struct bh_advice *advice, size_t policy)
{
    return advice->policies[policy].standing.may_be_best && !is_same(advice, policy);
}
static bool is_near(const struct bh_advice *advice, size_t policy)
{
    return !advice->policies[policy].standing.may_be_best &&
           advice->policies[policy].standing.behind_most <= advice->indifference;
}

/* The next by its mean of those that are not the best under another name; the count if there is none. */
static size_t next_of(const struct bh_advice *advice)
{
    size_t next = advice->view->policy.count;
    for (size_t p = 0; p < advice->view->policy.count; p++)
        if (advice->policies[p].why == BH_COMPARED && p != advice->best && !is_same(advice, p) &&
            (next == advice->view->policy.count ||
             advice->policies[p].standing.mean < advice->policies[next].standing.mean))
            next = p;
    return next;
}

static void say_best(const struct bh_advice *advice, enum bh_table_format format)
{
    const struct bh_worlds *worlds = &advice->worlds;
    char *name = bh_advise_name(&advice->criterion);
    char *value = bh_advise_interval(&advice->criterion, advice->policies[advice->best].value, false);
    char *place = bh_print_text("%s%s", worlds->words[0] != '\0' ? " at " : "", worlds->words);
    if (advice->by_lost_time)
        bh_advise_say(format, "No allowed policy ends all its runs before the horizon and with right results, so that "
                              "what is compared is lost node time: the share of node-time that does no native work.");
    char *over = worlds->count > 1 ? bh_print_text(", over %zu worlds", worlds->count) : bh_copy_text("");
    if (advice->compared == 1)
        bh_advise_say(format, "%s%s, %s: %s %s%s.",
                      advice->is_doubtful ? "The only one that may be allowed" : "The only allowed policy", place,
                      label(advice, advice->best), name, value, over);
    else
        bh_advise_say(format, "Best of %zu %s policies%s%s: %s, with %s of %s.", advice->compared,
                      advice->is_doubtful ? "perhaps allowed" : "allowed", place, over, label(advice, advice->best),
                      name, value);
    free(name);
    free(value);
    free(place);
    free(over);
}

static void say_set(const struct bh_advice *advice, enum bh_table_format format)
{
    size_t next = next_of(advice);
    char *set = list(advice, is_in_set, true), *same = list(advice, is_same, false),
         *near = list(advice, is_near, true);
    char *zone = bh_advise_difference(&advice->criterion, advice->indifference);
    char *most = bh_advise_difference(&advice->criterion, fmax(0, advice->most_lost));
    if (advice->worlds.count * advice->worlds.replicas == 1)
        bh_advise_say(format, "There is one run: nothing can be told from anything.");
    else if (advice->set > 1)
        bh_advise_say(format,
                      "Cannot be told from it: %s. Any of these may be the best; taking %s costs at most %s more "
                      "than the best of them.",
                      set, label(advice, advice->best), most);
    else if (next < advice->view->policy.count) {
        char *ahead = bh_advise_interval(&advice->criterion, advice->policies[next].difference, true);
        bh_advise_say(format, "It is ahead of all others; the next, %s, is %s behind.", label(advice, next), ahead);
        free(ahead);
    }
    if (advice->indifference > 0 && advice->set > 1)
        bh_advise_say(format,
                      advice->most_lost <= advice->indifference
                          ? "That is within the %s that do not matter: the choice is firm."
                          : "That is more than the %s that do not matter: more replicas are needed to tell.",
                      zone);
    if (near[0] != '\0')
        bh_advise_say(format, "Behind, but within the %s that do not matter: %s.", zone, near);
    if (same[0] != '\0')
        bh_advise_say(format, "The same in every run: %s.", same);
    free(most);
    free(zone);
    free(near);
    free(same);
    free(set);
}

/* How many runs without one show that a share is below a bound: (1 - bound)^n <= 2.5 %. */
static double runs_needed(double bound)
{
    return ceil(log(0.025) / log1p(-bound));
}

static char *say_limit(const struct bh_advice *advice, const struct bh_advice_policy *policy)
{
    const struct bh_limit *limit = &advice->limits[policy->limit];
    char *value = bh_advise_interval(&limit->criterion, policy->limited, false);
    char *text = bh_print_text("%s is %s", limit->criterion.name, value);
    free(value);
    double runs = (double)(advice->worlds.count * advice->worlds.replicas);
    if (limit->criterion.is_flag && limit->is_upper && policy->limited.mean < limit->bound &&
        runs_needed(limit->bound) > runs)
        bh_add_text(&text, "", ": it takes at least %.0f runs to show", runs_needed(limit->bound));
    return text;
}

static void say_constraints(const struct bh_advice *advice, enum bh_table_format format)
{
    if (advice->is_doubtful)
        bh_advise_say(format, "No allowed policy is known to meet %s: these are those that may.",
                      advice->limits_count == 1 ? advice->limits[0].text : "all limits");
    if (advice->better != SIZE_MAX) {
        char *by = bh_advise_interval(&advice->criterion,
                                      (struct bh_estimate){-advice->policies[advice->better].difference.mean,
                                                           -advice->policies[advice->better].difference.high,
                                                           -advice->policies[advice->better].difference.low},
                                      true);
        const char *lacks = advice->policies[advice->better].lacks;
        if (lacks != NULL)
            bh_advise_say(format, "What is needed has a price: %s, which does not offer %s, is better by %s.",
                          label(advice, advice->better), lacks, by);
        else
            bh_advise_say(format, "What is allowed has a price: %s, which is not allowed, is better by %s.",
                          label(advice, advice->better), by);
        free(by);
    }
    if (advice->hoped != SIZE_MAX) {
        const struct bh_advice_policy *policy = &advice->policies[advice->hoped];
        char *why = say_limit(advice, policy), *by = bh_advise_difference(&advice->criterion, -policy->difference.mean);
        bh_advise_say(format, "%s would be better by %s if it met %s, which cannot be told: %s.",
                      label(advice, advice->hoped), by, advice->limits[policy->limit].text, why);
        free(why);
        free(by);
    }
}

static void say_looks(const struct bh_advise_answer *answer, enum bh_table_format format)
{
    const struct bh_advise_looks *looks = answer->looks;
    size_t replicas = answer->advice->worlds.replicas;
    if (looks->most == 0)
        return;
    if (looks->is_settled)
        bh_advise_say(format,
                      "Settled with %zu of at most %zu replicas. Of %zu looks at growing numbers of them each has its "
                      "part of the level, so that looking again and again finds nothing by luck.",
                      replicas, looks->most, looks->count);
    else
        bh_advise_say(format, "Not settled with %zu replicas, the most.", replicas);
}

static const char *standing_word(const struct bh_advice *advice, size_t policy)
{
    const struct bh_standing *standing = &advice->policies[policy].standing;
    if (policy == advice->best)
        return "best";
    if (standing->is_same)
        return "the same";
    return standing->may_be_best ? "may be best" : standing->behind_most <= advice->indifference ? "as good" : "worse";
}

static void print_compared(const struct bh_advice *advice, enum bh_table_format format)
{
    struct bh_table *table = bh_table_create();
    char *name = bh_advise_name(&advice->criterion);
    bh_table_column(table, "policy");
    bh_table_column(table, "%s", name);
    bh_table_column(table, "behind");
    bh_table_column(table, "at most");
    bh_table_column(table, "standing");
    for (size_t p = 0; p < advice->view->policy.count; p++) {
        const struct bh_advice_policy *policy = &advice->policies[p];
        if (policy->why != BH_COMPARED)
            continue;
        char *value = bh_advise_interval(&advice->criterion, policy->value, false);
        char *behind = bh_advise_difference(&advice->criterion, policy->standing.behind);
        char *most = bh_advise_difference(&advice->criterion, fmax(0, policy->standing.behind_most));
        bh_table_cell(table, "%s", label(advice, p));
        bh_table_cell(table, "%s", value);
        bh_table_cell(table, "%s", p == advice->best ? "-" : behind);
        bh_table_cell(table, "%s", isfinite(policy->standing.behind_most) ? most : "-");
        bh_table_cell(table, "%s", standing_word(advice, p));
        free(value);
        free(behind);
        free(most);
    }
    bh_advise_heading(format, "Allowed");
    bh_table_print(table, format, stdout);
    bh_table_destroy(table);
    free(name);
}

/* How firm the choice is over the draws. */
static void print_firmness(const struct bh_advice *advice, enum bh_table_format format)
{
    struct bh_firmness firmness;
    struct bh_regret regret, hours;
    const struct bh_worlds *worlds = &advice->worlds;
    if (worlds->count < 2 || advice->compared < 2)
        return;
    bh_advice_regret(advice, &firmness, &regret, &hours);
    struct bh_criterion in_hours = {.unit = "node-hours"};
    char *expected = bh_advise_interval(&advice->criterion, regret.expected, true);
    char *worst = bh_advise_difference(&advice->criterion, regret.worst);
    char *mean_hours = bh_advise_difference(&in_hours, hours.expected.mean);
    char *worst_hours = bh_advise_difference(&in_hours, hours.worst);
    bh_advise_heading(format, "How firm");
    bh_advise_say(
        format,
        "%s is the best by its mean in %zu of %zu drawn worlds. By their replicas it surely is in %zu and surely "
        "is not in %zu; in the other %zu they cannot tell.",
        label(advice, advice->best), firmness.best_in, worlds->count, firmness.surely_best, firmness.surely_not,
        worlds->count - firmness.surely_best - firmness.surely_not);
    if (regret.expected.high <= 0)
        bh_advise_say(format, "What taking it everywhere costs in other worlds is less than these replicas can tell.");
    else if (!isnan(regret.worst))
        bh_advise_say(format,
                      "Taking it everywhere costs %s a run more than taking each world's best (%s), and %s (%s) in "
                      "the worst world, %s %s.",
                      expected, mean_hours, worst, worst_hours, worlds->draws->name,
                      worlds->draws->labels[bh_view_position(advice->view, worlds->point[regret.worst_world],
                                                             worlds->draws->axis)]);
    bh_advise_say(
        format,
        "Worlds are draws of %zu uncertain numbers over the ranges that are stated for them, in the logarithm where a "
        "range spans more than a decade; numbers with one cause are drawn together, and all worlds count alike.",
        worlds->numbers_count);
    free(worst_hours);
    free(mean_hours);
    free(worst);
    free(expected);
}

/* Why a policy was excluded; the caller frees. */
static char *say_why(const struct bh_advice *advice, const struct bh_advice_policy *policy)
{
    char *limit, *text;
    switch (policy->why) {
    case BH_COMPARED:
        break;
    case BH_NOT_ALLOWED:
        return bh_copy_text("not of what --allow names");
    case BH_NOT_OFFERED:
        return bh_print_text("does not offer %s", policy->lacks);
    case BH_LIMIT_NOT_MET:
    case BH_LIMIT_UNKNOWN:
        limit = say_limit(advice, policy);
        text = bh_print_text("%s %s: %s", policy->why == BH_LIMIT_NOT_MET ? "not" : "cannot be told whether",
                             advice->limits[policy->limit].text, limit);
        free(limit);
        return text;
    case BH_NOT_DONE:
        return bh_print_text("%zu of %zu runs were not done at the horizon, or ended with a wrong result",
                             policy->not_done, advice->worlds.count * advice->worlds.replicas);
    case BH_NO_NUMBER:
        return bh_print_text("%s is not a number in every run", advice->criterion.name);
    }
    return bh_copy_text("");
}

static void print_excluded(const struct bh_advice *advice, enum bh_table_format format)
{
    if (advice->compared == advice->view->policy.count)
        return;
    struct bh_table *table = bh_table_create();
    char *name = bh_advise_name(&advice->criterion);
    bh_table_column(table, "policy");
    bh_table_column(table, "%s", name);
    bh_table_column(table, "from the best");
    bh_table_column(table, "why");
    for (size_t p = 0; p < advice->view->policy.count; p++) {
        const struct bh_advice_policy *policy = &advice->policies[p];
        if (policy->why == BH_COMPARED)
            continue;
        char *value = bh_advise_interval(&advice->criterion, policy->value, false);
        char *difference = bh_advise_interval(&advice->criterion, policy->difference, true);
        char *why = say_why(advice, policy);
        bool is_known = isfinite(policy->difference.mean);
        bh_table_cell(table, "%s", label(advice, p));
        bh_table_cell(table, "%s", is_known ? value : "-");
        bh_table_cell(table, "%s%s", is_known && policy->difference.mean > 0 ? "+" : "", is_known ? difference : "-");
        bh_table_cell(table, "%s", why);
        free(value);
        free(difference);
        free(why);
    }
    bh_advise_heading(format, "Excluded");
    bh_table_print(table, format, stdout);
    bh_table_destroy(table);
    free(name);
}

void bh_advise_print(const struct bh_advise_answer *answer, enum bh_table_format format)
{
    const struct bh_advice *advice = answer->advice;
    const struct bh_view *view = advice->view;
    if (format == BH_TABLE_MARKDOWN)
        printf("## ");
    bh_markup_write(stdout, view->title, format);
    printf("\n\n");
    say_best(advice, format);
    say_set(advice, format);
    say_constraints(advice, format);
    say_looks(answer, format);
    print_compared(advice, format);
    print_excluded(advice, format);
    print_firmness(advice, format);
    bh_advise_print_decisive(advice, format);
    bh_advise_print_failing(advice, format);
    bh_advise_print_along(advice, answer->places, answer->request, format);
    if (answer->map != NULL)
        bh_advise_print_map(advice, answer->map, format);
    putchar('\n');
    char *name = bh_advise_name(&advice->criterion);
    name[0] = (char)toupper((unsigned char)name[0]);
    bh_advise_say(
        format,
        "%s of enclave %s, %zu replicas%s, less is better. Brackets: 95 %%, of each number alone. at most: how far "
        "behind the best it can be, whichever that is; all these bounds hold at once (97.5 %%). The set leaves the "
        "best out with at "
        "most 2.5 %%, so that of equal policies a single winner is named in at most 5 %%. doc/advice.md says "
        "how, and what this does not say.",
        name, view->enclave.labels[advice->enclave], advice->worlds.replicas,
        advice->worlds.count > 1 ? " in each world" : "");
    free(name);
}
