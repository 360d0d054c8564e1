/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fills the mean matrix of live copies: channels on a node, and ways over the network to partners. */
#include "sim/setup/reach.h"

#include "models/base/error.h"
#include "models/catalog/system.h"
#include "models/containment/branching.h"
#include "models/node/node_model.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/scenario.h"

#include <math.h>
#include <stdlib.h>

/* What a class of nodes has, as models/ know it. */
struct class
{
    struct bh_node_stack stack;
    struct bh_node_model *model;
    size_t *type_of; /* per zone */
};

struct filling {
    const struct bh_scenario *scenario;
    struct bh_error_reach *reach;
    struct class *classes;
};

static size_t type_of(struct bh_error_reach *reach, size_t class, int tenant, enum bh_zone_kind kind)
{
    for (size_t i = 0; i < reach->types_count; i++)
        if (reach->type[i].class == class && reach->type[i].tenant == tenant && reach->type[i].kind == kind)
            return i;
    reach->type = bh_reallocate(reach->type, reach->types_count + 1, sizeof *reach->type);
    reach->type[reach->types_count] = (struct bh_error_reach_type){class, tenant, kind, 0};
    return reach->types_count++;
}

static void open_class(struct filling *filling, size_t policy, size_t number)
{
    struct class *class = &filling->classes[number];
    size_t *specs, links_count;
    class->stack = bh_scenario_stack(filling->scenario, policy, number, false);
    class->model = bh_scenario_model(filling->scenario, &class->stack, number, NULL);
    BH_BUG_ASSERT(class->model != NULL); /* resolving the scenario built it before */
    struct bh_tenant_link *links = bh_compositions_links(filling->scenario, number, &specs, &links_count);
    bh_node_model_compose(class->model, links, links_count);
    free(links);
    free(specs);
    const struct bh_zone_tree *tree = class->model->tree;
    class->type_of = bh_allocate(tree->zones_count, sizeof *class->type_of);
    for (size_t z = 0; z < tree->zones_count; z++) {
        class->type_of[z] = type_of(filling->reach, number, tree->zones[z].enclave, tree->zones[z].kind);
        filling->reach->type[class->type_of[z]].zones++;
    }
}

static void close_class(struct class *class)
{
    bh_node_model_destroy(class->model);
    bh_node_stack_free(&class->stack);
    free(class->type_of);
}

static void add(struct filling *filling, size_t from, size_t to, double copies)
{
    struct bh_error_reach *reach = filling->reach;
    reach->mean[from * reach->types_count + to] += copies / (double)reach->type[from].zones;
}

/* A channel alone is crossed with p (1 - b), at most. */
static void add_channels(struct filling *filling, const struct class *class)
{
    const struct bh_node_model *model = class->model;
    for (size_t c = 0; c < model->tree->channels_count; c++) {
        const struct bh_crossing *crossing = &model->crossings[c];
        double p = 0.0;
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            p = fmax(p, crossing->probability[kind]);
        add(filling, class->type_of[crossing->from], class->type_of[crossing->to], p * (1.0 - crossing->blocks));
    }
}

static double passes(const struct bh_node_stack *one, int tenant, const struct bh_node_stack *other, int others)
{
    static const enum bh_boundary boundaries[] = {BH_NODE_NODE, BH_ENCLAVE_ENCLAVE};
    const struct bh_guard_level *here[BH_BOUNDARIES] = {NULL}, *there[BH_BOUNDARIES] = {NULL};
    double share = 1.0;
    if (bh_scenario_guards(one, tenant, true, here, NULL, NULL) != 0 ||
        bh_scenario_guards(other, others, true, there, NULL, NULL) != 0)
        return 1.0;
    for (size_t i = 0; i < BH_COUNT(boundaries); i++) {
        const struct bh_guard_level *a = here[boundaries[i]], *b = there[boundaries[i]];
        const struct bh_guard_level *guard = b != NULL && (a == NULL || b->strength > a->strength) ? b : a;
        share *= 1.0 - (guard != NULL ? guard->blocks.value : 0.0);
    }
    return share;
}

static double most_probable(const struct bh_channel_type *type)
{
    double p = 0.0;
    for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
        p = fmax(p, bh_channel_probability(type, kind)->value);
    return p;
}

/* Each process of an enclave has a way to one of each partner, in each composition. */
static void add_ways(struct filling *filling, size_t number, size_t tenant)
{
    const struct bh_scenario *scenario = filling->scenario;
    const struct bh_compositions *compositions = &scenario->compositions;
    const struct class *class = &filling->classes[number];
    const struct bh_zone_tree *tree = class->model->tree;
    size_t enclave = scenario->partitions.class[number].enclave[tenant];
    for (size_t i = compositions->first_of[enclave]; i < compositions->first_of[enclave + 1]; i++) {
        const struct bh_composed *composed = &compositions->composed[compositions->of[i]];
        const struct bh_composition_spec *spec = &compositions->specs[composed->spec];
        for (size_t m = 0; m < composed->members_count && spec->over == BH_OVER_NETWORK; m++) {
            const struct bh_enclave_spec *partner = &scenario->enclaves[composed->member[m]];
            size_t there = scenario->partitions.partition[partner->partition].class, to = SIZE_MAX;
            const struct class *others = &filling->classes[there];
            for (size_t z = 0; z < others->model->tree->zones_count; z++)
                if (others->model->tree->zones[z].is_application &&
                    others->model->tree->zones[z].enclave == (int)partner->tenant)
                    to = others->type_of[z];
            double copies =
                most_probable(spec->channel) * passes(&class->stack, (int)tenant, &others->stack, (int)partner->tenant);
            for (size_t z = 0; z < tree->zones_count && composed->member[m] != enclave && to != SIZE_MAX; z++)
                if (tree->zones[z].is_application && tree->zones[z].enclave == (int)tenant)
                    add(filling, class->type_of[z], to, copies);
        }
    }
}

struct bh_error_reach *bh_error_reach_create(const struct bh_scenario *scenario, size_t policy)
{
    struct bh_error_reach *reach = bh_allocate(1, sizeof *reach);
    size_t classes = scenario->partitions.classes_count;
    struct filling filling = {scenario, reach, bh_allocate(classes, sizeof *filling.classes)};
    for (size_t c = 0; c < classes; c++)
        open_class(&filling, policy, c);
    reach->mean = bh_allocate(reach->types_count * reach->types_count, sizeof *reach->mean);
    reach->total = bh_allocate(reach->types_count, sizeof *reach->total);
    for (size_t c = 0; c < classes; c++) {
        add_channels(&filling, &filling.classes[c]);
        for (size_t t = 0; scenario->compositions.count > 0 && t < scenario->partitions.class[c].tenants_count; t++)
            add_ways(&filling, c, t);
    }
    reach->radius = bh_branching_radius(reach->mean, reach->types_count);
    bh_branching_total(reach->mean, reach->types_count, reach->total);
    for (size_t c = 0; c < classes; c++)
        close_class(&filling.classes[c]);
    free(filling.classes);
    return reach;
}

void bh_error_reach_destroy(struct bh_error_reach *reach)
{
    if (reach == NULL)
        return;
    free(reach->type);
    free(reach->mean);
    free(reach->total);
    free(reach);
}
