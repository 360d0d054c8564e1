/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Follows the errors of each policy again with each guard one level weaker, and looks which ratios the stronger one raises. */
#include "sim/containment/raised.h"

#include "models/catalog/system.h"
#include "models/spread/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A ratio that differs by less is told with the same three digits. */
static const double least_raise = 0.005;

bool bh_contain_raise_prevents(const struct bh_contain_raise *raise)
{
    return raise->crashes_with < raise->crashes_without;
}

static const struct bh_guard_level *weaker_of(const struct bh_system *system, const struct bh_guard_level *level)
{
    const struct bh_guard_level *weaker = NULL;
    for (size_t i = 0; level != NULL && i < system->offered_count[level->boundary]; i++)
        if (system->offered[level->boundary][i]->strength < level->strength)
            weaker = system->offered[level->boundary][i];
    return weaker;
}

/* The guards around what all share, then around each tenant's own zones. */
typedef const struct bh_guard_level *guards[BH_BOUNDARIES];

static guards *guards_of(const struct bh_node_model *model)
{
    const size_t tenants = model->tree->tenants_count;
    guards *kept = bh_allocate(tenants + 1, sizeof *kept);
    memcpy(kept[0], model->guard, sizeof kept[0]);
    memcpy(kept[1], model->tenant_guard, tenants * sizeof kept[0]);
    return kept;
}

static void set_guards(struct bh_node_model *model, guards *all)
{
    for (size_t t = 0; t <= model->tree->tenants_count; t++)
        bh_node_model_set_guards(model, (int)t - 1, all[t]);
}

/* One level weaker wherever `level` is. */
static guards *weakened(const struct bh_node_model *model, const struct bh_guard_level *level,
                        const struct bh_guard_level *weaker)
{
    guards *all = guards_of(model);
    for (size_t t = 0; t <= model->tree->tenants_count; t++)
        if (all[t][level->boundary] == level)
            all[t][level->boundary] = weaker;
    return all;
}

/* Far less than a ratio of three digits needs, in a tenth of the time of all that there is. */
static const double least_mass = 1e-9;
enum { STATES_MOST = 50000 };

static bool follow(const struct bh_node_model *model, struct bh_origin origin, struct bh_spread *spread)
{
    struct bh_error too_large = {0};
    *spread = (struct bh_spread){.loss = bh_allocate(model->tree->tenants_count * BH_SCOPES, sizeof *spread->loss)};
    bool is_exact = bh_spread_exact(model, origin, least_mass, STATES_MOST, spread, &too_large) == 0;
    free(spread->loss);
    return is_exact;
}

static double ratio_of(double beyond, double masked)
{
    return masked < 1.0 ? beyond / (1.0 - masked) : 0.0;
}

/* The crash whose share changes most: fewer of them where no more is beyond, else more. */
static void find_crash(const struct bh_spread *with, const struct bh_spread *without, struct bh_contain_raise *raise)
{
    double sign = with->beyond[raise->ratio] > without->beyond[raise->ratio] ? 1.0 : -1.0, most = 0.0;
    static const enum bh_scope crashes[] = {BH_SCOPE_PROCESS, BH_SCOPE_GUEST, BH_SCOPE_NODE};
    for (size_t i = 0; i < BH_COUNT(crashes); i++) {
        enum bh_scope s = crashes[i];
        double change = sign * (with->seen[s] - without->seen[s]);
        if (change <= most)
            continue;
        most = change;
        raise->crash = s;
        raise->crashes_with = with->seen[s];
        raise->crashes_without = without->seen[s];
    }
}

/* The ratio of one row that a level raises most; false where it raises none. */
static bool find_in_row(const struct bh_contain_policy *policy, size_t row, const struct bh_spread *without,
                        struct bh_contain_raise *raise)
{
    const struct bh_containment *with = &policy->rows[row].exact;
    double most = 0.0;
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        double stronger = with->inside[b] ? ratio_of(with->beyond[b], with->extent[BH_SCOPE_NONE]) : 0.0;
        double weaker = ratio_of(without->beyond[b], without->extent[BH_SCOPE_NONE]);
        double unknown = ratio_of(without->unresolved, without->extent[BH_SCOPE_NONE]);
        if (stronger - weaker <= fmax(most, least_raise * weaker + unknown))
            continue;
        most = stronger - weaker;
        raise->row = row;
        raise->ratio = (enum bh_boundary)b;
        raise->with = stronger;
        raise->without = weaker;
    }
    return most > 0.0;
}

/* The row in which one level in place of the next weaker one raises a ratio most. */
static bool find(const struct bh_contain_policy *policy, struct bh_contain_raise *raise)
{
    struct bh_node_model *model = policy->model;
    guards *own = guards_of(model), *weaker = weakened(model, raise->level, raise->weaker);
    struct bh_spread least = {.unresolved = 0.0}, with;
    bool is_exact = true, is_found = false;
    set_guards(model, weaker);
    for (size_t i = 0; i < policy->origins.count && is_exact; i++) {
        struct bh_spread without;
        struct bh_contain_raise found = *raise;
        is_exact = follow(model, policy->origins.entry[i].origin, &without);
        if (!is_exact || !find_in_row(policy, i, &without, &found) ||
            (is_found && found.with - found.without <= raise->with - raise->without))
            continue;
        is_found = true;
        least = without;
        *raise = found;
    }
    set_guards(model, own);
    free(own);
    free(weaker);
    if (!is_exact || !is_found || !follow(model, policy->origins.entry[raise->row].origin, &with))
        return false;
    find_crash(&with, &least, raise);
    return raise->crash != BH_SCOPE_NONE;
}

static void find_all(const struct bh_contain_policy *policy, struct bh_contain_raises *raises)
{
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        struct bh_contain_raise raise = {.policy = policy, .level = policy->model->guard[b]};
        raise.weaker = weaker_of(policy->stack.system, raise.level);
        if (raise.weaker == NULL || !find(policy, &raise))
            continue;
        raises->raise = bh_reallocate(raises->raise, raises->count + 1, sizeof *raises->raise);
        raises->raise[raises->count++] = raise;
    }
}

struct bh_contain_raises *bh_contain_raises_create(const struct bh_contain *contain)
{
    struct bh_contain_raises *raises = bh_allocate(1, sizeof *raises);
    for (size_t p = 0; p < contain->policies_count; p++)
        if (contain->wish.exact && contain->policies[p].exact_count == contain->policies[p].origins.count)
            find_all(&contain->policies[p], raises);
    return raises;
}

void bh_contain_raises_destroy(struct bh_contain_raises *raises)
{
    if (raises == NULL)
        return;
    free(raises->raise);
    free(raises);
}
