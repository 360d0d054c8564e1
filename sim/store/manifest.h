/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a store belongs to: the campaign, the scenario, the seed and the models, so that nothing else is mixed in. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"

#define BH_MANIFEST_NAME "sweep.json"

/* How a sweep stands to what its folder holds: it begins, with other shards perhaps; goes on with the same campaign; or
 * goes on with one that has grown. */
enum bh_manifest_mode { BH_MANIFEST_BEGIN, BH_MANIFEST_RESUME, BH_MANIFEST_EXTEND };

/* Puts the manifest into the folder, or compares with the one that is there: fails with BH_ERROR_INPUT and what
 * differs. *was_there tells which. Who goes on must find one; who extends puts the new one in its place, if nothing that was
 * there is lost and no other process is at work in the folder. */
int bh_manifest_publish(const char *directory, const struct bh_campaign *campaign, enum bh_manifest_mode mode,
                        int *was_there, struct bh_error *err);

/* Where the campaign of a store is, and the settings it was read with, for commands that are given the folder alone:
 * reads the campaign. */
struct bh_campaign *bh_manifest_plan(const char *directory, const char *data_directory, struct bh_error *err);
