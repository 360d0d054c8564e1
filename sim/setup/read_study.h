/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scenario files read, and checked for axes over numbers that nothing reads. */
#pragma once

#include <stddef.h>

struct bh_error;
struct bh_setting;
struct bh_study;

/* As bh_study_parse; an axis that changes no answer is refused, too. */
struct bh_study *bh_study_read(const char *path, const char *data_directory, const struct bh_setting *settings,
                               size_t settings_count, struct bh_error *err);
