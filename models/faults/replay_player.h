/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A recorded log played, fault by fault. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bh_fault;
struct bh_fault_stream;
struct bh_random;

/* The faults of one class in order of time, each a function of seed, replica, log and manner: all classes see the same
 * points to start at and the same nodes follow the same recorded ones, whatever a policy makes of it. Memory is of the
 * order of the recorded nodes, and for BH_REPLAY_APART of the copies or nodes that have had a record; time by record. */
struct bh_replay_player;
struct bh_replay_player *bh_replay_player_create(const struct bh_fault_stream *stream, uint64_t nodes);
void bh_replay_player_destroy(struct bh_replay_player *player);
bool bh_replay_player_next(struct bh_replay_player *player, const struct bh_random *random, struct bh_fault *fault);
