/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a node's kernels find in memory when they boot. */
#pragma once

#include "lab/node/laboratory.h"
#include "lab/node/node_file.h"

/* Writes the host's initial RAM disk, with guests' in it, into the laboratory's folder; its path, the caller's, into
 * *path. */
int bh_image_make(const struct bh_laboratory *lab, const struct bh_lab_node *node, char **path, struct bh_error *err);
