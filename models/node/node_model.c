/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Applies a policy to a node's zone tree. */
#include "models/node/node_model.h"

#include "models/catalog/catalog.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/words/scope.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bh_guard_level *offered_by_name(const struct bh_system *system, enum bh_boundary boundary,
                                                    const char *name)
{
    for (size_t i = 0; i < system->offered_count[boundary]; i++)
        if (strcmp(system->offered[boundary][i]->name, name) == 0)
            return system->offered[boundary][i];
    return NULL;
}

/* "nested-paging, iommu", or "none"; returns buffer. */
static char *list_offered(const struct bh_system *system, enum bh_boundary boundary, char *buffer, size_t size)
{
    size_t used = 0;
    snprintf(buffer, size, "none");
    for (size_t i = 0; i < system->offered_count[boundary] && used < size; i++)
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", system->offered[boundary][i]->name);
    return buffer;
}

static int choose(const struct bh_system *system, const struct bh_policy *policy, const struct bh_guard_choice *choice,
                  const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err)
{
    char offered[256];
    enum bh_guard_rule rule = choice->rule == BH_GUARDS_NAMED ? choice->others : choice->rule;
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        size_t count = system->offered_count[b];
        const char *name = choice->rule == BH_GUARDS_NAMED ? choice->name[b] : NULL;
        guard[b] = NULL;
        if (name != NULL) {
            guard[b] = offered_by_name(system, (enum bh_boundary)b, name);
            if (guard[b] == NULL)
                return bh_fail_at(
                    err, choice->place,
                    "policy `%s`: guard level `%s` at boundary `%s` is not offered by system `%s`; offered: %s",
                    policy->name, name, bh_boundary_names[b], system->name,
                    list_offered(system, (enum bh_boundary)b, offered, sizeof offered));
        } else if (count > 0)
            guard[b] = system->offered[b][rule == BH_GUARDS_STRONGEST ? count - 1 : 0];
    }
    return 0;
}

int bh_choose_guards(const struct bh_system *system, const struct bh_policy *policy,
                     const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err)
{
    return choose(system, policy, policy->protect.when == BH_PROTECT_NEVER ? &policy->unprotected : &policy->guards,
                  guard, err);
}

int bh_choose_unprotected(const struct bh_system *system, const struct bh_policy *policy,
                          const struct bh_guard_level *guard[BH_BOUNDARIES], struct bh_error *err)
{
    const struct bh_guard_level *protected[BH_BOUNDARIES];
    if (policy->protect.when == BH_PROTECT_ALWAYS)
        return bh_choose_guards(system, policy, guard, err);
    if (choose(system, policy, &policy->guards, protected, err) != 0 ||
        choose(system, policy, &policy->unprotected, guard, err) != 0)
        return -1;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (guard[b] != NULL && guard[b]->strength > protected[b] -> strength)
            return bh_fail_at(
                err, policy->unprotected.place,
                "policy `%s`: on system `%s` the guard level at boundary `%s` is `%s` while protected and "
                "`%s` while not; expected no stronger one while not",
                policy->name, system->name, bh_boundary_names[b], protected[b] -> name, guard[b] -> name);
    return 0;
}

/* The offered level nearest to the one that is on among those between two strengths; NULL if there is none. */
static const struct bh_guard_level *clip(const struct bh_system *system, enum bh_boundary boundary,
                                         const struct bh_guard_level *level, unsigned least, unsigned most)
{
    const struct bh_guard_level *nearest = NULL;
    for (size_t i = 0; i < system->offered_count[boundary]; i++) {
        const struct bh_guard_level *offered = system->offered[boundary][i];
        if (offered->strength < least || offered->strength > most)
            continue;
        if (nearest == NULL || offered->strength <= level->strength)
            nearest = offered;
    }
    return nearest;
}

int bh_clip_guards(const struct bh_system *system, const struct bh_guard_limits *limits,
                   const struct bh_guard_level *guard[BH_BOUNDARIES], bool clipped[BH_BOUNDARIES], struct bh_error *err)
{
    char offered[256];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        const struct bh_guard_level *least = limits->least[b], *most = limits->most[b];
        clipped[b] = false;
        if (guard[b] == NULL || (least == NULL && most == NULL))
            continue;
        const struct bh_guard_level *level =
            clip(system, (enum bh_boundary)b, guard[b], least ? least->strength : 0, most ? most->strength : UINT_MAX);
        if (level == NULL)
            return bh_fail_at(err, limits->place,
                              "at boundary `%s` the node's operating system asks for at least `%s` and at most `%s`; "
                              "system `%s` offers no such level, but: %s",
                              bh_boundary_names[b], least ? least->name : "any", most ? most->name : "any",
                              system->name, list_offered(system, (enum bh_boundary)b, offered, sizeof offered));
        clipped[b] = level != guard[b];
        guard[b] = level;
    }
    return 0;
}

/* The least scope that holds the subtree of a user-mode zone. A process of the node that runs one guest of it, in which
 * the enclaves' guests are nested, is that guest's; one that holds shared zones alone, the VMM of a driver domain say, is as
 * a guest of its own. */
static enum bh_scope least_scope(const struct bh_system *system, size_t zone)
{
    size_t children = 0, outer_guests = 0;
    bool holds_guests = false;
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_zone_template *child = &system->zones[z];
        bool is_below = false;
        for (int above = child->parent; above >= 0 && !is_below; above = system->zones[above].parent)
            is_below = above == (int)zone;
        holds_guests = holds_guests || (is_below && child->per != BH_PER_NODE);
        children += child->parent == (int)zone;
        outer_guests += child->parent == (int)zone && child->kind == BH_GUEST_KERNEL && child->per == BH_PER_NODE;
    }
    bool runs_one_guest = children == 1 && outer_guests == 1;
    if (system->zones[zone].per == BH_PER_NODE && holds_guests && !runs_one_guest)
        return BH_SCOPE_NODE;
    return children > 0 ? BH_SCOPE_GUEST : BH_SCOPE_PROCESS;
}

int bh_check_dispositions(const struct bh_system *system, const struct bh_policy *policy, struct bh_error *err)
{
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_zone_template *zone = &system->zones[z];
        if (zone->kind != BH_HOST_USER && zone->kind != BH_GUEST_USER)
            continue;
        enum bh_scope least = least_scope(system, z), disposition = bh_policy_disposition(policy, zone);
        if (!bh_scope_within(least, disposition))
            return bh_fail_at(err, bh_policy_disposition_place(policy, zone),
                              "policy `%s` disposes of %s errors as `%s`, but in system `%s` zone `%s` takes down what "
                              "runs inside it: expected `%s` or larger",
                              policy->name, bh_zone_kind_names[zone->kind], bh_scope_names[disposition], system->name,
                              zone->name, bh_scope_names[least]);
    }
    return 0;
}

static struct bh_copy_ending copy_ending(const struct bh_ending *numbers)
{
    return (struct bh_copy_ending){
        .rate = 1.0 / numbers->lifetime_s.value,
        .masked = numbers->masked.value,
        .signalled = numbers->signalled.value,
        .silent = numbers->silent.value,
        .hang = numbers->hang.value,
    };
}

/* The policy that a zone of this owner follows; `own` may be NULL. */
static const struct bh_policy *policy_of(int tenant, const struct bh_policy *policy, const struct bh_policy *const *own)
{
    return own != NULL && tenant >= 0 ? own[tenant] : policy;
}

static void fill_zones(struct bh_node_model *model, const struct bh_catalog *catalog, const struct bh_policy *policy,
                       const struct bh_policy *const *own)
{
    const struct bh_zone_tree *tree = model->tree;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone_numbers *numbers = bh_zone_numbers_of(catalog, &tree->zones[z]);
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            model->ending[z][kind] = copy_ending(&numbers->ending[kind]);
        model->residual[z] = catalog->zones[tree->zones[z].kind].residual.value;
        enum bh_scope disposition =
            bh_policy_disposition(policy_of(tree->zones[z].enclave, policy, own), tree->zones[z].template);
        model->disposition[z] = tree->has_guests ? disposition : bh_scope_without_guests(disposition);
    }
}

/* Every tenant's own zones are behind its own guards. */
static const struct bh_guard_level *guard_of(const struct bh_node_model *model, const struct bh_channel *channel)
{
    const struct bh_zone *from = &model->tree->zones[channel->from], *to = &model->tree->zones[channel->to];
    enum bh_boundary boundary = channel->type->boundary;
    if (channel->type->bypasses_guards)
        return NULL;
    if (from->enclave < 0 && to->enclave < 0)
        return model->guard[boundary];
    const struct bh_guard_level *one = model->tenant_guard[from->enclave >= 0 ? from->enclave : to->enclave][boundary];
    const struct bh_guard_level *other = model->tenant_guard[to->enclave >= 0 ? to->enclave : from->enclave][boundary];
    return other != NULL && (one == NULL || other->strength > one->strength) ? other : one;
}

static void fill_crossings(struct bh_node_model *model)
{
    const struct bh_zone_tree *tree = model->tree;
    free(model->crossings);
    model->crossings = bh_allocate(tree->channels_count, sizeof *model->crossings);
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_channel *channel = &tree->channels[c];
        const struct bh_guard_level *guard = guard_of(model, channel);
        model->crossings[c] = (struct bh_crossing){
            .from = channel->from,
            .to = channel->to,
            .boundary = channel->type->boundary,
            .probability = channel->type->probability.value,
            .guard = guard,
            .blocks = guard ? guard->blocks.value : 0.0,
            .detects = guard && guard->detects,
        };
    }
}

void bh_node_model_set_guards(struct bh_node_model *model, int tenant,
                              const struct bh_guard_level *const guard[BH_BOUNDARIES])
{
    for (int b = 0; b < BH_BOUNDARIES; b++)
        (tenant >= 0 ? model->tenant_guard[tenant] : model->guard)[b] = guard[b];
    fill_crossings(model);
}

void bh_node_model_compose(struct bh_node_model *model, const struct bh_tenant_link *links, size_t links_count)
{
    bh_zone_tree_compose(model->tree, links, links_count);
    fill_crossings(model);
}

struct bh_node_model *bh_node_model_create(const struct bh_catalog *catalog, const struct bh_system *system,
                                           const struct bh_policy *policy, const struct bh_tenant *tenants,
                                           size_t tenants_count, struct bh_error *err)
{
    return bh_node_model_create_tailored(catalog, system, policy, tenants, NULL, tenants_count, err);
}

struct bh_node_model *bh_node_model_create_tailored(const struct bh_catalog *catalog, const struct bh_system *system,
                                                    const struct bh_policy *policy, const struct bh_tenant *tenants,
                                                    const struct bh_policy *const *own, size_t tenants_count,
                                                    struct bh_error *err)
{
    struct bh_node_model *model = bh_allocate(1, sizeof *model);
    model->tenant_guard = bh_allocate(tenants_count + 1, sizeof *model->tenant_guard);
    if (bh_check_dispositions(system, policy, err) != 0 || bh_choose_guards(system, policy, model->guard, err) != 0)
        goto fail;
    for (size_t t = 0; t < tenants_count; t++) {
        const struct bh_policy *tenants_own = policy_of((int)t, policy, own);
        if (bh_check_dispositions(system, tenants_own, err) != 0 ||
            bh_choose_guards(system, tenants_own, model->tenant_guard[t], err) != 0)
            goto fail;
    }
    model->tree = bh_zone_tree_create(catalog, system, tenants, tenants_count, err);
    if (model->tree == NULL)
        goto fail;
    model->ending = bh_allocate(model->tree->zones_count, sizeof *model->ending);
    model->residual = bh_allocate(model->tree->zones_count, sizeof *model->residual);
    model->disposition = bh_allocate(model->tree->zones_count, sizeof *model->disposition);
    model->again = catalog->errors.again.value;
    fill_zones(model, catalog, policy, own);
    fill_crossings(model);
    return model;
fail:
    bh_node_model_destroy(model);
    return NULL;
}

void bh_node_model_destroy(struct bh_node_model *model)
{
    if (model == NULL)
        return;
    bh_zone_tree_destroy(model->tree);
    free(model->ending);
    free(model->residual);
    free(model->disposition);
    free(model->crossings);
    free(model->tenant_guard);
    free(model);
}

double bh_attempt_rate(const struct bh_node_model *model, size_t channel, enum bh_error_kind kind)
{
    const struct bh_crossing *crossing = &model->crossings[channel];
    if (crossing->probability >= 1.0)
        return INFINITY;
    /* c = mu p / (1 - p): alone against its own ending, the attempt comes first with probability c / (c + mu) = p. */
    return model->ending[crossing->from][kind].rate * crossing->probability / (1.0 - crossing->probability);
}

/* The n-th process zone inside the subtree of a zone; counts them in *found. */
static size_t nth_process(const struct bh_zone_tree *tree, size_t zone, size_t n, size_t *found)
{
    size_t seen = 0, answer = 0;
    for (size_t p = 0; p < tree->processes_count; p++)
        if (bh_zone_set_has(&tree->zones[zone].subtree, tree->process_zone[p]) && seen++ == n)
            answer = tree->process_zone[p];
    *found = seen;
    return answer;
}

/* The n-th guest with zones inside the subtree of a zone. */
static size_t nth_guest(const struct bh_zone_tree *tree, size_t zone, size_t n, size_t *found)
{
    size_t seen = 0, answer = 0;
    for (size_t g = 0; g < tree->guests_count; g++)
        if (bh_zone_set_meets(&tree->zones[zone].subtree, &tree->guest_zones[g]) && seen++ == n)
            answer = g;
    *found = seen;
    return answer;
}

static bool is_vmm(const struct bh_zone_tree *tree, size_t zone)
{
    return !tree->zones[zone].is_kernel && !tree->zones[zone].is_application;
}

/* Whether a zone is the VMM process of one guest, which belongs to whom the process does, and of nothing else. */
static bool is_own_vmm(const struct bh_zone_tree *tree, size_t zone)
{
    size_t children = 0, guests = 0;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *child = &tree->zones[z];
        children += child->parent == (int)zone;
        guests +=
            child->parent == (int)zone && child->kind == BH_GUEST_KERNEL && child->guest == tree->zones[zone].guest;
    }
    return is_vmm(tree, zone) && children == 1 && guests == 1;
}

/* Top zone of the innermost guest that a zone is part of: its guest kernel, or the VMM process that runs that alone;
 * -1 for a zone that is in no guest. */
static int guest_top(const struct bh_zone_tree *tree, size_t zone)
{
    int top = (int)zone;
    if (is_own_vmm(tree, zone) || (is_vmm(tree, zone) && tree->zones[zone].guest >= 0))
        return top;
    while (top >= 0 && tree->zones[top].kind != BH_GUEST_KERNEL)
        top = tree->zones[top].parent;
    if (top < 0)
        return -1;
    int above = tree->zones[top].parent;
    return above >= 0 && is_own_vmm(tree, (size_t)above) ? above : top;
}

size_t bh_victims_count(const struct bh_node_model *model, size_t zone)
{
    size_t found = 1;
    switch (bh_scope_rules[model->disposition[zone]].on_node) {
    case BH_A_PROCESS:
        nth_process(model->tree, zone, 0, &found);
        break;
    case BH_A_GUEST:
        if (guest_top(model->tree, zone) < 0)
            nth_guest(model->tree, zone, 0, &found);
        break;
    case BH_NOTHING: /* all of these are one thing */
    case BH_THE_SERVED:
    case BH_THE_COMPOSED:
    case BH_THE_NODE:
        break;
    }
    return found > 0 ? found : 1;
}

/* Zones of the tenants that a zone serves: its owner's (and, by composition, its partners'), or all of them (and the
 * shared ones) for a shared zone. */
static struct bh_zone_set served_zones(const struct bh_zone_tree *tree, const struct bh_zone_set *zones_of, size_t zone)
{
    int enclave = tree->zones[zone].enclave;
    return enclave >= 0 ? zones_of[enclave] : tree->zones[0].subtree;
}

struct bh_zone_set bh_taken_down(const struct bh_node_model *model, size_t zone, double u, bool *beyond_node)
{
    const struct bh_zone_tree *tree = model->tree;
    struct bh_zone_set down = {{0}};
    size_t found, victims = bh_victims_count(model, zone);
    size_t victim = (size_t)(u * (double)victims);
    *beyond_node = bh_scope_reaches_beyond_node(model->disposition[zone]);
    switch (bh_scope_rules[model->disposition[zone]].on_node) {
    case BH_NOTHING:
        break;
    case BH_A_PROCESS:
        victim = nth_process(tree, zone, victim, &found);
        if (found > 0)
            bh_zone_set_add(&down, victim);
        break;
    case BH_A_GUEST:
        if (guest_top(tree, zone) >= 0) {
            down = tree->zones[guest_top(tree, zone)].subtree;
            break;
        }
        victim = nth_guest(tree, zone, victim, &found);
        if (found > 0)
            down = tree->guest_zones[victim];
        break;
    case BH_THE_NODE:
        down = tree->zones[0].subtree;
        break;
    case BH_THE_SERVED:
        down = served_zones(tree, tree->tenant_zones, zone);
        break;
    case BH_THE_COMPOSED:
        down = served_zones(tree, tree->composition_zones, zone);
        break;
    }
    /* A process beside the guests serves none of them, but it does not outlive its own failure. */
    if (!tree->zones[zone].is_kernel)
        bh_zone_set_join(&down, &tree->zones[zone].subtree);
    return down;
}
