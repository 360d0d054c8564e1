/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The value of knowing a number, by curves through the worlds. */
#include "analysis/advice/decisive.h"

#include "analysis/advice/curves.h"
#include "analysis/advice/skewed_mean.h"
#include "analysis/advice/tie_bias.h"
#include "models/base/error.h"
#include "models/base/random.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- What others gain ------------------------------------------------------------------------------------------------- */

/* How much less each rival costs than the chosen policy: means over replicas [rival][world], and of each run
 * [rival][world][replica]. Policies that are the same in every run are no rivals. */
struct gains {
    size_t rivals, *policy;
    double *mean, *run;
};

static struct gains find_gains(const struct bh_decision *decision)
{
    size_t worlds = decision->worlds, replicas = decision->replicas, runs = worlds * replicas;
    struct gains gains = {0, bh_allocate(decision->policies, sizeof *gains.policy),
                          bh_allocate(decision->policies * worlds, sizeof *gains.mean),
                          bh_allocate(decision->policies * runs, sizeof *gains.run)};
    const double *chosen = decision->costs + decision->chosen * runs;
    for (size_t p = 0; p < decision->policies; p++) {
        const double *own = decision->costs + p * runs;
        double *mean = gains.mean + gains.rivals * worlds, *run = gains.run + gains.rivals * runs;
        bool is_same = true;
        for (size_t i = 0; i < runs; i++) {
            run[i] = chosen[i] - own[i];
            is_same = is_same && run[i] == 0;
        }
        for (size_t w = 0; w < worlds && !is_same; w++)
            mean[w] = gsl_stats_mean(run + w * replicas, 1, replicas);
        if (!is_same)
            gains.policy[gains.rivals++] = p;
    }
    return gains;
}

static void release(struct gains *gains)
{
    free(gains->policy);
    free(gains->mean);
    free(gains->run);
}

/* --- Value ------------------------------------------------------------------------------------------------------------ */

/* Room for one value: [rival][world] each, and the rival that is taken in each world by either. */
struct work {
    struct bh_curve *curve;
    double *fitted, *left_out;
    size_t *by_all, *by_others; /* the count of rivals: the chosen policy stays */
};

static struct work make_work(size_t rivals, size_t worlds)
{
    return (struct work){bh_allocate(rivals + 1, sizeof(struct bh_curve)),
                         bh_allocate(rivals * worlds + 1, sizeof(double)),
                         bh_allocate(rivals * worlds + 1, sizeof(double)), bh_allocate(worlds, sizeof(size_t)),
                         bh_allocate(worlds, sizeof(size_t))};
}

static void release_work(struct work *work)
{
    free(work->curve);
    free(work->fitted);
    free(work->left_out);
    free(work->by_all);
    free(work->by_others);
}

static size_t largest(const double *curves, size_t rivals, size_t worlds, size_t world)
{
    size_t best = rivals;
    double most = 0;
    for (size_t i = 0; i < rivals; i++)
        if (curves[i * worlds + world] > most) {
            most = curves[i * worlds + world];
            best = i;
        }
    return best;
}

typedef struct bh_curve fit_curve(const struct bh_curve_bases *bases, const double *values, double *fitted,
                                  double *left_out);

static double find_value(fit_curve *fit, const struct bh_curve_bases *bases, const double *mean, size_t rivals,
                         size_t worlds, struct work *work)
{
    double seen = 0, unseen = 0;
    for (size_t i = 0; i < rivals; i++)
        work->curve[i] = fit(bases, mean + i * worlds, work->fitted + i * worlds, work->left_out + i * worlds);
    for (size_t w = 0; w < worlds; w++) {
        size_t all = work->by_all[w] = largest(work->fitted, rivals, worlds, w);
        size_t others = work->by_others[w] = largest(work->left_out, rivals, worlds, w);
        seen += all < rivals ? work->fitted[all * worlds + w] : 0;
        unseen += others < rivals ? mean[others * worlds + w] : 0;
    }
    return (seen + unseen) / 2 / (double)worlds;
}

/* What a run counts for in the value: half by the curves, which spread it over worlds, half by itself. */
static void find_weights(const struct bh_curve_bases *bases, const struct work *work, size_t rivals, size_t worlds,
                         double *weights)
{
    bool *marked = bh_allocate(worlds, sizeof *marked);
    for (size_t i = 0; i < rivals; i++) {
        double *own = weights + i * worlds;
        for (size_t w = 0; w < worlds; w++)
            marked[w] = work->by_all[w] == i;
        bh_curve_weights(bases, &work->curve[i], marked, own);
        for (size_t w = 0; w < worlds; w++)
            own[w] = (own[w] + (work->by_others[w] == i)) / 2;
    }
    free(marked);
}

/* Whether some curve surely rises above 0 somewhere: above its simultaneous band (Scheffe's). */
static bool surely_turns(const struct bh_curve_bases *bases, const struct work *work, size_t rivals, size_t worlds)
{
    double *errors = bh_allocate(worlds, sizeof *errors);
    bool turns = false;
    for (size_t i = 0; i < rivals; i++) {
        double size = (double)work->curve[i].size;
        double reach = sqrt(size * gsl_cdf_fdist_Qinv(1 - BH_CONFIDENCE, size, (double)worlds - size));
        bh_curve_errors(bases, &work->curve[i], errors);
        for (size_t w = 0; w < worlds; w++)
            turns = turns || work->fitted[i * worlds + w] > reach * errors[w];
    }
    free(errors);
    return turns;
}

/* So large the value may be by curves that are as likely as the fitted ones: what these leave of each world, with normal
 * factors that all rivals share, is fitted in turn. */
static double find_highest(const struct bh_curve_bases *bases, const struct gains *gains, const struct work *work,
                           size_t worlds)
{
    enum { SHAKES = 200 };
    size_t rivals = gains->rivals;
    double *shaken = bh_allocate(2 * rivals * worlds + 1, sizeof *shaken), *curves = shaken + rivals * worlds;
    double *left = bh_allocate(2 * worlds, sizeof *left), *factor = left + worlds;
    double values[SHAKES] = {0};
    for (size_t i = 0; i < rivals; i++)
        bh_curve_project(bases, &work->curve[i], gains->mean + i * worlds, curves + i * worlds);
    for (size_t s = 0; s < SHAKES; s++) {
        const struct bh_random random = {.seed = 1, .replica = s};
        for (size_t w = 0; w < worlds; w++)
            factor[w] = gsl_cdf_ugaussian_Pinv(
                bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, bh_identity("highest value"), w, 0));
        for (size_t i = 0; i < rivals; i++) {
            for (size_t w = 0; w < worlds; w++)
                left[w] = (gains->mean[i * worlds + w] - curves[i * worlds + w]) * factor[w];
            bh_curve_project(bases, &work->curve[i], left, shaken + i * worlds);
            for (size_t w = 0; w < worlds; w++)
                shaken[i * worlds + w] += curves[i * worlds + w];
        }
        for (size_t w = 0; w < worlds; w++) {
            size_t best = largest(shaken, rivals, worlds, w);
            values[s] += best < rivals ? shaken[best * worlds + w] / (double)worlds : 0;
        }
    }
    gsl_sort(values, 1, SHAKES);
    free(left);
    free(shaken);
    return gsl_stats_quantile_from_sorted_data(values, 1, SHAKES, (1 + BH_CONFIDENCE) / 2);
}

/* Worlds and replicas crossed: V = s_w^2 / W + s_r^2 / R - s_wr^2 / (W R), of which the last is in both others. A world
 * counts by where its curve is, and by what the curve leaves of it. */
static struct bh_estimate find_interval(const struct bh_curve_bases *bases, const struct bh_decision *decision,
                                        const struct gains *gains, const struct work *work,
                                        const struct bh_level_shifts *shifts, double plain, double value)
{
    size_t worlds = decision->worlds, replicas = decision->replicas, rivals = gains->rivals, size = 1;
    double *weights = bh_allocate(rivals * worlds, sizeof *weights);
    double *by_world = bh_allocate(worlds, sizeof *by_world), *by_replica = bh_allocate(replicas, sizeof *by_replica);
    double *whole = bh_allocate(worlds, sizeof *whole), shared = 0, *slopes = bh_allocate(rivals + 1, sizeof *slopes);
    find_weights(bases, work, rivals, worlds, weights);
    for (size_t w = 0; w < worlds; w++) {
        size_t all = work->by_all[w], others = work->by_others[w];
        if (all < rivals) {
            by_world[w] += work->fitted[all * worlds + w] / 2;
            size = work->curve[all].size > size ? work->curve[all].size : size;
        }
        if (others < rivals)
            by_world[w] += gains->mean[others * worlds + w] / 2;
        for (size_t i = 0; i < rivals; i++) {
            double own = weights[i * worlds + w] - (others == i ? 0.5 : 0);
            by_world[w] += own * (gains->mean[i * worlds + w] - work->fitted[i * worlds + w]);
            whole[w] += weights[i * worlds + w] * gains->mean[i * worlds + w];
        }
    }
    for (size_t r = 0; r < replicas; r++)
        for (size_t w = 0; w < worlds; w++)
            for (size_t i = 0; i < rivals; i++)
                by_replica[r] += weights[i * worlds + w] * gains->run[(i * worlds + w) * replicas + r] / (double)worlds;
    double variance = gsl_stats_variance(by_world, 1, worlds) / (double)worlds, spread;
    variance *= (double)worlds / (double)(worlds - size);
    spread = variance * variance / (double)(worlds - size);
    if (replicas > 1) {
        double part = gsl_stats_variance(by_replica, 1, replicas) / (double)replicas,
               mean = gsl_stats_mean(by_replica, 1, replicas);
        for (size_t w = 0; w < worlds; w++)
            for (size_t r = 0; r < replicas; r++) {
                double cell = 0;
                for (size_t i = 0; i < rivals; i++)
                    cell += weights[i * worlds + w] * gains->run[(i * worlds + w) * replicas + r];
                shared += pow(cell - whole[w] - by_replica[r] + mean, 2);
            }
        shared /= (double)(worlds - 1) * (double)(replicas - 1) * (double)(worlds * replicas);
        part = fmax(0, part - shared);
        variance += part;
        spread += part * part / (double)(replicas - 1);
    }
    for (size_t i = 0; i < rivals; i++)
        slopes[i] = gsl_stats_mean(weights + i * worlds, 1, worlds);
    struct bh_estimate estimate = {value, value, value};
    if (variance > 0) {
        /* Without what is taken off for ties, and with it, which scatters more: the wider at either end. */
        double freedom = variance * variance / spread, more = variance + fmax(0, bh_tie_variance(shifts, slopes));
        struct bh_estimate own = bh_skewed_mean(plain, sqrt(variance), freedom, by_world, worlds);
        estimate = bh_skewed_mean(value, sqrt(more), freedom, by_world, worlds);
        estimate.low = fmin(estimate.low, own.low);
        estimate.high = fmax(estimate.high, own.high);
    }
    /* A curve that hardly rises above 0 varies little, however uncertain it is. Where none surely does nothing need be
     * worth anything. */
    estimate.high = fmax(estimate.high, find_highest(bases, gains, work, worlds));
    estimate.low = fmax(0, estimate.low);
    free(slopes);
    free(whole);
    free(by_replica);
    free(by_world);
    free(weights);
    return estimate;
}

/* --- Where the choice turns ------------------------------------------------------------------------------------------- */

/* How far beyond the range a line is followed, in ranges. */
static const double farthest = 1;

/* A number that lies no farther from the range than a line is followed, else NaN: not told. */
static double followed(const struct bh_curve_bases *bases, double share)
{
    return share < -farthest || share > 1 + farthest ? NAN : bh_curve_number(bases, share);
}

/* The crossing of a line with 0 that is nearest to the range, with the ends at which the line's band crosses (Fieller). */
static void cross_line(const struct bh_curve_bases *bases, const struct bh_line *line, size_t worlds, size_t policy,
                       double *nearest, struct bh_turn *turn)
{
    double at = -line->at_0 / line->slope, out = fmax(-at, at - 1);
    double reach = gsl_cdf_tdist_Qinv((1 - BH_CONFIDENCE) / 2, (double)(worlds - 2));
    if (!(fabs(line->slope) > reach * sqrt(line->variance_slope)) || out < 0 || out > fmin(farthest, *nearest))
        return;
    /* (a + b x)^2 = reach^2 (Va + 2 C x + Vb x^2) */
    double q = reach * reach, a = line->slope * line->slope - q * line->variance_slope,
           b = line->at_0 * line->slope - q * line->covariance, c = line->at_0 * line->at_0 - q * line->variance_0;
    double root = sqrt(fmax(0, b * b - a * c));
    *nearest = out;
    *turn = (struct bh_turn){
        .rival = policy,
        .is_above = line->slope > 0,
        .at = {bh_curve_number(bases, at), followed(bases, (-b - root) / a), followed(bases, (-b + root) / a)}};
}

/* Where the largest curve passes 0 within the range, and between which places its band holds 0. Of several crossings the
 * one with the most curve behind it. */
static void cross_curves(const struct bh_curve_bases *bases, const struct gains *gains, const struct work *work,
                         size_t worlds, struct bh_turn *turn)
{
    double at[BH_CURVE_PLACES], errors[BH_CURVE_PLACES], most = 0;
    double reach = gsl_cdf_tdist_Qinv((1 - BH_CONFIDENCE) / 2, (double)worlds / 2);
    for (size_t i = 0; i < gains->rivals; i++) {
        bh_curve_at_places(bases, &work->curve[i], gains->mean + i * worlds, at, errors);
        for (size_t p = 0; p + 1 < BH_CURVE_PLACES; p++) {
            bool up = at[p] <= 0 && at[p + 1] > 0;
            if (!up && !(at[p] > 0 && at[p + 1] <= 0))
                continue;
            double gain = 0;
            for (size_t q = up ? p + 1 : p; at[q] > 0; q += up ? 1 : (size_t)-1) {
                gain += at[q];
                if (q == 0 || q + 1 == BH_CURVE_PLACES)
                    break;
            }
            if (gain <= most)
                continue;
            size_t low = p, high = p + 1;
            while (low > 0 && fabs(at[low]) < reach * errors[low])
                low--;
            while (high + 1 < BH_CURVE_PLACES && fabs(at[high]) < reach * errors[high])
                high++;
            double share = ((double)p + at[p] / (at[p] - at[p + 1])) / (BH_CURVE_PLACES - 1);
            most = gain;
            *turn = (struct bh_turn){.rival = gains->policy[i],
                                     .is_above = up,
                                     .is_inside = true,
                                     .at = {bh_curve_number(bases, share),
                                            fabs(at[low]) < reach * errors[low] ? NAN : bh_curve_place(bases, low),
                                            fabs(at[high]) < reach * errors[high] ? NAN : bh_curve_place(bases, high)}};
        }
    }
}

static struct bh_turn find_turn(const struct bh_curve_bases *bases, const struct gains *gains, const struct work *work,
                                size_t worlds)
{
    struct bh_turn turn = {.rival = SIZE_MAX, .at = {NAN, NAN, NAN}};
    double nearest = INFINITY;
    cross_curves(bases, gains, work, worlds, &turn);
    for (size_t i = 0; i < gains->rivals && !turn.is_inside; i++) {
        struct bh_line line = bh_curve_line(bases, gains->mean + i * worlds);
        cross_line(bases, &line, worlds, gains->policy[i], &nearest, &turn);
    }
    return turn;
}

/* --- All numbers ------------------------------------------------------------------------------------------------------ */

static void shuffle(size_t *order, size_t count, uint64_t turn)
{
    const struct bh_random random = {.seed = 1, .replica = turn};
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t other =
            (size_t)(bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, bh_identity("decisive"), i, 0) * (double)i);
        size_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* Of each number, how often the largest value of all is as large if worlds are dealt out anew. */
static void find_chance(const struct bh_decision *decision, const struct gains *gains,
                        struct bh_curve_bases *const *bases, const double *values, size_t permutations,
                        struct work *work, struct bh_decisive *decisive)
{
    size_t worlds = decision->worlds, *order = bh_allocate(worlds, sizeof *order);
    double *dealt = bh_allocate(gains->rivals * worlds + 1, sizeof *dealt);
    for (size_t i = 0; i < decision->numbers_count; i++)
        decisive[i].chance = 1; /* the campaign as it is counts as one of the deals */
    for (size_t t = 0; t < permutations; t++) {
        double most = 0;
        shuffle(order, worlds, t);
        for (size_t i = 0; i < gains->rivals; i++)
            for (size_t w = 0; w < worlds; w++)
                dealt[i * worlds + w] = gains->mean[i * worlds + order[w]];
        for (size_t i = 0; i < decision->numbers_count; i++)
            most = fmax(most, find_value(bh_curve_fit, bases[i], dealt, gains->rivals, worlds, work));
        for (size_t i = 0; i < decision->numbers_count; i++)
            decisive[i].chance += most >= values[i];
    }
    for (size_t i = 0; i < decision->numbers_count; i++)
        decisive[i].chance /= (double)(permutations + 1);
    free(dealt);
    free(order);
}

/* A value that chance makes may be large: what is the least of it comes first. */
static int by_value(const void *left, const void *right)
{
    const struct bh_decisive *a = left, *b = right;
    if (a->chance != b->chance)
        return a->chance < b->chance ? -1 : 1;
    if (a->value.mean != b->value.mean)
        return a->value.mean > b->value.mean ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

int bh_find_decisive(const struct bh_decision *decision, size_t permutations, struct bh_decisive *decisive)
{
    size_t worlds = decision->worlds, count = decision->numbers_count;
    if (worlds < BH_CURVE_WORLDS_LEAST)
        return -1;
    struct gains gains = find_gains(decision);
    struct work work = make_work(gains.rivals, worlds);
    struct bh_curve_bases **bases = bh_allocate(count + 1, sizeof(struct bh_curve_bases *));
    struct bh_level_shifts *shifts =
        bh_level_shifts_create(gains.mean, gains.run, gains.rivals, worlds, decision->replicas);
    double *values = bh_allocate(count + 1, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        bases[i] = bh_curve_bases_create(decision->numbers + i * worlds, worlds);
        values[i] = find_value(bh_curve_fit, bases[i], gains.mean, gains.rivals, worlds, &work);
        decisive[i] = (struct bh_decisive){.number = i, .turn = find_turn(bases[i], &gains, &work, worlds)};
        bool turns = surely_turns(bases[i], &work, gains.rivals, worlds);
        /* A constant where a slope is weak would make its value 0, and all values too small. */
        double plain = find_value(bh_curve_fit_sloped, bases[i], gains.mean, gains.rivals, worlds, &work),
               value = bh_without_tie_bias(shifts, gains.mean, work.fitted, work.left_out, plain);
        decisive[i].value = find_interval(bases[i], decision, &gains, &work, shifts, plain, value);
        if (!turns)
            decisive[i].value.low = 0;
    }
    find_chance(decision, &gains, bases, values, permutations, &work, decisive);
    qsort(decisive, count, sizeof *decisive, by_value);
    for (size_t i = 0; i < count; i++)
        bh_curve_bases_destroy(bases[i]);
    free(bases);
    free(values);
    bh_level_shifts_destroy(shifts);
    release_work(&work);
    release(&gains);
    return 0;
}

/* --- Trials ----------------------------------------------------------------------------------------------------------- */

/* The count of successes of which a share `level` of all trials show no more. */
static double successes(double probability, unsigned trials, double level)
{
    unsigned low = 0, high = trials;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (gsl_cdf_binomial_P(middle, probability, trials) >= level)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* What the best of the curves gains in the mean of the places, each as likely as it makes so many successes. */
static double gain_after(const double *curves, size_t rivals, const double *log_p, const double *log_q, double seen,
                         double trials)
{
    double weight[BH_CURVE_PLACES], most = -INFINITY, sum = 0, best = 0;
    for (size_t p = 0; p < BH_CURVE_PLACES; p++) {
        weight[p] = (seen > 0 ? seen * log_p[p] : 0) + (trials > seen ? (trials - seen) * log_q[p] : 0);
        most = fmax(most, weight[p]);
    }
    for (size_t p = 0; p < BH_CURVE_PLACES; p++)
        sum += weight[p] = exp(weight[p] - most);
    for (size_t i = 0; i < rivals; i++) {
        double gain = 0;
        for (size_t p = 0; p < BH_CURVE_PLACES; p++)
            gain += curves[i * BH_CURVE_PLACES + p] * weight[p] / sum;
        best = fmax(best, gain);
    }
    return best;
}

double bh_value_of_trials(const struct bh_decision *decision, size_t number, unsigned trials)
{
    enum { LEVELS = 16 };
    size_t worlds = decision->worlds;
    double log_p[BH_CURVE_PLACES], log_q[BH_CURVE_PLACES], known = 0, tried = 0, low, high;
    gsl_stats_minmax(&low, &high, decision->numbers + number * worlds, 1, worlds);
    if (low < 0 || high > 1 || worlds < BH_CURVE_WORLDS_LEAST)
        return NAN;
    struct bh_curve_bases *bases = bh_curve_bases_create(decision->numbers + number * worlds, worlds);
    struct gains gains = find_gains(decision);
    struct work work = make_work(gains.rivals, worlds);
    double *curves = bh_allocate(gains.rivals * BH_CURVE_PLACES + 1, sizeof *curves);
    find_value(bh_curve_fit, bases, gains.mean, gains.rivals, worlds, &work);
    for (size_t i = 0; i < gains.rivals; i++)
        bh_curve_at_places(bases, &work.curve[i], gains.mean + i * worlds, curves + i * BH_CURVE_PLACES, NULL);
    for (size_t p = 0; p < BH_CURVE_PLACES; p++) {
        double probability = bh_curve_place(bases, p), best = 0;
        log_p[p] = log(probability);
        log_q[p] = log1p(-probability);
        for (size_t i = 0; i < gains.rivals; i++)
            best = fmax(best, curves[i * BH_CURVE_PLACES + p]);
        known += best / BH_CURVE_PLACES;
    }
    for (size_t p = 0; p < BH_CURVE_PLACES; p++)
        for (size_t l = 0; l < LEVELS; l++) {
            double seen = successes(bh_curve_place(bases, p), trials, ((double)l + 0.5) / LEVELS);
            tried += gain_after(curves, gains.rivals, log_p, log_q, seen, trials) / BH_CURVE_PLACES / LEVELS;
        }
    free(curves);
    release_work(&work);
    release(&gains);
    bh_curve_bases_destroy(bases);
    return known > 0 ? fmin(1, tried / known) : NAN;
}
