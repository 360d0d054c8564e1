/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A naive twin: one error played out in continuous time with clocks for every copy and channel, by code that shares
 * nothing with models/ but the numbers of the node. */
#pragma once

#include "tests/oracles/random_node.h"

#include <gsl/gsl_randist.h>

/* --- One error, played out ----------------------------------------------------------------------------------------- */

struct path {
    bool live[ZONES_MOST], failed[ZONES_MOST], affected[ZONES_MOST], been[ZONES_MOST], used[CHANNELS_MOST];
    bool slow[ZONES_MOST];
    enum bh_error_kind kind[ZONES_MOST];
    double now, ends[ZONES_MOST], tries[CHANNELS_MOST]; /* tries: INFINITY once used */
    enum bh_scope beyond;
    bool silent;
};

static inline void begin_copy(struct path *path, const struct node *node, size_t z, enum bh_error_kind kind,
                              gsl_rng *rng)
{
    double mean = 1.0 / node->ending[z][kind].rate;
    path->live[z] = path->been[z] = true;
    path->kind[z] = kind;
    path->ends[z] = path->now + gsl_ran_exponential(rng, mean);
    for (size_t c = 0; c < node->channels; c++) {
        double p = probability_of(node, c, kind);
        if (node->channel[c].from == z && !path->used[c])
            path->tries[c] = p >= 1.0 ? path->now : path->now + gsl_ran_exponential(rng, mean * (1.0 - p) / p);
    }
}

static inline void take_down(struct path *path, size_t z)
{
    path->failed[z] = path->affected[z] = true;
    path->live[z] = path->slow[z] = false;
}

/* One of the guests (or processes) below a zone, each as likely. */
static inline int draw_victim(const struct node *node, size_t z, bool guest, gsl_rng *rng)
{
    int found[ZONES_MOST], count = 0;
    for (size_t below = 0; below < node->zones; below++) {
        int number = guest ? node->zone[below].guest : node->zone[below].process;
        bool known = number < 0 || !is_in_subtree(node, below, z);
        for (int i = 0; i < count; i++)
            known = known || found[i] == number;
        if (!known)
            found[count++] = number;
    }
    return found[gsl_rng_uniform_int(rng, (unsigned long)count)];
}

static inline void signal_in(struct path *path, const struct node *node, size_t z, gsl_rng *rng)
{
    enum bh_scope scope = node->disposition[z];
    const struct bh_small_zone *zone = &node->zone[z];
    int process = -2, guest = -2, enclave = -2;
    if (scope == BH_SCOPE_PROCESS)
        process = is_process(node, z) ? zone->process : draw_victim(node, z, false, rng);
    else if (scope == BH_SCOPE_GUEST)
        guest = zone->guest >= 0 ? zone->guest : draw_victim(node, z, true, rng);
    else if (scope != BH_SCOPE_NODE && scope != BH_SCOPE_SYSTEM)
        enclave = zone->enclave;
    bool all = scope == BH_SCOPE_NODE || scope == BH_SCOPE_SYSTEM || enclave == -1;
    if (!all && gsl_rng_uniform(rng) >= node->holds[z]) { /* what is around it, unless that fails as well */
        int kernel = kernel_over(node, z);
        if (kernel >= 0)
            guest = node->zone[kernel].guest;
        all = kernel < 0 || gsl_rng_uniform(rng) >= node->holds[kernel];
    }
    for (size_t other = 0; other < node->zones; other++) {
        const struct bh_small_zone *at = &node->zone[other];
        if (all || at->process == process || at->guest == guest || at->enclave == enclave)
            take_down(path, other);
    }
    if (scope > BH_SCOPE_NODE && scope > path->beyond)
        path->beyond = scope;
    if (path->live[z])
        path->live[z] = gsl_rng_uniform(rng) < node->residual[z];
}

static inline void try_channel(struct path *path, const struct node *node, size_t c, gsl_rng *rng)
{
    const struct bh_small_channel *channel = &node->channel[c];
    path->tries[c] = INFINITY;
    path->used[c] = true;
    if (gsl_rng_uniform(rng) < channel->blocks) {
        if (channel->detects)
            signal_in(path, node, channel->from, rng);
    } else if (!path->failed[channel->to] && gsl_rng_uniform(rng) < node->harmless[c]) {
        if (gsl_rng_uniform(rng) < node->degrades[c])
            path->slow[channel->to] = path->affected[channel->to] = true;
    } else if (!path->failed[channel->to] && !path->live[channel->to] &&
               (!path->been[channel->to] || gsl_rng_uniform(rng) < node->again)) {
        path->affected[channel->to] = true;
        begin_copy(path, node, channel->to, bh_error_kind_crossed(path->kind[channel->from]), rng);
    }
}

static inline void end_copy(struct path *path, const struct node *node, size_t z, gsl_rng *rng)
{
    const struct bh_copy_ending *ending = &node->ending[z][path->kind[z]];
    double u = gsl_rng_uniform(rng);
    if (u < ending->signalled) {
        signal_in(path, node, z, rng);
        if (path->live[z]) /* it goes on: its next ending */
            path->ends[z] = path->now + gsl_ran_exponential(rng, 1.0 / ending->rate);
        return;
    }
    path->live[z] = false;
    if (u < ending->signalled + ending->silent)
        path->silent = path->affected[z] = true;
}

/* Certain channels stand in the order of their sources' zones, as everywhere in models/. */
static inline int next_certain(const struct path *path, const struct node *node)
{
    int first = -1;
    for (size_t c = 0; c < node->channels; c++)
        if (path->live[node->channel[c].from] && isfinite(path->tries[c]) &&
            probability_of(node, c, path->kind[node->channel[c].from]) >= 1.0 &&
            (first < 0 || node->channel[c].from < node->channel[first].from))
            first = (int)c;
    return first;
}

static inline struct path play(const struct node *node, gsl_rng *rng)
{
    struct path path = {.now = 0.0};
    begin_copy(&path, node, node->origin.zone, node->origin.kind, rng);
    if (node->origin.also_host_kernel)
        begin_copy(&path, node, 0, node->origin.kind, rng);
    if (node->origin.ending == BH_ENDING_SIGNALLED_AT_ONCE) /* a copy that it leaves live has all its time before it */
        signal_in(&path, node, node->origin.zone, rng);
    for (;;) {
        int certain = next_certain(&path, node), zone = -1, channel = -1;
        if (certain >= 0) {
            try_channel(&path, node, (size_t)certain, rng);
            continue;
        }
        path.now = INFINITY;
        for (size_t z = 0; z < node->zones; z++)
            if (path.live[z] && path.ends[z] < path.now) {
                path.now = path.ends[z];
                zone = (int)z;
            }
        for (size_t c = 0; c < node->channels; c++)
            if (path.live[node->channel[c].from] && path.tries[c] < path.now) {
                path.now = path.tries[c];
                channel = (int)c;
            }
        if (zone < 0)
            return path;
        if (channel >= 0)
            try_channel(&path, node, (size_t)channel, rng);
        else
            end_copy(&path, node, (size_t)zone, rng);
    }
}

/* --- What a path came to ------------------------------------------------------------------------------------------- */

enum { SILENT = BH_SCOPES, SLOW, BEYOND, LOSS = BEYOND + BH_BOUNDARIES, OUTCOMES = LOSS + TENANTS * BH_SCOPES };

static inline enum bh_scope extent_of(const struct path *path, const struct node *node)
{
    int zones = 0, processes = 0, guest = -2;
    bool one_guest = node->has_guests;
    for (size_t z = 0; z < node->zones; z++) {
        if (!path->affected[z])
            continue;
        zones++;
        processes += is_process(node, z);
        one_guest = one_guest && node->zone[z].guest >= 0 && (guest == -2 || guest == node->zone[z].guest);
        guest = node->zone[z].guest;
    }
    enum bh_scope here = zones == 0                     ? BH_SCOPE_NONE
                         : zones == 1 && processes == 1 ? BH_SCOPE_PROCESS
                         : one_guest                    ? BH_SCOPE_GUEST
                                                        : BH_SCOPE_NODE;
    return path->beyond != BH_SCOPE_NONE ? path->beyond : here;
}

/* Counts the path in each outcome that it is part of. */
static inline void count_path(const struct path *path, const struct node *node, size_t counts[OUTCOMES])
{
    bool beyond_zone = path->beyond, beyond_guest = path->beyond, hit[TENANTS] = {false}, failed_all = path->failed[0];
    const struct bh_small_zone *origin = &node->zone[node->origin.zone];
    for (size_t z = 0; z < node->zones; z++)
        if (path->affected[z]) {
            beyond_zone = beyond_zone || z != node->origin.zone;
            beyond_guest =
                beyond_guest || (node->has_guests ? node->zone[z].guest != origin->guest : z != node->origin.zone);
            if (node->zone[z].enclave >= 0)
                hit[node->zone[z].enclave] = true;
        }
    counts[extent_of(path, node)]++;
    counts[SILENT] += path->silent;
    bool any_slow = false;
    for (size_t z = 0; z < node->zones; z++)
        any_slow = any_slow || path->slow[z];
    counts[SLOW] += any_slow;
    counts[BEYOND + BH_PROCESS_KERNEL] += origin->process >= 0 && beyond_zone;
    counts[BEYOND + BH_GUEST_HOST] += (node->has_guests ? origin->guest >= 0 : origin->process >= 0) && beyond_guest;
    counts[BEYOND + BH_ENCLAVE_ENCLAVE] += hit[0] && hit[1];
    counts[BEYOND + BH_NODE_NODE] += path->beyond != BH_SCOPE_NONE;
    for (int t = 0; t < TENANTS; t++) {
        enum bh_scope loss = failed_all ? BH_SCOPE_NODE : BH_SCOPE_NONE;
        for (size_t z = 0; z < node->zones && !failed_all; z++)
            if (path->failed[z] && node->zone[z].enclave == t) {
                enum bh_scope here = is_kernel(node, z) || !is_process(node, z) ? BH_SCOPE_GUEST : BH_SCOPE_PROCESS;
                loss = here > loss ? here : loss;
            }
        counts[LOSS + t * BH_SCOPES + (int)loss]++;
    }
}
