/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves what a class of partitions has in common. */
#include "sim/setup/node_setup.h"

#include "models/catalog/system.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"
#include "sim/setup/node_states.h"

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
    for (size_t c = 0; c < tree->channels_count; c++) {
        node->channel_key[c] = bh_identity_join(
            bh_identity(tree->channels[c].type->name),
            bh_identity_join(node->zone_key[tree->channels[c].from], node->zone_key[tree->channels[c].to]));
        if (tree->channels[c].link >= 0) /* two may compose the same two */
            node->channel_key[c] = bh_identity_join(node->channel_key[c], node->link_spec[tree->channels[c].link]);
    }
}

/* The two levels of each tenant. What stands between enclaves matters only to those that are ever composed. */
static int fill_levels(struct bh_node_setup *node, const struct bh_scenario *scenario, size_t class,
                       struct bh_error *err)
{
    const struct bh_partition_class *partitions = &scenario->partitions.class[class];
    size_t tenants = partitions->tenants_count;
    node->guarded = bh_allocate(tenants + 1, sizeof *node->guarded);
    node->bare = bh_allocate(tenants + 1, sizeof *node->bare);
    node->has_two_levels = bh_allocate(tenants, sizeof *node->has_two_levels);
    node->switch_s = bh_allocate(tenants, sizeof *node->switch_s);
    for (size_t t = 0; t <= tenants; t++) {
        int tenant = t < tenants ? (int)t : -1;
        if (bh_scenario_guards(&node->stack, tenant, true, node->guarded[t], NULL, err) != 0 ||
            bh_scenario_guards(&node->stack, tenant, false, node->bare[t], NULL, err) != 0)
            return -1;
        for (int b = 0; b < BH_BOUNDARIES && t < tenants; b++) {
            bool counts = b != BH_ENCLAVE_ENCLAVE;
            for (size_t n = 0; n < partitions->count && !counts; n++)
                counts = bh_compositions_include(&scenario->compositions, partitions->enclave[n * tenants + t]);
            if (!counts || node->guarded[t][b] == node->bare[t][b])
                continue;
            node->has_two_levels[t] = true;
            node->switch_s[t] += node->guarded[t][b]->switch_time_s.value;
        }
    }
    return 0;
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
    node->links = bh_compositions_links(scenario, class, &node->link_spec, &node->links_count);
    if (fill_levels(node, scenario, class, err) != 0)
        return -1;
    node->streams =
        bh_fault_streams_create(scenario->catalog, node->model, node->tenants, bh_scenario_fault_choice(scenario),
                                node->stack.host_kernel, node->stack.guest_kernel);
    if (class > 0)
        tell_apart(node->streams, scenario->partitions.class[class].name);
    node->guest_boot_s = node->model->tree->has_guests ? node->stack.system->guest_boot_s.value : 0.0;
    bh_node_setup_mix(node, scenario, class, cache);
    fill_keys(node);
    return 0;
}

void bh_node_setup_clear(struct bh_node_setup *node)
{
    bh_fault_streams_destroy(node->streams);
    bh_node_model_destroy(node->model);
    bh_node_stack_free(&node->stack);
    free(node->tenants);
    bh_isolation_destroy(node->mixture);
    free(node->guarded);
    free(node->bare);
    free(node->has_two_levels);
    free(node->protected_share);
    free(node->switch_s);
    free(node->links);
    free(node->link_spec);
    free(node->zone_key);
    free(node->channel_key);
    *node = (struct bh_node_setup){0};
}

/* Shares of one setup enter by the rate of what they are shares of. */
struct bh_isolation bh_node_setups_isolation(const struct bh_node_setup *setups, const uint64_t *nodes, size_t count)
{
    struct bh_isolation all = {0};
    bool is_exact = true, too_large = false;
    for (size_t i = 0; i < count; i++)
        is_exact = is_exact && setups[i].is_exact;
    if (count == 1 && is_exact) /* as it is, to the last bit */
        return *setups[0].isolation;
    for (size_t i = 0; i < count; i++) {
        const struct bh_isolation *one = setups[i].isolation;
        double weight = (double)nodes[i];
        all.error_rate += weight * one->error_rate;
        all.unchangeable_rate += weight * one->unchangeable_rate;
        all.unresolved = fmax(all.unresolved, one->unresolved);
        too_large = too_large || one->why_not != NULL;
        for (int s = 0; s < BH_STOPS && one->error_rate > 0.0; s++)
            all.stops[s] += weight * one->error_rate * one->stops[s];
        for (int s = 0; s < BH_SCOPES && one->error_rate > 0.0; s++)
            all.coverage[s] += weight * one->error_rate * one->coverage[s];
        for (int b = 0; b < BH_BOUNDARIES; b++)
            if (one->exposed_rate[b] > 0.0) {
                all.exposed_rate[b] += weight * one->exposed_rate[b];
                all.escape[b] += weight * one->exposed_rate[b] * one->escape[b];
            }
    }
    for (int s = 0; s < BH_STOPS; s++)
        all.stops[s] = is_exact && all.error_rate > 0.0 ? all.stops[s] / all.error_rate : NAN;
    for (int s = 0; s < BH_SCOPES; s++)
        all.coverage[s] = is_exact && all.error_rate > 0.0 ? all.coverage[s] / all.error_rate : NAN;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        all.escape[b] = is_exact && all.exposed_rate[b] > 0.0 ? all.escape[b] / all.exposed_rate[b] : NAN;
    if (too_large)
        all.unresolved = NAN;
    return all;
}
