/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which node stands in which slot, what is down, and the warm spares. Nodes exist here only once something happened to
 * them. */
#pragma once

#include "models/node/zone_tree.h"
#include "sim/platform/partition.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_slot;
struct bh_machine;

/* What became of nodes and spares up to a time, in node-seconds but for the last. All nodes are alike, so at any time the
 * nodes in repair, and those that reboot while a spare stands in for them, are as many as the spares not at hand and the
 * slots without a node together. */
struct bh_machine_use {
    double until_s;
    double in_repair_s;
    double rebooting_s;     /* of nodes that reboot out of their place; they come back as spares */
    double spares_in_use_s; /* spares not at hand: they stand in for others, or are in repair themselves */
    double waiting_s;       /* of slots that wait for a node */
    double exhausted_s;     /* seconds without a spare at hand */
};

/* Where a physical node is. */
enum bh_post { BH_POST_IN_SLOT, BH_POST_SPARE, BH_POST_IN_REPAIR, BH_POST_REBOOTING };

/* One slot per node of the partitions; trees[c] is that of class c's nodes. Physical nodes start in the slots of the
 * same number, the next `spares` as warm spares for all. Enclaves are called by number, as the partitions do. What is
 * given is borrowed, save the list of trees. */
struct bh_machine *bh_machine_create(const struct bh_partitions *partitions, const struct bh_zone_tree *const *trees,
                                     uint64_t spares);
void bh_machine_destroy(struct bh_machine *machine);

/* Physical nodes, spares included. */
uint64_t bh_machine_nodes(const struct bh_machine *machine);
/* Where physical node `node` is, and its slot when it is in one. */
enum bh_post bh_machine_find(const struct bh_machine *machine, uint64_t node, uint64_t *slot);

/* Adds what passed until now; to be called before a node is lost or comes back, and at the end. */
void bh_machine_pass(struct bh_machine *machine, double now_s);
struct bh_machine_use bh_machine_use(const struct bh_machine *machine);

/* The physical node in a slot that is not waiting for one. */
uint64_t bh_machine_node_in(const struct bh_machine *machine, uint64_t slot);

/* Whether a zone of a slot is up at a time. Application processes are up with their guest; whether the application
 * runs is the enclave's affair. */
bool bh_machine_is_up(const struct bh_machine *machine, uint64_t slot, size_t zone, double now_s);

/* Takes zones of a slot down: `failed` as the disposition says. The host kernel is back at node_ready_s, guests
 * guest_boot_s after their node or, if only they failed, at guest_ready_s. */
void bh_machine_fail(struct bh_machine *machine, uint64_t slot, const struct bh_zone_set *failed, double node_ready_s,
                     double guest_ready_s, double guest_boot_s);

/* The node in a slot has been failed and is mended there: until then what is waited for is repair, not its boot. */
void bh_machine_repair_in_place(struct bh_machine *machine, uint64_t slot, double repaired_s);

/* Takes zones of a slot down alone, until they are up at ready_s; or their node comes anew before. */
void bh_machine_fail_zones(struct bh_machine *machine, uint64_t slot, const struct bh_zone_set *failed, double ready_s);

/* The slot's node leaves for repair. A warm spare takes its place, ready at spare_ready_s; without one the slot waits.
 * The caller has failed the slot's zones before and arranges for bh_machine_returned. */
void bh_machine_lose_node(struct bh_machine *machine, uint64_t slot, double spare_ready_s, double guest_boot_s);
/* The slot's node has crashed and reboots elsewhere: a warm spare takes its place, ready at spare_ready_s. Returns false, and
 * does nothing, without one at hand. The caller arranges for bh_machine_returned. */
bool bh_machine_replace_crashed(struct bh_machine *machine, uint64_t slot, double spare_ready_s, double guest_boot_s);
/* An idle spare breaks, or crashes and reboots. */
void bh_machine_lose_spare(struct bh_machine *machine, uint64_t node, bool reboots);
/* The slot that has waited longest for a node; false if none waits. */
bool bh_machine_next_waiting(const struct bh_machine *machine, uint64_t *slot);
/* A node comes back from repair or from its reboot: it goes to the slot that has waited longest, ready at ready_s, or among the spares.
 * Returns whether a slot took it. */
bool bh_machine_returned(struct bh_machine *machine, uint64_t node, double ready_s, double guest_boot_s);

/* Everything an enclave has on a slot of its partition is ready from this time on; INFINITY while the slot waits for a
 * node. */
double bh_machine_slot_ready_s(const struct bh_machine *machine, uint64_t slot, int enclave);
/* The slot's node is up from this time on, guests not counted, of which the slowest boots so long; likewise. */
double bh_machine_slot_node_s(const struct bh_machine *machine, uint64_t slot, double guest_boot_s);
/* The part of that wait that is for hardware: repair or the activation of a spare. */
double bh_machine_slot_hardware_s(const struct bh_machine *machine, uint64_t slot);

/* The latest of both over all slots of the enclave's partition that are not ready at now_s. */
void bh_machine_ready_s(struct bh_machine *machine, int enclave, double now_s, double *ready_s, double *hardware_s);

/* The whole machine is down until ready_s, and until hardware_s of it for repair. */
void bh_machine_lose_everywhere(struct bh_machine *machine, double hardware_s, double ready_s);
/* The whole machine, or one enclave's guests everywhere (enclave >= 0), is down until ready_s. */
void bh_machine_fail_everywhere(struct bh_machine *machine, int enclave, double ready_s);
