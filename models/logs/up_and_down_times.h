/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Up and down times out of a failure log, with what of them was not seen: the log has a beginning and an end. */
#pragma once

#include "models/logs/failure_log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One time. A clock starts with a repair or with service, and runs to the next failure.
 * age_s = 0: seen from the clock's start. age_s > 0: watched from that age on (left-truncated). NAN: watched from a
 * moment long after its start, at an age that nobody knows; then `until_s` counts from that moment (a residual time). */
struct bh_duration {
    double until_s; /* above 0; otherwise the clock's reading at the end */
    double age_s;
    bool ended;   /* by a failure; else watching ended (right-censored) */
    bool between; /* from one failure to the next one, both in the log */
    uint32_t unit;
    double limit_s; /* up to which it could have been seen, where its unit was retired as it failed; else 0 */
};

/* Durations of one unit (node or system) stand together, in order. */
struct bh_sample {
    size_t count;
    struct bh_duration *durations;
    size_t ended;    /* of them */
    size_t units;    /* that were watched, with or without failures */
    size_t zero;     /* times of 0 that were left out: no distribution of times has them with any probability */
    size_t unknown;  /* down times that were not recorded */
    bool is_renewal; /* up times, drawn anew by watching units as long again; else each for itself */
    bool is_lives;   /* units that fail are retired: one time each */
};

/* Which failures count. BH_NO_NAME: all. */
struct bh_sample_rule {
    uint32_t system, node, class, cause;
    bool of_system;     /* one clock per system, from start to start of failures anywhere in it; else one per node */
    bool complete_only; /* only what begins and ends with a failure in the log */
};

/* Whether a failure counts. */
bool bh_sample_takes(const struct bh_failure_log *log, const struct bh_sample_rule *rule, const struct bh_failure *f);

/* Up times. A node's clock runs from the end of one of its failures that count to the start of the next; failures that
 * began before were part of it. Nodes that a log says there are but never names are watched as long as their system. */
struct bh_sample *bh_sample_up_times(const struct bh_failure_log *log, const struct bh_sample_rule *rule);
/* Down times of the failures that count. */
struct bh_sample *bh_sample_down_times(const struct bh_failure_log *log, const struct bh_sample_rule *rule);
/* Copies of values that were all seen to their end. */
struct bh_sample *bh_sample_of(const double *values_s, size_t count);
void bh_sample_destroy(struct bh_sample *sample);
/* Appends a duration; times of 0 are counted and left out. */
void bh_sample_add(struct bh_sample *sample, struct bh_duration duration);
