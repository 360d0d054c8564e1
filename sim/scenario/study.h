/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scenario files read into studies, and their points resolved. */
#pragma once

#include <stddef.h>

struct bh_enclave_spec;
struct bh_error;
struct bh_platform_facts;
struct bh_scenario;
struct bh_setting;
struct bh_study;

/* Reads and checks a scenario file, or the experiment of Bulkhead's of that name, all but whether its axes change anything (sim/setup/read_study.h). `data_directory` is where models/data was found. Settings are made in this order,
 * later ones win: the file, the values of the axes, the value of the uncertainty axis, `settings`. A setting of a path
 * that an axis sets is an error; settings below `vary` and `uncertainty` change the axes themselves. Every value of
 * every axis is resolved once, so that what is wrong shows before anything runs. Fails with BH_ERROR_INPUT and
 * file:line:column. */
struct bh_study *bh_study_parse(const char *path, const char *data_directory, const struct bh_setting *settings,
                                size_t settings_count, struct bh_error *err);
void bh_study_destroy(struct bh_study *study);

/* Number of points of the product (without uncertainty). */
size_t bh_study_points(const struct bh_study *study);
/* Position on each axis of point number `point`; the last axis varies fastest. `index` has axes_count entries. */
void bh_study_index(const struct bh_study *study, size_t point, size_t *index);

/* Resolves one point; `uncertain` is the position on the uncertainty axis or -1. The caller destroys the scenario, before
 * the study. */
struct bh_scenario *bh_study_resolve(const struct bh_study *study, const size_t *index, int uncertain,
                                     struct bh_error *err);
void bh_scenario_destroy(struct bh_scenario *scenario);

/* What only the loaded platform can tell: that it has the nodes and spares asked for, and a storage host if checkpoints
 * go to one. Fails with the place of the key that asks for them. */
int bh_scenario_check_platform(const struct bh_scenario *scenario, const struct bh_platform_facts *facts,
                               struct bh_error *err);

/* Processes of an enclave, on all its nodes. */
double bh_scenario_processes(const struct bh_scenario *scenario, const struct bh_enclave_spec *enclave);
