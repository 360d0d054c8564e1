/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which part of a campaign a shard does: given on the command line, or known from what launched the process. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/campaign.h"

#include <stddef.h>
#include <stdint.h>

/* Shard `index` of `count`, from 0. */
struct bh_share {
    size_t index, count;
};

/* "3/7" is the shard 3 of 0 to 6. */
int bh_share_parse(const char *text, struct bh_share *share, struct bh_error *err);
/* From the environment of srun, a Slurm array, mpirun (Open MPI, or any that speaks PMI), PBS, LSF or Grid Engine; a
 * whole campaign, 0 of 1, without any. *from says of which ("" for none). Fails when the launcher tells an index but
 * not of how many. */
int bh_share_find(struct bh_share *share, const char **from, struct bh_error *err);

/* Part of the campaign: owner[i] is the shard of piece i, by cost so that all end together (the longest first, each to
 * the shard with the least to do). With few points a piece is a chunk of replicas, else a point. */
struct bh_pieces {
    uint64_t per_point; /* pieces of a point */
    uint64_t replicas;  /* of a piece; the last may have fewer */
    size_t *owner;      /* [point * per_point + piece] */
};
void bh_pieces_create(struct bh_pieces *pieces, const struct bh_campaign *campaign, size_t shards);
void bh_pieces_release(struct bh_pieces *pieces);
