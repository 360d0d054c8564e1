/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Advice as JSON: shares as shares, times in seconds, null where a number cannot be told. */
#include "command/advise/parts.h"

#include "analysis/advice/along.h"
#include "analysis/advice/failing_box.h"
#include "models/base/error.h"

#include <jansson.h>
#include <math.h>

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *estimate(struct bh_estimate value)
{
    return json_pack("{s:o, s:o, s:o}", "mean", number(value.mean), "low", number(value.low), "high",
                     number(value.high));
}

static json_t *name_of(const struct bh_advice *advice, size_t policy)
{
    return policy == SIZE_MAX ? json_null() : json_string(advice->view->policy.labels[policy]);
}

static json_t *policy_json(const struct bh_advice *advice, size_t p)
{
    static const char *const reasons[] = {
        [BH_COMPARED] = "compared",           [BH_NOT_ALLOWED] = "not-allowed",     [BH_NOT_OFFERED] = "not-offered",
        [BH_LIMIT_NOT_MET] = "limit-not-met", [BH_LIMIT_UNKNOWN] = "limit-unknown", [BH_NOT_DONE] = "not-done",
        [BH_NO_NUMBER] = "no-number"};
    const struct bh_advice_policy *policy = &advice->policies[p];
    json_t *object = json_pack("{s:o, s:s, s:o, s:o, s:I}", "policy", name_of(advice, p), "status",
                               reasons[policy->why], "value", estimate(policy->value), "difference_from_best",
                               estimate(policy->difference), "not_done", (json_int_t)policy->not_done);
    if (policy->why == BH_COMPARED) {
        json_object_set_new(object, "behind", number(policy->standing.behind));
        json_object_set_new(object, "behind_at_most", number(policy->standing.behind_most));
        json_object_set_new(object, "may_be_best", json_boolean(policy->standing.may_be_best));
        json_object_set_new(object, "same_as_best", json_boolean(policy->standing.is_same));
    }
    if (policy->why == BH_NOT_OFFERED)
        json_object_set_new(object, "lacks", json_string(policy->lacks));
    if (policy->why == BH_LIMIT_NOT_MET || policy->why == BH_LIMIT_UNKNOWN) {
        json_object_set_new(object, "limit", json_string(advice->limits[policy->limit].text));
        json_object_set_new(object, "limited", estimate(policy->limited));
    }
    return object;
}

static json_t *decisive_json(const struct bh_advice *advice)
{
    size_t count = advice->worlds.numbers_count, *policies;
    struct bh_decision decision = bh_advice_decision(advice, &policies);
    struct bh_decisive *decisive = bh_allocate(count + 1, sizeof *decisive);
    json_t *list = json_array();
    if (bh_find_decisive(&decision, BH_ADVISE_PERMUTATIONS, decisive) != 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct bh_decisive *own = &decisive[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:b}", "number", advice->worlds.names[own->number], "unit",
                      advice->worlds.units[own->number], "value", estimate(own->value), "by_chance",
                      number(own->chance), "better",
                      name_of(advice, own->turn.rival == SIZE_MAX ? SIZE_MAX : policies[own->turn.rival]), "at",
                      estimate(own->turn.at), "better_above", own->turn.is_above, "within_range", own->turn.is_inside));
    }
    free(decisive);
    free(decision.costs);
    free(policies);
    return list;
}

static json_t *failing_json(const struct bh_advice *advice)
{
    const struct bh_worlds *worlds = &advice->worlds;
    size_t *policies;
    struct bh_box box;
    struct bh_decision decision = bh_advice_decision(advice, &policies);
    size_t *best_in = bh_allocate(decision.policies, sizeof *best_in);
    bool *fails = bh_allocate(worlds->count, sizeof *fails);
    json_t *object = json_pack("{s:I, s:n}", "worlds",
                               (json_int_t)bh_find_failing(&decision, advice->indifference, fails, best_in), "box");
    if (bh_find_box(worlds->numbers, worlds->numbers_count, fails, worlds->count, &box)) {
        json_t *sides = json_array();
        for (size_t s = 0; s < box.sides; s++)
            json_array_append_new(sides, json_pack("{s:s, s:s, s:f, s:f}", "number", worlds->names[box.side[s].number],
                                                   "side", box.side[s].is_upper ? "at most" : "at least", "bound",
                                                   box.side[s].bound, "stability", box.side[s].stability));
        json_object_set_new(object, "box",
                            json_pack("{s:o, s:I, s:I, s:f}", "sides", sides, "inside", (json_int_t)box.inside,
                                      "failing_inside", (json_int_t)box.failing_inside, "unseen_density", box.unseen));
    }
    free(fails);
    free(best_in);
    free(decision.costs);
    free(policies);
    return object;
}

static json_t *along_json(const struct bh_advise_answer *answer)
{
    json_t *list = json_array();
    for (size_t i = 0; i < answer->places->count; i++) {
        struct bh_along along;
        if (!bh_along_has_numbers(&answer->places->place[i], answer->request, answer->advice))
            continue;
        bh_advise_along(answer->advice->view, answer->places, answer->request, &answer->places->place[i], &along);
        for (size_t t = 0; t < along.turns_count; t++)
            json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o}", "along", along.place->name, "best_below",
                                                  name_of(answer->advice, along.turns[t].from), "best_above",
                                                  name_of(answer->advice, along.turns[t].to), "at",
                                                  estimate(along.turns[t].at)));
        bh_along_release(&along);
    }
    return list;
}

static json_t *side_json(const struct bh_map_side *side)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < side->count; i++)
        json_array_append_new(cells, side->labels != NULL ? json_string(side->labels[i])
                                                          : json_pack("[f, f]", side->low[i], side->high[i]));
    return json_pack("{s:s, s:o}", "name", side->name, "cells", cells);
}

static json_t *map_json(const struct bh_advice *advice, const struct bh_winner_map *map)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < map->x.count * map->y.count; i++)
        json_array_append_new(cells,
                              json_pack("{s:I, s:I, s:o, s:b, s:I}", "x", (json_int_t)(i % map->x.count), "y",
                                        (json_int_t)(i / map->x.count), "best", name_of(advice, map->cells[i].best),
                                        "firm", map->cells[i].others == 0, "worlds", (json_int_t)map->cells[i].worlds));
    return json_pack("{s:o, s:o, s:o}", "x", side_json(&map->x), "y", side_json(&map->y), "cells", cells);
}

int bh_advise_print_json(const struct bh_advise_answer *answer, struct bh_error *err)
{
    const struct bh_advice *advice = answer->advice;
    const struct bh_view *view = advice->view;
    json_t *policies = json_array(), *set = json_array();
    for (size_t p = 0; p < view->policy.count; p++) {
        json_array_append_new(policies, policy_json(advice, p));
        if (advice->policies[p].why == BH_COMPARED && advice->policies[p].standing.may_be_best)
            json_array_append_new(set, name_of(advice, p));
    }
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "title", view->title,
        "scenario", view->scenario, "at", advice->worlds.words, "minimized", advice->criterion.name, "enclave",
        view->enclave.labels[advice->enclave], "replicas", (json_int_t)advice->worlds.replicas, "worlds",
        (json_int_t)advice->worlds.count, "best", name_of(advice, advice->best), "cannot_be_told_apart", set,
        "costs_at_most", number(advice->most_lost), "indifference", number(advice->indifference),
        "limits_not_known_to_be_met", advice->is_doubtful, "by_lost_node_time", advice->by_lost_time,
        "better_but_not_allowed", name_of(advice, advice->better), "better_if_limit_met",
        name_of(advice, advice->hoped), "policies", policies);
    if (object == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "%s: a name or title is not UTF-8", view->file);
    if (advice->worlds.count > 1 && advice->compared > 1) {
        struct bh_firmness firmness;
        struct bh_regret regret, hours;
        bh_advice_regret(advice, &firmness, &regret, &hours);
        json_object_set_new(object, "firmness",
                            json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "best_in", (json_int_t)firmness.best_in,
                                      "surely_best_in", (json_int_t)firmness.surely_best, "surely_not_in",
                                      (json_int_t)firmness.surely_not, "expected_regret", estimate(regret.expected),
                                      "worst_regret", number(regret.worst), "expected_regret_node_hours",
                                      estimate(hours.expected), "worst_regret_node_hours", number(hours.worst)));
        json_object_set_new(object, "decides", decisive_json(advice));
        json_object_set_new(object, "fails", failing_json(advice));
    }
    json_object_set_new(object, "break_even", along_json(answer));
    if (answer->looks->most > 0)
        json_object_set_new(object, "until_told",
                            json_pack("{s:b, s:I, s:I}", "settled", answer->looks->is_settled, "most",
                                      (json_int_t)answer->looks->most, "looks", (json_int_t)answer->looks->count));
    if (answer->map != NULL)
        json_object_set_new(object, "map", map_json(advice, answer->map));
    json_dumpf(object, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(object);
    return 0;
}
