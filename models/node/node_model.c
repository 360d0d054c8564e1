/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Applies a policy to a node's zone tree. */
#include "models/node/node_model.h"

#include "models/catalog/catalog.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/node/device_drivers.h"
#include "models/node/takedown.h"
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

/* Levels are offered from the weakest to the strongest; a boundary without any stays unguarded. */
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

/* The least scope that holds the subtree of a user-mode zone. A process of the node that runs one guest of it, in
 * which the enclaves' guests are nested, is that guest's; one that holds shared zones alone, the VMM of a driver
 * domain say, is as a guest of its own. */
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

/* A disposition that needs what the system is known not to have. What nothing is said of fails upward instead. */
static int check_mechanism(const struct bh_system *system, const struct bh_policy *policy, size_t z,
                           struct bh_error *err)
{
    const struct bh_zone_template *zone = &system->zones[z];
    enum bh_scope disposition = bh_policy_disposition(policy, zone), scope = disposition;
    if (bh_scope_reaches_beyond_node(scope))
        scope = zone->parent < 0 ? BH_SCOPE_NODE : BH_SCOPE_GUEST;
    if (system->guest_kernel == NULL)
        scope = bh_scope_without_guests(scope);
    const struct bh_mechanism *mechanism =
        bh_scope_within(BH_SCOPE_NODE, scope) || system->mechanisms_rule != BH_MECHANISMS_LISTED
            ? NULL
            : bh_system_mechanism(system, z, scope);
    for (int part = 0; mechanism != NULL && part < BH_MECHANISM_PARTS; part++)
        if (mechanism->part[part].missing != NULL)
            return bh_fail_at(
                err, bh_policy_disposition_place(policy, zone),
                "policy `%s` disposes of errors in zone `%s` of system `%s` as `%s`, which has no `%s` for "
                "that: %s; expected `node`, or a system that has it",
                policy->name, zone->name, system->name, bh_scope_names[disposition], bh_mechanism_part_names[part],
                mechanism->part[part].missing);
    return 0;
}

/* Taking down less than what runs inside a zone would leave orphans: a VMM is at least its guest. */
int bh_check_dispositions(const struct bh_system *system, const struct bh_policy *policy, struct bh_error *err)
{
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_zone_template *zone = &system->zones[z];
        if (check_mechanism(system, policy, z, err) != 0)
            return -1;
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

/* Lifetimes are exponential, at rate 1 / mean. */
static struct bh_copy_ending copy_ending(struct bh_ending_numbers numbers)
{
    return (struct bh_copy_ending){
        .rate = 1.0 / numbers.lifetime_s->value,
        .masked = numbers.masked->value,
        .signalled = numbers.signalled->value,
        .silent = numbers.silent->value,
        .hang = numbers.hang->value,
    };
}

static bool is_same_ending(const struct bh_copy_ending *one, const struct bh_copy_ending *other)
{
    return one->rate == other->rate && one->masked == other->masked && one->signalled == other->signalled &&
           one->silent == other->silent && one->hang == other->hang;
}

/* Whether errors of both kinds end alike in all zones, and cross by all channels alike, those between nodes among them. */
static bool fare_alike(const struct bh_node_model *model, const struct bh_catalog *catalog, enum bh_error_kind one,
                       enum bh_error_kind other)
{
    bool alike = true;
    for (size_t z = 0; alike && z < model->tree->zones_count; z++)
        alike = is_same_ending(&model->ending[z][one], &model->ending[z][other]);
    for (size_t c = 0; alike && c < catalog->channel_types_count; c++)
        alike = bh_channel_probability(&catalog->channel_types[c], one)->value ==
                bh_channel_probability(&catalog->channel_types[c], other)->value;
    return alike;
}

static void find_what_tells(struct bh_node_model *model, const struct bh_catalog *catalog)
{
    for (int software = 0; software < 2; software++) {
        const struct bh_parameter *share = bh_flow_share_of(&catalog->errors, software);
        model->flow_share[software] = share != NULL ? share->value : NAN;
        for (enum bh_error_kind kind = BH_OPERATION; kind <= BH_FLOW; kind++)
            model->tells_flow =
                model->tells_flow || !fare_alike(model, catalog, bh_error_kind_of(software, BH_INSTRUCTION),
                                                 bh_error_kind_of(software, kind));
    }
    for (enum bh_error_kind kind = BH_DATA; kind < BH_SOFTWARE_DATA; kind++)
        model->tells_software =
            model->tells_software || !fare_alike(model, catalog, kind, bh_error_kind_of(true, kind));
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
            model->ending[z][kind] = copy_ending(bh_ending_of(numbers, (enum bh_error_kind)kind));
        model->residual[z] = catalog->zones[tree->zones[z].kind].residual.value;
        enum bh_scope disposition =
            bh_policy_disposition(policy_of(tree->zones[z].enclave, policy, own), tree->zones[z].template);
        model->disposition[z] =
            bh_zone_tree_has_guests(tree, tree->zones[z].enclave) ? disposition : bh_scope_without_guests(disposition);
        bh_ladder_fill(model, z, &model->ladder[z]);
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

/* Anew whenever guards or composition change: an unguarded channel blocks nothing. */
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
            .guard = guard,
            .blocks = guard ? guard->blocks.value : 0.0,
            .detects = guard && guard->detects,
            .corrupts = channel->type->corrupts.value,
            .degrades = channel->type->degrades.value,
        };
        for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
            model->crossings[c].probability[kind] = bh_channel_probability(channel->type, kind)->value;
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
    for (size_t t = 0; t < tenants_count; t++)
        if (policy_of((int)t, policy, own)->opens)
            bh_zone_tree_open(model->tree, t);
    model->ending = bh_allocate(model->tree->zones_count, sizeof *model->ending);
    model->residual = bh_allocate(model->tree->zones_count, sizeof *model->residual);
    model->disposition = bh_allocate(model->tree->zones_count, sizeof *model->disposition);
    model->ladder = bh_allocate(model->tree->zones_count, sizeof *model->ladder);
    model->again = catalog->errors.again.value;
    fill_zones(model, catalog, policy, own);
    find_what_tells(model, catalog);
    bh_fill_drivers(model, tenants);
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
    free(model->ladder);
    free(model->crossings);
    free(model->tenant_guard);
    free(model);
}

bool bh_node_model_degrades(const struct bh_node_model *model)
{
    for (size_t c = 0; c < model->tree->channels_count; c++)
        if (model->crossings[c].corrupts < 1.0 && model->crossings[c].degrades > 0.0)
            return true;
    return false;
}

enum bh_error_kind bh_kind_told(const struct bh_node_model *model, enum bh_error_kind kind)
{
    enum bh_error_kind wrong = bh_error_kind_wrong(kind);
    bool is_software = model->tells_software && bh_error_kind_is_software(kind);
    return bh_error_kind_of(is_software, wrong != BH_DATA && !model->tells_flow ? BH_INSTRUCTION : wrong);
}

bool bh_flow_is_told(const struct bh_node_model *model, bool is_software)
{
    return model->tells_flow && !isnan(model->flow_share[is_software]);
}

bool bh_crossing_is_open(const struct bh_crossing *crossing)
{
    bool is_open = false;
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
        is_open = is_open || crossing->probability[kind] > 0.0;
    return is_open;
}

double bh_attempt_rate(const struct bh_node_model *model, size_t channel, enum bh_error_kind kind)
{
    const struct bh_crossing *crossing = &model->crossings[channel];
    double p = crossing->probability[kind];
    if (p >= 1.0)
        return INFINITY;
    /* c = mu p / (1 - p): alone against its own ending, the attempt comes first with probability c / (c + mu) = p. */
    return model->ending[crossing->from][kind].rate * p / (1.0 - p);
}
