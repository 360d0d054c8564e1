/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that keep a store share; nobody else includes it. */
#pragma once

#include "sim/store/manifest.h"
#include "sim/store/store.h"

#include <jansson.h>

struct bh_store_log;

#define BH_RECORD_MAGIC UINT64_C(0x3264726f63655262) /* "bRecord2" */

uint64_t bh_record_check(struct bh_record_head head, const void *payload);
/* Maps a log and finds its valid parts. */
int bh_store_log_map(struct bh_store_log *log, const char *path, struct bh_error *err);
void bh_store_log_unmap(struct bh_store_log *log);

#define BH_MANIFEST_OPTIONS "the options of SimGrid (BH_SIMGRID_OPTIONS)"

/* "DIRECTORY: WHAT changed since the sweep began: it was A, now it is B; ..." with ADVICE behind; the values may be NULL. */
int bh_manifest_fail_changed(const char *directory, const char *what, const json_t *was, const json_t *is,
                             const char *advice, struct bh_error *err);
/* Files that both have and whose bytes differ. One that was moved is no change. */
int bh_manifest_compare_files(const char *directory, json_t *theirs, json_t *mine, struct bh_error *err);

/* manifest_extend.c: an array of the campaign's axes, each value with its identity. A new reference. */
json_t *bh_manifest_axes(const struct bh_campaign *campaign);
/* Whether the campaign, whose manifest is `mine`, has all that `theirs` had, so that what was done stays and only what is new
 * runs. Fails with what stands against it. */
int bh_manifest_check_extension(const char *directory, const struct bh_campaign *campaign, json_t *theirs, json_t *mine,
                                struct bh_error *err);
