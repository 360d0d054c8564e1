/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Choices by one part of the worlds, judged by the other, over the normal distribution of the parts' means. */
#include "analysis/advice/tie_bias.h"

#include "models/base/error.h"
#include "models/base/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* Pairs of shifts d and -d; what all worlds say counts for a quarter. */
enum { PAIRS = 100 };
static const double spread = 0.21, whole_share = 0.25;

struct bh_level_shifts {
    size_t rivals, worlds;
    double *level; /* [rival]: mean over worlds */
    double *shift; /* [pair][rival] */
};

static double normal(uint64_t stream, uint64_t pair, size_t i, uint64_t what)
{
    const struct bh_random random = {.seed = 1, .replica = pair};
    return gsl_cdf_ugaussian_Pinv(bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, stream, i, what));
}

/* Share of the variance between replicas' means that is not chance within worlds, which the worlds' means have already. */
static double common_share(const double *mean, const double *run, const double *by_replica, size_t worlds,
                           size_t replicas, double level)
{
    double between = gsl_stats_variance(by_replica, 1, replicas) / (double)replicas, within = 0;
    for (size_t w = 0; w < worlds; w++)
        for (size_t r = 0; r < replicas; r++)
            within += pow(run[w * replicas + r] - mean[w] - by_replica[r] + level, 2);
    within /= (double)(worlds - 1) * (double)(replicas - 1) * (double)(worlds * replicas);
    return between > within ? 1 - within / between : 0;
}

struct bh_level_shifts *bh_level_shifts_create(const double *mean, const double *run, size_t rivals, size_t worlds,
                                               size_t replicas)
{
    struct bh_level_shifts *shifts = bh_allocate(1, sizeof *shifts);
    double *by_replica = bh_allocate(replicas, sizeof *by_replica);
    double *factor = bh_allocate(PAIRS * (worlds + replicas), sizeof *factor);
    *shifts = (struct bh_level_shifts){rivals, worlds, bh_allocate(rivals + 1, sizeof(double)),
                                       bh_allocate(PAIRS * rivals + 1, sizeof(double))};
    const uint64_t stream = bh_identity("level shifts");
    for (size_t p = 0; p < PAIRS && rivals > 0; p++)
        for (size_t i = 0; i < worlds + replicas; i++)
            factor[p * (worlds + replicas) + i] = normal(stream, p, i < worlds ? i : i - worlds, i < worlds ? 0 : 1);
    for (size_t i = 0; i < rivals; i++) {
        const double *own = mean + i * worlds, *runs = run + i * worlds * replicas;
        double level = shifts->level[i] = gsl_stats_mean(own, 1, worlds);
        for (size_t r = 0; r < replicas; r++)
            by_replica[r] = gsl_stats_mean(runs + r, replicas, worlds);
        double common = replicas > 1 ? common_share(own, runs, by_replica, worlds, replicas, level) : 0;
        double of_world = sqrt(spread / (double)worlds / (double)(worlds - 1)),
               of_replica = replicas > 1 ? sqrt(spread * common / (double)replicas / (double)(replicas - 1)) : 0;
        double squares = 0;
        for (size_t p = 0; p < PAIRS; p++) {
            const double *own_factor = factor + p * (worlds + replicas);
            double shift = 0;
            for (size_t w = 0; w < worlds; w++)
                shift += of_world * (own[w] - level) * own_factor[w];
            for (size_t r = 0; r < replicas; r++)
                shift += of_replica * (by_replica[r] - level) * own_factor[worlds + r];
            shifts->shift[p * rivals + i] = shift;
            squares += shift * shift / PAIRS;
        }
        /* So few draws have a variance of their own: they get that which they are to have. */
        double wanted = of_world * of_world * gsl_stats_tss_m(own, 1, worlds, level) +
                        of_replica * of_replica * gsl_stats_tss_m(by_replica, 1, replicas, level);
        for (size_t p = 0; p < PAIRS && squares > 0; p++)
            shifts->shift[p * rivals + i] *= sqrt(wanted / squares);
    }
    free(factor);
    free(by_replica);
    return shifts;
}

void bh_level_shifts_destroy(struct bh_level_shifts *shifts)
{
    if (shifts != NULL) {
        free(shifts->level);
        free(shifts->shift);
    }
    free(shifts);
}

/* What the rival gains, by `told`, that is the best by `chosen`, if any is, when the one is shifted by d and the other back. */
static double gain(const struct bh_level_shifts *shifts, const double *chosen, const double *told, size_t stride,
                   const double *shift, double sign)
{
    size_t best = shifts->rivals;
    double most = 0;
    for (size_t i = 0; i < shifts->rivals; i++)
        if (chosen[i * stride] + sign * shift[i] > most) {
            most = chosen[i * stride] + sign * shift[i];
            best = i;
        }
    return best < shifts->rivals ? told[best * stride] - sign * shift[best] / spread : 0;
}

/* What is known of the best rival's gain without the number, if the rivals' means are `level`. */
static double gain_without(const struct bh_level_shifts *shifts, const double *level)
{
    double sum = 0, whole = 0;
    for (size_t i = 0; i < shifts->rivals; i++)
        whole = fmax(whole, level[i]);
    for (size_t p = 0; p < 2 * PAIRS && shifts->rivals > 0; p++)
        sum += gain(shifts, level, level, 1, shifts->shift + p / 2 * shifts->rivals, p % 2 == 0 ? 1 : -1);
    return whole_share * whole + (1 - whole_share) * sum / (2 * PAIRS);
}

double bh_tie_variance(const struct bh_level_shifts *shifts, const double *slopes)
{
    double *level = bh_allocate(shifts->rivals + 1, sizeof *level), before[2 * PAIRS], after[2 * PAIRS];
    for (size_t p = 0; p < 2 * PAIRS; p++) {
        before[p] = 0;
        for (size_t i = 0; i < shifts->rivals; i++) {
            double off = (p % 2 == 0 ? 1 : -1) * shifts->shift[p / 2 * shifts->rivals + i] / sqrt(spread);
            before[p] += slopes[i] * off;
            level[i] = shifts->level[i] + off;
        }
        after[p] = before[p] - gain_without(shifts, level);
    }
    free(level);
    return gsl_stats_variance(after, 1, 2 * PAIRS) - gsl_stats_variance(before, 1, 2 * PAIRS);
}

double bh_without_tie_bias(const struct bh_level_shifts *shifts, const double *mean, const double *fitted,
                           const double *left_out, double value)
{
    double sum = 0, worlds = (double)shifts->worlds;
    for (size_t p = 0; p < 2 * PAIRS; p++) {
        const double *shift = shifts->shift + p / 2 * shifts->rivals;
        double sign = p % 2 == 0 ? 1 : -1;
        for (size_t w = 0; w < shifts->worlds; w++)
            sum += (gain(shifts, fitted + w, fitted + w, shifts->worlds, shift, sign) +
                    gain(shifts, left_out + w, mean + w, shifts->worlds, shift, sign)) /
                   2 / worlds;
        sum -= gain(shifts, shifts->level, shifts->level, 1, shift, sign);
    }
    return whole_share * value + (1 - whole_share) * sum / (2 * PAIRS);
}
