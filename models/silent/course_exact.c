/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One silent error's course, exactly: a sum over pieces of the work and the verifications that follow each. */
#include "models/silent/course_exact.h"

#include "models/silent/course.h"

#include <math.h>
#include <stdlib.h>

const char *const bh_return_names[] = {"newest", "older", "storage", "beginning"};

static const double stops_most = 0x1p20;
/* Errors that this small a share of all has missed every verification are not followed further. */
static const double negligible = 1e-15;

/* A place in the work where the computing stops: for a verification, a checkpoint, first the one and then the other, or
 * for good. */
struct stop {
    double work_s;
    bool has_verification;
    uint64_t checkpoint;          /* number of the checkpoint here, from 1; 0: none */
    double arrival_s, leave_s;    /* on the clock; INFINITY at the end */
    double complete_s[BH_LEVELS]; /* the clock when the checkpoint is there on a level; INFINITY: never */
    uint64_t before[BH_LEVELS];   /* numbers of the newest checkpoints of earlier stops; 0: none */
    /* When the verification's verdict is known: the clock, the work done, the newest complete checkpoints. */
    double verdict_s, verdict_work_s;
    uint64_t newest[BH_LEVELS];
};

struct plan {
    size_t count;
    struct stop *stops;
    double end_s; /* of the job, on the clock */
};

int bh_silent_course_check(const struct bh_silent_course *course, struct bh_error *err)
{
    const struct {
        const char *name;
        double value;
        bool is_positive, may_be_infinite;
    } numbers[] = {
        {"work_s", course->work_s, true, false},      {"interval_s", course->interval_s, true, true},
        {"verify_s", course->verify_s, false, false}, {"verify_every_s", course->verify_every_s, true, true},
        {"step_s", course->step_s, true, false},      {"latency_s", course->latency_s, false, false},
    };
    for (size_t i = 0; i < BH_COUNT(numbers); i++) {
        double value = numbers[i].value;
        if (!(numbers[i].is_positive ? value > 0.0 : value >= 0.0) || (isinf(value) && !numbers[i].may_be_infinite))
            return bh_fail(err, BH_ERROR_INPUT, "course of a silent error: %s is %g", numbers[i].name, value);
    }
    if (!(course->recall >= 0.0 && course->recall <= 1.0))
        return bh_fail(err, BH_ERROR_INPUT, "course of a silent error: the recall is %g", course->recall);
    bool is_bad = course->taint.ranks < 1;
    for (int l = 0; l < BH_LEVELS; l++) {
        const struct bh_course_level *level = &course->level[l];
        is_bad = is_bad || (level->every > 0 && (!(level->write_s >= 0.0) || isinf(level->write_s) || level->keep < 1));
    }
    if (is_bad)
        return bh_fail(err, BH_ERROR_INPUT, "course of a silent error: no checkpoint is kept, or there are no ranks");
    double stops = course->work_s / course->interval_s + course->work_s / course->verify_every_s;
    if (stops > stops_most)
        return bh_fail(err, BH_ERROR_NUMERIC,
                       "a job with %.3g checkpoints and verifications; at most %.0f are followed", stops, stops_most);
    return 0;
}

/* --- The job's plan ------------------------------------------------------------------------------------------------ */

/* Multiples of two intervals meet up to rounding. */
static bool is_same_place(const struct bh_silent_course *course, double left_s, double right_s)
{
    return fabs(left_s - right_s) <= 1e-9 * course->work_s;
}

static struct stop next_stop(const struct bh_silent_course *course, uint64_t verifications, uint64_t checkpoints)
{
    double verification_s = (double)(verifications + 1) * course->verify_every_s;
    double checkpoint_s = (double)(checkpoints + 1) * course->interval_s, work_s = fmin(verification_s, checkpoint_s);
    struct stop stop = {.work_s = work_s};
    for (int l = 0; l < BH_LEVELS; l++)
        stop.complete_s[l] = INFINITY;
    if (work_s >= course->work_s || is_same_place(course, work_s, course->work_s)) {
        stop.work_s = course->work_s;
        stop.has_verification = course->verifies_at_end;
        return stop;
    }
    stop.has_verification = is_same_place(course, work_s, verification_s);
    stop.checkpoint = is_same_place(course, work_s, checkpoint_s) ? checkpoints + 1 : 0;
    return stop;
}

static void pass(const struct bh_silent_course *course, struct stop *stop, double clock_s)
{
    stop->arrival_s = clock_s;
    clock_s += stop->has_verification ? course->verify_s : 0.0;
    stop->verdict_s = clock_s + course->latency_s;
    for (int l = 0; l < BH_LEVELS && stop->checkpoint > 0; l++)
        if (course->level[l].every > 0 && stop->checkpoint % course->level[l].every == 0)
            stop->complete_s[l] = clock_s += course->level[l].write_s;
    stop->leave_s = stop->work_s == course->work_s ? INFINITY : clock_s;
}

/* What there is at each verdict; verdicts come in the order of their verifications. */
static void look_around_at_verdicts(struct plan *plan)
{
    size_t at = 0; /* the last stop reached by then */
    for (size_t s = 0; s < plan->count; s++) {
        struct stop *stop = &plan->stops[s];
        if (!stop->has_verification)
            continue;
        while (at + 1 < plan->count && plan->stops[at + 1].arrival_s <= stop->verdict_s)
            at++;
        const struct stop *last = &plan->stops[at];
        stop->verdict_work_s = last->work_s + fmax(stop->verdict_s - last->leave_s, 0.0);
        for (int l = 0; l < BH_LEVELS; l++)
            stop->newest[l] = last->complete_s[l] <= stop->verdict_s ? last->checkpoint : last->before[l];
    }
}

static struct plan make_plan(const struct bh_silent_course *course)
{
    /* Nobody has the memory for so many stops; the allocation says so. */
    double stops = course->work_s / course->interval_s + course->work_s / course->verify_every_s;
    size_t most = (size_t)fmin(stops, 0x1p48) + 4;
    struct plan plan = {.stops = bh_allocate(most, sizeof *plan.stops)};
    uint64_t verifications = 0, checkpoints = 0, newest[BH_LEVELS] = {0};
    double clock_s = 0.0, done_s = 0.0;
    do {
        struct stop *stop = &plan.stops[plan.count++];
        *stop = next_stop(course, verifications, checkpoints);
        pass(course, stop, clock_s + stop->work_s - done_s);
        verifications += stop->has_verification;
        checkpoints += stop->checkpoint > 0;
        for (int l = 0; l < BH_LEVELS; l++) {
            stop->before[l] = newest[l];
            newest[l] = isfinite(stop->complete_s[l]) ? stop->checkpoint : newest[l];
        }
        clock_s = stop->leave_s;
        done_s = stop->work_s;
    } while (isfinite(clock_s));
    const struct stop *last = &plan.stops[plan.count - 1];
    plan.end_s = last->has_verification ? last->verdict_s : last->arrival_s;
    look_around_at_verdicts(&plan);
    return plan;
}

/* --- Where it goes back to ------------------------------------------------------------------------------------------ */

struct target {
    enum bh_return kind;
    uint64_t checkpoint; /* 0: the beginning */
};

/* The newest checkpoint of those kept that is not newer than number `clean`, on the nearest level that has it. A level
 * holds multiples of its n. */
static struct target choose_target(const struct bh_silent_course *course, uint64_t clean, const uint64_t *newest)
{
    struct target target = {BH_RETURN_BEGINNING, 0};
    uint64_t newest_of_all = 0;
    for (int l = 0; l < BH_LEVELS; l++) {
        uint64_t n = course->level[l].every, checkpoint = n > 0 ? clean / n * n : 0;
        newest_of_all = newest[l] > newest_of_all ? newest[l] : newest_of_all;
        if (checkpoint == 0 || newest[l] == 0 || checkpoint / n + course->level[l].keep <= newest[l] / n)
            continue;
        if (checkpoint > target.checkpoint)
            target = (struct target){bh_level_goes_through((enum bh_level)l, BH_THROUGH_STORAGE) ? BH_RETURN_STORAGE
                                                                                                 : BH_RETURN_OLDER,
                                     checkpoint};
    }
    if (target.checkpoint > 0 && target.checkpoint == newest_of_all)
        target.kind = BH_RETURN_NEWEST;
    return target;
}

/* --- Taint over a stretch of time ----------------------------------------------------------------------------------- */

/* The integral of the mean number of tainted ranks over steps, tabulated up to where all are tainted. The mean of halos
 * is linear from step to step: a parabola is exact. That of random partners is smooth over the time of one contact, of
 * which a cell is a quarter, until a collective has come for certain, where a cell ends. */
struct taint_table {
    double cell; /* steps */
    size_t cells;
    double *ranks; /* at both ends and in the middle of each cell: 2 cells + 1 */
    double *sum;   /* the integral from 0 to each cell's begin: cells + 1 */
};

static double steps_until_all(const struct bh_taint *taint)
{
    double n = (double)taint->ranks, halo = 0.0;
    for (int d = 0; d < BH_HALO_DIMENSIONS_MOST; d++)
        halo += floor((double)taint->extent[d] / 2.0);
    if (taint->communication == BH_COMMUNICATION_RANDOM)
        halo = taint->contacts_per_step > 0.0 ? (2.0 * log(n) + 30.0) / taint->contacts_per_step : 0.0;
    else if (taint->dimensions == 0)
        halo = 0.0;
    double collective = taint->collectives_per_step > 0.0 ? 1.0 / taint->collectives_per_step : INFINITY;
    bool spreads = halo > 0.0 && n > 1.0;
    return ceil(fmin(spreads ? halo : INFINITY, collective)) + 1.0;
}

/* From a cell's begin to a share x of it, by the parabola through its three values. */
static double cell_integral(const struct taint_table *table, size_t cell, double x)
{
    const double *y = &table->ranks[2 * cell];
    double slope = -3.0 * y[0] + 4.0 * y[1] - y[2], bend = 2.0 * y[0] - 4.0 * y[1] + 2.0 * y[2];
    return table->cell * x * (y[0] + x * (slope / 2.0 + x * bend / 3.0));
}

static struct taint_table make_taint_table(const struct bh_taint *taint, double steps_most)
{
    struct taint_table table = {.cell = 1.0};
    if (taint->communication == BH_COMMUNICATION_RANDOM && taint->contacts_per_step > 0.0) {
        double contact = 0.25 / taint->contacts_per_step, certain = fmax(1.0, 1.0 / taint->collectives_per_step);
        table.cell = isinf(certain) ? contact : certain / ceil(certain / contact);
    }
    double until_all = steps_until_all(taint);
    /* Where nothing ever spreads, one cell tells all. */
    table.cells = isinf(until_all) ? 1 : (size_t)fmin(ceil(fmin(until_all, steps_most) / table.cell), 0x1p48) + 1;
    table.sum = bh_allocate(table.cells + 1, sizeof *table.sum);
    table.ranks = bh_allocate(2 * table.cells + 1, sizeof *table.ranks);
    for (size_t i = 0; i <= 2 * table.cells; i++)
        table.ranks[i] = bh_taint_ranks(taint, (double)i * table.cell / 2.0);
    for (size_t i = 0; i < table.cells; i++)
        table.sum[i + 1] = table.sum[i] + cell_integral(&table, i, 1.0);
    return table;
}

static double taint_integral(const struct taint_table *table, double steps)
{
    double cells = fmax(steps, 0.0) / table->cell;
    if (cells >= (double)table->cells)
        return table->sum[table->cells] + (cells - (double)table->cells) * table->cell * table->ranks[2 * table->cells];
    return table->sum[(size_t)cells] + cell_integral(table, (size_t)cells, cells - floor(cells));
}

/* --- The sum -------------------------------------------------------------------------------------------------------- */

/* An error that became silent in the piece of work that ends at stop `piece` is found at stop `finder`. */
struct event {
    const struct stop *piece, *finder;
    double begin_s;       /* of the piece, work */
    double piece_leave_s; /* the clock then */
    double probability;
    uint64_t clean; /* the newest checkpoint before the piece */
};
typedef void (*visitor)(const struct event *event, void *context);

/* Visits every (piece, verification) with its probability; returns that of no verification. */
static double visit(const struct bh_silent_course *course, const struct plan *plan, visitor see, void *context)
{
    double begin_s = 0.0, leave_s = 0.0, corrupted = 0.0;
    uint64_t clean = 0;
    for (size_t p = 0; p < plan->count; p++) {
        double missed = (plan->stops[p].work_s - begin_s) / course->work_s;
        for (size_t f = p; f < plan->count && missed > negligible && course->recall > 0.0; f++) {
            const struct stop *finder = &plan->stops[f];
            if (!finder->has_verification || finder->verdict_s > plan->end_s)
                continue;
            struct event event = {&plan->stops[p], finder, begin_s, leave_s, missed * course->recall, clean};
            see(&event, context);
            missed *= 1.0 - course->recall;
        }
        corrupted += missed;
        begin_s = plan->stops[p].work_s;
        leave_s = plan->stops[p].leave_s;
        clean = plan->stops[p].checkpoint > 0 ? plan->stops[p].checkpoint : clean;
    }
    return corrupted;
}

struct sums {
    const struct bh_silent_course *course;
    struct taint_table taint;
    struct bh_silent_outcome outcome;
};

static void add_event(const struct event *event, void *context)
{
    struct sums *sums = context;
    const struct bh_silent_course *course = sums->course;
    struct bh_silent_outcome *outcome = &sums->outcome;
    const struct stop *finder = event->finder;
    double p = event->probability, length_s = event->piece->work_s - event->begin_s;
    struct target target = choose_target(course, event->clean, finder->newest);
    outcome->found += p;
    outcome->back[target.kind] += p;
    outcome->delay_s += p * (finder->verdict_s - event->piece_leave_s - length_s / 2.0);
    double back_s = target.checkpoint > 0 ? (double)target.checkpoint * course->interval_s : 0.0;
    outcome->lost_work_s += p * (finder->verdict_work_s - back_s);
    double first = (finder->verdict_work_s - event->begin_s) / course->step_s, steps = length_s / course->step_s;
    outcome->ranks += p * (taint_integral(&sums->taint, first) - taint_integral(&sums->taint, first - steps)) / steps;
}

struct below {
    double delay_s, share;
};

/* Within a piece the delay is uniform. */
static void add_below(const struct event *event, void *context)
{
    struct below *below = context;
    double longest_s = event->finder->verdict_s - event->piece_leave_s;
    double length_s = event->piece->work_s - event->begin_s;
    below->share += event->probability * fmin(fmax((below->delay_s - longest_s + length_s) / length_s, 0.0), 1.0);
}

/* Bisection of the distribution of the delay, to 1e-6 of itself. */
static double quantile_s(const struct bh_silent_course *course, const struct plan *plan, double share)
{
    double low_s = 0.0, high_s = plan->end_s;
    while (high_s - low_s > 1e-6 * high_s) {
        struct below below = {.delay_s = (low_s + high_s) / 2.0};
        visit(course, plan, add_below, &below);
        *(below.share < share ? &low_s : &high_s) = below.delay_s;
    }
    return high_s;
}

struct bh_silent_outcome bh_silent_course_exact(const struct bh_silent_course *course)
{
    struct plan plan = make_plan(course);
    struct sums sums = {.course = course, .taint = make_taint_table(&course->taint, course->work_s / course->step_s)};
    sums.outcome.corrupted = visit(course, &plan, add_event, &sums);
    struct bh_silent_outcome outcome = sums.outcome;
    double found = outcome.found;
    outcome.delay_half_s = found > 0.0 ? quantile_s(course, &plan, 0.5 * found) : NAN;
    outcome.delay_95_s = found > 0.0 ? quantile_s(course, &plan, 0.95 * found) : NAN;
    outcome.delay_s /= found; /* 0/0 where none is found: not a number, as promised */
    outcome.lost_work_s /= found;
    outcome.ranks /= found;
    for (int r = 0; r < BH_RETURNS; r++)
        outcome.back[r] /= found;
    free(sums.taint.sum);
    free(sums.taint.ranks);
    free(plan.stops);
    return outcome;
}
