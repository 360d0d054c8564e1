/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One silent error's course, exactly. */
#pragma once

#include "models/silent/course.h"

extern const char *const bh_return_names[]; /* newest older storage beginning */

/* Fails when a number is out of range, or the job has more than 2^20 checkpoints and verifications. */
int bh_silent_course_check(const struct bh_silent_course *course, struct bh_error *err);

/* Exact: one silent error, equally likely at any time of the work (a single arrival of a Poisson process, given that there
 * is one). The job's checkpoints and verifications cut the work into pieces; within each, which verification finds the
 * error has a geometric distribution, and all else is linear in the time of the error, but the taint, which is
 * integrated. The course must pass the check. */
struct bh_silent_outcome bh_silent_course_exact(const struct bh_silent_course *course);
