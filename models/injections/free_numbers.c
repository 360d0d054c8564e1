/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers the counts are free to move, and how they are set in a node's model. */
#include "models/catalog/parameter.h"
#include "models/catalog/system.h"
#include "models/catalog/zone_numbers.h"
#include "models/injections/parts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* A probability of 1 is another model: such a channel is crossed at once. */
static const double nearly_one = 1.0 - 1e-12;

static struct bh_share_group *find_group(struct bh_free_numbers *free_numbers, const struct bh_zone_numbers *zone,
                                         enum bh_error_kind kind)
{
    kind = bh_shares_kind(zone, kind);
    for (size_t g = 0; g < free_numbers->groups_count; g++)
        if (free_numbers->groups[g].zone == zone && free_numbers->groups[g].kind == kind)
            return &free_numbers->groups[g];
    struct bh_share_group *group = &free_numbers->groups[free_numbers->groups_count++];
    const struct bh_ending *ending = &zone->ending[kind];
    *group = (struct bh_share_group){.zone = zone, .kind = kind, .has_silent = ending->silent.path[0] != '\0'};
    group->is_free = ending->masked.status != BH_SET_BY_SCENARIO && ending->signalled.status != BH_SET_BY_SCENARIO &&
                     ending->silent.status != BH_SET_BY_SCENARIO;
    return group;
}

static void add_channels(struct bh_free_numbers *free_numbers, const struct bh_injection_row *row)
{
    const struct bh_zone_tree *tree = row->model->tree;
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_parameter *probability = bh_channel_probability(tree->channels[c].type, row->kind);
        bool is_known = tree->zones[tree->channels[c].from].template_index != tree->zones[row->origin].template_index ||
                        probability->status != BH_ASSUMED || probability->low <= 0.0 ||
                        probability->low >= probability->high;
        for (size_t i = 0; i < free_numbers->channels_count; i++)
            is_known = is_known || free_numbers->channels[i] == probability;
        if (is_known)
            continue;
        free_numbers->channels = bh_reallocate(free_numbers->channels, free_numbers->channels_count + 1,
                                               sizeof(const struct bh_parameter *));
        free_numbers->channels[free_numbers->channels_count++] = probability;
    }
}

/* Numbers of a group that are free, and components that make them: they sum to 1. */
static size_t numbers_of(const struct bh_share_group *group)
{
    return !group->is_free ? 0 : group->has_silent ? 3 : 2;
}

static size_t components_of(const struct bh_share_group *group)
{
    return group->is_free ? numbers_of(group) - 1 : 0;
}

struct bh_free_numbers bh_free_numbers_of(const struct bh_catalog *catalog, const struct bh_injections *injections)
{
    struct bh_free_numbers free_numbers = {0};
    for (size_t r = 0; r < injections->count; r++) {
        const struct bh_injection_row *row = &injections->rows[r];
        const struct bh_zone *zone = &row->model->tree->zones[row->origin];
        struct bh_share_group *group = find_group(&free_numbers, bh_zone_numbers_of(catalog, zone), row->kind);
        group->trials += row->trials;
        group->masked += row->count[BH_SCOPE_NONE];
        group->silent += row->count[BH_SEEN_SILENT];
        group->failures += row->trials - row->count[BH_SCOPE_NONE] - row->count[BH_SEEN_SILENT];
        group->hangs += row->hangs;
        add_channels(&free_numbers, row);
    }
    for (size_t g = 0; g < free_numbers.groups_count; g++) {
        free_numbers.components += components_of(&free_numbers.groups[g]);
        free_numbers.numbers += numbers_of(&free_numbers.groups[g]);
    }
    free_numbers.components += free_numbers.channels_count;
    free_numbers.numbers += free_numbers.channels_count;
    return free_numbers;
}

/* masked : signalled : silent = e^x : 1 : e^y; a group takes its components, and the rest are returned. */
static const double *take_shares(const struct bh_share_group *group, const double *components, double share[3])
{
    double x = components[0], y = group->has_silent ? components[1] : -INFINITY, most = fmax(0.0, fmax(x, y));
    double masked = exp(x - most), signalled = exp(-most), silent = exp(y - most), sum = masked + signalled + silent;
    share[0] = masked / sum;
    share[1] = signalled / sum;
    share[2] = silent / sum;
    return components + components_of(group);
}

void bh_free_numbers_values(const struct bh_free_numbers *free_numbers, const double *components, double *values)
{
    for (size_t g = 0; g < free_numbers->groups_count; g++) {
        const struct bh_share_group *group = &free_numbers->groups[g];
        double share[3];
        if (group->is_free)
            components = take_shares(group, components, share);
        for (size_t s = 0; s < numbers_of(group); s++)
            *values++ = share[s];
    }
    for (size_t c = 0; c < free_numbers->channels_count; c++) {
        const struct bh_parameter *probability = free_numbers->channels[c];
        double low = log(probability->low), high = log(probability->high);
        *values++ = fmin(exp(low + gsl_cdf_ugaussian_P(*components++) * (high - low)), nearly_one);
    }
}

const struct bh_parameter *bh_free_number_parameter(const struct bh_free_numbers *free_numbers, size_t number)
{
    for (size_t g = 0; g < free_numbers->groups_count; g++) {
        const struct bh_share_group *group = &free_numbers->groups[g];
        size_t count = numbers_of(group);
        const struct bh_ending *ending = &group->zone->ending[group->kind];
        const struct bh_parameter *const own[] = {&ending->masked, &ending->signalled, &ending->silent};
        if (number < count)
            return own[number];
        number -= count;
    }
    return free_numbers->channels[number];
}

/* Jeffreys' Dirichlet; the Jacobian of logarithms of ratios is the product of the shares. A channel's place
 * is uniform, so that its normal quantile is normal. */
double bh_free_numbers_log_prior(const struct bh_free_numbers *free_numbers, const double *components)
{
    double sum = 0.0;
    for (size_t g = 0; g < free_numbers->groups_count; g++) {
        const struct bh_share_group *group = &free_numbers->groups[g];
        double share[3];
        if (group->is_free)
            components = take_shares(group, components, share);
        for (size_t s = 0; s < numbers_of(group); s++)
            sum += bh_jeffreys * log(share[s]);
    }
    for (size_t c = 0; c < free_numbers->channels_count; c++, components++)
        sum -= *components * *components / 2.0;
    return sum;
}

void bh_free_numbers_set(const struct bh_free_numbers *free_numbers, const struct bh_catalog *catalog,
                         const double *values, struct bh_node_model *model)
{
    const struct bh_zone_tree *tree = model->tree;
    for (size_t g = 0; g < free_numbers->groups_count; g++) {
        const struct bh_share_group *group = &free_numbers->groups[g];
        if (!group->is_free)
            continue;
        for (size_t z = 0; z < tree->zones_count; z++)
            for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++) {
                struct bh_copy_ending *ending = &model->ending[z][kind];
                if (bh_zone_numbers_of(catalog, &tree->zones[z]) != group->zone ||
                    bh_shares_kind(group->zone, kind) != group->kind)
                    continue;
                ending->masked = values[0];
                ending->signalled = values[1];
                ending->silent = group->has_silent ? values[2] : 0.0;
            }
        values += numbers_of(group);
    }
    for (size_t c = 0; c < free_numbers->channels_count; c++, values++)
        for (size_t i = 0; i < tree->channels_count; i++)
            for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS; kind++)
                if (bh_channel_probability(tree->channels[i].type, kind) == free_numbers->channels[c])
                    model->crossings[i].probability[kind] = *values;
}
