/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units: text to SI and back. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>

/* What a number measures; it decides the units accepted and the range allowed. All values are finite. */
enum bh_dimension {
    BH_DIMENSION_TIME,        /* seconds, >= 0: ns us ms s min h d week year (365.25 d) */
    BH_DIMENSION_RATE,        /* per second, >= 0: 1/s 1/min 1/h 1/d 1/year FIT (per 1e9 h) */
    BH_DIMENSION_BYTES,       /* bytes, >= 0: B kB MB GB TB PB EB KiB MiB GiB TiB PiB EiB */
    BH_DIMENSION_BANDWIDTH,   /* bytes per second, >= 0: B/s kB/s ... EB/s KiB/s ... EiB/s */
    BH_DIMENSION_SPEED,       /* operations per second, >= 0: flop/s Mflop/s Gflop/s Tflop/s Pflop/s Eflop/s */
    BH_DIMENSION_PROBABILITY, /* 0 to 1: no unit, or % */
    BH_DIMENSION_FRACTION,    /* any sign, > -1: no unit, or %: slowdowns, which may be negative */
    BH_DIMENSION_FACTOR,      /* >= 0: no unit: multiples, weights, exponents, counts that may be fractional */
};

/* SI value of `text` ("24 h", "-3 %", "1e-6"). `unit` (may be NULL) is used when the text carries none, as in
 * {value: 5, unit: s}; a text and a unit that both name one must agree. A number without unit is accepted only for
 * the last three dimensions, and 0 for all. Returns -1 with a text that says what was found and what was expected
 * (without place: callers that know it use bh_fail_at). */
int bh_quantity_parse(const char *text, const char *unit, enum bh_dimension dimension, double *value,
                      struct bh_error *err);

/* A value as a person reads it: "1.5 h", "16 GiB", "2.1e-3"; returns buffer. */
char *bh_quantity_print(double value, enum bh_dimension dimension, char *buffer, size_t size);

/* "time", "rate", ...; and the SI unit: "s", "1/s", "B", "B/s", "flop/s", "1". */
const char *bh_dimension_name(enum bh_dimension dimension);
const char *bh_dimension_noun(enum bh_dimension dimension); /* "a time", "a rate", ... */
const char *bh_dimension_unit(enum bh_dimension dimension);
/* The units that it is written in, at most `room` of them; returns how many. */
size_t bh_dimension_units(enum bh_dimension dimension, const char **units, size_t room);
/* Lower and upper limit of the dimension's values. */
double bh_dimension_least(enum bh_dimension dimension);
double bh_dimension_most(enum bh_dimension dimension);
