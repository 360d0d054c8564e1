/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Logs in any form that is read: those of models/logs, and those that sites have of their own. */
#pragma once

#include "models/logs/failure_log.h"
#include "models/logs/reading.h"

#include <stddef.h>

struct bh_error;

/* Guesses the form from the text and reads it; see bh_failure_log_parse. */
struct bh_failure_log *bh_site_log_parse(const char *text, size_t length, const char *name,
                                         const struct bh_log_reading *reading, struct bh_error *err);
