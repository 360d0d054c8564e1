/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Worlds: one draw of all uncertain numbers of a catalog, those with one cause together. */
#pragma once

#include "models/base/random.h"

#include <stdbool.h>
#include <stdint.h>

struct bh_catalog;
struct bh_parameter;

/* How a number lies in its interval, on the interval's own scale: uniformly, or as a triangle whose top is its value. */
enum bh_prior { BH_PRIOR_UNIFORM, BH_PRIOR_TRIANGULAR };
extern const char *const bh_prior_names[];

/* The scale of an interval: logarithms of odds of a probability, or logarithms of any other number, where it rests on
 * several platforms or a factor; else logarithms where it spans more than a decade; else the number itself. */
enum bh_interval_scale { BH_SCALE_LINEAR, BH_SCALE_LOGARITHMIC, BH_SCALE_LOGIT };
enum bh_interval_scale bh_parameter_scale(const struct bh_parameter *parameter);
double bh_interval_to_scale(enum bh_interval_scale scale, double value);
double bh_interval_from_scale(enum bh_interval_scale scale, double at);

/* Whether it has an interval that is more than a point. */
bool bh_parameter_is_uncertain(const struct bh_parameter *parameter);
/* Whether it is one of the shares masked, signalled and silent of an ending, which sum to 1. *whole says whether all of
 * them are uncertain, *assumed whether all are assumed; either may be NULL. */
bool bh_parameter_is_share(const struct bh_catalog *catalog, const struct bh_parameter *parameter, bool *whole,
                           bool *assumed);

/* World `number`. Of numbers that others are tied to, those drawn are those whose path `is_drawn` says; others keep their
 * value. */
struct bh_world {
    const struct bh_catalog *catalog;
    struct bh_random random;
    uint64_t number;
    enum bh_prior prior;
    bool (*is_drawn)(const void *context, const struct bh_parameter *parameter);
    const void *context;
};

/* The value of an uncertain number in a world. Of shares that sum to 1 the silent ones are drawn over what the ranges of the
 * others leave, then the signalled ones likewise, and the masked ones are the rest. A number that is drawn with another lies
 * where that one does in its own interval; a tied one is the other's value times a drawn ratio. */
double bh_world_value(const struct bh_world *world, const struct bh_parameter *parameter);
