/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors, from the data they sit in to the end of the job. */
#pragma once

#include "models/silent/course.h"
#include "sim/containment/followed.h"

/* One enclave under one policy whose data can hold silent errors. */
struct bh_contain_course {
    const struct bh_enclave_spec *enclave;
    double rate_per_s; /* silent errors on all nodes; 0: by script alone */
    bool is_verified;  /* else it ends as silent data corruption, and nothing below is filled */
    double interval_s; /* of checkpoints, useful wall-clock time; INFINITY: none */
    struct bh_silent_course course;
    bool has_simulated;
    struct bh_silent_outcome exact, simulated;
};

struct bh_contain_silent_policy {
    const struct bh_policy_spec *spec;
    char *too_large; /* why it could not be resolved; NULL */
    size_t count;
    struct bh_contain_course *courses;
};

struct bh_contain_silent {
    const struct bh_contain *contain;
    bool any_verified;
    uint64_t trials;                           /* 0: exact alone */
    struct bh_contain_silent_policy *policies; /* as many as contain follows */
};

/* Resolves intervals and verifications as `run` does, on the scenario's machine, which is loaded for that, and follows
 * one silent error of each enclave. Without any verification in the scenario the machine is not touched. Adds to the
 * agreement of `contain`. */
struct bh_contain_silent *bh_contain_silent_create(struct bh_contain *contain, struct bh_error *err);
void bh_contain_silent_destroy(struct bh_contain_silent *silent);
