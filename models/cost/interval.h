/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint intervals and the expected makespan under exponential failures. */
#pragma once

/* All return seconds of work between checkpoints for a checkpoint that takes `checkpoint_s` and a mean time to
 * interruption of `mtti_s`; INFINITY when nothing interrupts (mtti_s infinite), else 0 for a free checkpoint. */

/* sqrt(2 delta M). Young, CACM 1974. */
double bh_interval_young_s(double checkpoint_s, double mtti_s);
/* Daly, FGCS 2006, equation 37: higher-order estimate; M when delta >= 2 M. */
double bh_interval_daly_s(double checkpoint_s, double mtti_s);
/* The exact minimiser of the expression below: M (1 + W0(-exp(-1 - delta/M))), W0 the principal Lambert branch. */
double bh_interval_exact_s(double checkpoint_s, double mtti_s);

/* One segment between checkpoints under fail-stop failures and silent errors, both exponential: computing, a verification
 * that finds every silent error, a checkpoint. Silent errors strike computing only and are rolled back at the
 * verification; failures strike whenever, during recovery and rollback too. */
struct bh_verified_segment {
    double verification_s, checkpoint_s;
    double failure_rate, silent_rate; /* per second; either may be 0 */
    double recovery_s;                /* from a failure, if no further one strikes */
    double rollback_s;                /* from a silent error, likewise */
};
/* Expected time from the start of a segment to the end of its checkpoint. With work W, verification V, checkpoint C,
 * recovery R, rollback B, failure rate f and silent rate s, by renewal at the start of the segment:
 *     E = e^{fR}/f { e^{sW + fC} [e^{f(W+V)} - 1 + (1 - e^{-sW}) (1 - e^{-fB})] + e^{fC} - 1 };
 * for f = 0: e^{sW} (W + V) + (e^{sW} - 1) B + C; for s = V = 0 Daly's. */
double bh_verified_segment_s(const struct bh_verified_segment *segment, double work_s);
/* The work_s that minimises bh_verified_segment_s / work_s, to a relative 1e-8. E is convex, so there is one minimum.
 * INFINITY when nothing strikes, or the best is beyond `most_s`. */
double bh_interval_verified_s(const struct bh_verified_segment *segment, double most_s);

/* Daly's expected makespan when failures may strike during restart too:
 * M e^{R/M} (e^{(tau+delta)/M} - 1) work/tau. Exact for work a multiple of tau and a final checkpoint. */
double bh_daly_makespan_s(double work_s, double interval_s, double checkpoint_s, double restart_s, double mtti_s);
