/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Splits each fault stream by zone, kind and shared bug, and joins what is alike. */
#include "models/containment/origins.h"

#include "models/catalog/fault_class.h"

#include <stdlib.h>

bool bh_origins_alike(const struct bh_zone_tree *tree, const struct bh_origin *left, const struct bh_origin *right)
{
    const struct bh_zone *a = &tree->zones[left->zone], *b = &tree->zones[right->zone];
    return a->template_index == b->template_index && a->enclave == b->enclave && left->kind == right->kind &&
           left->also_host_kernel == right->also_host_kernel && left->ending == right->ending;
}

/* Keeps the entries in the order of their zones. */
static void add(struct bh_origins *origins, const struct bh_zone_tree *tree, struct bh_weighted_origin entry,
                bool by_repairs)
{
    for (size_t i = 0; i < origins->count; i++) {
        struct bh_weighted_origin *known = &origins->entry[i];
        if ((!by_repairs || known->repairs == entry.repairs) && bh_origins_alike(tree, &known->origin, &entry.origin)) {
            known->rate += entry.rate;
            known->software_rate += entry.software_rate;
            return;
        }
    }
    origins->entry = bh_reallocate(origins->entry, origins->count + 1, sizeof *origins->entry);
    size_t at = origins->count++;
    while (at > 0 && origins->entry[at - 1].origin.zone > entry.origin.zone) {
        origins->entry[at] = origins->entry[at - 1];
        at--;
    }
    origins->entry[at] = entry;
}

static void add_kinds(struct bh_origins *origins, const struct bh_node_model *model, size_t zone,
                      const struct bh_fault_stream *stream, double rate)
{
    struct bh_fault_kind kinds[BH_FAULT_KINDS];
    size_t count = bh_fault_kinds(model, stream, kinds);
    enum bh_forced_ending ending = bh_fault_ending(stream);
    bool repairs = stream->hardware != NULL && stream->hardware->mend == BH_MEND_REPAIR;
    for (size_t k = 0; k < count; k++)
        for (int shared = 0; shared < 2; shared++) {
            struct bh_weighted_origin entry = {.origin = {zone, kinds[k].kind, shared, ending},
                                               .repairs = repairs,
                                               .rate = rate * kinds[k].share *
                                                       (shared ? stream->shared_bug : 1.0 - stream->shared_bug)};
            entry.software_rate = stream->hardware == NULL ? entry.rate : 0.0;
            if (entry.rate > 0.0)
                add(origins, model->tree, entry, true);
        }
}

static void add_stream(struct bh_origins *origins, const struct bh_node_model *model,
                       const struct bh_fault_stream *stream)
{
    const struct bh_fault_class *hardware = stream->hardware;
    if (hardware == NULL) {
        add_kinds(origins, model, stream->zone, stream, stream->rate);
        return;
    }
    enum bh_scope taken = bh_fault_class_takes(hardware);
    if (taken != BH_SCOPE_NONE) {
        bool is_one_node = !bh_scope_reaches_beyond_node(taken);
        origins->loss_rate[taken] += stream->rate;
        origins->loss_event_rate[taken] += stream->event_rate;
        origins->repair_rate += is_one_node && hardware->mend == BH_MEND_REPAIR ? stream->event_rate : 0.0;
        return;
    }
    const struct bh_zone_tree *tree = model->tree;
    for (size_t z = 0; z < tree->zones_count; z++) {
        double share = bh_zone_share(&tree->zones[z], hardware->landing);
        add_kinds(origins, model, z, stream, stream->rate * share);
    }
}

double bh_origins_loss_rate(const struct bh_origins *origins)
{
    double sum = 0.0;
    for (int s = 0; s < BH_SCOPES; s++)
        sum += origins->loss_rate[s];
    return sum;
}

struct bh_origins bh_origins_of(const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    struct bh_origins origins = {0};
    for (size_t s = 0; s < streams->count; s++)
        add_stream(&origins, model, &streams->stream[s]);
    origins.error_rate = bh_origins_loss_rate(&origins);
    for (size_t i = 0; i < origins.count; i++)
        origins.error_rate += origins.entry[i].rate;
    return origins;
}

struct bh_origins bh_origins_of_all_zones(const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    struct bh_origins struck = bh_origins_of(model, streams), all = struck;
    all.entry = NULL;
    all.count = 0;
    for (size_t z = 0; z < model->tree->zones_count; z++)
        for (enum bh_error_kind kind = BH_DATA; kind < BH_SOFTWARE_DATA; kind++)
            if (kind == BH_DATA || (kind == BH_INSTRUCTION) != bh_flow_is_told(model, false))
                add(&all, model->tree, (struct bh_weighted_origin){.origin = {.zone = z, .kind = kind}}, false);
    for (size_t i = 0; i < struck.count; i++)
        add(&all, model->tree, struck.entry[i], false);
    bh_origins_free(&struck);
    return all;
}

void bh_origins_free(struct bh_origins *origins)
{
    free(origins->entry);
    *origins = (struct bh_origins){0};
}
