/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The search for the cheapest pattern: over intervals by golden section, over verifications and states one by one. */
#include "models/silent/choose_pattern.h"

#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

struct search {
    const struct bh_pattern_job *job;
    const struct bh_pattern_wish *wish;
    double goal; /* P(wrong) at most */
    size_t seen_count;
    struct bh_pattern_choice *seen; /* the searches come to the same patterns again */
};

static struct bh_pattern_choice evaluate(struct search *search, struct bh_pattern pattern)
{
    for (size_t i = 0; i < search->seen_count; i++) {
        const struct bh_pattern *seen = &search->seen[i].pattern;
        if (seen->intervals == pattern.intervals && seen->verifications == pattern.verifications &&
            seen->keep == pattern.keep)
            return search->seen[i];
    }
    search->seen = bh_reallocate(search->seen, search->seen_count + 1, sizeof *search->seen);
    search->seen[search->seen_count] =
        (struct bh_pattern_choice){.pattern = pattern, .outcome = bh_pattern_expect(search->job, &pattern)};
    return search->seen[search->seen_count++];
}

static bool is_better(const struct bh_pattern_choice *left, const struct bh_pattern_choice *right)
{
    return left->outcome.expected_s < right->outcome.expected_s;
}

static double wrong_of(struct search *search, double intervals, uint64_t verifications, uint64_t keep)
{
    struct bh_pattern pattern = {(uint64_t)intervals, verifications, keep};
    return evaluate(search, pattern).outcome.wrong;
}

static double most_intervals(struct search *search, uint64_t verifications)
{
    double piece_s = fmax(search->wish->least_piece_s, search->job->work_s * 0x1p-20);
    return fmax(1.0, floor(search->job->work_s / piece_s / fmax(1.0, (double)verifications)));
}

/* Which numbers of intervals reach the goal, of 1 to *high; false where none does. More have shorter pieces, and more results
 * right; but where nothing is verified only more time to be struck in. */
static bool reach_goal(struct search *search, uint64_t verifications, uint64_t keep, double *low, double *high)
{
    bool is_bare = verifications == 0;
    double in = is_bare ? 1.0 : *high, out = is_bare ? *high + 1.0 : 0.0;
    if (wrong_of(search, in, verifications, keep) > search->goal)
        return false;
    while (fabs(in - out) > 1.0) {
        double middle = floor(0.5 * (in + out));
        *(wrong_of(search, middle, verifications, keep) > search->goal ? &out : &in) = middle;
    }
    *low = is_bare ? 1.0 : in;
    *high = is_bare ? in : *high;
    return true;
}

/* Over whole numbers from `low` to `high` on a logarithmic scale: the expected time falls, then rises. Where a job hardly
 * ever ends, the intervals are too few. */
static struct bh_pattern_choice search_intervals(struct search *search, struct bh_pattern pattern, double low,
                                                 double high)
{
    const double golden = 0.5 * (sqrt(5.0) - 1.0);
    pattern.intervals = (uint64_t)low;
    struct bh_pattern_choice best = evaluate(search, pattern);
    while (high - low > 2.0) {
        double ratio = log(high / low), left = round(high * exp(-golden * ratio)),
               right = round(low * exp(golden * ratio));
        left = fmax(low + 1.0, fmin(left, high - 2.0));
        right = fmax(left + 1.0, fmin(right, high - 1.0));
        pattern.intervals = (uint64_t)left;
        struct bh_pattern_choice at_left = evaluate(search, pattern);
        pattern.intervals = (uint64_t)right;
        struct bh_pattern_choice at_right = evaluate(search, pattern);
        bool is_left = is_better(&at_left, &at_right);
        const struct bh_pattern_choice *better = is_left ? &at_left : &at_right;
        best = is_better(better, &best) ? *better : best;
        high = is_left ? right : high;
        low = is_left ? low : left;
    }
    for (double at = low; at <= high; at++) {
        pattern.intervals = (uint64_t)at;
        struct bh_pattern_choice one = evaluate(search, pattern);
        best = is_better(&one, &best) ? one : best;
    }
    return best;
}

/* The best number of intervals with so many verifications in each. */
static struct bh_pattern_choice choose_intervals(struct search *search, uint64_t verifications, uint64_t keep)
{
    const struct bh_pattern_job *job = search->job;
    struct bh_pattern pattern = {search->wish->intervals, verifications, keep};
    if (pattern.intervals > 0) {
        struct bh_pattern_choice one = evaluate(search, pattern);
        return one.outcome.wrong <= search->goal ? one : (struct bh_pattern_choice){.outcome.expected_s = INFINITY};
    }
    double most = most_intervals(search, verifications), fewest;
    if (!reach_goal(search, verifications, keep, &fewest, &most))
        return (struct bh_pattern_choice){.outcome.expected_s = INFINITY};
    /* To first order the best interval is sqrt(2 cost/rate): twenty times off on either side is far enough. */
    double pause_s = job->write_s + (double)verifications * job->verify_s;
    double guess = job->work_s * sqrt(0.5 * (job->failure_rate + 2.0 * job->silent_rate) / fmax(pause_s, 1e-9));
    double low = fmin(fmax(fewest, floor(guess / 20.0)), most);
    return search_intervals(search, pattern, fmax(1.0, low), fmin(most, fmax(low, ceil(20.0 * guess))));
}

/* More verifications in an interval save, up to a number; two more that save nothing end the search. */
static struct bh_pattern_choice choose_verifications(struct search *search, uint64_t keep)
{
    const struct bh_pattern_wish *wish = search->wish;
    if (!wish->is_verified || wish->verifications > 0)
        return choose_intervals(search, wish->is_verified ? wish->verifications : 0, keep);
    struct bh_pattern_choice best = choose_intervals(search, 1, keep);
    uint64_t since = 0;
    for (uint64_t m = 2; m <= BH_PATTERN_VERIFICATIONS_MOST && (since < 2 || isinf(best.outcome.expected_s)); m++) {
        struct bh_pattern_choice one = choose_intervals(search, m, keep);
        since = is_better(&one, &best) ? 0 : since + 1;
        best = is_better(&one, &best) ? one : best;
    }
    return best;
}

static struct bh_pattern_choice choose_keep(struct search *search)
{
    if (search->wish->keep > 0)
        return choose_verifications(search, search->wish->keep);
    struct bh_pattern_choice best = choose_verifications(search, 1);
    for (uint64_t keep = 2; keep <= BH_PATTERN_KEEP_MOST; keep++) {
        struct bh_pattern_choice more = choose_verifications(search, keep);
        if (isfinite(best.outcome.expected_s) && !(more.outcome.expected_s < 0.999 * best.outcome.expected_s))
            break;
        best = is_better(&more, &best) ? more : best;
    }
    return best;
}

/* With as many looks, and few checkpoints, as there can be, and two states, so that a return finds one that is right. */
static double least_wrong(struct search *search)
{
    const struct bh_pattern_wish *wish = search->wish;
    uint64_t keep = wish->keep > 0 ? wish->keep : 2;
    double pieces = most_intervals(search, 1);
    if (!wish->is_verified)
        return wrong_of(search, fmax(1.0, (double)wish->intervals), 0, keep);
    if (wish->intervals > 0)
        pieces = fmax(1.0, floor(pieces / (double)wish->intervals));
    uint64_t verifications = (uint64_t)fmin(BH_PATTERN_VERIFICATIONS_MOST, pieces);
    if (wish->verifications > 0)
        verifications = wish->verifications;
    double intervals = wish->intervals > 0 ? (double)wish->intervals : most_intervals(search, verifications);
    return wrong_of(search, intervals, verifications, keep);
}

struct bh_pattern_choice bh_pattern_choose(const struct bh_pattern_job *job, const struct bh_pattern_wish *wish)
{
    struct bh_pattern_wish never = *wish;
    struct search search = {.job = job, .wish = wish, .goal = wish->target};
    double least = least_wrong(&search);
    search.goal = least <= wish->target ? wish->target : fmin(1.0, 2.0 * least);
    struct bh_pattern_choice best = choose_keep(&search);
    /* Where silent errors are rare enough, nothing needs to be verified. */
    never.is_verified = false;
    never.keep = wish->keep > 0 ? wish->keep : 1;
    search.wish = &never;
    if (wish->is_verified && wish->verifications == 0) {
        struct bh_pattern_choice bare = choose_keep(&search);
        best = is_better(&bare, &best) ? bare : best;
        least = fmin(least, least_wrong(&search));
    }
    /* One that never ends is no better than another: as many looks as allowed. */
    if (best.pattern.intervals == 0)
        best = evaluate(&search,
                        (struct bh_pattern){wish->intervals > 0 ? wish->intervals : 1,
                                            wish->is_verified ? (wish->verifications > 0 ? wish->verifications : 1) : 0,
                                            wish->keep > 0 ? wish->keep : 1});
    best.is_met = best.outcome.wrong <= wish->target;
    best.least_wrong = least;
    free(search.seen);
    return best;
}
