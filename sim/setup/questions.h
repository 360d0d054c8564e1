/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What rooms above ask of a setup without knowing how it is made. */
#pragma once

#include <stdbool.h>

struct bh_node_setup;
struct bh_partition;
struct bh_recovery_numbers;
struct bh_scenario;
struct bh_setup;
struct bh_zone_tree;

/* The scenario's numbers of recovery. */
const struct bh_recovery_numbers *bh_setup_recovery(const struct bh_setup *setup);
/* Whether a spare that is at hand takes the place of a node that crashes: it may, and is ready before the reboot is; or, of a
 * node that is away for so long, before that. */
bool bh_spares_serve_reboots(const struct bh_scenario *scenario);
bool bh_spares_serve_crashes(const struct bh_scenario *scenario, double away_s);
/* Mean time that a node is away which is not gone for good, of which software took down a share: a reboot mends what hardware
 * took down, people may have to mend what software did. Where spares stand in for such nodes, as if there were always one. */
double bh_spares_away_s(const struct bh_scenario *scenario, double by_software);
/* What the nodes of a partition have, and the tree of their zones. */
const struct bh_node_setup *bh_setup_node(const struct bh_setup *setup, const struct bh_partition *partition);
const struct bh_zone_tree *bh_setup_tree(const struct bh_setup *setup, const struct bh_partition *partition);
