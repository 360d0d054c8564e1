/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The parts of `bulkhead check`: a resolved scenario told to a person, or to a program. */
#pragma once

#include "command/check/count.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct bh_fault_class;

/* All that there is to tell. */
struct bh_check {
    const struct bh_study *study;
    const size_t *index; /* the point: position on each axis */
    const struct bh_scenario *scenario;
    const struct bh_platform_facts *facts;
    const struct bh_rate_table *rates;
    const struct bh_estimate_point *estimate;
    const struct bh_number_uses *uses;
    bool wants_events; /* --events */
};

/* What is simulated: machine, work, enclaves, checkpoints, faults, axes. */
void bh_check_print_setting(const struct bh_check *check, FILE *stream);
/* The part of it that says what strikes. */
void bh_check_print_faults(const struct bh_scenario *scenario, FILE *stream);
/* The log that is replayed, if any, and how; and what a class has of it. */
void bh_check_print_recorded(const struct bh_scenario *scenario, FILE *stream);
void bh_check_print_recorded_class(const struct bh_fault_class *fault, FILE *stream);
/* What the scenario and things that it defines have from others that they are `like`; nothing where nothing is. */
void bh_check_print_like(const struct bh_check *check, FILE *stream);
json_t *bh_check_like_json(const struct bh_check *check);
/* Expected events, time and memory of a replica and of the whole run. */
void bh_check_print_estimate(const struct bh_check *check, FILE *stream);
json_t *bh_check_estimate_json(const struct bh_check *check);
/* What is seldom meant; nothing where there is nothing of the kind. */
void bh_check_print_remarks(const struct bh_check *check, FILE *stream);
json_t *bh_check_remarks_json(const struct bh_check *check);
/* Which nodes carry which enclaves, and their own guards; nothing when all stand on all nodes. */
void bh_check_print_workload(const struct bh_check *check, FILE *stream);
/* Who is composed with whom, and the guards in between; nothing without compositions. */
void bh_check_print_compositions(const struct bh_check *check, FILE *stream);
/* The zone tree and the channels of each system; dispositions and guards of each policy. */
void bh_check_print_structure(const struct bh_check *check, FILE *stream);
/* By what less than a node is taken down under each line of policies, how surely, and where it fails upward. */
void bh_check_print_mechanisms(const struct bh_check *check, FILE *stream);
json_t *bh_check_json_mechanisms(const struct bh_scenario *scenario, size_t policy);
/* Faults of main memory by mode and outcome; nothing where no fault class takes its rate from there. */
void bh_check_print_memory(const struct bh_check *check, FILE *stream);
json_t *bh_check_memory_json(const struct bh_check *check); /* null likewise */
/* Fault rates by zone and system. */
void bh_check_print_rates(const struct bh_check *check, FILE *stream);
/* Where there are no exact numbers, and why; nothing where there are. */
void bh_check_print_exact(const struct bh_check *check, FILE *stream);
json_t *bh_check_exact_json(const struct bh_check *check);
/* Events a month to expect under each policy, and what they take down. */
void bh_check_print_events(const struct bh_check *check, FILE *stream);
json_t *bh_check_events_json(const struct bh_check *check);
/* How errors multiply under each policy. */
void bh_check_print_reach(const struct bh_check *check, FILE *stream);
json_t *bh_check_reach_json(const struct bh_check *check);
/* The patterns that were chosen for workload.trust, and what they are expected to reach; nothing, and null, without. */
void bh_check_print_trust(const struct bh_check *check, FILE *stream);
json_t *bh_check_trust_json(const struct bh_check *check);
/* Every number that is read with unit, status and range, those that are not, and the sources as footnotes. */
void bh_check_print_numbers(const struct bh_check *check, FILE *stream);
/* The same as one JSON object. */
void bh_check_print_json(const struct bh_check *check, FILE *stream);

/* Columns of what `check` prints. */
enum { BH_CHECK_WIDTH = 112 };
