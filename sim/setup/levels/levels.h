/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What checkpoint levels differ in: a row each (models/words/checkpoint_levels.h), in a file of its own. */
#pragma once

#include "models/words/checkpoint_levels.h"
#include "models/words/scope.h"

#include <stdbool.h>
#include <stdint.h>

struct bh_parameter;
struct bh_recovery_numbers;

/* What times and losses of an enclave's checkpoints depend on. Rates of loss are per second. */
struct bh_level_setting {
    const struct bh_recovery_numbers *recovery;
    uint64_t nodes;
    double bytes;                /* per node */
    double node_bandwidth;       /* bytes/s that all nodes can send over their links at once, each; INFINITY: any */
    double storage_bandwidth[2]; /* bytes/s that all nodes together can count on: writing, reading */
    double memory_loss_rate;     /* of failures that take a kernel whose memory the enclave's states are in */
    double node_loss_rate;       /* of one node's place being taken by another, or waiting for it */
};

/* What a failure takes of the places that an enclave's states are in. */
struct bh_level_loss {
    enum bh_scope scope; /* PROCESS: its processes alone; GUEST, NODE: a kernel below them; SYSTEM: all nodes reboot */
    bool node_is_gone;   /* with its disks, for good or because a spare has its place */
};

struct bh_level_rule {
    /* A state survives up to this scope, and whether its node may be gone. */
    enum bh_scope survives;
    bool survives_its_node;
    /* The rate of what it does not survive, with so much time from one checkpoint of the level to the next. NULL: 0. */
    double (*loss_rate)(const struct bh_level_setting *setting, double interval_s);
    /* To write a checkpoint of all nodes at once, and to read it, as far as the scenario does not say. */
    double (*write_s)(const struct bh_level_setting *setting);
    double (*read_s)(const struct bh_level_setting *setting);
    /* The number that these times come from; NULL: from the platform alone. */
    const struct bh_parameter *(*bandwidth)(const struct bh_recovery_numbers *recovery);
};

#define BH_DECLARE_LEVEL(row, ...) extern const struct bh_level_rule row;
BH_CHECKPOINT_LEVELS(BH_DECLARE_LEVEL)
#undef BH_DECLARE_LEVEL

const struct bh_level_rule *bh_level_rule(enum bh_level level);

bool bh_level_survives(enum bh_level level, struct bh_level_loss loss);
