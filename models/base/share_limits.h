/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Clopper and Pearson's interval (1934) for a share of independent trials. */
#pragma once

/* Limits for `part` out of `whole` that are passed with probability `outside` each; -1, and nothing is set, where there is
 * no such share. */
int bh_share_limits(double part, double whole, double outside, double *low, double *high);
