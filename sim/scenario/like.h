/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scenarios by name, and scenarios that are like others. */
#pragma once

#include "models/base/error.h"

struct bh_document;

/* The file of a scenario: beside the file `beside` (or NULL), in the working directory, or among Bulkhead's experiments,
 * with or without its ending `.yaml`. Owned by the caller; NULL: there is none. */
char *bh_scenario_find(const char *name, const char *beside, const char *data_directory);

/* Fills a scenario that says `like` from that other one, which may be like a third; and refuses what was written for a later
 * version. Files that the other names are found beside the other. */
int bh_scenario_fill(struct bh_document *document, const char *data_directory, struct bh_error *err);
