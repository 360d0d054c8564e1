/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Intervals around what was simulated, and verdicts. */
#include "sim/validate/verdicts.h"

#include "models/base/share_limits.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

const double bh_validation_level = 1e-4;

/* Limit of the mean of a Poisson count, z standard deviations off: Byar's, which is within 1e-5 of the exact one for
 * counts above 100 (Breslow and Day 1987); GSL's chi-square quantiles fail at a million degrees of freedom. */
static double poisson_limit(double count, double z)
{
    return count * pow(1.0 - 1.0 / (9.0 * count) + z / (3.0 * sqrt(count)), 3.0);
}

/* Two-sided interval at `level` around what was simulated. */
static void fill_interval(struct bh_validation_case *judged, double level)
{
    double tail = level / 2.0, half;
    switch (judged->evidence) {
    case BH_EVIDENCE_EXACT:
        half = judged->tolerance * fabs(judged->expected);
        judged->low = judged->simulated - half;
        judged->high = judged->simulated + half;
        break;
    case BH_EVIDENCE_MEAN:
    case BH_EVIDENCE_BESIDE:
        half = judged->error * gsl_cdf_tdist_Qinv(tail, judged->samples - 1.0) + judged->allowance;
        judged->low = judged->simulated - half;
        judged->high = judged->simulated + half;
        break;
    case BH_EVIDENCE_COUNT:
        judged->low = poisson_limit(judged->samples, -gsl_cdf_ugaussian_Qinv(tail));
        judged->high = poisson_limit(judged->samples + 1.0, gsl_cdf_ugaussian_Qinv(tail));
        break;
    case BH_EVIDENCE_VARIANCE:
        half = judged->simulated * (judged->samples - 1.0);
        judged->low = half / gsl_cdf_chisq_Qinv(tail, judged->samples - 1.0);
        judged->high = half / gsl_cdf_chisq_Pinv(tail, judged->samples - 1.0);
        break;
    case BH_EVIDENCE_SHARE:
        judged->low = judged->high = NAN;
        bh_share_limits(rint(judged->simulated * judged->samples), judged->samples, tail, &judged->low, &judged->high);
        break;
    }
    judged->agrees = judged->low <= judged->expected && judged->expected <= judged->high;
    if (judged->evidence == BH_EVIDENCE_BESIDE)
        judged->agrees = judged->agrees && fabs(judged->simulated - judged->expected) <= judged->tolerance;
}

bool bh_validation_judge(struct bh_validation *validation)
{
    double statistical = 0.0;
    bool all_agree = true;
    for (size_t c = 0; c < validation->count; c++)
        statistical += validation->cases[c].evidence != BH_EVIDENCE_EXACT;
    for (size_t c = 0; c < validation->count; c++) {
        fill_interval(&validation->cases[c], bh_validation_level / fmax(statistical, 1.0));
        all_agree = all_agree && validation->cases[c].agrees;
    }
    return all_agree;
}
