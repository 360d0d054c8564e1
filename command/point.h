/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which point of a scenario is meant, and which of its policies. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>

struct bh_study;
struct bh_scenario;

/* A position on every axis, the first unless one of `points` says another: each is "AXIS=LABEL" and holds an equals sign.
 * The caller frees; NULL with an error if there is no such axis or label. */
size_t *bh_point_choose(const struct bh_study *study, const char *const *points, size_t count, struct bh_error *err);

/* The policy of this name; NULL with an error that begins with the option that named it. */
const struct bh_policy_spec *bh_policy_choose(const struct bh_scenario *scenario, const char *option, const char *name,
                                              struct bh_error *err);
