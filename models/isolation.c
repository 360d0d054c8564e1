/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Weighs the exact spread of single errors over the fault streams of a node. */
#include "models/isolation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Negligible mass per state, from exact to coarse: the next is tried when a node is too rich in states for the one
 * before. What was left out is reported as `unresolved`. */
static const double least_masses[] = {1e-13, 1e-11, 1e-9};
enum { STATES_MOST = 50000 };

/* An origin with the rate at which errors begin there. Alike origins share one entry. */
struct weighted {
    struct bh_origin origin;
    bool repairs; /* a node that goes down with such an error goes to repair */
    double rate;
};

struct gathering {
    const struct bh_node_model *model;
    struct weighted *entries;
    size_t count;
};

static bool are_alike(const struct bh_zone_tree *tree, const struct bh_origin *left, const struct bh_origin *right)
{
    const struct bh_zone *a = &tree->zones[left->zone], *b = &tree->zones[right->zone];
    return a->template_index == b->template_index && a->enclave == b->enclave && left->kind == right->kind &&
           left->also_host_kernel == right->also_host_kernel;
}

static void add_rate(struct gathering *gathering, struct bh_origin origin, bool repairs, double rate)
{
    if (rate <= 0.0)
        return;
    for (size_t i = 0; i < gathering->count; i++)
        if (gathering->entries[i].repairs == repairs &&
            are_alike(gathering->model->tree, &gathering->entries[i].origin, &origin)) {
            gathering->entries[i].rate += rate;
            return;
        }
    gathering->entries = bh_reallocate(gathering->entries, gathering->count + 1, sizeof *gathering->entries);
    gathering->entries[gathering->count++] = (struct weighted){origin, repairs, rate};
}

static void add_kinds(struct gathering *gathering, size_t zone, const struct bh_fault_stream *stream, double rate)
{
    double of_kind[BH_ERROR_KINDS] = {[BH_DATA] = rate * (1.0 - stream->instruction_share),
                                      [BH_INSTRUCTION] = rate * stream->instruction_share};
    bool repairs = stream->hardware != NULL && stream->hardware->mend == BH_MEND_REPAIR;
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        struct bh_origin origin = {.zone = zone, .kind = (enum bh_error_kind)kind};
        add_rate(gathering, origin, repairs, of_kind[kind] * (1.0 - stream->shared_bug));
        origin.also_host_kernel = true;
        add_rate(gathering, origin, repairs, of_kind[kind] * stream->shared_bug);
    }
}

/* Hardware loss of a node: extent `node`, every tenant loses it, and no boundary was there to stop it. */
static void add_node_loss(struct bh_isolation *isolation, const struct bh_fault_stream *stream,
                          double extent_rate[BH_SCOPES])
{
    isolation->error_rate += stream->rate;
    isolation->unchangeable_rate += stream->rate;
    extent_rate[BH_SCOPE_NODE] += stream->rate;
    for (size_t t = 0; t < isolation->tenants_count; t++) {
        isolation->loss_rate[t * BH_SCOPES + BH_SCOPE_NODE] += stream->rate;
        if (stream->hardware->mend == BH_MEND_REPAIR)
            isolation->repair_rate[t] += stream->rate;
    }
}

static void add_stream(struct gathering *gathering, struct bh_isolation *isolation,
                       const struct bh_fault_stream *stream, double extent_rate[BH_SCOPES])
{
    const struct bh_zone_tree *tree = gathering->model->tree;
    if (stream->hardware == NULL) {
        add_kinds(gathering, stream->zone, stream, stream->rate);
        return;
    }
    if (stream->hardware->landing == BH_LANDING_NODE) {
        add_node_loss(isolation, stream, extent_rate);
        return;
    }
    for (size_t z = 0; z < tree->zones_count; z++) {
        double share =
            stream->hardware->landing == BH_LANDING_CPU ? tree->zones[z].cpu_share : tree->zones[z].memory_share;
        add_kinds(gathering, z, stream, stream->rate * share);
    }
}

/* Sums over origins of rate x probability. */
struct sums {
    double extent[BH_SCOPES];
    double beyond[BH_BOUNDARIES], exposed[BH_BOUNDARIES];
};

int bh_isolation_spread(const struct bh_node_model *model, struct bh_origin origin, struct bh_spread *spread,
                        struct bh_error *err)
{
    size_t cells = model->tree->tenants_count * BH_SCOPES;
    struct bh_error last = {0};
    for (size_t i = 0; i < sizeof least_masses / sizeof *least_masses; i++) {
        last = (struct bh_error){0};
        memset(spread->loss, 0, cells * sizeof(double));
        if (bh_spread_exact(model, origin, least_masses[i], STATES_MOST, spread, &last) == 0)
            return 0;
    }
    return bh_fail(err, last.code, "%s", last.text);
}

static int follow(const struct gathering *gathering, struct bh_isolation *isolation, struct sums *sums,
                  struct bh_error *err)
{
    size_t cells = isolation->tenants_count * BH_SCOPES;
    struct bh_spread spread = {.loss = bh_allocate(cells, sizeof(double))};
    int status = 0;
    for (size_t i = 0; i < gathering->count && status == 0; i++) {
        const struct weighted *entry = &gathering->entries[i];
        status = bh_isolation_spread(gathering->model, entry->origin, &spread, err);
        double unmasked = 0.0;
        for (int s = BH_SCOPE_NONE; s < BH_SCOPES; s++) {
            sums->extent[s] += entry->rate * spread.extent[s];
            unmasked += s > BH_SCOPE_NONE ? spread.extent[s] : 0.0;
        }
        for (int b = 0; b < BH_BOUNDARIES; b++) {
            sums->beyond[b] += entry->rate * spread.beyond[b];
            sums->exposed[b] += spread.inside[b] ? entry->rate * unmasked : 0.0;
        }
        for (size_t c = 0; c < cells; c++)
            isolation->loss_rate[c] += entry->rate * spread.loss[c];
        for (size_t t = 0; t < isolation->tenants_count && entry->repairs; t++)
            isolation->repair_rate[t] += entry->rate * spread.loss[t * BH_SCOPES + BH_SCOPE_NODE];
        isolation->unresolved = fmax(isolation->unresolved, spread.unresolved);
        isolation->error_rate += entry->rate;
    }
    free(spread.loss);
    return status;
}

struct bh_isolation *bh_isolation_create(const struct bh_node_model *model, const struct bh_fault_streams *streams,
                                         struct bh_error *err)
{
    struct bh_isolation *isolation = bh_allocate(1, sizeof *isolation);
    struct gathering gathering = {.model = model};
    struct sums sums = {{0}, {0}, {0}};
    isolation->tenants_count = model->tree->tenants_count;
    isolation->loss_rate = bh_allocate(isolation->tenants_count * BH_SCOPES, sizeof(double));
    isolation->repair_rate = bh_allocate(isolation->tenants_count, sizeof(double));
    for (size_t s = 0; s < streams->count; s++)
        add_stream(&gathering, isolation, &streams->stream[s], sums.extent);
    int status = follow(&gathering, isolation, &sums, err);
    free(gathering.entries);
    if (status != 0) {
        bh_isolation_destroy(isolation);
        return NULL;
    }
    double covered = 0.0;
    for (int s = BH_SCOPE_NONE; s < BH_SCOPES; s++) {
        covered += sums.extent[s];
        isolation->coverage[s] = isolation->error_rate > 0.0 ? covered / isolation->error_rate : NAN;
    }
    if (!model->tree->has_guests)
        isolation->coverage[BH_SCOPE_GUEST] = isolation->coverage[BH_SCOPE_PROCESS];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        isolation->escape[b] = sums.exposed[b] > 0.0 ? sums.beyond[b] / sums.exposed[b] : NAN;
    return isolation;
}

void bh_isolation_destroy(struct bh_isolation *isolation)
{
    if (isolation == NULL)
        return;
    free(isolation->loss_rate);
    free(isolation->repair_rate);
    free(isolation);
}
