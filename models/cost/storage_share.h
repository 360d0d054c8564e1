/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Transfers to storage whose bytes on the network and on disks are shared apart: how far that is from one share of both. */
#ifndef BH_MODELS_COST_STORAGE_SHARE_H
#define BH_MODELS_COST_STORAGE_SHARE_H

#include <stddef.h>

/* An enclave that writes checkpoints to storage, or reads them. */
struct bh_storage_user {
    double bytes;     /* of one transfer */
    double own_rate;  /* bytes/s that its nodes can move when nobody else is about */
    double own_share; /* the same while all that stand on these nodes move bytes; else equal */
    double weight;    /* its share of storage is in proportion to it */
};

/* Storage: what it takes, the lesser of disks and the links that lead there, and these links alone (INFINITY: plenty). */
struct bh_storage_rates {
    double storage, links; /* bytes/s */
};

/* The simulator gives a transfer its share of the network, where own_rate limits it, and its share of the disks, where
 * nothing does; it is done when both are. One share of both would hold at each time
 *     min(own_rate, storage weight / sum of the weights of all transfers under way).
 * Returns the most by which the bytes of a transfer exceed what so comes together while it lasts, as a factor from 1 up.
 *
 * In units of the storage's rate and of the transfer's bytes: a is its own rate, f its least share, T >= 1/a its time. Let it
 * have f of the disks for a time u and all for the rest. Others that wait for their own bandwidth with their disks done leave
 * it x besides, so u f + T - u + x >= 1, and it holds u f + (T - u) a. That is least where T = 1/a and
 * u = (1/a - 1 + x)/(1 - f), or where it is never alone, u = T: the factor is the greater of
 *     1 / (1 - (a - f) u)   and   1 / (1 - x),   and at most a/f.
 * It is 1 where a <= f, and where nobody's own rate is below the storage's; for x = 0 at most (1 + 1/sqrt(f))/2, 1.21 for one
 * of two alike. For x each of the others is taken to make one transfer meanwhile. It is at most 1 - f for the time for which
 * all others may wait, and at most what disks may be ahead of the network: that grows only while the own rates of those under
 * way are less than storage takes together. (The last is not proven, but held in all of some ten million transfers of up to
 * twelve users that were played one by one; tests/unit/cost/test_storage_share.c plays some.) */
double bh_storage_advantage(const struct bh_storage_user *users, size_t count, size_t index,
                            struct bh_storage_rates rates);

#endif
