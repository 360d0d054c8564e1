/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What injections were made with: in the folder's manifest, and in each record. */
#pragma once

#include "lab/study/trial.h"

#include <jansson.h>

/* Adds what names QEMU, kernel and snapshot to a record. */
void bh_lab_manifest_name(json_t *record, const struct bh_snapshot *snapshot);

/* The folder's manifest: study, node, QEMU, kernel, what the snapshot's memory holds, and what the run without fault said. Refuses a
 * folder of another study, of other builds, or of a boot that came out otherwise. */
int bh_lab_manifest_check(const char *folder, const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                          const struct bh_golden *golden, struct bh_error *err);
/* The same, and makes it if there is none. */
int bh_lab_manifest_make(const char *folder, const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                         const struct bh_golden *golden, struct bh_error *err);
