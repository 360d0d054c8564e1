/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Counter-based random numbers: a draw is a pure function of its key, never of the order of drawing. */
#pragma once

#include <stdint.h>

/* What a draw is for; part of every key, so that draws of different purpose never share bits. */
enum bh_purpose {
    BH_PURPOSE_ARRIVAL = 1, /* when the next fault of a stream strikes */
    BH_PURPOSE_CARRIER,     /* which node it strikes */
    BH_PURPOSE_LANDING,     /* which zone of the node it lands in */
    BH_PURPOSE_KIND,        /* data or instruction */
    BH_PURPOSE_SHARED_BUG,  /* whether the same trigger strikes the other kernel too */
    BH_PURPOSE_LIFETIME,    /* how long a live copy lives */
    BH_PURPOSE_ENDING,      /* masked, signalled, silent */
    BH_PURPOSE_HANG,        /* whether a signalled error is a hang */
    BH_PURPOSE_ATTEMPT,     /* when a copy tries a channel */
    BH_PURPOSE_GUARD,       /* whether the guard blocks: compared with the blocking probability */
    BH_PURPOSE_VICTIM,      /* which process or guest a smaller disposition takes */
    BH_PURPOSE_RESIDUAL,    /* whether the error stays live after a smaller disposition */
    BH_PURPOSE_REPAIR,      /* how long hardware repair takes */
    BH_PURPOSE_NOISE,       /* noise of a stretch of steps */
    BH_PURPOSE_UNCERTAINTY, /* draws of assumed numbers over their ranges */
    BH_PURPOSE_BOOTSTRAP,
    BH_PURPOSE_TAINT,        /* which ranks an error reaches by messages */
    BH_PURPOSE_VERIFICATION, /* whether a verification finds a silent error: compared with its recall */
    BH_PURPOSE_COMPOSITION,  /* when a composition begins and ends */
    BH_PURPOSE_BURST,        /* which neighbours a fault takes along, and when */
    BH_PURPOSE_RECURRENCE,   /* whether and when a fault that lasts strikes again */
    BH_PURPOSE_REPLAY,       /* where in a log a replay starts, which node follows which recorded one */
    BH_PURPOSE_STORAGE,      /* whether an enclave fails with the file system */
    BH_PURPOSE_AGAIN,        /* whether an error enters a zone again that its copy there has left */
    BH_PURPOSE_CARRIES,      /* whether wrong data goes with an exchange: compared with the probability of that */
    BH_PURPOSE_MATTERS,      /* whether it matters to the result: likewise */
    BH_PURPOSE_MECHANISM,    /* on which rung a takedown ends */
    BH_PURPOSE_DEGRADES,     /* whether what crosses leaves an error, a degraded zone, or nothing */
    BH_PURPOSE_DESIGN = 64,  /* points of a Latin hypercube */
};

enum { BH_RANDOM_ROUNDS = 10 };

/* What many draws of one replica share: the keys of Philox's rounds, which follow from seed and replica; and how many draws
 * there were, since what comes about without one depends on neither. */
struct bh_random_shared {
    uint64_t key[BH_RANDOM_ROUNDS][2];
    uint64_t draws;
};

/* Identifies a stream: the scenario's seed and the replica; then draws are numbered by (stream, purpose, a, b). */
struct bh_random {
    uint64_t seed;
    uint64_t replica;
    struct bh_random_shared *shared; /* or NULL */
};

/* A stream that shares, which takes a quarter less time a draw; `shared` is the caller's and outlives it. */
struct bh_random bh_random_share(uint64_t seed, uint64_t replica, struct bh_random_shared *shared);

/* Uniform on the open interval (0, 1) with 53 bits, from Philox 4x64-10 (Salmon et al., SC 2011). `stream` names the
 * fault or component (a hash), `a` and `b` the channel and ordinal within it. */
double bh_random_uniform(const struct bh_random *random, enum bh_purpose purpose, uint64_t stream, uint64_t a,
                         uint64_t b);
/* How 64 random bits become such a number: their upper 53 as a multiple of 2^-53, and 2^-54 in place of 0. */
double bh_random_open_interval(uint64_t bits);
/* Exponential of the given mean by inverse transform of the draw above. */
double bh_random_exponential(const struct bh_random *random, enum bh_purpose purpose, uint64_t stream, uint64_t a,
                             uint64_t b, double mean);

/* A 64-bit identity of a text (XXH3), and of two identities joined in order. */
uint64_t bh_identity(const char *text);
uint64_t bh_identity_join(uint64_t left, uint64_t right);
