/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Worlds: one draw of all uncertain numbers of a catalog, those with one cause together. */
#include "models/catalog/worlds.h"

#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/catalog/zone_numbers.h"

#include <math.h>
#include <stddef.h>

const char *const bh_prior_names[] = {"uniform", "triangular", NULL};

/* --- Scales --------------------------------------------------------------------------------------------------------- */

/* A range whose most is this many times its least is drawn by its logarithm. */
static const double decade = 10.0;

enum bh_interval_scale bh_parameter_scale(const struct bh_parameter *parameter)
{
    const bool is_relative = parameter->basis == BH_BASIS_PLATFORMS || parameter->basis == BH_BASIS_TRANSFER;
    if (is_relative && parameter->low > 0.0 && parameter->dimension == BH_DIMENSION_PROBABILITY &&
        parameter->high < 1.0)
        return BH_SCALE_LOGIT;
    if (parameter->low > 0.0 && (is_relative || parameter->high > decade * parameter->low))
        return BH_SCALE_LOGARITHMIC;
    return BH_SCALE_LINEAR;
}

double bh_interval_to_scale(enum bh_interval_scale scale, double value)
{
    switch (scale) {
    case BH_SCALE_LOGARITHMIC:
        return log(value);
    case BH_SCALE_LOGIT:
        return log(value / (1.0 - value));
    case BH_SCALE_LINEAR:
        break;
    }
    return value;
}

double bh_interval_from_scale(enum bh_interval_scale scale, double at)
{
    switch (scale) {
    case BH_SCALE_LOGARITHMIC:
        return exp(at);
    case BH_SCALE_LOGIT:
        return 1.0 / (1.0 + exp(-at));
    case BH_SCALE_LINEAR:
        break;
    }
    return at;
}

/* --- Shares --------------------------------------------------------------------------------------------------------- */

static const struct bh_ending *ending_of(const struct bh_catalog *catalog, const struct bh_parameter *parameter)
{
    for (int zone = 0; zone < BH_ZONE_KINDS; zone++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            const struct bh_ending *ending = &bh_catalog_zones(catalog)[zone].ending[kind];
            if (parameter == &ending->masked || parameter == &ending->signalled || parameter == &ending->silent)
                return ending;
        }
    return NULL;
}

static bool is_there(const struct bh_parameter *parameter)
{
    return parameter->path[0] != '\0';
}

bool bh_parameter_is_uncertain(const struct bh_parameter *parameter)
{
    return parameter->low < parameter->high;
}

bool bh_parameter_is_share(const struct bh_catalog *catalog, const struct bh_parameter *parameter, bool *whole,
                           bool *assumed)
{
    const struct bh_ending *ending = ending_of(catalog, parameter);
    if (ending == NULL)
        return false;
    const struct bh_parameter *const shares[] = {&ending->masked, &ending->signalled, &ending->silent};
    bool all_uncertain = true, all_assumed = true;
    for (size_t i = 0; i < BH_COUNT(shares); i++) {
        all_uncertain = all_uncertain && (!is_there(shares[i]) || bh_parameter_is_uncertain(shares[i]));
        all_assumed = all_assumed && (!is_there(shares[i]) || shares[i]->status == BH_ASSUMED);
    }
    if (whole != NULL)
        *whole = all_uncertain;
    if (assumed != NULL)
        *assumed = all_assumed;
    return true;
}

/* --- Draws ---------------------------------------------------------------------------------------------------------- */

/* Where in [0, 1] a number lies whose value is at `top`: of a triangle F(t) = t^2 / top below it, else
 * 1 - (1 - t)^2 / (1 - top). */
static double place_in(enum bh_prior prior, double share, double top)
{
    switch (prior) {
    case BH_PRIOR_TRIANGULAR:
        return share < top ? sqrt(share * top) : 1.0 - sqrt((1.0 - share) * (1.0 - top));
    case BH_PRIOR_UNIFORM:
        break;
    }
    return share;
}

/* In [0, 1), of the number whose place it takes. */
static double share_of(const struct bh_world *world, const struct bh_parameter *parameter)
{
    while (parameter->drawn_with != NULL)
        parameter = parameter->drawn_with;
    return bh_random_uniform(&world->random, BH_PURPOSE_UNCERTAINTY, bh_identity(parameter->path), world->number, 0);
}

static double draw_between(const struct bh_world *world, double share, enum bh_interval_scale scale, double low,
                           double high, double value)
{
    if (!(low < high))
        return low;
    const double from = bh_interval_to_scale(scale, low), to = bh_interval_to_scale(scale, high);
    const double at = bh_interval_to_scale(scale, fmin(fmax(value, low), high));
    const double drawn =
        bh_interval_from_scale(scale, from + (to - from) * place_in(world->prior, share, (at - from) / (to - from)));
    return fmin(fmax(drawn, low), high);
}

/* Over the part of its range that is left to it. */
static double draw_share(const struct bh_world *world, const struct bh_parameter *parameter, double least, double most)
{
    return draw_between(world, share_of(world, parameter), bh_parameter_scale(parameter), fmax(parameter->low, least),
                        fmin(parameter->high, most), parameter->value);
}

static double share_value(const struct bh_world *world, const struct bh_ending *ending,
                          const struct bh_parameter *parameter)
{
    const struct bh_parameter *masked = &ending->masked, *signalled = &ending->signalled, *silent = &ending->silent;
    double silents = 0.0;
    if (is_there(silent))
        silents = draw_share(world, silent, 1.0 - masked->high - signalled->high, 1.0 - masked->low - signalled->low);
    if (parameter == silent)
        return silents;
    const double signalleds = draw_share(world, signalled, 1.0 - silents - masked->high, 1.0 - silents - masked->low);
    return parameter == signalled ? signalleds : 1.0 - silents - signalleds;
}

double bh_world_value(const struct bh_world *world, const struct bh_parameter *parameter)
{
    const struct bh_ending *ending = ending_of(world->catalog, parameter);
    if (ending != NULL)
        return share_value(world, ending, parameter);
    const struct bh_parameter *other = parameter->tied_to;
    if (other == NULL)
        return draw_between(world, share_of(world, parameter), bh_parameter_scale(parameter), parameter->low,
                            parameter->high, parameter->value);
    const double others = world->is_drawn(world->context, other) ? bh_world_value(world, other) : other->value;
    const double ratio = other->value > 0.0 ? parameter->value / other->value : parameter->ratio_low;
    return others * draw_between(world, share_of(world, parameter), BH_SCALE_LOGARITHMIC, parameter->ratio_low,
                                 parameter->ratio_high, ratio);
}
