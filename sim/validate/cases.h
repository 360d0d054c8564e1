/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The cases whose answer is known in closed form. */
#pragma once

#include "sim/validate/verdicts.h"

struct bh_run;

/* A scenario under experiments/validate/ and what it must show. */
struct bh_validation_group {
    const char *name; /* of the file, without .yaml */
    const char *title;
    void (*compare)(const struct bh_run *run, struct bh_validation *validation);
};
extern const struct bh_validation_group bh_validation_groups[]; /* ends with a NULL name */
