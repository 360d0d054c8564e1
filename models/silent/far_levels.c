/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A failure that a farther level survives: the time since its checkpoint is lost, and nearer ones strike until it is back. */
#include "models/silent/far_levels.h"

#include <math.h>

/* Expected time from a failure of a farther level until it is back: the others that strike meanwhile keep their own nodes away,
 * and all is read again. M/G/inf, rate f, begun by x = R: e^{f E G} integral_0^x e^{-f integral_0^y P(G > u) du} dy, G being R of
 * the level, or, at the share of nearer failures, theirs. */
static double far_back_s(double near_rate, double near_s, double rate, double recovery_s)
{
    double all = near_rate + rate, least_s = fmin(near_s, recovery_s);
    if (!(all > 0.0))
        return recovery_s;
    double sum_s = -expm1(-all * least_s) / all;
    if (recovery_s > least_s)
        sum_s +=
            exp(-all * least_s) * (rate > 0.0 ? -expm1(-rate * (recovery_s - least_s)) / rate : recovery_s - least_s);
    return exp(near_rate * near_s + rate * recovery_s) * sum_s;
}

double bh_far_levels_s(const struct bh_pattern_job *job, double interval_s, double time_s)
{
    double near_rate = job->failures_spare_rest ? 0.0 : job->failure_rate;
    double near_s = fmax(0.0, job->recovery_s - job->read_s); /* without the restore */
    for (size_t l = 0; l < job->farther_count && isfinite(time_s); l++) {
        const struct bh_pattern_level *level = &job->farther[l];
        double intervals = fmax(1.0, level->spacing_s / interval_s), rate = level->failure_rate;
        double segment_s = time_s * intervals + level->write_s;
        double back_s = far_back_s(near_rate, near_s + level->read_s, rate, level->recovery_s);
        time_s = (rate > 0.0 ? expm1(rate * segment_s) * (1.0 / rate + back_s) : segment_s) / intervals;
        double all = near_rate + rate;
        near_s = all > 0.0 ? (near_rate * near_s + rate * fmax(0.0, level->recovery_s - level->read_s)) / all : near_s;
        near_rate = all;
    }
    return time_s;
}
