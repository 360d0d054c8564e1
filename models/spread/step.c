/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What may happen next to an error's live copies: endings, attempts, guards, dispositions. */
#include "models/node/takedown.h"
#include "models/spread/numbers.h"
#include "models/spread/parts.h"
#include "models/words/scope.h"

#include <math.h>

/* A successor on its way to the visitor. */
struct stepping {
    const struct bh_chain *chain;
    bh_chain_visit *visit;
    void *context;
};

static struct bh_branch times(const struct bh_branch *branch, double probability, size_t number, double slope)
{
    struct bh_branch product = *branch;
    product.probability *= probability;
    BH_BUG_ASSERT(product.factors_count < BH_BRANCH_FACTORS);
    product.factor[product.factors_count++] = (struct bh_branch_factor){number, slope};
    return product;
}

/* A share that the model gives as a number: d ln x / dx = 1/x. */
static struct bh_branch times_number(const struct bh_branch *branch, double value, size_t number)
{
    return times(branch, value, number, 1.0 / value);
}

/* The rest of such a share: d ln(1 - x) / dx = -1/(1 - x). */
static struct bh_branch times_rest(const struct bh_branch *branch, double value, size_t number)
{
    return times(branch, 1.0 - value, number, -1.0 / (1.0 - value));
}

static void go_to(const struct stepping *stepping, const struct bh_chain_state *next, struct bh_branch branch)
{
    if (branch.probability > 0.0)
        stepping->visit(stepping->context, next, &branch);
}

static bool is_unused(const struct bh_chain_state *state, size_t channel)
{
    return !((state->used[channel / 64] >> (channel % 64)) & 1);
}

static void end_copy(const struct bh_chain *chain, struct bh_chain_state *state, size_t zone)
{
    bh_zone_set_remove(&state->live, zone);
    bh_zone_set_remove(&state->instruction, zone);
    bh_chain_set_behind(state, zone, 0);
    if (zone == chain->origin)
        state->forced = BH_ENDING_DRAWN;
    if (chain->model->again < 1.0)
        bh_zone_set_add(&state->past, zone);
}

/* The takedown ends on one rung: those below have failed. */
static struct bh_branch reach_rung(const struct bh_node_model *model, size_t zone, size_t rung, struct bh_branch branch)
{
    const struct bh_ladder *ladder = &model->ladder[zone];
    for (size_t r = 0; r <= rung && r + 1 < ladder->count; r++) {
        size_t number = bh_spread_number(model->tree, BH_NUMBER_HOLDS, zone * BH_RUNGS + r, BH_DATA);
        branch = r < rung ? times_rest(&branch, ladder->rung[r].holds, number)
                          : times_number(&branch, ladder->rung[r].holds, number);
    }
    return branch;
}

static void take_down(const struct stepping *stepping, const struct bh_chain_state *from, size_t zone, size_t rung,
                      double u, struct bh_branch branch)
{
    const struct bh_chain *chain = stepping->chain;
    const struct bh_node_model *model = chain->model;
    struct bh_chain_state state = *from;
    bool beyond_node;
    struct bh_zone_set down = bh_taken_down(model, zone, rung, u, &beyond_node);
    bh_zone_set_join(&state.failed, &down);
    bh_zone_set_join(&state.affected, &down);
    bh_zone_set_remove_all(&state.degraded, &down);
    if (beyond_node)
        state.beyond_node = bh_scope_wider(state.beyond_node, model->disposition[zone]);
    for (size_t z = 0; z < model->tree->zones_count; z++)
        if (bh_zone_set_has(&down, z) && bh_zone_set_has(&state.live, z))
            end_copy(chain, &state, z);
    if (bh_zone_set_has(&down, zone)) {
        go_to(stepping, &state, branch);
        return;
    }
    size_t number = bh_spread_number(model->tree, BH_NUMBER_RESIDUAL, zone, BH_DATA);
    go_to(stepping, &state, times_number(&branch, model->residual[zone], number));
    end_copy(chain, &state, zone);
    go_to(stepping, &state, times_rest(&branch, model->residual[zone], number));
}

static void signal_copy(const struct stepping *stepping, const struct bh_chain_state *from, size_t zone,
                        struct bh_branch branch)
{
    const struct bh_node_model *model = stepping->chain->model;
    size_t victims = bh_victims_count(model, zone);
    branch.probability /= (double)victims;
    for (size_t rung = 0; rung < model->ladder[zone].count; rung++) {
        struct bh_branch reached = reach_rung(model, zone, rung, branch);
        for (size_t v = 0; reached.probability > 0.0 && v < victims; v++)
            take_down(stepping, from, zone, rung, ((double)v + 0.5) / (double)victims, reached);
    }
}

/* The copy in `to` is one hop further than that in `from`; if that was the deepest, all others fall back by one. */
static void hop(const struct bh_zone_tree *tree, struct bh_chain_state *state, const struct bh_crossing *crossing)
{
    uint64_t behind = bh_chain_behind(state, crossing->from);
    if (behind > 0) {
        bh_chain_set_behind(state, crossing->to, behind - 1);
        return;
    }
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(&state->live, z))
            bh_chain_set_behind(state, z, bh_chain_behind(state, z) + 1);
    bh_chain_set_behind(state, crossing->to, 0);
    state->deeper = 1;
}

/* Of what crosses, some leaves no error where it comes to, but that zone degraded, or nothing; returns the rest. */
static struct bh_branch without_harmless(const struct stepping *stepping, const struct bh_chain_state *from,
                                         size_t channel, const struct bh_branch *passed)
{
    const struct bh_node_model *model = stepping->chain->model;
    const struct bh_crossing *crossing = &model->crossings[channel];
    size_t corrupts = bh_spread_number(model->tree, BH_NUMBER_CORRUPTS, channel, BH_DATA),
           degrades = bh_spread_number(model->tree, BH_NUMBER_DEGRADES, channel, BH_DATA);
    if (crossing->corrupts >= 1.0 || bh_zone_set_has(&from->failed, crossing->to))
        return *passed;
    struct bh_branch harmless = times_rest(passed, crossing->corrupts, corrupts);
    struct bh_chain_state state = *from;
    go_to(stepping, &state, times_rest(&harmless, crossing->degrades, degrades));
    bh_zone_set_add(&state.degraded, crossing->to);
    bh_zone_set_add(&state.affected, crossing->to);
    go_to(stepping, &state, times_number(&harmless, crossing->degrades, degrades));
    return times_number(passed, crossing->corrupts, corrupts);
}

/* The branches of one attempt: blocked p_b; past the guard 1 - p_b, of which a share does harm; and into a zone that
 * the error has left before with `again`. They sum to the branch's own probability. */
static void attempt(const struct stepping *stepping, const struct bh_chain_state *from, size_t channel,
                    const struct bh_branch *branch)
{
    const struct bh_zone_tree *tree = stepping->chain->model->tree;
    const struct bh_crossing *crossing = &stepping->chain->model->crossings[channel];
    size_t number = bh_spread_number(tree, BH_NUMBER_BLOCKS, channel, BH_DATA);
    struct bh_branch blocked = times_number(branch, crossing->blocks, number);
    struct bh_chain_state state = *from;
    state.used[channel / 64] |= UINT64_C(1) << (channel % 64);
    if (crossing->detects && crossing->blocks > 0.0)
        signal_copy(stepping, &state, crossing->from, blocked);
    else
        go_to(stepping, &state, blocked);
    struct bh_branch passed = times_rest(branch, crossing->blocks, number);
    passed = without_harmless(stepping, &state, channel, &passed);
    bool enters = !bh_zone_set_has(&state.live, crossing->to) && !bh_zone_set_has(&state.failed, crossing->to);
    if (enters && bh_zone_set_has(&state.past, crossing->to)) {
        double again = stepping->chain->model->again;
        number = bh_spread_number(tree, BH_NUMBER_AGAIN, 0, BH_DATA);
        go_to(stepping, &state, times_rest(&passed, again, number));
        passed = times_number(&passed, again, number);
    }
    if (enters) {
        bh_zone_set_add(&state.live, crossing->to);
        bh_zone_set_remove(&state.past, crossing->to);
        bh_zone_set_add(&state.affected, crossing->to);
        if (stepping->chain->tracks_depth)
            hop(tree, &state, crossing);
    }
    go_to(stepping, &state, passed);
}

static void end_forced(const struct stepping *stepping, const struct bh_chain_state *from, size_t zone,
                       const struct bh_branch *branch)
{
    struct bh_chain_state state = *from;
    enum bh_forced_ending ending = (enum bh_forced_ending)state.forced;
    state.forced = BH_ENDING_DRAWN;
    if (ending == BH_ENDING_SIGNALLED || ending == BH_ENDING_SIGNALLED_AT_ONCE) {
        signal_copy(stepping, &state, zone, *branch);
        return;
    }
    end_copy(stepping->chain, &state, zone);
    if (ending == BH_ENDING_SILENT) {
        bh_zone_set_add(&state.affected, zone);
        state.silent = 1;
    }
    go_to(stepping, &state, *branch);
}

/* signalled + masked + silent = 1. */
static void end_naturally(const struct stepping *stepping, const struct bh_chain_state *from, size_t zone,
                          enum bh_error_kind kind, const struct bh_branch *branch)
{
    const struct bh_zone_tree *tree = stepping->chain->model->tree;
    const struct bh_copy_ending *ending = &stepping->chain->model->ending[zone][kind];
    if (zone == stepping->chain->origin && from->forced != BH_ENDING_DRAWN) {
        end_forced(stepping, from, zone, branch);
        return;
    }
    if (ending->signalled > 0.0)
        signal_copy(stepping, from, zone,
                    times_number(branch, ending->signalled, bh_spread_number(tree, BH_NUMBER_SIGNALLED, zone, kind)));
    struct bh_chain_state state = *from;
    end_copy(stepping->chain, &state, zone);
    go_to(stepping, &state, times_number(branch, ending->masked, bh_spread_number(tree, BH_NUMBER_MASKED, zone, kind)));
    bh_zone_set_add(&state.affected, zone);
    state.silent = 1;
    go_to(stepping, &state, times_number(branch, ending->silent, bh_spread_number(tree, BH_NUMBER_SILENT, zone, kind)));
}

static enum bh_error_kind kind_of(const struct bh_chain *chain, const struct bh_chain_state *state, size_t zone)
{
    return bh_zone_set_has(&state->instruction, zone) ? chain->kind : bh_error_kind_crossed(chain->kind);
}

/* The first channel with p = 1 that a live copy has not tried yet: it is tried before anything else. -1: none. */
static long instant_channel(const struct bh_chain *chain, const struct bh_chain_state *state)
{
    const struct bh_node_model *model = chain->model;
    for (size_t c = 0; c < model->tree->channels_count; c++) {
        const struct bh_crossing *crossing = &model->crossings[c];
        if (bh_zone_set_has(&state->live, crossing->from) && is_unused(state, c) &&
            crossing->probability[kind_of(chain, state, crossing->from)] >= 1.0)
            return (long)c;
    }
    return -1;
}

/* Sum over live copies of mu, and of c = mu p / (1 - p) for each channel not yet tried: so a copy attempts a channel
 * before it ends with probability c / (c + mu) = p. */
static double sum_of_rates(const struct bh_chain *chain, const struct bh_chain_state *state)
{
    const struct bh_zone_tree *tree = chain->model->tree;
    double total = 0.0;
    for (size_t z = 0; z < tree->zones_count; z++) {
        if (!bh_zone_set_has(&state->live, z))
            continue;
        total += chain->model->ending[z][kind_of(chain, state, z)].rate;
        for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++)
            total += is_unused(state, c) ? bh_attempt_rate(chain->model, c, kind_of(chain, state, z)) : 0.0;
    }
    return total;
}

/* Competing exponentials: the next event is number i with probability rate_i / sum of rates. */
double bh_chain_step(const struct bh_chain *chain, const struct bh_chain_state *state, bh_chain_visit *visit,
                     void *context)
{
    const struct bh_node_model *model = chain->model;
    const struct bh_zone_tree *tree = model->tree;
    struct stepping stepping = {chain, visit, context};
    BH_BUG_ASSERT(state->deeper == 0);
    const struct bh_branch all = {.probability = 1.0};
    if (state->forced == BH_ENDING_SIGNALLED_AT_ONCE) {
        end_forced(&stepping, state, chain->origin, &all);
        return INFINITY;
    }
    long instant = instant_channel(chain, state);
    if (instant >= 0) {
        attempt(&stepping, state, (size_t)instant, &all);
        return INFINITY;
    }
    double total = sum_of_rates(chain, state);
    for (size_t z = 0; z < tree->zones_count; z++) {
        if (!bh_zone_set_has(&state->live, z))
            continue;
        enum bh_error_kind kind = kind_of(chain, state, z);
        double mu = model->ending[z][kind].rate;
        size_t number = bh_spread_number(tree, BH_NUMBER_RATE, z, kind);
        struct bh_branch branch = times(&all, mu / total, number, 1.0 / mu);
        end_naturally(&stepping, state, z, kind, &branch);
        for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++) {
            double rate = is_unused(state, c) ? bh_attempt_rate(model, c, kind) : 0.0;
            if (rate <= 0.0)
                continue;
            /* ln c = ln mu + ln p - ln(1 - p) */
            double p = model->crossings[c].probability[kind];
            branch = times(&all, rate / total, number, 1.0 / mu);
            branch = times(&branch, 1.0, bh_spread_number(tree, BH_NUMBER_PROBABILITY, c, kind), 1.0 / (p * (1.0 - p)));
            attempt(&stepping, state, c, &branch);
        }
    }
    return total;
}

/* d/dmu of mu (1 + sum of p / (1 - p)), and d/dp of mu p / (1 - p) = mu / (1 - p)^2. */
void bh_chain_add_rate_slopes(const struct bh_chain *chain, const struct bh_chain_state *state, double factor,
                              double *slope)
{
    const struct bh_node_model *model = chain->model;
    const struct bh_zone_tree *tree = model->tree;
    for (size_t z = 0; z < tree->zones_count; z++) {
        if (!bh_zone_set_has(&state->live, z))
            continue;
        enum bh_error_kind kind = kind_of(chain, state, z);
        double mu = model->ending[z][kind].rate, by_mu = 1.0;
        for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++) {
            if (!is_unused(state, c))
                continue;
            double p = model->crossings[c].probability[kind];
            by_mu += p / (1.0 - p);
            slope[bh_spread_number(tree, BH_NUMBER_PROBABILITY, c, kind)] += factor * mu / ((1.0 - p) * (1.0 - p));
        }
        slope[bh_spread_number(tree, BH_NUMBER_RATE, z, kind)] += factor * by_mu;
    }
}
