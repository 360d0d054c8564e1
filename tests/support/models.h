/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the models share: the shipped catalog with overrides and definitions given as YAML text, and nodes
 * of a few zones built by hand. */
#pragma once

#include "models/catalog/lookup.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/document/document.h"
#include "models/document/document_read.h"
#include "tests/support/helper.h"

#include "models/catalog/catalog.h"
#include "models/catalog/zone_choice.h"
#include "models/node/node_model.h"

#include <string.h>

static inline struct bh_document *bh_test_document(const char *text, const char *name)
{
    struct bh_error err = {0};
    struct bh_document *document = text ? bh_document_parse(text, strlen(text), name, &err) : NULL;
    if (text && !document)
        fail_msg("%s", err.text);
    return document;
}

/* The zone of a kind that a tenant has, or shares. */
static inline size_t bh_zone_tree_find(const struct bh_zone_tree *tree, enum bh_zone_kind kind, int tenant)
{
    struct bh_error err = {0};
    const struct bh_zone_choice choice = bh_zone_choice_of(bh_zone_kind_names[kind], (struct bh_place){.file = "test"});
    const long zone = bh_zone_choose(tree->system, &choice, false, &err);
    if (zone < 0)
        fail_msg("%s", err.text);
    return bh_zone_tree_first(tree, (size_t)zone, tenant);
}

/* The shipped catalog; `overrides` and `extra` are YAML or NULL. */
static inline struct bh_catalog *bh_test_catalog(const char *overrides, const char *extra)
{
    struct bh_error err = {0};
    struct bh_document *set = bh_test_document(overrides, "set.yaml"), *define = bh_test_document(extra, "define.yaml");
    char *directory = bh_print_text("%s/models/data", bh_test_data());
    struct bh_catalog *catalog = bh_catalog_read(directory, set ? bh_document_root(set) : NULL,
                                                 define ? bh_document_root(define) : NULL, NULL, &err);
    if (!catalog)
        fail_msg("%s", err.text);
    free(directory);
    bh_document_destroy(set);
    bh_document_destroy(define);
    return catalog;
}

#define BH_TEST_NEED(type, what)                                                                                       \
    static inline const struct type *bh_test_##what(const struct bh_catalog *catalog, const char *name)                \
    {                                                                                                                  \
        struct bh_error err = {0};                                                                                     \
        const struct type *found = bh_catalog_##what(catalog, name, (struct bh_place){.file = "test"}, &err);          \
        if (!found)                                                                                                    \
            fail_msg("%s", err.text);                                                                                  \
        return found;                                                                                                  \
    }
BH_TEST_NEED(bh_system, system)
BH_TEST_NEED(bh_policy, policy)
BH_TEST_NEED(bh_application, application)
BH_TEST_NEED(bh_component, component)
BH_TEST_NEED(bh_fault_class, fault)

static inline struct bh_node_model *bh_test_model(const struct bh_catalog *catalog, const char *system,
                                                  const char *policy, const struct bh_tenant *tenants, size_t count)
{
    struct bh_error err = {0};
    struct bh_node_model *model = bh_node_model_create(catalog, bh_test_system(catalog, system),
                                                       bh_test_policy(catalog, policy), tenants, count, &err);
    if (!model)
        fail_msg("%s", err.text);
    return model;
}

/* --- Nodes built by hand ------------------------------------------------------------------------------------------- */

struct bh_small_zone {
    int parent;
    enum bh_zone_kind kind;
    int enclave, guest, process; /* -1: shared, not a process */
};

struct bh_small_channel {
    size_t from, to;
    double probability, blocks;
    bool detects;
};

static inline void bh_small_fill_zones(struct bh_zone_tree *tree, const struct bh_small_zone *zones, size_t count)
{
    tree->zones_count = count;
    tree->zones = bh_allocate(count, sizeof *tree->zones);
    for (size_t z = 0; z < count; z++) {
        tree->zones[z] =
            (struct bh_zone){.kind = zones[z].kind,
                             .parent = zones[z].parent,
                             .enclave = zones[z].enclave,
                             .guest = zones[z].guest,
                             .process = zones[z].process,
                             .is_application = zones[z].process >= 0,
                             .is_kernel = zones[z].kind == BH_HOST_KERNEL || zones[z].kind == BH_GUEST_KERNEL};
        for (int above = (int)z; above >= 0; above = zones[above].parent)
            bh_zone_set_add(&tree->zones[above].subtree, z);
        if (zones[z].kind == BH_GUEST_KERNEL)
            tree->has_guests = true;
        if (zones[z].enclave >= (int)tree->tenants_count)
            tree->tenants_count = (size_t)zones[z].enclave + 1;
        if (zones[z].guest >= (int)tree->guests_count)
            tree->guests_count = (size_t)zones[z].guest + 1;
        if (zones[z].process >= (int)tree->processes_count)
            tree->processes_count = (size_t)zones[z].process + 1;
    }
    tree->guest_zones = bh_allocate(tree->guests_count + 1, sizeof *tree->guest_zones);
    tree->tenant_zones = bh_allocate(tree->tenants_count + 1, sizeof *tree->tenant_zones);
    tree->composition_zones = bh_allocate(tree->tenants_count + 1, sizeof *tree->composition_zones);
    tree->process_zone = bh_allocate(tree->processes_count + 1, sizeof *tree->process_zone);
    tree->guest_has_kernel = bh_allocate(tree->guests_count + 1, sizeof *tree->guest_has_kernel);
    for (size_t g = 0; g < tree->guests_count; g++)
        tree->guest_has_kernel[g] = tree->has_guests;
    for (size_t z = 0; z < count; z++) {
        if (zones[z].guest >= 0)
            bh_zone_set_add(&tree->guest_zones[zones[z].guest], z);
        if (zones[z].enclave >= 0)
            bh_zone_set_add(&tree->tenant_zones[zones[z].enclave], z);
        if (zones[z].process >= 0)
            tree->process_zone[zones[z].process] = z;
    }
    for (size_t t = 0; t < tree->tenants_count; t++)
        tree->composition_zones[t] = tree->tenant_zones[t];
}

/* Errors of every kind cross alike. */
static inline void bh_small_cross(struct bh_crossing *crossing, double probability)
{
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
        crossing->probability[kind] = probability;
}

/* A node whose errors end as masked at rate 1 in every zone, without residuals; a kernel's signalled error takes the
 * node, a process its own zone, other zones their guest, and that always succeeds. Tests then write what they are about. */
static inline struct bh_node_model *bh_small_model(const struct bh_small_zone *zones, size_t zones_count,
                                                   const struct bh_small_channel *channels, size_t channels_count)
{
    struct bh_node_model *model = bh_allocate(1, sizeof *model);
    struct bh_zone_tree *tree = model->tree = bh_allocate(1, sizeof *tree);
    bh_small_fill_zones(tree, zones, zones_count);
    tree->channels = bh_allocate(channels_count + 1, sizeof *tree->channels);
    tree->first_channel = bh_allocate(zones_count + 1, sizeof *tree->first_channel);
    model->crossings = bh_allocate(channels_count + 1, sizeof *model->crossings);
    model->ending = bh_allocate(zones_count, sizeof *model->ending);
    model->residual = bh_allocate(zones_count, sizeof *model->residual);
    model->disposition = bh_allocate(zones_count, sizeof *model->disposition);
    model->ladder = bh_allocate(zones_count, sizeof *model->ladder);
    model->again = 1.0;
    for (size_t z = 0; z < zones_count; z++) {
        model->ending[z][BH_DATA] = model->ending[z][BH_INSTRUCTION] = (struct bh_copy_ending){1.0, 1.0, 0, 0, 0};
        model->disposition[z] = zones[z].process >= 0                            ? BH_SCOPE_PROCESS
                                : tree->zones[z].is_kernel || zones[z].guest < 0 ? BH_SCOPE_NODE
                                                                                 : BH_SCOPE_GUEST;
        model->ladder[z] = (struct bh_ladder){.count = 1, .rung = {{.holds = 1.0, .top = -1}}};
        tree->first_channel[z] = tree->channels_count;
        for (size_t c = 0; c < channels_count; c++) {
            if (channels[c].from != z)
                continue;
            size_t at = tree->channels_count++;
            tree->channels[at] = (struct bh_channel){.from = z, .to = channels[c].to, .link = -1};
            model->crossings[at] = (struct bh_crossing){.from = z,
                                                        .to = channels[c].to,
                                                        .boundary = BH_PROCESS_KERNEL,
                                                        .blocks = channels[c].blocks,
                                                        .detects = channels[c].detects,
                                                        .corrupts = 1.0};
            bh_small_cross(&model->crossings[at], channels[c].probability);
        }
    }
    tree->first_channel[zones_count] = tree->channels_count;
    return model;
}
