/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves what a class of partitions has in common. */
#include "sim/node_setup.h"

#include <math.h>
#include <stdlib.h>

/* A zone is named by its kind (all that hold applications are alike), guest and process; nested ones, of which several
 * answer to that, are told apart by their order from the root. */
static void fill_keys(struct bh_node_setup *node)
{
    const struct bh_zone_tree *tree = node->model->tree;
    node->zone_key = bh_allocate(tree->zones_count, sizeof *node->zone_key);
    node->channel_key = bh_allocate(tree->channels_count + 1, sizeof *node->channel_key);
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        uint64_t key = bh_identity(zone->is_application ? "application" : bh_zone_kind_names[zone->kind]);
        key = bh_identity_join(key, (uint64_t)(zone->guest + 1));
        key = bh_identity_join(key, (uint64_t)(zone->process + 1));
        for (size_t before = 0; before < z; before++)
            if (node->zone_key[before] == key) {
                key = bh_identity_join(key, bh_identity("nested"));
                before = (size_t)-1; /* from the first again, with the new key */
            }
        node->zone_key[z] = key;
    }
    for (size_t c = 0; c < tree->channels_count; c++)
        node->channel_key[c] = bh_identity_join(
            bh_identity(tree->channels[c].type->name),
            bh_identity_join(node->zone_key[tree->channels[c].from], node->zone_key[tree->channels[c].to]));
}

/* Software of another class strikes on its own: its streams are told apart by the name of the class, whatever system
 * and policy it has. */
static void tell_apart(struct bh_fault_streams *streams, const char *class_name)
{
    for (size_t s = 0; s < streams->count; s++)
        if (streams->stream[s].hardware == NULL)
            streams->stream[s].identity = bh_identity_join(streams->stream[s].identity, bh_identity(class_name));
}

int bh_node_setup_fill(struct bh_node_setup *node, const struct bh_scenario *scenario, size_t policy, size_t class,
                       bool is_baseline, struct bh_isolation_cache *cache, struct bh_error *err)
{
    *node = (struct bh_node_setup){.stack = bh_scenario_stack(scenario, policy, class, is_baseline),
                                   .tenants = bh_scenario_tenants(scenario, class)};
    node->model = bh_scenario_model(scenario, &node->stack, class, err);
    if (node->model == NULL)
        return -1;
    fill_keys(node);
    node->streams =
        bh_fault_streams_create(scenario->catalog, node->model, node->tenants, scenario->fault_enabled,
                                scenario->software_faults, node->stack.host_kernel, node->stack.guest_kernel);
    if (class > 0)
        tell_apart(node->streams, scenario->partitions.class[class].name);
    node->guest_boot_s = node->model->tree->has_guests ? node->stack.system->guest_boot_s.value : 0.0;
    node->isolation = bh_isolation_cache_find(cache, node->model, node->streams, err);
    return node->isolation != NULL ? 0 : -1;
}

void bh_node_setup_clear(struct bh_node_setup *node)
{
    bh_fault_streams_destroy(node->streams);
    bh_node_model_destroy(node->model);
    bh_node_stack_free(&node->stack);
    free(node->tenants);
    free(node->zone_key);
    free(node->channel_key);
    *node = (struct bh_node_setup){0};
}

/* Shares of one setup enter by the rate of what they are shares of. */
struct bh_isolation bh_node_setups_isolation(const struct bh_node_setup *setups, const uint64_t *nodes, size_t count)
{
    if (count == 1) /* as it is, to the last bit */
        return *setups[0].isolation;
    struct bh_isolation all = {0};
    for (size_t i = 0; i < count; i++) {
        const struct bh_isolation *one = setups[i].isolation;
        double weight = (double)nodes[i];
        all.error_rate += weight * one->error_rate;
        all.unchangeable_rate += weight * one->unchangeable_rate;
        all.unresolved = fmax(all.unresolved, one->unresolved);
        for (int s = 0; s < BH_SCOPES && one->error_rate > 0.0; s++)
            all.coverage[s] += weight * one->error_rate * one->coverage[s];
        for (int b = 0; b < BH_BOUNDARIES; b++)
            if (one->exposed_rate[b] > 0.0) {
                all.exposed_rate[b] += weight * one->exposed_rate[b];
                all.escape[b] += weight * one->exposed_rate[b] * one->escape[b];
            }
    }
    for (int s = 0; s < BH_SCOPES; s++)
        all.coverage[s] = all.error_rate > 0.0 ? all.coverage[s] / all.error_rate : NAN;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        all.escape[b] = all.exposed_rate[b] > 0.0 ? all.escape[b] / all.exposed_rate[b] : NAN;
    return all;
}
