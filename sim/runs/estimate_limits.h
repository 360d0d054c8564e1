/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scenarios that ask for more than anybody waits for are refused. */
#pragma once

#include <stddef.h>

struct bh_error;
struct bh_estimate_point;
struct bh_scenario;
struct bh_study;

/* Fails with BH_ERROR_INPUT, the number and what it comes from, if a replica has more events than anybody waits for, or
 * the memory of this machine does not hold it. */
int bh_estimate_check(const struct bh_scenario *scenario, const struct bh_estimate_point *point, struct bh_error *err);
/* The same for a whole run, whose results are kept in memory, if all its points are like this one. */
int bh_estimate_check_run(const struct bh_study *study, const struct bh_scenario *scenario,
                          const struct bh_estimate_point *point, struct bh_error *err);
/* The same for the number of simulations that `file` asks for. */
int bh_estimate_check_simulations(const char *file, double points, double policies, double replicas,
                                  struct bh_error *err);
/* Points of a study, those of its uncertainty axis included. */
double bh_estimate_points(const struct bh_study *study);
/* Events of a replica beyond which bh_estimate_check refuses it. */
#define BH_ESTIMATE_EVENTS_MOST 1e9
/* Wall-clock seconds per second of native work beyond which it does. */
#define BH_ESTIMATE_PACE_MOST 1e6

/* "1.2e+06", "85": a count to three digits; and "12 GB", "3.4 ms" go by bh_quantity_print. Returns buffer. */
char *bh_estimate_count(double count, char *buffer, size_t size);
