/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Weighs the exact spread of single errors over the fault streams of a node. */
#include "models/containment/isolation.h"

#include "models/containment/isolation_chance.h"
#include "models/containment/origins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Negligible mass per state, from exact to coarse: the next is tried when a node is too rich in states for the one
 * before. What was left out is reported as `unresolved`. */
static const double least_masses[] = {1e-13, 1e-11, 1e-9};
enum { STATES_MOST = 50000, MASSES = BH_COUNT(least_masses) };
/* From so many on a chain is often too large. */
enum { CHANNELS_MANY = 100 };

/* Hardware loss, of a node or of all: every tenant loses it, and no boundary was there to stop
 * it. */
static void add_hardware_loss(struct bh_isolation *isolation, const struct bh_origins *origins,
                              double extent_rate[BH_SCOPES])
{
    isolation->error_rate += bh_origins_loss_rate(origins);
    isolation->unchangeable_rate += bh_origins_loss_rate(origins);
    for (size_t s = 0; s < BH_SCOPES; s++) {
        extent_rate[s] += origins->loss_rate[s];
        for (size_t t = 0; t < isolation->tenants_count; t++)
            isolation->loss_rate[t * BH_SCOPES + s] += origins->loss_event_rate[s];
    }
    for (size_t t = 0; t < isolation->tenants_count; t++)
        isolation->repair_rate[t] += origins->repair_rate;
}

/* Sums over origins of rate x probability. */
struct sums {
    double extent[BH_SCOPES];
    double beyond[BH_BOUNDARIES], exposed[BH_BOUNDARIES];
    double stops[BH_STOPS];
};

static char *say_too_large(const struct bh_node_model *model, const struct bh_error *err)
{
    return bh_print_text("%zu channels between %zu zones: %s", model->tree->channels_count, model->tree->zones_count,
                         err->text);
}

static int try_mass(const struct bh_node_model *model, struct bh_origin origin, size_t mass, struct bh_spread *spread,
                    struct bh_error *err)
{
    memset(spread->loss, 0, model->tree->tenants_count * BH_SCOPES * sizeof(double));
    *err = (struct bh_error){0};
    return bh_spread_exact(model, origin, least_masses[mass], STATES_MOST, spread, err);
}

/* Goes on to finer masses until one fails. */
static size_t refine(size_t finest, const struct bh_node_model *model, struct bh_origin origin, size_t mass,
                     struct bh_spread *spread)
{
    size_t size = model->tree->tenants_count * BH_SCOPES * sizeof(double);
    struct bh_spread finer = {.loss = bh_allocate(1, size)};
    struct bh_error ignored;
    while (mass > finest && try_mass(model, origin, mass - 1, &finer, &ignored) == 0) {
        double *loss = spread->loss;
        memcpy(loss, finer.loss, size);
        *spread = finer;
        spread->loss = loss;
        mass--;
    }
    free(finer.loss);
    return mass;
}

/* The finest mass from `finest` on that can be had, whichever is tried first: what leaves less out takes more work and states.
 * *mass is where to begin, and becomes where it ended: the origins of a node are about as hard, and most time goes into what
 * fails. */
static int spread_from(size_t finest, size_t *mass, const struct bh_node_model *model, struct bh_origin origin,
                       struct bh_spread *spread, struct bh_error *err)
{
    const size_t first = *mass;
    struct bh_error last;
    int status;
    while ((status = try_mass(model, origin, *mass, spread, &last)) != 0 && *mass + 1 < MASSES)
        ++*mass;
    if (status != 0)
        return bh_fail_again(err, &last);
    if (*mass == first) /* else the next finer has just failed */
        *mass = refine(finest, model, origin, *mass, spread);
    return 0;
}

int bh_isolation_spread(const struct bh_node_model *model, struct bh_origin origin, struct bh_spread *spread,
                        struct bh_error *err)
{
    size_t mass = 0;
    return spread_from(mass, &mass, model, origin, spread, err);
}

/* Why the chain of some origin is too large, of those that begin in the host's kernel too, or of the others. */
static char *find_too_large(const struct bh_node_model *model, const struct bh_origins *origins, bool also_host_kernel)
{
    struct bh_spread spread = {.loss = bh_allocate(model->tree->tenants_count * BH_SCOPES, sizeof(double))};
    char *why = NULL;
    for (size_t i = 0; i < origins->count && why == NULL; i++) {
        struct bh_error err;
        if (origins->entry[i].origin.also_host_kernel == also_host_kernel &&
            try_mass(model, origins->entry[i].origin, MASSES - 1, &spread, &err) != 0)
            why = say_too_large(model, &err);
    }
    free(spread.loss);
    return why;
}

/* Errors that begin in two zones at once take the most states, so that they are tried first. */
char *bh_isolation_why_not(const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    struct bh_origins origins = bh_origins_of(model, streams);
    char *why = find_too_large(model, &origins, true);
    if (why == NULL)
        why = find_too_large(model, &origins, false);
    bh_origins_free(&origins);
    return why;
}

static void add_origin(const struct bh_zone_tree *tree, struct bh_isolation *isolation,
                       const struct bh_weighted_origin *entry, const struct bh_spread *spread, struct sums *sums)
{
    double unmasked = 0.0;
    for (int s = BH_SCOPE_NONE; s < BH_SCOPES; s++) {
        sums->extent[s] += entry->rate * spread->extent[s];
        unmasked += s != BH_SCOPE_NONE ? spread->extent[s] : 0.0;
    }
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        sums->beyond[b] += entry->rate * spread->beyond[b];
        sums->exposed[b] += spread->inside[b] ? entry->rate * unmasked : 0.0;
    }
    for (int s = 0; s < BH_STOPS; s++)
        sums->stops[s] += entry->rate * spread->stops[s];
    for (size_t c = 0; c < isolation->tenants_count * BH_SCOPES; c++)
        isolation->loss_rate[c] += entry->rate * spread->loss[c];
    for (size_t t = 0; t < isolation->tenants_count && entry->repairs; t++)
        isolation->repair_rate[t] += entry->rate * spread->loss[t * BH_SCOPES + BH_SCOPE_NODE];
    for (size_t t = 0; t < isolation->tenants_count; t++)
        isolation->software_rate[t] += entry->software_rate * spread->loss[t * BH_SCOPES + BH_SCOPE_NODE];
    int owner = tree->zones[entry->origin.zone].enclave;
    for (size_t t = 0; t < isolation->tenants_count; t++)
        isolation->silent_rate[t] += owner < 0 || owner == (int)t ? entry->rate * spread->silent : 0.0;
    isolation->unresolved = fmax(isolation->unresolved, spread->unresolved); /* of those followed exactly */
    isolation->error_rate += entry->rate;
}

/* Once one origin's chain is too large there are no exact numbers of the whole, and the others are not tried. Where that is
 * likely the largest come first, as coarse as may be: a second, where all the others before them take ten. */
static void follow(size_t finest, const struct bh_node_model *model, const struct bh_origins *origins,
                   struct bh_isolation *isolation, struct sums *sums)
{
    struct bh_spread spread = {.loss = bh_allocate(isolation->tenants_count * BH_SCOPES, sizeof(double))};
    size_t mass = finest;
    if (model->tree->channels_count > CHANNELS_MANY)
        isolation->why_not = find_too_large(model, origins, true);
    struct bh_chance *chance = isolation->why_not != NULL ? bh_chance_create(model) : NULL;
    for (size_t i = 0; i < origins->count; i++) {
        struct bh_error err = {0};
        if (chance == NULL && spread_from(finest, &mass, model, origins->entry[i].origin, &spread, &err) != 0) {
            isolation->why_not = say_too_large(model, &err);
            chance = bh_chance_create(model);
        }
        if (chance != NULL)
            bh_chance_spread(chance, origins->entry[i].origin, &spread);
        add_origin(model->tree, isolation, &origins->entry[i], &spread, sums);
    }
    bh_chance_destroy(chance);
    free(spread.loss);
}

static void leave_out(struct bh_isolation *isolation)
{
    isolation->unresolved = NAN;
    for (int s = 0; s < BH_SCOPES; s++)
        isolation->coverage[s] = NAN;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        isolation->escape[b] = NAN;
}

void bh_isolation_add_rates(struct bh_isolation *isolation)
{
    isolation->loss_rate = bh_allocate(isolation->tenants_count * BH_SCOPES, sizeof(double));
    isolation->repair_rate = bh_allocate(isolation->tenants_count, sizeof(double));
    isolation->software_rate = bh_allocate(isolation->tenants_count, sizeof(double));
    isolation->silent_rate = bh_allocate(isolation->tenants_count, sizeof(double));
}

static struct bh_isolation *create(size_t finest, const struct bh_node_model *model,
                                   const struct bh_fault_streams *streams)
{
    struct bh_isolation *isolation = bh_allocate(1, sizeof *isolation);
    struct bh_origins origins = bh_origins_of(model, streams);
    struct sums sums = {{0}, {0}, {0}, {0}};
    isolation->tenants_count = model->tree->tenants_count;
    bh_isolation_add_rates(isolation);
    add_hardware_loss(isolation, &origins, sums.extent);
    follow(finest, model, &origins, isolation, &sums);
    bh_origins_free(&origins);
    double covered = 0.0;
    for (int s = BH_SCOPE_NONE; s < BH_SCOPES; s++) {
        covered += sums.extent[s];
        isolation->coverage[s] = isolation->error_rate > 0.0 ? covered / isolation->error_rate : NAN;
    }
    for (int s = 0; s < BH_STOPS; s++)
        isolation->stops[s] = isolation->error_rate > 0.0 ? sums.stops[s] / isolation->error_rate : NAN;
    if (!model->tree->has_guests)
        isolation->coverage[BH_SCOPE_GUEST] = isolation->coverage[BH_SCOPE_PROCESS];
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        isolation->exposed_rate[b] = sums.exposed[b];
        isolation->escape[b] = sums.exposed[b] > 0.0 ? sums.beyond[b] / sums.exposed[b] : NAN;
    }
    if (isolation->why_not != NULL)
        leave_out(isolation);
    return isolation;
}

struct bh_isolation *bh_isolation_create(const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    return create(0, model, streams);
}

struct bh_isolation *bh_isolation_create_coarse(const struct bh_node_model *model,
                                                const struct bh_fault_streams *streams)
{
    return create(MASSES - 1, model, streams);
}

void bh_isolation_destroy(struct bh_isolation *isolation)
{
    if (isolation == NULL)
        return;
    free(isolation->loss_rate);
    free(isolation->repair_rate);
    free(isolation->software_rate);
    free(isolation->silent_rate);
    free(isolation->why_not);
    free(isolation);
}
