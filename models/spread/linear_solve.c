/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain by linear algebra: with Q the jumps between states in which something is live and v the mean number of
 * visits to each, v = e_start + Q^T v; then B = v R are the endings and v tau is the time. No attempt is made twice, so that
 * a state leads back to itself at most, where a kernel goes on after a failure: in order of the states, v is a sum over
 * those before, divided by 1 - q for what comes back with q. */
#include "models/spread/linear_solve.h"

#include "models/spread/states.h"
#include "models/spread/walk.h"

#include <math.h>
#include <stdlib.h>

struct solving {
    struct bh_spread_states states;
    size_t levels;  /* of depth: 1 or BH_DEPTHS */
    double *inflow; /* [state][level]: what arrives from states before; then the visits */
    struct bh_spread *spread;
    const double *ending; /* visits of the state whose endings are collected */
};

static void solve_state(struct solving *solving, uint32_t s)
{
    const struct bh_spread_states *states = &solving->states;
    size_t levels = solving->levels;
    double *visits = &solving->inflow[s * levels], back = 0.0;
    for (size_t j = states->first_jump[s]; j < states->first_jump[s + 1]; j++)
        if (states->jump[j].to == s)
            back += states->jump[j].probability; /* a copy that goes on is no deeper */
    for (size_t level = 0; level < levels; level++)
        visits[level] /= 1.0 - back;
    for (size_t j = states->first_jump[s]; j < states->first_jump[s + 1]; j++) {
        const struct bh_spread_jump *jump = &states->jump[j];
        for (size_t level = 0; jump->to != s && level < levels; level++) {
            size_t to = level + jump->deeper < levels ? level + jump->deeper : levels - 1;
            solving->inflow[jump->to * levels + to] += jump->probability * visits[level];
        }
    }
}

static void collect_ending(void *context, const struct bh_chain_state *next, const struct bh_branch *branch)
{
    struct solving *solving = context;
    double visits = 0.0;
    if (!bh_zone_set_is_empty(&next->live))
        return;
    for (size_t level = 0; level < solving->levels; level++) {
        size_t depth = level + next->deeper < BH_DEPTHS ? level + next->deeper : BH_DEPTHS - 1;
        visits += solving->ending[level];
        solving->spread->depth[depth] += solving->ending[level] * branch->probability;
    }
    bh_spread_absorb(&solving->states.chain, next, visits * branch->probability, solving->spread);
}

static void collect(struct solving *solving)
{
    const struct bh_spread_states *states = &solving->states;
    for (size_t s = 0; s < states->count; s++) {
        double visits = 0.0;
        solving->ending = solving->inflow + s * solving->levels;
        for (size_t level = 0; level < solving->levels; level++)
            visits += solving->ending[level];
        solving->spread->time_s += visits * states->mean_time_s[s];
        bh_chain_step(&states->chain, &states->state[s], collect_ending, solving);
    }
    double all = 0.0;
    for (int s = 0; s < BH_SCOPES; s++)
        all += solving->spread->extent[s];
    solving->spread->unresolved = fabs(1.0 - all); /* by rounding */
}

static void solve(struct solving *solving)
{
    const struct bh_spread_states *states = &solving->states;
    solving->inflow = bh_allocate(states->count * solving->levels, sizeof *solving->inflow);
    solving->inflow[0] = 1.0;
    for (size_t i = 0; i < states->count; i++)
        solve_state(solving, states->order[i]);
    collect(solving);
    free(solving->inflow);
}

int bh_spread_solve(const struct bh_node_model *model, struct bh_origin origin, bool tracks_depth, size_t most_states,
                    struct bh_spread *spread, struct bh_error *err)
{
    struct solving solving = {.levels = tracks_depth ? BH_DEPTHS : 1, .spread = spread};
    *spread = (struct bh_spread){.loss = spread->loss};
    int status = bh_spread_states_find(&solving.states, model, &origin, tracks_depth, most_states, err);
    if (status == 0)
        solve(&solving);
    bh_spread_states_free(&solving.states);
    return status;
}
