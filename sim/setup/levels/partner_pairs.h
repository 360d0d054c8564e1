/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which checkpoints held by pairs of nodes are gone: only nodes that were lost are known here, so a loss costs the same
 * on any number of nodes. */
#pragma once

#include <stdint.h>

/* Node i of an enclave keeps its own state, and so does node (i + distance) mod nodes. */
struct bh_lost_node;
struct bh_partners {
    uint64_t nodes, distance;
    uint64_t number; /* losses so far */
    struct bh_lost_node *lost;
};

/* `share` of the nodes is the distance, rounded, at least 1 and less than all. With one node there is no partner, and no
 * checkpoint to ask about. */
struct bh_partners bh_partners_of(uint64_t nodes, double share);
void bh_partners_clear(struct bh_partners *partners);

/* What a checkpoint that is complete now is known by below; grows with the losses. */
uint64_t bh_partners_mark(const struct bh_partners *partners);

/* Node `node` is lost with all that it held. Checkpoints whose mark is below the answer are gone: the node that holds
 * the other copy of its state, or whose other copy it held, was lost after them too. 0: none. */
uint64_t bh_partners_lose(struct bh_partners *partners, uint64_t node);

/* No checkpoint with a lower mark than this will be asked about any more. */
void bh_partners_forget(struct bh_partners *partners, uint64_t mark);

/* The rate at which both nodes of some pair are lost within one interval, per second: pairs (1 - e^(-r T))^2 / T for a
 * rate r of losing one node and intervals of T between checkpoints. */
double bh_partners_loss_rate(const struct bh_partners *partners, double node_rate, double interval_s);
