/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A node that has booted, kept in a folder: what a machine is restored from in a tenth of a second. */
#pragma once

#include "lab/node/laboratory.h"
#include "lab/node/node_file.h"

#include <stdint.h>

/* What the enclaves of a node do; from the study's file. */
struct bh_lab_work {
    const char *workload; /* by name: lab/inside/workload.c */
    uint64_t steps;
};

struct bh_snapshot {
    const struct bh_laboratory *lab; /* borrowed, as is the node */
    const struct bh_lab_node *node;
    char *folder; /* FOLDER/snapshots/NAME-IDENTITY */
    char *command_line, *disk;
    uint64_t identity; /* of all that it depends on */
    uint64_t memory;   /* of what its memory holds: equal boots are equal where they were tried, on one machine */
};

/* Finds the snapshot of this node with this work, or boots it (`tell`, which may be NULL, is told so before) and keeps it.
 * Refuses where there is no room for its memory. */
int bh_snapshot_open(struct bh_snapshot *snapshot, const struct bh_laboratory *lab, const struct bh_lab_node *node,
                     const struct bh_lab_work *work, void (*tell)(const char *text), struct bh_error *err);
void bh_snapshot_free(struct bh_snapshot *snapshot);
