/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint intervals and the expected makespan under exponential failures. */
#ifndef BH_MODELS_INTERVAL_H
#define BH_MODELS_INTERVAL_H

/* All return seconds of work between checkpoints for a checkpoint that takes `checkpoint_s` and a mean time to
 * interruption of `mtti_s`; INFINITY when nothing interrupts (mtti_s infinite), else 0 for a free checkpoint. */

/* sqrt(2 delta M). Young, CACM 1974. */
double bh_interval_young_s(double checkpoint_s, double mtti_s);
/* Daly, FGCS 2006, equation 37: higher-order estimate; M when delta >= 2 M. */
double bh_interval_daly_s(double checkpoint_s, double mtti_s);
/* The exact minimiser of the expression below: M (1 + W0(-exp(-1 - delta/M))), W0 the principal Lambert branch. */
double bh_interval_exact_s(double checkpoint_s, double mtti_s);

/* Daly's expected makespan when failures may strike during restart too:
 * M e^{R/M} (e^{(tau+delta)/M} - 1) work/tau. Exact for work a multiple of tau and a final checkpoint. */
double bh_daly_makespan_s(double work_s, double interval_s, double checkpoint_s, double restart_s, double mtti_s);

#endif
