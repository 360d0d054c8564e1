/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which point of a scenario is meant. */
#ifndef BH_COMMAND_POINT_H
#define BH_COMMAND_POINT_H

#include "models/base/error.h"
#include "sim/scenario.h"

#include <stddef.h>

/* Sets one axis' position from "AXIS=LABEL", which holds an equals sign. */
int bh_point_choose(const struct bh_study *study, const char *text, size_t *index, struct bh_error *err);

#endif
