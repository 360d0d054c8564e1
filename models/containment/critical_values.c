/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Critical values: how far a number can go before two policies swap places. */
#include "models/containment/critical_values.h"

#include "models/catalog/catalog.h"
#include "models/catalog/memory_rates.h"
#include "models/containment/origins.h"
#include "models/containment/sensitivity.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Coarser than answers are: what is compared are differences of policies, not their last digits. */
static const double least_mass = 1e-8;
enum { STATES_MOST = 100000 };
/* Two that differ by less are level. */
static const double level_apart = 1e-5;
/* Values tried on each side of a number's own, and steps of bisection in the interval found: 2^-24 of it. */
enum { GRID = 4, BISECTIONS = 24 };

/* --- Moving a number ------------------------------------------------------------------------------------------------ */

static struct bh_ending *ending_of(struct bh_catalog *catalog, const struct bh_parameter *parameter)
{
    for (int zone = 0; zone < BH_ZONE_KINDS; zone++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            struct bh_ending *ending = &catalog->zones[zone].ending[kind];
            if (parameter == &ending->masked || parameter == &ending->signalled || parameter == &ending->silent)
                return ending;
        }
    return NULL;
}

static void set(struct bh_moved_number *moved, struct bh_parameter *parameter, double value)
{
    moved->parameter[moved->count] = parameter;
    moved->value[moved->count++] = parameter->value;
    parameter->value = value;
}

struct bh_moved_number bh_number_move(struct bh_catalog *catalog, size_t number, double value)
{
    struct bh_moved_number moved = {.count = 0};
    /* The catalog lists its own numbers, which are as writable as it is. */
    struct bh_parameter *parameter = (struct bh_parameter *)catalog->parameters[number];
    struct bh_ending *ending = ending_of(catalog, parameter);
    double before = parameter->value;
    set(&moved, parameter, value);
    if (strncmp(parameter->path, "memory.", 7) == 0) {
        moved.catalog = catalog;
        bh_catalog_derive_rates(catalog);
    }
    if (ending == NULL || before >= 1.0)
        return moved;
    struct bh_parameter *shares[] = {&ending->masked, &ending->signalled, &ending->silent};
    for (int s = 0; s < 3; s++)
        if (shares[s] != parameter)
            set(&moved, shares[s], shares[s]->value * (1.0 - value) / (1.0 - before));
    return moved;
}

void bh_number_put_back(const struct bh_moved_number *moved)
{
    for (size_t i = 0; i < moved->count; i++)
        moved->parameter[i]->value = moved->value[i];
    if (moved->catalog != NULL)
        bh_catalog_derive_rates(moved->catalog);
}

/* --- One policy ----------------------------------------------------------------------------------------------------- */

struct sums {
    double beyond, exposed;
};

static int follow(const struct bh_node_model *model, const struct bh_weighted_origin *entry, enum bh_boundary boundary,
                  struct sums *sums, struct bh_error *err)
{
    struct bh_spread spread = {.loss = bh_allocate(model->tree->tenants_count * BH_SCOPES, sizeof(double))};
    int status = bh_spread_exact(model, entry->origin, least_mass, STATES_MOST, &spread, err);
    if (spread.inside[boundary])
        *sums = (struct sums){entry->rate * spread.beyond[boundary],
                              entry->rate * (1.0 - spread.extent[BH_SCOPE_NONE] - spread.unresolved)};
    free(spread.loss);
    return status;
}

int bh_stack_escape(const struct bh_stack *stack, enum bh_boundary boundary, unsigned threads, double *escape,
                    struct bh_error *err)
{
    struct bh_node_model *model = bh_node_model_create_tailored(stack->catalog, stack->system, stack->policy,
                                                                stack->tenants, stack->own, stack->tenants_count, err);
    if (model == NULL)
        return -1;
    struct bh_fault_streams *streams = bh_fault_streams_create(stack->catalog, model, stack->tenants, stack->faults,
                                                               stack->host_kernel, stack->guest_kernel);
    struct bh_origins origins = bh_origins_of(model, streams);
    struct sums *parts = bh_allocate(origins.count + 1, sizeof *parts), sum = {0.0, 0.0};
    struct bh_error *errors = bh_allocate(origins.count + 1, sizeof *errors);
    int workers = threads > 0 ? (int)threads : omp_get_num_procs(), status = 0;
#pragma omp parallel for num_threads(workers) schedule(dynamic)
    for (size_t i = 0; i < origins.count; i++)
        follow(model, &origins.entry[i], boundary, &parts[i], &errors[i]);
    for (size_t i = 0; i < origins.count; i++) {
        sum.beyond += parts[i].beyond;
        sum.exposed += parts[i].exposed;
        if (status == 0 && errors[i].code != BH_ERROR_NONE)
            status = bh_fail_again(err, &errors[i]);
    }
    *escape = sum.exposed > 0.0 ? sum.beyond / sum.exposed : NAN;
    free(parts);
    free(errors);
    bh_origins_free(&origins);
    bh_fault_streams_destroy(streams);
    bh_node_model_destroy(model);
    return status;
}

/* --- All policies, one number --------------------------------------------------------------------------------------- */

struct search {
    const struct bh_stack *stacks;
    size_t count;
    struct bh_catalog *catalog;
    enum bh_boundary boundary;
    unsigned threads;
    size_t number;
    const bool *matters; /* of this number, per stack */
    const double *own;
    bool is_logarithmic;
};

static int escapes_at(const struct search *search, double value, double *escape, struct bh_error *err)
{
    struct bh_moved_number moved = bh_number_move(search->catalog, search->number, value);
    int status = 0;
    for (size_t s = 0; s < search->count && status == 0; s++) {
        escape[s] = search->own[s];
        if (search->matters[s])
            status = bh_stack_escape(&search->stacks[s], search->boundary, search->threads, &escape[s], err);
    }
    bh_number_put_back(&moved);
    return status;
}

/* A share of the way from one value to another. */
static double between(const struct search *search, double from, double to, double share)
{
    return search->is_logarithmic ? from * pow(to / from, share) : from + share * (to - from);
}

/* -1: the first lets clearly less escape; 1: more; 0: level. */
static int order(double first, double second)
{
    return first < second * (1.0 - level_apart) ? -1 : second < first * (1.0 - level_apart) ? 1 : 0;
}

/* Bisects to the point where a pair that is in its own order at `near` is so no longer; `far` is beyond it. */
static int bisect(const struct search *search, size_t first, size_t second, double near, double far, double *critical,
                  struct bh_error *err)
{
    size_t pair[] = {first, second};
    struct bh_moved_number moved;
    int status = 0;
    for (int i = 0; i < BISECTIONS && status == 0; i++) {
        double middle = between(search, near, far, 0.5), escape[2];
        moved = bh_number_move(search->catalog, search->number, middle);
        for (int s = 0; s < 2 && status == 0; s++) {
            escape[s] = search->own[pair[s]];
            if (search->matters[pair[s]])
                status = bh_stack_escape(&search->stacks[pair[s]], search->boundary, search->threads, &escape[s], err);
        }
        bh_number_put_back(&moved);
        if (escape[0] < escape[1])
            near = middle;
        else
            far = middle;
    }
    *critical = between(search, near, far, 0.5);
    return status;
}

static double distance(const struct search *search, double value, double own)
{
    return search->is_logarithmic ? fabs(log(value / own)) : fabs(value - own);
}

/* A pair that is in its own order no longer. */
static bool find_turned(const struct search *search, const double *escape, size_t *first, size_t *second)
{
    for (size_t a = 0; a < search->count; a++)
        for (size_t b = 0; b < search->count; b++)
            if ((search->matters[a] || search->matters[b]) && order(search->own[a], search->own[b]) == -1 &&
                order(escape[a], escape[b]) == 1) {
                *first = a;
                *second = b;
                return true;
            }
    return false;
}

/* Goes outward from the number's own value to one end of its range until some pair has turned; then back to where that
 * did, and if another has turned there already, further back. */
static int search_towards(const struct search *search, double end, struct bh_swap *best, struct bh_error *err)
{
    double own = search->catalog->parameters[search->number]->value, near = own, far = own;
    double *escape = bh_allocate(search->count, sizeof *escape);
    size_t first = 0, second = 0;
    int status = 0;
    bool found = false;
    for (int step = 1; step <= GRID && status == 0 && !found && end != own; step++) {
        near = far;
        far = between(search, own, end, (double)step / GRID);
        status = escapes_at(search, far, escape, err);
        found = status == 0 && find_turned(search, escape, &first, &second);
    }
    for (bool turned = found; turned && status == 0; turned = find_turned(search, escape, &first, &second)) {
        struct bh_swap swap = {search->number, first, second, NAN};
        status = bisect(search, first, second, near, far, &swap.critical, err);
        far = swap.critical;
        if (status == 0)
            status = escapes_at(search, far, escape, err);
        if (status == 0 &&
            (isnan(best->critical) || distance(search, far, own) < distance(search, best->critical, own)))
            *best = swap;
    }
    free(escape);
    return status;
}

int bh_swaps_find(const struct bh_stack *stacks, size_t count, struct bh_catalog *catalog, enum bh_boundary boundary,
                  const bool *chosen, const bool *matters, const double *own, unsigned threads, struct bh_swap **swaps,
                  size_t *swaps_count, struct bh_error *err)
{
    int status = 0;
    *swaps = NULL;
    *swaps_count = 0;
    for (size_t n = 0; n < catalog->parameters_count && status == 0; n++) {
        const struct bh_parameter *parameter = catalog->parameters[n];
        struct search search = {stacks, count, catalog, boundary, threads, n, &matters[n * count], own, false};
        struct bh_swap best = {.critical = NAN};
        if (!chosen[n])
            continue;
        search.is_logarithmic = parameter->low > 0.0 && parameter->high > 10.0 * parameter->low;
        status = search_towards(&search, parameter->low, &best, err);
        if (status == 0)
            status = search_towards(&search, parameter->high, &best, err);
        if (status != 0 || isnan(best.critical))
            continue;
        *swaps = bh_reallocate(*swaps, *swaps_count + 1, sizeof **swaps);
        (*swaps)[(*swaps_count)++] = best;
    }
    return status;
}
