/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain by linear algebra: with Q the jumps between states in which something is live and v the mean number of
 * visits to each, v = e_start + Q^T v; then B = v R are the endings and v tau is the time. Components of states that
 * lead to each other are solved one after the other, so that only what is cyclic takes more than a sum. */
#include "models/spread/linear_solve.h"

#include "models/spread/states.h"
#include "models/spread/walk.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_spblas.h>
#include <gsl/gsl_splinalg.h>
#include <math.h>
#include <stdlib.h>

/* Components of at most so many states are solved by LU decomposition, larger ones by GMRES with restarts. */
enum { DENSE_MOST = 128, KRYLOV = 40, RESTARTS_MOST = 40 };
/* Relative to what flows in: a few times what rounding allows. */
static const double residual_enough = 1e-15;

struct solving {
    struct bh_spread_states states;
    size_t levels;   /* of depth: 1 or BH_DEPTHS */
    double *inflow;  /* [state][level]: what arrives from components before */
    double *visits;  /* [state][level] */
    uint32_t *local; /* a state's place in its component */
    double off;      /* sum of all |residuals|: mass that is missing or too much */
    struct bh_spread *spread;
    const double *ending; /* visits of the state whose endings are collected */
};

/* One component's equations, (I - Q^T) v = inflow: dense with its decomposition, or sparse. */
struct block {
    size_t count;
    gsl_matrix *dense, *decomposed;
    gsl_permutation *permutation;
    gsl_spmatrix *sparse;
    gsl_splinalg_itersolve *solver;
};

static size_t component_size(const struct bh_spread_states *states, size_t component)
{
    return states->first_member[component + 1] - states->first_member[component];
}

static void add_entry(gsl_spmatrix *matrix, size_t row, size_t column, double value)
{
    double *entry = gsl_spmatrix_ptr(matrix, row, column);
    if (entry != NULL)
        *entry += value;
    else
        gsl_spmatrix_set(matrix, row, column, value);
}

/* `deeper`: jumps that go deeper are part of the matrix. */
static struct block open_block(const struct solving *solving, size_t component, bool deeper)
{
    const struct bh_spread_states *states = &solving->states;
    struct block block = {.count = component_size(states, component)};
    gsl_spmatrix *triplets = NULL;
    if (block.count <= DENSE_MOST) {
        block.dense = gsl_matrix_calloc(block.count, block.count);
        gsl_matrix_set_identity(block.dense);
    } else {
        triplets = gsl_spmatrix_alloc(block.count, block.count);
        for (size_t i = 0; i < block.count; i++)
            gsl_spmatrix_set(triplets, i, i, 1.0);
    }
    for (size_t i = 0; i < block.count; i++) {
        uint32_t s = states->member[states->first_member[component] + i];
        for (size_t j = states->first_jump[s]; j < states->first_jump[s + 1]; j++) {
            const struct bh_spread_jump *jump = &states->jump[j];
            if (states->component[jump->to] != component || (jump->deeper && !deeper))
                continue;
            if (triplets != NULL)
                add_entry(triplets, solving->local[jump->to], i, -jump->probability);
            else
                *gsl_matrix_ptr(block.dense, solving->local[jump->to], i) -= jump->probability;
        }
    }
    if (triplets == NULL) {
        int sign;
        block.decomposed = gsl_matrix_alloc(block.count, block.count);
        block.permutation = gsl_permutation_alloc(block.count);
        gsl_matrix_memcpy(block.decomposed, block.dense);
        gsl_linalg_LU_decomp(block.decomposed, block.permutation, &sign);
    } else {
        block.sparse = gsl_spmatrix_compress(triplets, GSL_SPMATRIX_CSR);
        block.solver = gsl_splinalg_itersolve_alloc(gsl_splinalg_itersolve_gmres, block.count,
                                                    block.count < KRYLOV ? block.count : KRYLOV);
        gsl_spmatrix_free(triplets);
    }
    return block;
}

static void close_block(struct block *block)
{
    if (block->dense != NULL) {
        gsl_matrix_free(block->dense);
        gsl_matrix_free(block->decomposed);
        gsl_permutation_free(block->permutation);
    } else {
        gsl_spmatrix_free(block->sparse);
        gsl_splinalg_itersolve_free(block->solver);
    }
}

/* rest = inflow - A visits; returns the sum of what is off. */
static double find_rest(const struct block *block, const gsl_vector *inflow, const gsl_vector *visits, gsl_vector *rest)
{
    gsl_vector_memcpy(rest, inflow);
    if (block->dense != NULL)
        gsl_blas_dgemv(CblasNoTrans, -1.0, block->dense, visits, 1.0, rest);
    else
        gsl_spblas_dgemv(CblasNoTrans, -1.0, block->sparse, visits, 1.0, rest);
    return gsl_blas_dasum(rest);
}

/* Returns the sum of the absolute residuals. As whatever flows in ends once, that bounds the error of all endings. */
static double solve_block(const struct block *block, const gsl_vector *inflow, gsl_vector *visits)
{
    gsl_vector *rest = gsl_vector_alloc(block->count);
    double all = gsl_blas_dasum(inflow);
    gsl_vector_set_zero(visits);
    if (block->dense != NULL)
        gsl_linalg_LU_solve(block->decomposed, block->permutation, inflow, visits);
    for (int i = 0; block->sparse != NULL && i < RESTARTS_MOST; i++) {
        gsl_splinalg_itersolve_iterate(block->sparse, inflow, residual_enough, visits, block->solver);
        if (gsl_splinalg_itersolve_normr(block->solver) <= residual_enough * gsl_blas_dnrm2(inflow))
            break;
    }
    for (size_t i = 0; i < block->count; i++) /* what is rare may come out as a little less than nothing */
        gsl_vector_set(visits, i, fmax(gsl_vector_get(visits, i), 0.0));
    double off = all > 0.0 ? find_rest(block, inflow, visits, rest) : 0.0;
    gsl_vector_free(rest);
    return off;
}

/* What jumps inside the component bring from one level of depth to the next. */
static void add_deeper(const struct solving *solving, size_t component, size_t level, gsl_vector *inflow)
{
    const struct bh_spread_states *states = &solving->states;
    for (size_t m = states->first_member[component]; m < states->first_member[component + 1]; m++) {
        uint32_t s = states->member[m];
        for (size_t j = states->first_jump[s]; j < states->first_jump[s + 1]; j++) {
            const struct bh_spread_jump *jump = &states->jump[j];
            if (jump->deeper && states->component[jump->to] == component)
                *gsl_vector_ptr(inflow, solving->local[jump->to]) +=
                    jump->probability * solving->visits[s * solving->levels + level];
        }
    }
}

static void solve_component(struct solving *solving, size_t component)
{
    const struct bh_spread_states *states = &solving->states;
    size_t count = component_size(states, component), levels = solving->levels;
    const uint32_t *member = states->member + states->first_member[component];
    struct block block = open_block(solving, component, levels == 1);
    gsl_vector *inflow = gsl_vector_alloc(count), *visits = gsl_vector_alloc(count);
    for (size_t level = 0; level < levels; level++) {
        for (size_t i = 0; i < count; i++)
            gsl_vector_set(inflow, i, solving->inflow[member[i] * levels + level]);
        if (level > 0)
            add_deeper(solving, component, level - 1, inflow);
        if (level > 0 && level == levels - 1) { /* the last level is that deep or deeper */
            close_block(&block);
            block = open_block(solving, component, true);
        }
        solving->off += solve_block(&block, inflow, visits);
        for (size_t i = 0; i < count; i++)
            solving->visits[member[i] * levels + level] = gsl_vector_get(visits, i);
    }
    gsl_vector_free(inflow);
    gsl_vector_free(visits);
    close_block(&block);
}

/* Hands on what leaves a component. */
static void pass_on(struct solving *solving, size_t component)
{
    const struct bh_spread_states *states = &solving->states;
    size_t levels = solving->levels;
    for (size_t m = states->first_member[component]; m < states->first_member[component + 1]; m++) {
        uint32_t s = states->member[m];
        for (size_t j = states->first_jump[s]; j < states->first_jump[s + 1]; j++) {
            const struct bh_spread_jump *jump = &states->jump[j];
            if (states->component[jump->to] == component)
                continue;
            for (size_t level = 0; level < levels; level++) {
                size_t to = level + jump->deeper < levels ? level + jump->deeper : levels - 1;
                solving->inflow[jump->to * levels + to] += jump->probability * solving->visits[s * levels + level];
            }
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
        solving->ending = solving->visits + s * solving->levels;
        for (size_t level = 0; level < solving->levels; level++)
            visits += solving->ending[level];
        solving->spread->time_s += visits * states->mean_time_s[s];
        bh_chain_step(&states->chain, &states->state[s], collect_ending, solving);
    }
    double all = 0.0;
    for (int s = 0; s < BH_SCOPES; s++)
        all += solving->spread->extent[s];
    solving->spread->unresolved = solving->off + fabs(1.0 - all); /* the latter by rounding */
}

static void solve(struct solving *solving)
{
    const struct bh_spread_states *states = &solving->states;
    solving->inflow = bh_allocate(states->count * solving->levels, sizeof *solving->inflow);
    solving->visits = bh_allocate(states->count * solving->levels, sizeof *solving->visits);
    solving->local = bh_allocate(states->count, sizeof *solving->local);
    for (size_t c = 0; c < states->components_count; c++)
        for (size_t m = states->first_member[c]; m < states->first_member[c + 1]; m++)
            solving->local[states->member[m]] = (uint32_t)(m - states->first_member[c]);
    solving->inflow[0] = 1.0;
    for (size_t c = 0; c < states->components_count; c++) {
        solve_component(solving, c);
        pass_on(solving, c);
    }
    collect(solving);
    free(solving->inflow);
    free(solving->visits);
    free(solving->local);
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
