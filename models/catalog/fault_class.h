/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fault classes: what strikes, when, what with it, and for how long. */
#pragma once

#include "models/base/error.h"
#include "models/catalog/parameter.h"
#include "models/times/distribution.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>

/* A distribution of times as a file gives it: what it is in SI, and its numbers with their sources. `{weibull: {shape:
 * ..., scale: ...}}`, and a list of such maps for what has parts: `{hyperexponential: [{weight: ..., mean: ...}, ...]}`,
 * `{piecewise: [{age: ..., hazard: ...}, ...]}`. */
struct bh_timing {
    struct bh_distribution distribution;
    struct bh_parameter a[BH_DISTRIBUTION_PARTS_MOST], b[BH_DISTRIBUTION_PARTS_MOST]; /* as the distribution's */
    struct bh_place place;
};

/* A part of the machine that fails as one: blade, cabinet, power domain, switch (models/data/domains.yaml). Domain d
 * holds the physical nodes from d * nodes on. */
struct bh_domain {
    const char *name;
    const char *description;
    struct bh_parameter nodes; /* rounded to a whole number, at least 1 */
    struct bh_place place;
};

/* Faults that take others with them: with `probability`, each other node of the domain is struck too with probability
 * `reach`, each after an exponential time of mean `within`. Of a class that a domain or the machine carries, all nodes of
 * it with `reach`; then `probability` is 1. */
struct bh_burst {
    bool is_given;
    const struct bh_domain *domain;
    struct bh_parameter probability, reach, within_s;
};

/* Faults that stay: with `probability` a fault strikes its node again and again, at exponential times of mean `every`,
 * until the node is repaired. A node that failed from it more often than `tolerated` is taken out of service, whatever
 * the policy. */
struct bh_recurrence {
    bool is_given;
    struct bh_parameter probability, every_s, tolerated;
};

/* Arrivals that a log records (models/faults/replay.h), of a class with `arrival: recorded`. */
struct bh_replay;
struct bh_recorded_arrivals {
    bool is_given;
    const struct bh_node
        *causes; /* a list of names: the records of these alone; NULL: of all that no other class takes */
    struct bh_place place;
    /* Once a scenario has named the log. Borrowed. */
    const struct bh_replay *replay;
    size_t number;     /* among the classes that replay it */
    double event_rate; /* per second and node: records of the same moment count once, shared by all nodes */
    bool binds_nodes;  /* what strikes one tells when others are struck: they share a piece of the log */
};

struct bh_fault_class {
    const char *name;
    const char *description;
    bool is_off_by_default; /* `default: off`: only scenarios that name it have it */
    /* `signalled: yes`: the hardware tells of it before anything reads it (machine check). The error signals in its zone
     * at once and crosses nothing before. */
    bool is_signalled;
    enum bh_landing landing;
    enum bh_mend mend;
    /* Activated faults per second and carrier: a number of the files where arrivals are exponential (`rate`, or `arrival:
     * {exponential: {rate: ...}}`, which is the same), else 1 / the mean time between them. Or `rate: {from: memory,
     * outcome: ...}`: computed from the memory's numbers, with that outcome; else, or set by a scenario: -1. */
    struct bh_parameter rate;
    int memory_outcome;
    struct bh_timing arrival;    /* time from repair or start to the next fault of this class on the carrier */
    struct bh_parameter devices; /* of a node, each struck at the rate; landing: device-... */
    struct bh_parameter instruction_share; /* of those that land in a zone */
    /* Repair (mend: repair). The first two are numbers of the files where it is lognormal (`repair-median` and
     * `repair-sigma`, the standard deviation of the logarithm, 0: constant; or `repair: {lognormal: {median, sigma}}`).
     * The type of `repair.distribution` is NULL for mend: reboot. */
    struct bh_parameter repair_median_s;
    struct bh_parameter repair_sigma;
    struct bh_timing repair;
    /* Landing: storage: P(an enclave that needs storage fails at once), where others wait. */
    struct bh_parameter fails_jobs;
    enum bh_carrier carrier;
    const struct bh_domain *carrier_domain; /* BH_CARRIER_DOMAIN */
    struct bh_burst burst;
    struct bh_recurrence recurrence;
    /* If given, `rate` and `arrival` are those of the log on the scenario's machine, and `repair` may be absent (type
     * NULL): a record's own down time. */
    struct bh_recorded_arrivals recorded;
};

/* Faults per second and carrier, of all its devices together. */
static inline double bh_fault_class_rate(const struct bh_fault_class *class)
{
    return class->rate.value * (bh_landing_is_of_device(class->landing) ? class->devices.value : 1.0);
}
