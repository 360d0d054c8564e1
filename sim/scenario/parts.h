/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that resolve a scenario share; nobody else includes it. */
#pragma once

#include "models/document/document.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_catalog_files;
struct bh_enclave_spec;
struct bh_scenario;
struct bh_study;

/* Settings of catalog numbers, in the order in which they are made; a later one of the same path replaces the earlier.
 * Paths are owned; nodes are borrowed, save those in `documents`, which came from the command line. */
struct bh_override {
    char *path; /* without "models." */
    const struct bh_node *node;
    const char *source; /* borrowed; NULL: set by the scenario. Else the number is computed, and this says from what */
};
struct bh_overrides {
    size_t count;
    struct bh_override *list;
    size_t documents_count;
    struct bh_document **documents;
};
void bh_overrides_release(struct bh_overrides *overrides);
/* Fails if the value is no scalar. */
int bh_overrides_add(struct bh_overrides *overrides, const char *path, const struct bh_node *node,
                     struct bh_error *err);
int bh_overrides_add_computed(struct bh_overrides *overrides, const char *path, const struct bh_node *node,
                              const char *source, struct bh_error *err);
/* Adds every entry of a scenario's `models` map, whose keys are dotted paths or nested maps. */
int bh_overrides_add_map(struct bh_overrides *overrides, const struct bh_node *map, struct bh_error *err);
/* The catalog of these files with them made: first each is checked against the number that it replaces, so that messages point
 * at where the value was written. What the scenario defines, and its machine if that is parametric, are part of it. NULL
 * for no overrides. */
struct bh_catalog *bh_overrides_read_catalog(const struct bh_overrides *overrides, const struct bh_scenario *scenario,
                                             struct bh_catalog_files *files, struct bh_error *err);

/* sim/scenario/read_axes.c: reads `vary` and `uncertainty` into the study; makes the settings of one point. */
int bh_axes_read(struct bh_study *study, struct bh_error *err);
void bh_axes_release(struct bh_study *study);
int bh_axes_apply(const struct bh_study *study, const size_t *index, int uncertain, struct bh_document *document,
                  struct bh_overrides *overrides, struct bh_error *err);

/* sim/scenario/read_posterior.c: the same for `uncertainty` with a key `posterior`. */
int bh_posterior_read(struct bh_study *study, const struct bh_node *map, struct bh_error *err);
void bh_posterior_release(struct bh_study *study);

/* The numbers that the uncertainty axis draws are assumed ones, within their ranges. */
int bh_uncertainty_check(const struct bh_study *study, const struct bh_scenario *scenario, struct bh_error *err);

/* sim/scenario/read_workload.c, scenario_faults.c and scenario_policies.c: fill their part of the scenario, whose document
 * and catalog are there. */
int bh_platform_resolve(struct bh_scenario *scenario, const char *data_directory, struct bh_error *err);
int bh_workload_resolve(struct bh_scenario *scenario, struct bh_error *err);
/* sim/scenario/read_enclaves.c: the enclaves and the partitions that they stand on. */
int bh_enclaves_resolve(struct bh_scenario *scenario, const struct bh_node *workload, struct bh_error *err);
/* An enclave's `verification` (sim/scenario/read_verification.c); `node` NULL: none. */
int bh_verification_read(const struct bh_scenario *scenario, const struct bh_node *node,
                         struct bh_enclave_spec *enclave, struct bh_error *err);
/* Verification before every checkpoint needs checkpoints, which are resolved later. */
int bh_verification_check(const struct bh_scenario *scenario, struct bh_error *err);
/* sim/scenario/read_compositions.c: who is composed with whom, once the enclaves are known; what is acceptable. */
int bh_compositions_resolve(struct bh_scenario *scenario, struct bh_error *err);
int bh_acceptance_resolve(struct bh_scenario *scenario, struct bh_error *err);
int bh_checkpoints_resolve(struct bh_scenario *scenario, struct bh_error *err);
int bh_policies_resolve(struct bh_scenario *scenario, struct bh_error *err);
int bh_faults_resolve(struct bh_scenario *scenario, struct bh_error *err);
/* sim/scenario/read_replay.c: `faults: {recorded: ...}`, NULL without; which classes are on is known. */
int bh_replay_resolve(struct bh_scenario *scenario, const struct bh_node *map, struct bh_error *err);
