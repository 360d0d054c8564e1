/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Taint: how many ranks of a parallel application hold wrong data some steps after one of them was struck. */
#pragma once

#include "models/base/error.h"
#include "models/base/random.h"

#include <stdint.h>

enum { BH_HALO_DIMENSIONS_MOST = 3 };
#define BH_TAINT_RANKS_MOST (UINT64_C(1) << 40)

/* Whom ranks talk to: their neighbours on a grid with periodic boundaries, or partners drawn at random. */
enum bh_communication { BH_COMMUNICATION_HALO = 0, BH_COMMUNICATION_RANDOM };

/* A plain value: copy it, nothing to free. Fill it with one of the two functions below. */
struct bh_taint {
    uint64_t ranks;
    enum bh_communication communication;
    unsigned dimensions;                      /* of the halo; 0: ranks exchange no halo */
    uint64_t extent[BH_HALO_DIMENSIONS_MOST]; /* of the process grid, largest first; 1 where there is no dimension */
    double contacts_per_step;                 /* of one rank with random partners; 0 with a halo */
    double collectives_per_step;              /* 0: none; 0.1: at every tenth step */
    double stays;                             /* P(no message ever carries the error out of its rank); 0 at first */
};

/* Splits `ranks` into a grid of `dimensions` extents, largest first, unused ones 1: as close to each other as possible, as
 * MPI_Dims_create does, that is with the least difference of the largest and the smallest. */
void bh_process_grid(uint64_t ranks, unsigned dimensions, uint64_t extent[BH_HALO_DIMENSIONS_MOST]);

/* Fail on numbers out of range: ranks 1 to 2^40, dimensions 0 to 3, rates finite and not negative. */
int bh_taint_halo(struct bh_taint *taint, uint64_t ranks, unsigned dimensions, double collectives_per_step,
                  struct bh_error *err);
int bh_taint_random(struct bh_taint *taint, uint64_t ranks, double contacts_per_step, double collectives_per_step,
                    struct bh_error *err);

/* Ranks within `steps` hops of one rank: sites of the torus at that distance or less, faces only (von Neumann's
 * neighbourhood), exact for any extents: 2k + 1, 2k^2 + 2k + 1 and (4k^3 + 6k^2 + 8k + 3)/3 until it meets itself. */
double bh_taint_lattice(const struct bh_taint *taint, uint64_t steps);

/* Mean number of tainted ranks `steps` steps after one rank was struck; exact, 1 at 0 steps. The rank is struck at a
 * uniformly random time of a step, and halos are exchanged at the end of each; so of k + f steps, 0 <= f < 1, a share f
 * sees k + 1 exchanges, the rest k: at whole steps this is the lattice's own count. A collective at the end of a step
 * taints all ranks: it has come after k exchanges with probability min(1, k c) for c collectives per step.
 * Random partners: models/silent/epidemic.h. With probability `stays` it remains 1. */
double bh_taint_ranks(const struct bh_taint *taint, double steps);

/* The same, drawn: phase of the step, time of the next collective, random partners one by one. Keyed by `stream` and
 * `ordinal` with BH_PURPOSE_TAINT: one error must use one key, and then its taint never shrinks as steps grow. */
double bh_taint_draw(const struct bh_taint *taint, double steps, const struct bh_random *random, uint64_t stream,
                     uint64_t ordinal);
