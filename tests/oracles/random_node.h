/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Random small nodes in plain arrays, for tests that play errors out on them. */
#pragma once

#include "tests/support/models.h"

#include "models/spread/spread.h"

#include <gsl/gsl_rng.h>

#ifndef BH_TEST_ZONES_MOST /* for tests of larger nodes */
#define BH_TEST_ZONES_MOST    12
#define BH_TEST_CHANNELS_MOST 24
#endif
enum { ZONES_MOST = BH_TEST_ZONES_MOST, CHANNELS_MOST = BH_TEST_CHANNELS_MOST, TENANTS = 2, GUESTS_MOST = 3 };

struct node {
    size_t zones, channels;
    bool has_guests;
    struct bh_small_zone zone[ZONES_MOST];
    struct bh_small_channel channel[CHANNELS_MOST];
    /* Of what crosses a channel, what is no error where it comes to, and of that, what leaves the zone degraded. */
    double harmless[CHANNELS_MOST], degrades[CHANNELS_MOST];
    double crosses[CHANNELS_MOST][BH_ERROR_KINDS]; /* 0: as all */
    enum bh_scope disposition[ZONES_MOST];
    double residual[ZONES_MOST], again;
    double holds[ZONES_MOST]; /* P(a disposition below the node succeeds there) */
    struct bh_copy_ending ending[ZONES_MOST][BH_ERROR_KINDS];
    struct bh_origin origin;
};

static inline bool is_process(const struct node *node, size_t z)
{
    return node->zone[z].process >= 0;
}

static inline bool is_kernel(const struct node *node, size_t z)
{
    return node->zone[z].kind == BH_HOST_KERNEL || node->zone[z].kind == BH_GUEST_KERNEL;
}

static inline bool is_in_subtree(const struct node *node, size_t z, size_t top)
{
    for (int above = (int)z; above >= 0; above = node->zone[above].parent)
        if (above == (int)top)
            return true;
    return false;
}

static inline size_t add_zone(struct node *node, int parent, enum bh_zone_kind kind, int enclave, int guest,
                              int process)
{
    node->zone[node->zones] = (struct bh_small_zone){parent, kind, enclave, guest, process};
    return node->zones++;
}

/* A host with one to three guests of two tenants, with or without VMM processes, or with processes alone. */
static inline void draw_tree(struct node *node, gsl_rng *rng, int processes_most)
{
    int guests = 1 + (int)gsl_rng_uniform_int(rng, processes_most > 2 ? 2 : GUESTS_MOST), processes = 0;
    int style = (int)gsl_rng_uniform_int(rng, 3);
    node->has_guests = style > 0;
    add_zone(node, -1, BH_HOST_KERNEL, -1, -1, -1);
    for (int g = 0; g < guests && node->zones + 3 <= ZONES_MOST; g++) {
        int enclave = g == 0 ? 0 : (int)gsl_rng_uniform_int(rng, TENANTS), top = 0;
        if (style == 2)
            top = (int)add_zone(node, top, BH_HOST_USER, enclave, g, -1);
        if (style > 0)
            top = (int)add_zone(node, top, BH_GUEST_KERNEL, enclave, g, -1);
        for (int p = 1 + (int)gsl_rng_uniform_int(rng, (unsigned long)processes_most);
             p > 0 && node->zones < ZONES_MOST; p--)
            add_zone(node, top, style > 0 ? BH_GUEST_USER : BH_HOST_USER, enclave, g, processes++);
    }
}

static inline double draw_between(gsl_rng *rng, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(rng);
}

static inline void draw_channels(struct node *node, gsl_rng *rng)
{
    node->channels = 3 + gsl_rng_uniform_int(rng, 8);
    for (size_t c = 0; c < node->channels; c++) {
        size_t from = gsl_rng_uniform_int(rng, node->zones);
        size_t to = (from + 1 + gsl_rng_uniform_int(rng, node->zones - 1)) % node->zones;
        if (c < 2) { /* so that the error gets away from where it began */
            from = node->origin.zone;
            to = (from + 1 + c) % node->zones == from ? (from + 1) % node->zones : (from + 1 + c) % node->zones;
        }
        node->channel[c] = (struct bh_small_channel){
            .from = from,
            .to = to,
            .probability = gsl_rng_uniform(rng) < 0.15 ? 1.0 : draw_between(rng, 0.05, 0.95),
            .blocks = gsl_rng_uniform(rng) < 0.3 ? 0.0 : draw_between(rng, 0.0, 1.0),
            .detects = gsl_rng_uniform(rng) < 0.5,
        };
    }
}

static inline enum bh_scope draw_disposition(const struct node *node, size_t z, gsl_rng *rng)
{
    static const enum bh_scope all[] = {BH_SCOPE_PROCESS, BH_SCOPE_GUEST,   BH_SCOPE_PROCESS,     BH_SCOPE_GUEST,
                                        BH_SCOPE_NODE,    BH_SCOPE_ENCLAVE, BH_SCOPE_COMPOSITION, BH_SCOPE_SYSTEM};
    enum bh_scope scope = all[gsl_rng_uniform_int(rng, 8)];
    if (scope == BH_SCOPE_GUEST && !node->has_guests)
        scope = BH_SCOPE_PROCESS;
    if (scope == BH_SCOPE_PROCESS && node->zone[z].kind == BH_HOST_USER && !is_process(node, z))
        scope = BH_SCOPE_GUEST; /* a VMM process takes its guest along */
    return scope;
}

/* Makes the processes of each guest alike, as those that a system's templates unfold to: equal numbers, and channels to
 * and from the zone that runs them; a few other channels join zones that are no processes. */
static inline void make_alike(struct node *node, gsl_rng *rng)
{
    size_t first[GUESTS_MOST] = {0}, system[ZONES_MOST], systems = 0;
    struct bh_small_channel up[GUESTS_MOST], down[GUESTS_MOST];
    for (int g = 0; g < GUESTS_MOST; g++) {
        up[g] = node->channel[0];
        down[g] = node->channel[1];
        up[g].probability = draw_between(rng, 0.05, 0.95);
        down[g].probability = gsl_rng_uniform(rng) < 0.2 ? 1.0 : draw_between(rng, 0.05, 0.95);
    }
    node->channels = 0;
    for (size_t z = 0; z < node->zones; z++) {
        const struct bh_small_zone *zone = &node->zone[z];
        if (zone->process < 0) {
            system[systems++] = z;
            continue;
        }
        if (first[zone->guest] == 0)
            first[zone->guest] = z;
        node->disposition[z] = node->disposition[first[zone->guest]];
        node->residual[z] = node->residual[first[zone->guest]];
        node->holds[z] = node->holds[first[zone->guest]];
        memcpy(node->ending[z], node->ending[first[zone->guest]], sizeof node->ending[z]);
        up[zone->guest].from = down[zone->guest].to = z;
        up[zone->guest].to = down[zone->guest].from = (size_t)zone->parent;
        node->channel[node->channels++] = up[zone->guest];
        node->channel[node->channels++] = down[zone->guest];
    }
    for (size_t i = 1; i < systems && node->channels < CHANNELS_MOST; i++)
        node->channel[node->channels++] = (struct bh_small_channel){system[i], system[gsl_rng_uniform_int(rng, i)],
                                                                    draw_between(rng, 0.05, 0.95), 0.3, i % 2 == 0};
}

/* On half of the nodes not all that crosses is an error where it comes to. Degraded zones multiply the states, so that nodes
 * of many channels have none. Further nodes are what they were without this. */
static inline void draw_harmless(struct node *node, bool alike, const gsl_rng *next)
{
    gsl_rng *rng = gsl_rng_clone(next);
    size_t count = gsl_rng_uniform(rng) < 0.5 || node->channels > 6 ? 0 : node->channels;
    for (size_t c = 0; c < count; c++) {
        node->harmless[c] = alike && c > 0 ? node->harmless[0] : draw_between(rng, 0.0, 1.0);
        node->degrades[c] = alike && c > 0 ? node->degrades[0] : draw_between(rng, 0.0, 1.0);
    }
    gsl_rng_free(rng);
}

static inline double probability_of(const struct node *node, size_t c, enum bh_error_kind kind)
{
    return node->crosses[c][kind] > 0.0 ? node->crosses[c][kind] : node->channel[c].probability;
}

/* On half of the nodes errors of some kinds cross as they alone do; channels that are alike stay so. Further nodes are what they
 * were without this. */
static inline void draw_crosses(struct node *node, bool alike, const gsl_rng *next)
{
    gsl_rng *rng = gsl_rng_clone(next);
    gsl_rng_set(rng, gsl_rng_get(rng));
    size_t count = gsl_rng_uniform(rng) < 0.5 ? 0 : node->channels;
    for (size_t c = 0; c < count; c++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            if (alike && c > 0)
                node->crosses[c][kind] = node->crosses[0][kind];
            else if (gsl_rng_uniform(rng) < 0.6)
                node->crosses[c][kind] = gsl_rng_uniform(rng) < 0.2 ? 1.0 : draw_between(rng, 0.05, 0.95);
    gsl_rng_free(rng);
}

static inline struct node draw_node(gsl_rng *rng, bool alike)
{
    struct node node = {0};
    draw_tree(&node, rng, alike ? 3 : 2);
    node.origin.zone = gsl_rng_uniform_int(rng, node.zones);
    double of_kind = gsl_rng_uniform(rng); /* of all kinds, those in data more often */
    node.origin.kind = of_kind < 0.4   ? (enum bh_error_kind)(of_kind / 0.4 * BH_ERROR_KINDS)
                       : of_kind < 0.8 ? BH_DATA
                                       : BH_SOFTWARE_DATA;
    node.origin.also_host_kernel = node.origin.zone != 0 && gsl_rng_uniform(rng) < 0.2;
    draw_channels(&node, rng);
    for (size_t z = 0; z < node.zones; z++) {
        node.disposition[z] = draw_disposition(&node, z, rng);
        node.residual[z] = gsl_rng_uniform(rng) < 0.3 ? 0.0 : draw_between(rng, 0.0, 0.8);
        double u = gsl_rng_uniform(rng);
        node.holds[z] = u < 0.2 ? 0.0 : u < 0.4 ? 1.0 : draw_between(rng, 0.1, 0.9);
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            double masked = draw_between(rng, 0.1, 0.5), silent = is_process(&node, z) ? 0.3 : 0.0;
            node.ending[z][kind] =
                (struct bh_copy_ending){exp(draw_between(rng, -2.0, 2.0)), masked, 1.0 - masked - silent, silent, 0.0};
        }
    }
    double u = gsl_rng_uniform(rng);
    node.again = u < 0.25 ? 0.0 : u < 0.5 ? 1.0 : draw_between(rng, 0.0, 1.0);
    if (alike)
        make_alike(&node, rng);
    draw_harmless(&node, alike, rng);
    draw_crosses(&node, alike, rng);
    return node;
}

/* A disposition that leaves the host up. */
static inline bool is_below_node(const struct node *node, size_t z)
{
    enum bh_scope scope = node->disposition[z];
    return scope == BH_SCOPE_PROCESS || scope == BH_SCOPE_GUEST ||
           (scope != BH_SCOPE_NODE && scope != BH_SCOPE_SYSTEM && node->zone[z].enclave >= 0);
}

/* The guest's kernel that a process is under, whose guest goes if the process cannot be ended; -1: the host's. */
static inline int kernel_over(const struct node *node, size_t z)
{
    int parent = node->zone[z].parent;
    bool is_inside = node->disposition[z] == BH_SCOPE_PROCESS && is_process(node, z) && node->has_guests;
    if (node->disposition[z] == BH_SCOPE_PROCESS && node->zone[z].kind == BH_GUEST_KERNEL)
        return (int)z;
    return is_inside ? parent : -1;
}

static inline struct bh_ladder ladder_of(const struct node *node, size_t z)
{
    struct bh_ladder ladder = {.count = 0};
    int kernel = kernel_over(node, z);
    if (!is_below_node(node, z))
        return (struct bh_ladder){.count = 1, .rung = {{.holds = 1.0, .top = -1}}};
    ladder.rung[ladder.count++] = (struct bh_rung){.holds = node->holds[z], .top = -1};
    if (kernel >= 0) {
        int top = node->zone[kernel].parent > 0 ? node->zone[kernel].parent : kernel; /* with its VMM */
        ladder.rung[ladder.count++] = (struct bh_rung){.holds = node->holds[kernel], .top = top};
    }
    ladder.rung[ladder.count++] = (struct bh_rung){.holds = 1.0, .top = 0};
    return ladder;
}

/* The node as models/ knows it. */
static inline struct bh_node_model *model_of(const struct node *node)
{
    struct bh_node_model *model = bh_small_model(node->zone, node->zones, node->channel, node->channels);
    memcpy(model->disposition, node->disposition, node->zones * sizeof *model->disposition);
    memcpy(model->residual, node->residual, node->zones * sizeof *model->residual);
    memcpy(model->ending, node->ending, node->zones * sizeof *model->ending);
    model->again = node->again;
    model->tells_software = model->tells_flow = true;
    for (size_t z = 0; z < node->zones; z++)
        model->ladder[z] = ladder_of(node, z);
    size_t at = 0; /* the model's channels stand by the zone that they lead out of */
    for (size_t z = 0; z < node->zones; z++)
        for (size_t c = 0; c < node->channels; c++)
            if (node->channel[c].from == z) {
                for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
                    model->crossings[at].probability[kind] = probability_of(node, c, kind);
                model->crossings[at].corrupts = 1.0 - node->harmless[c];
                model->crossings[at++].degrades = node->degrades[c];
            }
    return model;
}
