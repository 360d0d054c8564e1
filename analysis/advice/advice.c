/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From a request to the best allowed policy. */
#include "analysis/advice/advice.h"

#include "analysis/reader/view_points.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- What is allowed -------------------------------------------------------------------------------------------------- */

static bool is_of(char *const *labels, size_t policies, const char *name)
{
    for (size_t p = 0; p < policies; p++)
        if (strcmp(labels[p], name) == 0)
            return true;
    return false;
}

/* The names of a list, each once. */
static int fail_name(const char *what, const char *name, char *const *labels, size_t count, struct bh_error *err)
{
    const char **names = bh_allocate(count, sizeof *names);
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_of(labels, i, labels[i]))
            names[different++] = labels[i];
    char *listed = bh_join_texts(names, different, ", "), *hint = bh_nearest_hint(name, names, different, '`');
    bh_fail(err, BH_ERROR_INPUT, "%s: no `%s`; there are %s%s", what, name, listed, hint);
    free(hint);
    free(listed);
    free(names);
    return -1;
}

enum { ALLOW_SYSTEM, ALLOW_POLICY, ALLOW_LINE, ALLOW_KINDS };

/* Which kind an --allow is, and its names, commas between those of systems and policies. */
static int read_allow(const struct bh_view *view, const char *text, bool *allowed, bool *kind_given,
                      struct bh_error *err)
{
    static const char *const prefixes[] = {"system=", "policy="};
    char *const *const labels[] = {view->policy_system, view->policy_policy, view->policy.labels};
    int kind = ALLOW_LINE;
    for (int k = 0; k < ALLOW_LINE; k++)
        if (strncmp(text, prefixes[k], strlen(prefixes[k])) == 0)
            kind = k;
    char *names = bh_copy_text(kind == ALLOW_LINE ? text : strchr(text, '=') + 1), *rest = NULL;
    int status = 0;
    bool any = false;
    kind_given[kind] = true;
    for (char *name = kind == ALLOW_LINE ? names : strtok_r(names, ",", &rest); name != NULL && status == 0;
         name = kind == ALLOW_LINE ? NULL : strtok_r(NULL, ",", &rest)) {
        any = true;
        if (!is_of(labels[kind], view->policy.count, name))
            status =
                kind == ALLOW_LINE && strchr(text, '=') != NULL
                    ? bh_fail(err, BH_ERROR_INPUT,
                              "--allow: found `%s`, expected system=NAME, policy=NAME or a policy's whole name", text)
                    : fail_name("--allow", name, labels[kind], view->policy.count, err);
        for (size_t p = 0; p < view->policy.count; p++)
            if (strcmp(labels[kind][p], name) == 0)
                allowed[kind * (int)view->policy.count + (int)p] = true;
    }
    free(names);
    if (status == 0 && !any)
        status = bh_fail(err, BH_ERROR_INPUT, "--allow: found `%s`, expected a name behind the sign", text);
    return status;
}

static int allow(struct bh_advice *advice, const struct bh_advice_request *request, struct bh_error *err)
{
    size_t policies = advice->view->policy.count, left = 0;
    bool *allowed = bh_allocate(ALLOW_KINDS * policies, sizeof *allowed), given[ALLOW_KINDS] = {false};
    int status = 0;
    for (size_t i = 0; i < request->allow_count && status == 0; i++)
        status = read_allow(advice->view, request->allow[i], allowed, given, err);
    for (size_t p = 0; p < policies && status == 0; p++) {
        for (size_t k = 0; k < ALLOW_KINDS; k++)
            if (given[k] && !allowed[k * policies + p])
                advice->policies[p].why = BH_NOT_ALLOWED;
        left += advice->policies[p].why == BH_COMPARED;
    }
    free(allowed);
    if (status == 0 && left == 0)
        return bh_fail(err, BH_ERROR_INPUT, "--allow: no line of policies is of all that is allowed at once");
    return status;
}

/* --- What is needed --------------------------------------------------------------------------------------------------- */

static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; *at != '\0'; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == length && strncmp(at, word, length) == 0)
            return true;
    return false;
}

/* What each line that is allowed offers, since none offers enough. */
static int fail_needs(const struct bh_advice *advice, struct bh_error *err)
{
    const struct bh_view *view = advice->view;
    char *text = bh_copy_text("");
    for (size_t p = 0; p < view->policy.count; p++)
        if (advice->policies[p].why == BH_NOT_OFFERED)
            bh_add_text(&text, "; ", "`%s`: %s", view->policy.labels[p],
                        view->policy_offers[p][0] != '\0' ? view->policy_offers[p] : "nothing");
    bh_fail(err, BH_ERROR_INPUT, "--need: no allowed line of policies offers all that is needed; they offer: %s", text);
    free(text);
    return -1;
}

static int hold_to_needs(struct bh_advice *advice, const struct bh_advice_request *request, struct bh_error *err)
{
    const struct bh_view *view = advice->view;
    size_t left = 0;
    if (request->needs_count == 0)
        return 0;
    if (view->policy_offers == NULL)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "--need: %s does not say what its systems offer; expected results of this version, or a scenario",
            view->file);
    for (size_t p = 0; p < view->policy.count; p++) {
        struct bh_advice_policy *policy = &advice->policies[p];
        for (size_t n = 0; n < request->needs_count && policy->why == BH_COMPARED; n++)
            if (!has_word(view->policy_offers[p], request->needs[n])) {
                policy->why = BH_NOT_OFFERED;
                policy->lacks = request->needs[n];
            }
        left += policy->why == BH_COMPARED;
    }
    return left > 0 ? 0 : fail_needs(advice, err);
}

/* --- Limits ----------------------------------------------------------------------------------------------------------- */

/* Whether what was asked for by name admits it. */
static bool may_be_compared(const struct bh_advice_policy *policy)
{
    return policy->why != BH_NOT_ALLOWED && policy->why != BH_NOT_OFFERED;
}

static void hold_to_limits(struct bh_advice *advice)
{
    const struct bh_worlds *worlds = &advice->worlds;
    for (size_t p = 0; p < advice->view->policy.count; p++)
        for (size_t l = 0; l < advice->limits_count && may_be_compared(&advice->policies[p]); l++) {
            struct bh_advice_policy *policy = &advice->policies[p];
            struct bh_estimate estimate =
                bh_criterion_mean(advice->view, &advice->limits[l].criterion, p, worlds->point, worlds->count,
                                  advice->enclave, worlds->replicas);
            enum bh_limit_verdict verdict = bh_limit_judge(&advice->limits[l], estimate);
            if (verdict == BH_LIMIT_MET || policy->why == BH_LIMIT_NOT_MET ||
                (verdict == BH_LIMIT_OPEN && policy->why == BH_LIMIT_UNKNOWN))
                continue;
            policy->why = verdict == BH_LIMIT_BROKEN ? BH_LIMIT_NOT_MET : BH_LIMIT_UNKNOWN;
            policy->limit = l;
            policy->limited = estimate;
        }
}

/* --- Comparison ------------------------------------------------------------------------------------------------------- */

/* Costs of a policy's runs, [world][replica]. */
static void find_costs(const struct bh_advice *advice, size_t policy, double *costs)
{
    const struct bh_worlds *worlds = &advice->worlds;
    for (size_t w = 0; w < worlds->count; w++)
        for (size_t r = 0; r < worlds->replicas; r++)
            costs[w * worlds->replicas + r] =
                bh_criterion_value(advice->view, &advice->criterion, policy, worlds->point[w], advice->enclave, r);
}

static bool are_finite(const double *costs, size_t runs)
{
    for (size_t i = 0; i < runs; i++)
        if (!isfinite(costs[i]))
            return false;
    return true;
}

static size_t count_not_done(const struct bh_advice *advice, size_t policy)
{
    static const struct bh_criterion not_done = {.kind = BH_CRITERION_NOT_DONE};
    size_t count = 0;
    for (size_t w = 0; w < advice->worlds.count; w++)
        for (size_t r = 0; r < advice->worlds.replicas; r++)
            count +=
                bh_criterion_value(advice->view, &not_done, policy, advice->worlds.point[w], advice->enclave, r) != 0;
    return count;
}

/* Leaves out what has no number. A policy with runs that are not done has no net overhead; where that holds for all, they are
 * compared by the share of node-time that does no work. */
static void leave_out_not_done(struct bh_advice *advice, double *costs)
{
    size_t runs = advice->worlds.count * advice->worlds.replicas, left = 0;
    for (size_t p = 0; p < advice->view->policy.count; p++)
        advice->policies[p].not_done = count_not_done(advice, p);
    for (int again = 0; again < 2 && left == 0; again++) {
        if (again && advice->criterion.kind != BH_CRITERION_NET_OVERHEAD)
            return;
        if (again) {
            bh_criterion_find(advice->view, "lost-node-time", &advice->criterion, NULL);
            advice->by_lost_time = true;
        }
        for (size_t p = 0; p < advice->view->policy.count; p++) {
            struct bh_advice_policy *policy = &advice->policies[p];
            find_costs(advice, p, costs + p * runs);
            bool is_finite = are_finite(costs + p * runs, runs);
            if (policy->why == BH_NOT_DONE || policy->why == BH_NO_NUMBER)
                policy->why = BH_COMPARED;
            if (policy->why == BH_COMPARED && !is_finite)
                policy->why = policy->not_done > 0 ? BH_NOT_DONE : BH_NO_NUMBER;
            left += policy->why == BH_COMPARED;
        }
    }
}

/* Paired difference from the best with a plain 95 % interval. */
static struct bh_estimate difference_of(const struct bh_advice *advice, const double *costs, size_t policy)
{
    size_t runs = advice->worlds.count * advice->worlds.replicas;
    const double *own = costs + policy * runs, *best = costs + advice->best * runs;
    if (!are_finite(own, runs))
        return bh_estimate_none;
    struct bh_lead lead = bh_lead_of(own, best, advice->worlds.count, advice->worlds.replicas);
    return bh_lead_interval(&lead);
}

static void compare(struct bh_advice *advice, const double *costs)
{
    size_t policies = advice->view->policy.count, runs = advice->worlds.count * advice->worlds.replicas;
    double *own = bh_allocate(advice->compared * runs, sizeof *own);
    size_t *which = bh_allocate(advice->compared, sizeof *which), count = 0;
    struct bh_standing *standings = bh_allocate(advice->compared, sizeof *standings);
    for (size_t p = 0; p < policies; p++)
        if (advice->policies[p].why == BH_COMPARED) {
            memcpy(own + count * runs, costs + p * runs, runs * sizeof *own);
            which[count++] = p;
        }
    size_t best = bh_compare(own, count, advice->worlds.count, advice->worlds.replicas, advice->level, standings);
    advice->best = which[best];
    advice->most_lost = standings[best].behind_most;
    for (size_t i = 0; i < count; i++) {
        advice->policies[which[i]].standing = standings[i];
        advice->set += standings[i].may_be_best && (i == best || !standings[i].is_same);
    }
    free(standings);
    free(which);
    free(own);
}

/* What constraints cost: the best of those that are not allowed, if surely better; and one that may be allowed. */
static void look_beyond(struct bh_advice *advice)
{
    advice->better = advice->hoped = SIZE_MAX;
    for (size_t p = 0; p < advice->view->policy.count; p++) {
        const struct bh_advice_policy *policy = &advice->policies[p];
        bool is_out = !may_be_compared(policy);
        size_t *slot = is_out ? &advice->better : &advice->hoped;
        if ((is_out && policy->difference.high < 0) || (policy->why == BH_LIMIT_UNKNOWN && policy->difference.mean < 0))
            if (*slot == SIZE_MAX || policy->difference.mean < advice->policies[*slot].difference.mean)
                *slot = p;
    }
}

/* One message that says of each policy why it may not be taken. */
static int fail_nothing_left(const struct bh_advice *advice, struct bh_error *err)
{
    char *text = bh_copy_text("");
    for (size_t p = 0; p < advice->view->policy.count; p++) {
        const struct bh_advice_policy *policy = &advice->policies[p];
        if (policy->why == BH_LIMIT_NOT_MET || policy->why == BH_LIMIT_UNKNOWN)
            bh_add_text(&text, "", "; `%s`: %s is %.3g [%.3g, %.3g]", advice->view->policy.labels[p],
                        advice->limits[policy->limit].criterion.name, policy->limited.mean, policy->limited.low,
                        policy->limited.high);
        else if (policy->why == BH_NOT_DONE || policy->why == BH_NO_NUMBER)
            bh_add_text(&text, "", "; `%s`: %s is not a number in every run", advice->view->policy.labels[p],
                        advice->criterion.name);
    }
    bh_fail(err, BH_ERROR_INPUT, "nothing is allowed%s", text);
    free(text);
    return -1;
}

/* Policies that may meet the limits are compared where none is known to. */
static size_t admit(struct bh_advice *advice)
{
    size_t compared = 0;
    for (size_t p = 0; p < advice->view->policy.count; p++)
        compared += advice->policies[p].why == BH_COMPARED;
    if (compared > 0)
        return compared;
    for (size_t p = 0; p < advice->view->policy.count; p++)
        if (advice->policies[p].why == BH_LIMIT_UNKNOWN) {
            advice->policies[p].why = BH_COMPARED;
            compared++;
        }
    advice->is_doubtful = compared > 0;
    return compared;
}

static int choose(struct bh_advice *advice, struct bh_error *err)
{
    const struct bh_worlds *worlds = &advice->worlds;
    size_t policies = advice->view->policy.count, runs = worlds->count * worlds->replicas;
    double *costs = bh_allocate(policies * runs, sizeof *costs);
    hold_to_limits(advice);
    int status = admit(advice) > 0 ? 0 : fail_nothing_left(advice, err);
    if (status == 0)
        leave_out_not_done(advice, costs);
    for (size_t p = 0; p < policies; p++)
        advice->compared += advice->policies[p].why == BH_COMPARED;
    if (status == 0 && advice->compared == 0)
        status = fail_nothing_left(advice, err);
    if (status == 0) {
        compare(advice, costs);
        for (size_t p = 0; p < policies; p++) {
            advice->policies[p].difference = difference_of(advice, costs, p);
            advice->policies[p].value = bh_criterion_mean(advice->view, &advice->criterion, p, worlds->point,
                                                          worlds->count, advice->enclave, worlds->replicas);
        }
        look_beyond(advice);
    }
    free(costs);
    return status;
}

struct bh_decision bh_advice_decision(const struct bh_advice *advice, size_t **policies)
{
    const struct bh_worlds *worlds = &advice->worlds;
    size_t runs = worlds->count * worlds->replicas;
    double *costs = bh_allocate(advice->compared * runs, sizeof *costs);
    struct bh_decision decision = {.costs = costs,
                                   .worlds = worlds->count,
                                   .replicas = worlds->replicas,
                                   .numbers = worlds->numbers,
                                   .numbers_count = worlds->numbers_count};
    *policies = bh_allocate(advice->compared, sizeof **policies);
    for (size_t p = 0; p < advice->view->policy.count; p++)
        if (advice->policies[p].why == BH_COMPARED) {
            find_costs(advice, p, costs + decision.policies * runs);
            decision.chosen = p == advice->best ? decision.policies : decision.chosen;
            (*policies)[decision.policies++] = p;
        }
    return decision;
}

void bh_advice_regret(const struct bh_advice *advice, struct bh_firmness *firmness, struct bh_regret *regret,
                      struct bh_regret *node_hours)
{
    struct bh_advice by_hours = *advice;
    size_t *policies, *same;
    bh_criterion_find(advice->view, "node-hours", &by_hours.criterion, NULL);
    struct bh_decision costs = bh_advice_decision(advice, &policies), hours = bh_advice_decision(&by_hours, &same);
    bh_find_firmness(costs.costs, costs.policies, costs.worlds, costs.replicas, costs.chosen, firmness);
    bh_find_regret(costs.costs, costs.costs, costs.policies, costs.worlds, costs.replicas, costs.chosen, regret);
    bh_find_regret(costs.costs, hours.costs, costs.policies, costs.worlds, costs.replicas, costs.chosen, node_hours);
    free(costs.costs);
    free(hours.costs);
    free(policies);
    free(same);
}

size_t bh_count_best(const struct bh_view *view, size_t point, size_t enclave, size_t best, bool by_rate)
{
    const struct bh_criterion criterion = {.kind = by_rate ? BH_CRITERION_LOST_NODE_TIME : BH_CRITERION_NET_OVERHEAD};
    size_t policies = view->policy.count, replicas = view->replica.count, count = 0, others = 0;
    double *costs = bh_allocate(policies * replicas, sizeof *costs);
    struct bh_standing *standings = bh_allocate(policies, sizeof *standings);
    for (size_t p = 0; p < policies; p++) {
        double *own = costs + count * replicas;
        for (size_t r = 0; r < replicas; r++)
            own[r] = bh_criterion_value(view, &criterion, p, point, enclave, r);
        count += p == best || are_finite(own, replicas);
    }
    bh_compare(costs, count, 1, replicas, BH_SET_LEVEL, standings);
    for (size_t p = 0; p < count; p++)
        others += standings[p].may_be_best && !standings[p].is_same;
    free(standings);
    free(costs);
    return others;
}

static int read_request(struct bh_advice *advice, const struct bh_advice_request *request, struct bh_error *err)
{
    const struct bh_view *view = advice->view;
    advice->enclave = request->enclave == NULL ? view->primary : bh_view_find_label(&view->enclave, request->enclave);
    if (advice->enclave == view->enclave.count)
        return fail_name("--enclave", request->enclave, view->enclave.labels, view->enclave.count, err);
    if (bh_criterion_find(view, request->minimize != NULL ? request->minimize : "net-overhead", &advice->criterion,
                          err) != 0 ||
        allow(advice, request, err) != 0 || hold_to_needs(advice, request, err) != 0)
        return -1;
    advice->limits = bh_allocate(request->limits_count + 1, sizeof *advice->limits);
    for (; advice->limits_count < request->limits_count; advice->limits_count++)
        if (bh_limit_parse(view, request->limits[advice->limits_count], &advice->limits[advice->limits_count], err) !=
            0)
            return -1;
    return bh_limits_check(advice->limits, advice->limits_count, err);
}

int bh_advise(const struct bh_view *view, const struct bh_label_places *places, const struct bh_advice_request *request,
              struct bh_advice *advice, struct bh_error *err)
{
    *advice = (struct bh_advice){.view = view,
                                 .indifference = request->indifference,
                                 .level = BH_SET_LEVEL / (double)(request->looks > 1 ? request->looks : 1)};
    advice->policies = bh_allocate(view->policy.count, sizeof *advice->policies);
    int status = read_request(advice, request, err);
    if (status == 0)
        status =
            bh_worlds_choose(view, places, request->where, request->where_count, request->worlds, &advice->worlds, err);
    return status == 0 ? choose(advice, err) : status;
}

bool bh_advice_is_settled(const struct bh_advice *advice)
{
    bool has_one = advice->worlds.count * advice->worlds.replicas > 1 && advice->set <= 1;
    return (has_one || (advice->indifference > 0 && advice->most_lost <= advice->indifference)) &&
           !advice->is_doubtful && advice->hoped == SIZE_MAX;
}

void bh_advice_release(struct bh_advice *advice)
{
    bh_worlds_release(&advice->worlds);
    free(advice->limits);
    free(advice->policies);
    *advice = (struct bh_advice){0};
}
