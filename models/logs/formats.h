/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Failure logs as text, in any of the forms that are read. */
#pragma once

#include "models/logs/failure_log.h"
#include "models/logs/reading.h"

#include <stddef.h>

struct bh_error;

enum { BH_FAILURE_LOG_BYTES_MOST = 256 << 20 }; /* of text, uncompressed, that readers take */

/* Reads a log's text, whose form shows in its first lines; `name` stands in messages for the file, and `reading` (NULL:
 * nothing) is what the user says of it. doc/failure-logs.md has the forms. Records that lack a time or a node are left
 * out and counted; a text that is none of the forms, a line with fewer columns than it should have, control characters,
 * and a column of which more than a few in a hundred cannot be read are errors with file and line. */
struct bh_failure_log *bh_failure_log_parse(const char *text, size_t length, const char *name,
                                            const struct bh_log_reading *reading, struct bh_error *err);

/* A time in seconds that stands alone: a number of them, or a date with or without a time of day, "2005-06-21 10:54:30"
 * or "6/21/2005 10:54", months first; without an offset on a clock without time zones. NAN for anything else. */
double bh_failure_log_time(const char *text);

/* The day, where a time looks like seconds since 1970; else seconds. Returns buffer. */
char *bh_failure_log_print_time(double at_s, char *buffer, size_t size);
