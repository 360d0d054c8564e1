/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Derivatives of the mix of all origins: the chain's own by adjoints, those of the rates by hand, carried to the numbers
 * of the catalog. */
#include "models/containment/sensitivity.h"

#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/memory_rates.h"
#include "models/catalog/system.h"
#include "models/containment/origins.h"
#include "models/spread/numbers.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

static const double least_masses[] = {1e-11, 1e-10, 1e-9, 1e-8};
enum { STATES_MOST = 400000 };

/* Position of a number in the catalog's list; parameters_count if it is not there. */
static size_t number_index(const struct bh_catalog *catalog, const struct bh_parameter *parameter)
{
    size_t i = 0;
    while (i < catalog->parameters_count && catalog->parameters[i] != parameter)
        i++;
    return i;
}

/* One origin with what becomes of its errors. */
struct part {
    double outcome[BH_OUTCOMES];
    bool inside[BH_BOUNDARIES];
    double *slope; /* by number of the catalog: d outcome */
    struct bh_error err;
    double unresolved;
};

struct work {
    const struct bh_stack *stack;
    struct bh_node_model *model;
    struct bh_fault_streams *streams;
    struct bh_origins origins;
    struct part *parts;
    size_t numbers;
    double *rate_slope; /* d rate of origin i by number n, at [i * numbers + n] */
    double *loss_slope; /* d rate of losses by hardware of scope s, at [n * BH_SCOPES + s]: node and system */
};

/* --- From the numbers of a node model to those of the catalog ------------------------------------------------------- */

/* d outcomes / d parameter += factor x d outcomes / d number of the model. */
static void carry(const struct work *work, const double *model_slope, size_t number, double factor,
                  const struct bh_parameter *parameter, double *slope)
{
    size_t to = number_index(work->stack->catalog, parameter);
    if (to == work->numbers)
        return;
    for (int o = 0; o < BH_OUTCOMES; o++)
        slope[to * BH_OUTCOMES + (size_t)o] += factor * model_slope[number * BH_OUTCOMES + (size_t)o];
}

/* As one share grows by 1, the others shrink by 1 in all, in proportion to what they are. */
static void carry_shares(const struct work *work, const double *model_slope, size_t zone, enum bh_error_kind kind,
                         struct bh_ending_numbers ending, double *slope)
{
    const struct bh_parameter *share[] = {ending.masked, ending.signalled, ending.silent};
    for (int moved = 0; moved < 3; moved++) {
        double rest = 0.0;
        for (int other = 0; other < 3; other++)
            rest += other != moved ? share[other]->value : 0.0;
        for (int s = 0; s < 3; s++) {
            double factor = s == moved ? 1.0 : rest > 0.0 ? -share[s]->value / rest : 0.0;
            size_t number = bh_spread_number(work->model->tree, (enum bh_number)(BH_NUMBER_MASKED + s), zone, kind);
            carry(work, model_slope, number, factor, share[moved], slope);
        }
    }
}

/* A rung holds with the product of its parts' probabilities. */
static void carry_mechanisms(const struct work *work, const double *model_slope, size_t zone, double *slope)
{
    const struct bh_ladder *ladder = &work->model->ladder[zone];
    for (size_t r = 0; r < ladder->count; r++)
        for (int part = 0;
             ladder->rung[r].holds > 0.0 && ladder->rung[r].mechanism != NULL && part < BH_MECHANISM_PARTS; part++) {
            const struct bh_parameter *probability = &ladder->rung[r].mechanism->part[part].probability;
            size_t number = bh_spread_number(work->model->tree, BH_NUMBER_HOLDS, zone * BH_RUNGS + r, BH_DATA);
            carry(work, model_slope, number, ladder->rung[r].holds / probability->value, probability, slope);
        }
}

static void carry_all(const struct work *work, const double *model_slope, double *slope)
{
    const struct bh_zone_tree *tree = work->model->tree;
    const struct bh_catalog *catalog = work->stack->catalog;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone_numbers *numbers = bh_zone_numbers_of(catalog, &tree->zones[z]);
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            struct bh_ending_numbers ending = bh_ending_of(numbers, (enum bh_error_kind)kind);
            double lifetime_s = ending.lifetime_s->value; /* mu = 1 / lifetime */
            carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_RATE, z, (enum bh_error_kind)kind),
                  -1.0 / (lifetime_s * lifetime_s), ending.lifetime_s, slope);
            carry_shares(work, model_slope, z, (enum bh_error_kind)kind, ending, slope);
        }
        carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_RESIDUAL, z, BH_DATA), 1.0,
              &catalog->zones[tree->zones[z].kind].residual, slope);
        carry_mechanisms(work, model_slope, z, slope);
    }
    carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_AGAIN, 0, BH_DATA), 1.0, &catalog->errors.again, slope);
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_guard_level *guard = work->model->crossings[c].guard;
        for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
            carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_PROBABILITY, c, kind), 1.0,
                  bh_channel_probability(tree->channels[c].type, kind), slope);
        carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_CORRUPTS, c, BH_DATA), 1.0,
              &tree->channels[c].type->corrupts, slope);
        carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_DEGRADES, c, BH_DATA), 1.0,
              &tree->channels[c].type->degrades, slope);
        if (guard != NULL)
            carry(work, model_slope, bh_spread_number(tree, BH_NUMBER_BLOCKS, c, BH_DATA), 1.0, &guard->blocks, slope);
    }
}

static void follow_part(const struct work *work, size_t i)
{
    struct part *part = &work->parts[i];
    const struct bh_zone_tree *tree = work->model->tree;
    size_t cells = tree->tenants_count * BH_SCOPES;
    struct bh_spread spread = {.loss = bh_allocate(cells, sizeof(double))};
    double *model_slope = bh_allocate(bh_spread_numbers(tree) * BH_OUTCOMES, sizeof *model_slope);
    int status = -1;
    for (size_t m = 0; status != 0 && m < BH_COUNT(least_masses); m++) {
        part->err = (struct bh_error){0};
        memset(spread.loss, 0, cells * sizeof(double));
        status = bh_spread_slopes(work->model, work->origins.entry[i].origin, least_masses[m], STATES_MOST, &spread,
                                  model_slope, &part->err);
    }
    memcpy(part->outcome, spread.extent, sizeof spread.extent);
    memcpy(part->outcome + BH_OUTCOME_BEYOND, spread.beyond, sizeof spread.beyond);
    memcpy(part->inside, spread.inside, sizeof spread.inside);
    part->outcome[BH_OUTCOME_SILENT] = spread.silent;
    part->outcome[BH_OUTCOME_TIME] = spread.time_s;
    part->unresolved = spread.unresolved;
    part->slope = bh_allocate(work->numbers * BH_OUTCOMES, sizeof *part->slope);
    if (status == 0)
        carry_all(work, model_slope, part->slope);
    free(model_slope);
    free(spread.loss);
}

/* --- Rates ---------------------------------------------------------------------------------------------------------- */

static double *rate_slope_of(struct work *work, struct bh_origin origin, const struct bh_parameter *parameter)
{
    size_t number = number_index(work->stack->catalog, parameter), i = 0;
    while (i < work->origins.count && !bh_origins_alike(work->model->tree, &work->origins.entry[i].origin, &origin))
        i++;
    BH_BUG_ASSERT(i < work->origins.count);
    return number < work->numbers ? &work->rate_slope[i * work->numbers + number] : NULL;
}

static void add_slope(struct work *work, struct bh_origin origin, const struct bh_parameter *parameter, double slope)
{
    double *to = parameter != NULL ? rate_slope_of(work, origin, parameter) : NULL;
    if (to != NULL)
        *to += slope;
}

/* Rate of the origin = rate of the stream x share of the zone x share of the kind x share of shared bugs or the rest.
 * The zone's share of all weights is a w_k / sum over kinds of A_k w_k: its derivatives by the weights are those of a
 * quotient. */
static void add_weights(struct work *work, struct bh_origin origin, bool cpu, double of_unit_share)
{
    const struct bh_zone_tree *tree = work->model->tree;
    const struct bh_catalog *catalog = work->stack->catalog;
    double share_of_kind[BH_ZONE_KINDS] = {0.0};
    for (size_t z = 0; z < tree->zones_count; z++) {
        size_t kind = (size_t)(bh_zone_numbers_of(catalog, &tree->zones[z]) - catalog->zones);
        share_of_kind[kind] += cpu ? tree->zones[z].cpu_share : tree->zones[z].memory_share;
    }
    double share = cpu ? tree->zones[origin.zone].cpu_share : tree->zones[origin.zone].memory_share;
    size_t own = (size_t)(bh_zone_numbers_of(catalog, &tree->zones[origin.zone]) - catalog->zones);
    for (size_t kind = 0; kind < BH_ZONE_KINDS; kind++) {
        const struct bh_zone_numbers *numbers = &catalog->zones[kind];
        const struct bh_parameter *weight = cpu ? &numbers->cpu_weight : &numbers->memory_weight;
        if (weight->value > 0.0)
            add_slope(work, origin, weight,
                      of_unit_share * share * ((kind == own) - share_of_kind[kind]) / weight->value);
    }
}

/* Strikes per node for each event of the clock whose rate is a number of the catalog. */
static double per_number(const struct bh_fault_stream *stream)
{
    const struct bh_fault_class *class = stream->hardware;
    bool of_devices = class != NULL && bh_landing_is_of_device(class->landing);
    return stream->rate / stream->carrier_rate * (of_devices ? class->devices.value : 1.0);
}

/* What the rate of a stream owes to the numbers of the memory; nothing for most. */
struct memory_slopes {
    size_t count;
    struct bh_memory_slope slope[BH_MEMORY_NUMBERS];
};

static struct memory_slopes memory_slopes_of(const struct work *work, const struct bh_fault_stream *stream)
{
    struct memory_slopes memory = {.count = 0};
    if (stream->hardware != NULL && stream->hardware->memory_outcome >= 0)
        memory.count = bh_catalog_memory_slopes(work->stack->catalog,
                                                (enum bh_dram_outcome)stream->hardware->memory_outcome, memory.slope);
    return memory;
}

static void add_zone_slopes(struct work *work, const struct bh_fault_stream *stream, const struct memory_slopes *memory,
                            size_t zone, double share)
{
    struct bh_fault_kind kinds[BH_FAULT_KINDS];
    size_t count = bh_fault_kinds(work->model, stream, kinds);
    const struct bh_parameter *flow_number = bh_flow_share_of(&work->stack->catalog->errors, stream->hardware == NULL);
    for (size_t k = 0; k < count; k++)
        for (int shared = 0; shared < 2; shared++) {
            struct bh_origin origin = {zone, kinds[k].kind, shared, bh_fault_ending(stream)};
            double of_kind = kinds[k].share, of_bug = shared ? stream->shared_bug : 1.0 - stream->shared_bug;
            if (shared && stream->shared_bug <= 0.0)
                continue;
            if (origin.ending != BH_ENDING_DRAWN &&
                share * of_kind <= 0.0) /* only those that have a rate are origins */
                continue;
            add_slope(work, origin, stream->rate_number, per_number(stream) * share * of_kind * of_bug);
            for (size_t m = 0; m < memory->count; m++)
                add_slope(work, origin, memory->slope[m].parameter,
                          per_number(stream) * share * of_kind * of_bug * memory->slope[m].slope);
            add_slope(work, origin, stream->instruction_number,
                      stream->rate * share * kinds[k].by_instruction * of_bug);
            if (count == BH_FAULT_KINDS)
                add_slope(work, origin, flow_number, stream->rate * share * kinds[k].by_flow * of_bug);
            add_slope(work, origin, stream->shared_bug_number, stream->rate * share * of_kind * (shared ? 1.0 : -1.0));
            if (stream->hardware != NULL && bh_landing_is_of_device(stream->hardware->landing))
                add_slope(work, origin, &stream->hardware->devices,
                          stream->rate / stream->hardware->devices.value * share * of_kind * of_bug);
            else if (stream->hardware != NULL && bh_landing_kind(stream->hardware->landing) == BH_ZONE_KINDS)
                add_weights(work, origin, stream->hardware->landing == BH_LANDING_CPU, stream->rate * of_kind * of_bug);
        }
}

static void fill_rate_slopes(struct work *work)
{
    const struct bh_zone_tree *tree = work->model->tree;
    work->rate_slope = bh_allocate(work->origins.count * work->numbers + 1, sizeof *work->rate_slope);
    work->loss_slope = bh_allocate(work->numbers * BH_SCOPES, sizeof *work->loss_slope);
    for (size_t s = 0; s < work->streams->count; s++) {
        const struct bh_fault_stream *stream = &work->streams->stream[s];
        struct memory_slopes memory = memory_slopes_of(work, stream);
        if (stream->hardware == NULL) {
            add_zone_slopes(work, stream, &memory, stream->zone, 1.0);
            continue;
        }
        size_t number = number_index(work->stack->catalog, stream->rate_number);
        enum bh_scope lost = bh_fault_class_takes(stream->hardware);
        if (lost != BH_SCOPE_NONE && number < work->numbers)
            work->loss_slope[number * BH_SCOPES + lost] += per_number(stream);
        for (size_t m = 0; m < memory.count && lost != BH_SCOPE_NONE; m++)
            if ((number = number_index(work->stack->catalog, memory.slope[m].parameter)) < work->numbers)
                work->loss_slope[number * BH_SCOPES + lost] += per_number(stream) * memory.slope[m].slope;
        for (size_t z = 0; z < tree->zones_count && lost == BH_SCOPE_NONE; z++)
            add_zone_slopes(work, stream, &memory, z, bh_zone_share(&tree->zones[z], stream->hardware->landing));
    }
}

/* --- The mix -------------------------------------------------------------------------------------------------------- */

/* A mean with weights w_i: M = sum w_i x_i / W. Escape ratios weigh P(beyond) by the errors exposed. */
struct ratio {
    double top, bottom;
};

static double exposed_of(const struct part *part, int boundary)
{
    return part->inside[boundary] ? 1.0 - part->outcome[BH_SCOPE_NONE] - part->unresolved : 0.0;
}

static bool is_escape(int outcome)
{
    return outcome >= BH_OUTCOME_BEYOND && outcome < BH_OUTCOME_SILENT;
}

static struct ratio ratio_of(const struct work *work, int o)
{
    const struct bh_origins *origins = &work->origins;
    struct ratio ratio = {0.0, is_escape(o) ? 0.0 : bh_origins_loss_rate(origins)};
    if (o < BH_SCOPES)
        ratio.top = origins->loss_rate[o];
    for (size_t i = 0; i < work->origins.count; i++) {
        const struct part *part = &work->parts[i];
        double rate = work->origins.entry[i].rate;
        ratio.top += rate * part->outcome[o];
        ratio.bottom += rate * (is_escape(o) ? exposed_of(part, o - BH_OUTCOME_BEYOND) : 1.0);
    }
    return ratio;
}

/* d (top / bottom) = (d top - value d bottom) / bottom */
static double slope_of(const struct work *work, int o, size_t number, double value, double bottom)
{
    const double *loss = &work->loss_slope[number * BH_SCOPES];
    double of_losses = 0.0;
    for (int s = 0; s < BH_SCOPES; s++)
        of_losses += loss[s];
    double sum = is_escape(o) ? 0.0 : -value * of_losses;
    if (o < BH_SCOPES)
        sum += loss[o];
    for (size_t i = 0; i < work->origins.count; i++) {
        const struct part *part = &work->parts[i];
        const double *slope = &part->slope[number * BH_OUTCOMES];
        double rate = work->origins.entry[i].rate, rate_slope = work->rate_slope[i * work->numbers + number];
        bool inside = is_escape(o) && part->inside[o - BH_OUTCOME_BEYOND];
        double weight = is_escape(o) ? exposed_of(part, o - BH_OUTCOME_BEYOND) : 1.0;
        double weight_slope = inside ? -slope[BH_SCOPE_NONE] : 0.0;
        sum += rate_slope * (part->outcome[o] - value * weight) + rate * (slope[o] - value * weight_slope);
    }
    return sum / bottom;
}

static void mix(const struct work *work, struct bh_sensitivity *sensitivity)
{
    for (int o = 0; o < BH_OUTCOMES; o++) {
        struct ratio ratio = ratio_of(work, o);
        sensitivity->value[o] = ratio.bottom > 0.0 ? ratio.top / ratio.bottom : NAN;
        for (size_t n = 0; n < work->numbers && ratio.bottom > 0.0; n++)
            sensitivity->slope[n * BH_OUTCOMES + (size_t)o] = slope_of(work, o, n, sensitivity->value[o], ratio.bottom);
    }
    for (size_t i = 0; i < work->origins.count; i++)
        sensitivity->unresolved = fmax(sensitivity->unresolved, work->parts[i].unresolved);
}

static int open_work(struct work *work, const struct bh_stack *stack, struct bh_error *err)
{
    *work = (struct work){.stack = stack, .numbers = stack->catalog->parameters_count};
    work->model = bh_node_model_create_tailored(stack->catalog, stack->system, stack->policy, stack->tenants,
                                                stack->own, stack->tenants_count, err);
    if (work->model == NULL)
        return -1;
    work->streams = bh_fault_streams_create(stack->catalog, work->model, stack->tenants, stack->faults,
                                            stack->host_kernel, stack->guest_kernel);
    work->origins = bh_origins_of_all_zones(work->model, work->streams);
    work->parts = bh_allocate(work->origins.count, sizeof *work->parts);
    return 0;
}

static void close_work(struct work *work)
{
    for (size_t i = 0; i < work->origins.count; i++)
        free(work->parts[i].slope);
    free(work->parts);
    free(work->rate_slope);
    free(work->loss_slope);
    bh_origins_free(&work->origins);
    bh_fault_streams_destroy(work->streams);
    bh_node_model_destroy(work->model);
}

int bh_sensitivity_of(const struct bh_stack *stack, unsigned threads, struct bh_sensitivity *sensitivity,
                      struct bh_error *err)
{
    struct work work;
    int status = open_work(&work, stack, err);
    *sensitivity = (struct bh_sensitivity){.numbers = stack->catalog->parameters_count};
    sensitivity->slope = bh_allocate(sensitivity->numbers * BH_OUTCOMES, sizeof *sensitivity->slope);
    if (status == 0) {
        int workers = threads > 0 ? (int)threads : omp_get_num_procs();
#pragma omp parallel for num_threads(workers) schedule(dynamic)
        for (size_t i = 0; i < work.origins.count; i++)
            follow_part(&work, i);
        for (size_t i = 0; i < work.origins.count && status == 0; i++)
            if (work.parts[i].err.code != BH_ERROR_NONE)
                status = bh_fail_again(err, &work.parts[i].err);
    }
    if (status == 0) {
        fill_rate_slopes(&work);
        mix(&work, sensitivity);
    }
    close_work(&work);
    return status;
}

void bh_sensitivity_free(struct bh_sensitivity *sensitivity)
{
    free(sensitivity->slope);
    *sensitivity = (struct bh_sensitivity){0};
}
