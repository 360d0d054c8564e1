/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a job under a pattern of checkpoints and verifications takes: a chain over its intervals. */
#include "models/silent/pattern.h"

#include "models/base/error.h"
#include "models/silent/far_levels.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double bh_pattern_piece_s(const struct bh_pattern_job *job, const struct bh_pattern *pattern)
{
    double pieces = (double)pattern->intervals * fmax(1.0, (double)pattern->verifications);
    return job->work_s / pieces;
}

/* --- One attempt at an interval ------------------------------------------------------------------------------------- */

/* A state of the chain, at a checkpoint or a return to one: `kept` states are left, of which the newest `wrong` hold an error,
 * and so do the data; the newest has been returned to so often because of wrong data with no verification passed since. With
 * none left it is at the beginning, which is right. */
struct state {
    size_t kept, wrong, returns;
};

enum { RETURNS_MOST = 8 };

/* Rows of all: [state][state]. */
struct chain {
    const struct bh_pattern_job *job;
    const struct bh_pattern *pattern;
    size_t states, backs, returns; /* returns: to one state until it is given up */
    bool is_last;                  /* the interval ends with the job: no checkpoint */
    double *forward;       /* the interval is done; of the last: by the state that the data are in, 0 right, 1 wrong */
    double **back;         /* it is begun again, that many states further back */
    double *reset, *spent; /* [state]: no state is left; expected time until any of these */
};

static size_t index_of(const struct chain *chain, struct state state)
{
    if (state.kept == 0)
        return 0;
    /* Numbers of `wrong` for fewer kept: 2 + 3 + ... */
    size_t wrongs = (state.kept - 1) * (state.kept + 2) / 2 + state.wrong;
    return 1 + (chain->returns + 1) * wrongs + state.returns;
}

static size_t states_of(uint64_t keep, size_t returns)
{
    return 1 + (returns + 1) * (size_t)(keep * (keep + 3) / 2);
}

/* Where an attempt may be: by whether the data are wrong, and how often the newest state has been returned to. */
struct attempt {
    double at[2][RETURNS_MOST + 1];
    struct state from;
    size_t row;
};

static double rate_of(double rate, bool spares_rest, bool is_rest)
{
    return spares_rest && is_rest ? 0.0 : rate;
}

/* Expected time from a failure until it is back, if further ones strike meanwhile: (e^{fR} - 1)/f. */
static double back_s(double rate, double recovery_s)
{
    return rate > 0.0 ? expm1(rate * recovery_s) / rate : recovery_s;
}

/* A return because of wrong data, which a failure may meet: (1 - e^{-fB}) e^{fR}/f. */
static double return_s(const struct bh_pattern_job *job, double read_s)
{
    double rate = rate_of(job->failure_rate, job->failures_spare_rest, true);
    return rate > 0.0 ? -expm1(-rate * read_s) * exp(rate * job->recovery_s) / rate : read_s;
}

/* Some time passes: a failure takes the job back to its newest state. */
static void elapse(struct chain *chain, struct attempt *attempt, double time_s, bool is_rest)
{
    const struct bh_pattern_job *job = chain->job;
    double rate = rate_of(job->failure_rate, job->failures_spare_rest, is_rest), fails = -expm1(-rate * time_s);
    double mean_s = rate > 0.0 ? fails / rate : time_s;
    double recovery_s = back_s(rate_of(job->failure_rate, job->failures_spare_rest, true), job->recovery_s);
    for (size_t n = 0; n <= chain->returns; n++) {
        double all = attempt->at[0][n] + attempt->at[1][n];
        struct state to = attempt->from;
        to.returns = to.kept > 0 ? n : 0;
        chain->spent[attempt->row] += all * (mean_s + fails * recovery_s);
        chain->back[0][attempt->row * chain->states + index_of(chain, to)] += all * fails;
        attempt->at[0][n] *= 1.0 - fails;
        attempt->at[1][n] *= 1.0 - fails;
    }
}

/* Silent errors of that time. */
static void strike(const struct chain *chain, struct attempt *attempt, double time_s, bool is_rest)
{
    double rate = rate_of(chain->job->silent_rate, chain->job->silent_spares_rest, is_rest);
    double strikes = -expm1(-rate * time_s);
    for (size_t n = 0; n <= chain->returns; n++) {
        attempt->at[1][n] += strikes * attempt->at[0][n];
        attempt->at[0][n] *= 1.0 - strikes;
    }
}

/* Where a verification that has found something takes the job. A state before one that is given up has passed since it was
 * returned to. */
static void go_back(struct chain *chain, struct attempt *attempt, size_t returns, double share)
{
    const struct bh_pattern_job *job = chain->job;
    struct state to = attempt->from;
    size_t further = job->knows_age ? to.wrong : (size_t)(returns >= chain->returns && to.kept > 0);
    bool is_beginning = to.kept == further;
    double read_s = !is_beginning ? job->read_s : job->farther_count > 0 ? job->farther[0].read_s : job->relaunch_s;
    chain->spent[attempt->row] += share * (job->latency_s + return_s(job, read_s));
    if (is_beginning && to.kept > 0) {
        chain->reset[attempt->row] += share;
        return;
    }
    to.kept -= further;
    to.wrong -= further < to.wrong ? further : to.wrong;
    to.returns = job->knows_age || to.kept == 0 ? 0 : further > 0 ? 1 : returns + 1;
    chain->back[further][attempt->row * chain->states + index_of(chain, to)] += share;
}

/* A mean of m errors has struck since the last look: none is found with probability e^{-rm}, those that are there from
 * before are found as one is. */
static void verify(struct chain *chain, struct attempt *attempt, double mean)
{
    double recall = chain->job->recall, unfound = exp(-recall * mean), right = 0.0, wrong = 0.0;
    for (size_t n = 0; n <= chain->returns; n++) {
        double clean = attempt->at[0][n], dirty = attempt->at[1][n], missed = (1.0 - recall) * dirty;
        go_back(chain, attempt, n, (1.0 - unfound) * clean + dirty - unfound * missed);
        right += exp(-mean) * clean;
        wrong += (unfound - exp(-mean)) * clean + unfound * missed;
        attempt->at[0][n] = attempt->at[1][n] = 0.0;
    }
    attempt->at[0][0] = right;
    attempt->at[1][0] = wrong;
}

/* The interval is over, and a checkpoint holds what is in the data. */
static void keep_state(struct chain *chain, struct attempt *attempt)
{
    for (int wrong = 0; wrong < 2; wrong++)
        for (size_t n = 0; n <= chain->returns; n++) {
            struct state to = attempt->from;
            to.kept += to.kept < chain->pattern->keep;
            to.wrong = wrong ? to.wrong + (to.wrong < to.kept) : 0;
            to.returns = 0;
            size_t column = chain->is_last ? (size_t)wrong : index_of(chain, to);
            chain->forward[attempt->row * chain->states + column] += attempt->at[wrong][n];
        }
}

/* What strikes during a verification or while a checkpoint is written, the one does not see, and the other holds. */
static void fill_row(struct chain *chain, struct state from)
{
    const struct bh_pattern_job *job = chain->job;
    uint64_t verifications = chain->pattern->verifications;
    double piece_s = bh_pattern_piece_s(job, chain->pattern);
    struct attempt attempt = {.from = from, .row = index_of(chain, from)};
    attempt.at[from.wrong > 0][from.returns] = 1.0;
    for (uint64_t piece = 0; piece < (verifications > 0 ? verifications : 1); piece++) {
        elapse(chain, &attempt, piece_s, false);
        if (verifications == 0) {
            strike(chain, &attempt, piece_s, false);
            break;
        }
        elapse(chain, &attempt, job->verify_s, true);
        verify(chain, &attempt, job->silent_rate * piece_s);
        strike(chain, &attempt, job->verify_s, true);
    }
    if (!chain->is_last) {
        elapse(chain, &attempt, job->write_s, true);
        strike(chain, &attempt, job->write_s, true);
    }
    keep_state(chain, &attempt);
}

static struct chain make_chain(const struct bh_pattern_job *job, const struct bh_pattern *pattern, bool is_last)
{
    size_t least = job->returns > 1 ? (size_t)job->returns : 1;
    size_t returns = job->knows_age ? 1 : least < RETURNS_MOST ? least : RETURNS_MOST;
    size_t states = states_of(pattern->keep, returns);
    struct chain chain = {.job = job,
                          .pattern = pattern,
                          .states = states,
                          .returns = returns,
                          .backs = job->knows_age ? pattern->keep + 1 : 2,
                          .is_last = is_last,
                          .forward = bh_allocate(states * states, sizeof(double)),
                          .reset = bh_allocate(states, sizeof(double)),
                          .spent = bh_allocate(states, sizeof(double))};
    chain.back = bh_allocate(chain.backs, sizeof *chain.back);
    for (size_t b = 0; b < chain.backs; b++)
        chain.back[b] = bh_allocate(states * states, sizeof(double));
    fill_row(&chain, (struct state){0});
    for (size_t kept = 1; kept <= pattern->keep; kept++)
        for (size_t wrong = 0; wrong <= kept; wrong++)
            for (size_t n = 0; n <= returns; n++)
                fill_row(&chain, (struct state){kept, wrong, n});
    return chain;
}

static void free_chain(struct chain *chain)
{
    for (size_t b = 0; b < chain->backs; b++)
        free(chain->back[b]);
    free(chain->back);
    free(chain->forward);
    free(chain->reset);
    free(chain->spent);
}

/* --- The next checkpoint, for the first time ------------------------------------------------------------------------- */

/* From each state: where it is when the interval is first done, and the expected time. What is missing to 1 in a row has no
 * state left before. */
struct climb {
    double *to;     /* [state][state] */
    double *time_s; /* [state] */
};

/* product = left x right, n x n. */
static void multiply(const double *left, const double *right, size_t n, double *product)
{
    memset(product, 0, n * n * sizeof *product);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; left[i * n + k] != 0.0 && j < n; j++)
                product[i * n + j] += left[i * n + k] * right[k * n + j];
}

/* A_0 + (A_1 + (A_2 + ...) F) F: who goes further back has to climb once more for each state. */
static void returns(const struct chain *chain, const double *climb, double *sum, double *room)
{
    size_t n = chain->states, b = chain->backs - 1;
    memcpy(sum, chain->back[b], n * n * sizeof *sum);
    while (b-- > 0) {
        multiply(sum, climb, n, room);
        for (size_t i = 0; i < n * n; i++)
            sum[i] = room[i] + chain->back[b][i];
    }
}

/* Columns of x: (I - returns)^-1 right, right being n rows of `columns`. False where it cannot be inverted. */
static bool solve(const double *returns, size_t n, const double *right, size_t columns, double *x)
{
    gsl_matrix *matrix = gsl_matrix_alloc(n, n);
    gsl_permutation *permutation = gsl_permutation_alloc(n);
    gsl_vector *column = gsl_vector_alloc(n);
    int sign, status;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            gsl_matrix_set(matrix, i, j, (i == j ? 1.0 : 0.0) - returns[i * n + j]);
    status = gsl_linalg_LU_decomp(matrix, permutation, &sign);
    for (size_t c = 0; c < columns && status == 0; c++) {
        for (size_t i = 0; i < n; i++)
            gsl_vector_set(column, i, right[i * columns + c]);
        status = gsl_linalg_LU_svx(matrix, permutation, column);
        for (size_t i = 0; i < n; i++)
            x[i * columns + c] = gsl_vector_get(column, i);
    }
    gsl_matrix_free(matrix);
    gsl_permutation_free(permutation);
    gsl_vector_free(column);
    return status == 0;
}

/* Spent in the attempt, and climbing up again from further back: each A_b brings the times of b climbs. */
static void add_climbs(const struct chain *chain, const struct climb *climb, double *spent)
{
    size_t n = chain->states;
    double *at = bh_allocate(n, sizeof *at), *next = bh_allocate(n, sizeof *next);
    memcpy(spent, chain->spent, n * sizeof *spent);
    for (size_t b = 1; b < chain->backs; b++)
        for (size_t i = 0; i < n; i++) {
            memcpy(at, chain->back[b] + i * n, n * sizeof *at);
            for (size_t climbs = 0; climbs < b; climbs++) {
                memset(next, 0, n * sizeof *next);
                for (size_t k = 0; k < n; k++) {
                    spent[i] += at[k] * climb->time_s[k];
                    for (size_t j = 0; at[k] != 0.0 && j < n; j++)
                        next[j] += at[k] * climb->to[k * n + j];
                }
                memcpy(at, next, n * sizeof *at);
            }
        }
    free(at);
    free(next);
}

/* F = (I - A_0 - A_1 F - A_2 F^2 ...)^-1 A_f, from below: F of at most k returns on top of each other. Then the times
 * likewise, t = spent + A_0 t + A_1 (t + F t) + ...: after b climbs the attempt is made again. */
static bool climb_once(const struct chain *chain, struct climb *climb)
{
    enum { ROUNDS = 500 };
    size_t n = chain->states;
    double *sum = bh_allocate(n * n, sizeof *sum), *room = bh_allocate(n * n, sizeof *room), change = INFINITY;
    double *spent = bh_allocate(n, sizeof *spent);
    bool is_solved = true;
    for (int round = 0; round < ROUNDS && change > 1e-13 && is_solved; round++) {
        returns(chain, climb->to, sum, room);
        is_solved = solve(sum, n, chain->forward, n, room);
        change = 0.0;
        for (size_t i = 0; i < n * n; i++) {
            change = fmax(change, fabs(room[i] - climb->to[i]));
            climb->to[i] = room[i];
        }
    }
    returns(chain, climb->to, sum, room);
    change = INFINITY;
    for (int round = 0; round < ROUNDS && change > 1e-13 && is_solved; round++) {
        add_climbs(chain, climb, spent);
        is_solved = solve(sum, n, spent, 1, room);
        change = 0.0;
        for (size_t i = 0; i < n; i++) {
            change = fmax(change, fabs(room[i] - climb->time_s[i]) / room[i]);
            climb->time_s[i] = room[i];
        }
    }
    free(sum);
    free(room);
    free(spent);
    return is_solved;
}

/* --- The job --------------------------------------------------------------------------------------------------------- */

static double dot(const double *left, const double *right, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += left[i] * right[i];
    return sum;
}

static double sum_of(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum;
}

/* next = at x matrix */
static void advance(const double *at, const double *matrix, size_t n, double *next)
{
    memset(next, 0, n * sizeof *next);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; at[i] != 0.0 && j < n; j++)
            next[j] += at[i] * matrix[i * n + j];
}

/* How a job that comes to its last interval in one of the states ends: [state] */
struct ending {
    double *right, *wrong; /* P(that no state is left before) is what is missing to 1 */
    double *time_s;
};

/* What the last interval goes back to is climbed up from by intervals with checkpoints. */
static bool end_job(const struct chain *chain, const struct climb *climb, struct ending *ending)
{
    size_t n = chain->states;
    struct chain last = make_chain(chain->job, chain->pattern, true);
    double *sum = bh_allocate(n * n, sizeof *sum), *room = bh_allocate(n * (n + 3), sizeof *room);
    double *spent = bh_allocate(n, sizeof *spent), *sides = bh_allocate(3 * n, sizeof *sides);
    add_climbs(&last, climb, spent);
    returns(&last, climb->to, sum, room);
    for (size_t i = 0; i < n; i++) {
        sides[3 * i] = last.forward[i * n];
        sides[3 * i + 1] = last.forward[i * n + 1];
        sides[3 * i + 2] = spent[i];
    }
    bool is_solved = solve(sum, n, sides, 3, room);
    for (size_t i = 0; i < n; i++) {
        ending->right[i] = room[3 * i];
        ending->wrong[i] = room[3 * i + 1];
        ending->time_s[i] = room[3 * i + 2];
    }
    free(sum);
    free(room);
    free(spent);
    free(sides);
    free_chain(&last);
    return is_solved;
}

/* Of errors that are Poisson each matters or not. */
static double wrong_of(const struct bh_pattern_job *job, double right, double wrong)
{
    return wrong > 0.0 ? -expm1(job->matters * log(right / (right + wrong))) : 0.0;
}

/* One level: from the beginning through every interval, and again from the beginning wherever no state is left. Once the
 * states that it is in have settled, each further interval takes as long, and loses as much. */
static struct bh_pattern_outcome one_level(const struct chain *chain, const struct climb *climb,
                                           const struct ending *ending)
{
    size_t n = chain->states;
    double *at = bh_allocate(n, sizeof *at), *next = bh_allocate(n, sizeof *next), time_s = 0.0;
    at[0] = 1.0;
    for (uint64_t left = chain->pattern->intervals - 1; left > 0; left--) {
        double one_s = dot(at, climb->time_s, n), before = sum_of(at, n), change = 0.0;
        advance(at, climb->to, n, next);
        double stays = sum_of(next, n) / before;
        for (size_t j = 0; j < n; j++)
            change = fmax(change, fabs(next[j] - stays * at[j]) / before);
        if (change < 1e-14) {
            double rest = (double)left, lost = 1.0 - stays, still = exp(rest * log1p(-lost));
            time_s += one_s * (lost > 1e-15 ? -expm1(rest * log1p(-lost)) / lost : rest);
            for (size_t j = 0; j < n; j++)
                at[j] *= still;
            break;
        }
        time_s += one_s;
        memcpy(at, next, n * sizeof *at);
    }
    double right = dot(at, ending->right, n), wrong = dot(at, ending->wrong, n);
    time_s += dot(at, ending->time_s, n);
    free(at);
    free(next);
    return (struct bh_pattern_outcome){right + wrong > 1e-12 ? time_s / (right + wrong) : INFINITY,
                                       wrong_of(chain->job, right, wrong)};
}

/* States in the long run, where one of a farther level is read when those of the nearest are used up; returns how often that is,
 * per interval. */
static double settle(const struct chain *chain, const struct climb *climb, double *at)
{
    enum { STEPS = 10000 };
    size_t n = chain->states, read = index_of(chain, (struct state){1, 0, 1});
    double *next = bh_allocate(n, sizeof *next), change = INFINITY, lost = 0.0;
    at[index_of(chain, (struct state){chain->pattern->keep, 0, 0})] = 1.0;
    for (int step = 0; step < STEPS && change > 1e-13; step++) {
        advance(at, climb->to, n, next);
        lost = 1.0 - sum_of(next, n);
        next[read] += lost;
        change = 0.0;
        for (size_t j = 0; j < n; j++)
            change = fmax(change, fabs(next[j] - at[j]));
        memcpy(at, next, n * sizeof *at);
    }
    free(next);
    return lost;
}

/* Farther levels: what is read there is on average half its spacing back; and each level's own failures make an expected
 * makespan of the intervals between its checkpoints. */
static struct bh_pattern_outcome many_levels(const struct chain *chain, const struct climb *climb,
                                             const struct ending *ending)
{
    const struct bh_pattern_job *job = chain->job;
    size_t n = chain->states;
    double *at = bh_allocate(n, sizeof *at), lost = settle(chain, climb, at);
    double interval_s = job->work_s / (double)chain->pattern->intervals;
    /* g = t + lost (J + 1) g, J = (spacing + 1)/2 intervals back. */
    double again = lost * (0.5 * (fmax(1.0, job->farther[0].spacing_s / interval_s) + 1.0) + 1.0);
    double time_s = again < 1.0 ? dot(at, climb->time_s, n) / (1.0 - again) : INFINITY;
    time_s = bh_far_levels_s(job, interval_s, time_s);
    double wrong = wrong_of(job, dot(at, ending->right, n), dot(at, ending->wrong, n));
    free(at);
    return (struct bh_pattern_outcome){time_s * (double)chain->pattern->intervals - job->write_s, wrong};
}

/* Whatever strikes stays, also where a job of so few intervals hardly ever ends. */
static double unverified_wrong(const struct bh_pattern_job *job, const struct bh_pattern *pattern)
{
    double pauses_s = job->silent_spares_rest ? 0.0 : (double)(pattern->intervals - 1) * job->write_s;
    return -expm1(-job->matters * job->silent_rate * (job->work_s + pauses_s));
}

struct bh_pattern_outcome bh_pattern_expect(const struct bh_pattern_job *job, const struct bh_pattern *pattern)
{
    struct chain chain = make_chain(job, pattern, false);
    size_t n = chain.states;
    double *numbers = bh_allocate(n * (n + 4), sizeof *numbers);
    struct climb climb = {numbers + 4 * n, numbers};
    struct ending ending = {numbers + n, numbers + 2 * n, numbers + 3 * n};
    struct bh_pattern_outcome outcome = {INFINITY, 1.0};
    if (climb_once(&chain, &climb) && end_job(&chain, &climb, &ending))
        outcome = job->farther_count > 0 ? many_levels(&chain, &climb, &ending) : one_level(&chain, &climb, &ending);
    free(numbers);
    free_chain(&chain);
    if (pattern->verifications == 0)
        outcome.wrong = unverified_wrong(job, pattern);
    return outcome;
}
