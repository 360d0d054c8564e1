/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A place for an output file: a temporary name beside it, and one durable step into place. */
#pragma once

#include "models/base/error.h"

struct bh_results_place;
/* Checks as bh_results_check_path does, follows symbolic links, and makes the empty temporary file. NULL on failure. */
struct bh_results_place *bh_results_place_create(const char *path, struct bh_error *err);
const char *bh_results_place_temporary(const struct bh_results_place *place);
/* Syncs the temporary file, renames it to the path and syncs the folder. 0, or -1 with nothing changed at the path. */
int bh_results_place_commit(struct bh_results_place *place, struct bh_error *err);
/* Removes the temporary file unless it was committed. destroy(NULL) is safe. */
void bh_results_place_destroy(struct bh_results_place *place);

/* Whether results could be written at `path`: its folder exists and is writable, and the path is not a folder, device
 * or other thing that is no file. 0, or -1 with BH_ERROR_INPUT. Nothing is left behind. */
int bh_results_check_path(const char *path, struct bh_error *err);
