/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the simulator gave beside what a closed form says, and whether they agree. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* How a simulated value is compared with the expected one. */
enum bh_evidence {
    BH_EVIDENCE_EXACT,    /* equal up to `tolerance`, relative */
    BH_EVIDENCE_MEAN,     /* mean of `samples` replicas with standard error `error`: Student's interval */
    BH_EVIDENCE_COUNT,    /* a Poisson count of `samples`: Byar's interval */
    BH_EVIDENCE_VARIANCE, /* variance / mean of `samples` counts: chi-square interval; 1 for a Poisson process */
    BH_EVIDENCE_BESIDE, /* as a mean, beside another, `allowance` wider; and no further from it than `tolerance`, absolute */
    BH_EVIDENCE_SHARE, /* a share of `samples` independent errors: Clopper and Pearson's interval */
};

struct bh_validation_case {
    const char *scenario; /* its name and title, borrowed from the group's table */
    char name[96];
    const char *unit;
    enum bh_evidence evidence;
    double expected, simulated;
    double tolerance, allowance;
    double samples;
    double error;     /* standard error of `simulated`; 0 for exact cases */
    double whole;     /* what that is printed as a share of; 0: `simulated` */
    double low, high; /* filled by bh_validation_judge, as is the verdict */
    bool agrees;
};

struct bh_validation {
    size_t count;
    struct bh_validation_case *cases; /* owned */
};

/* Two-sided level at which all statistical cases are tested jointly. */
extern const double bh_validation_level;

/* Intervals and verdicts: each of the k statistical cases at level bh_validation_level / k (Bonferroni), so that a
 * right simulator fails with at most that probability. Returns whether all agree. */
bool bh_validation_judge(struct bh_validation *validation);
