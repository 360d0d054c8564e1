/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far samples of a fitted distribution would be from it. */
#include "models/fit/bootstrap.h"

#include "models/base/random.h"
#include "models/fit/climb.h"
#include "models/fit/distance.h"
#include "models/fit/likelihood.h"
#include "models/fit/parts.h"
#include "models/times/watched_times.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

struct drawing {
    const struct bh_distribution *d;
    const struct bh_random *random;
    uint64_t stream, draw, ordinal;
    const double *step; /* of the fit: where a climb begins to look */
};

/* Some inverses are dear, and a bootstrap needs no common random numbers: GSL draws from the same keyed numbers. */
static void seed_nothing(void *state, unsigned long seed)
{
    (void)state;
    (void)seed;
}

static double next_uniform(struct drawing *drawing)
{
    return bh_random_uniform(drawing->random, BH_PURPOSE_BOOTSTRAP, drawing->stream, drawing->draw, drawing->ordinal++);
}

static double keyed_double(void *state)
{
    return next_uniform(*(struct drawing **)state);
}

static unsigned long keyed_integer(void *state)
{
    return (unsigned long)(4294967296.0 * keyed_double(state));
}

static const gsl_rng_type keyed_numbers = {.name = "keyed",
                                           .max = 0xffffffffUL,
                                           .min = 0,
                                           .size = sizeof(struct drawing *),
                                           .set = seed_nothing,
                                           .get = keyed_integer,
                                           .get_double = keyed_double};

/* A time from the clock's start, from an age, or from an unknown one. */
static double draw_time(struct drawing *drawing, double age_s)
{
    const struct bh_distribution *d = drawing->d;
    if (isnan(age_s))
        return bh_residual_exceeded(d, next_uniform(drawing));
    if (age_s > 0.0 || d->type->draw == NULL)
        return bh_distribution_exceeded_from(d, age_s, next_uniform(drawing));
    struct drawing *state = drawing;
    gsl_rng numbers = {&keyed_numbers, &state};
    return d->type->draw(d, &numbers);
}

/* A life again: from the same age, to its end or to where watching would have ended. */
static void draw_life(const struct bh_duration *life, struct drawing *drawing, struct bh_sample *to)
{
    double until_s = draw_time(drawing, life->age_s), limit_s = life->limit_s > 0.0 ? life->limit_s : life->until_s;
    bool ended = until_s < limit_s;
    bh_sample_add(to, (struct bh_duration){ended ? until_s : limit_s, life->age_s, ended, false, life->unit, limit_s});
}

/* Watches a unit again: from the same age, and as long as before, or to as many failures if that is where it ended. */
static void draw_unit(const struct bh_duration *durations, size_t count, struct drawing *drawing, struct bh_sample *to)
{
    bool is_open = !durations[count - 1].ended;
    double left_s = 0.0;
    for (size_t i = 0; i < count; i++)
        left_s += durations[i].until_s - (isnan(durations[i].age_s) ? 0.0 : durations[i].age_s);
    double age_s = durations[0].age_s;
    /* A fit that calls nearly all times 0 must not hold the machine up. */
    const size_t most = 1000 * (count + 10);
    for (size_t i = 0; (is_open || i < count) && i < most; i++, age_s = 0.0) {
        double until_s = draw_time(drawing, age_s), from_s = isnan(age_s) ? 0.0 : age_s;
        bool ended = !is_open || until_s - from_s < left_s;
        bh_sample_add(
            to, (struct bh_duration){ended ? until_s : from_s + left_s, age_s, ended, i > 0, durations[0].unit, 0.0});
        left_s -= until_s - from_s;
        if (!ended)
            break;
    }
}

static struct bh_sample *draw_sample(const struct bh_sample *sample, struct drawing *drawing)
{
    struct bh_sample *drawn = bh_allocate(1, sizeof *drawn);
    drawn->is_renewal = sample->is_renewal;
    drawn->is_lives = sample->is_lives;
    for (size_t i = 0, end; i < sample->count; i = end) {
        end = i + 1;
        while (sample->is_renewal && end < sample->count && sample->durations[end].unit == sample->durations[i].unit)
            end++;
        if (sample->is_lives)
            draw_life(&sample->durations[i], drawing, drawn);
        else
            draw_unit(&sample->durations[i], end - i, drawing, drawn);
    }
    return drawn;
}

/* The distance of a drawn sample from its own fit, which is near the one it was drawn from. */
static double draw_distance(const struct bh_sample *sample, struct drawing *drawing)
{
    struct bh_sample *drawn = draw_sample(sample, drawing);
    struct bh_watched_times *times = bh_fit_watched(drawn);
    struct bh_distribution d = *drawing->d;
    bh_fit_watched_thin(times);
    if (bh_fit_guess_is_best(times, d.type))
        bh_fit_maximize(times, NULL, d.type, d.parts, &d, NULL);
    else
        bh_fit_climb(times, &d, drawing->step, NULL);
    double distance = bh_fit_distance(drawn, &d);
    bh_fit_watched_destroy(times);
    bh_sample_destroy(drawn);
    return distance;
}

void bh_fit_bootstrap(const struct bh_sample *sample, struct bh_fit *fit, size_t draws, uint64_t seed, uint64_t stream,
                      unsigned threads)
{
    const struct bh_random random = {.seed = seed};
    size_t beyond = 0;
    int workers = threads > 0 ? (int)threads : omp_get_num_procs();
#pragma omp parallel for schedule(dynamic) num_threads(workers) reduction(+ : beyond)
    for (size_t draw = 0; draw < draws; draw++) {
        struct drawing drawing = {&fit->distribution, &random, stream, draw, 0, fit->step};
        beyond += draw_distance(sample, &drawing) >= fit->distance;
    }
    fit->p = draws > 0 ? (double)(beyond + 1) / (double)(draws + 1) : NAN;
}
