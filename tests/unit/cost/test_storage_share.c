/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The bound on what a transfer gains where network and disks are shared apart: by hand, and against transfers played one by
 * one. */
#include "tests/support/helper.h"

#include "models/cost/storage_share.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>

enum { USERS_MOST = 8 };

static const struct bh_storage_rates plenty_of_links = {1, INFINITY};

/* --- Transfers, played ----------------------------------------------------------------------------------------------- */

struct played {
    double start_s, network, disk; /* bytes left */
    double rate[2];                /* network, disk */
    double end_s, held;            /* held: bytes that one share of both would have come to */
};

/* Rates of all that are active, by weight, none above its limit: those who are below their share leave theirs to others. */
static void share(const struct bh_storage_user *users, struct played *played, size_t count, int resource,
                  double capacity, const bool *is_active)
{
    bool is_fixed[USERS_MOST] = {false}, again = true;
    while (again) {
        double weights = 0.0, left = capacity;
        again = false;
        for (size_t i = 0; i < count; i++)
            if (is_active[i] && !is_fixed[i])
                weights += users[i].weight;
            else if (is_active[i])
                left -= played[i].rate[resource];
        for (size_t i = 0; i < count; i++) {
            if (!is_active[i] || is_fixed[i])
                continue;
            double limit = resource == 0 ? users[i].own_rate : INFINITY;
            double fair = isinf(left) ? INFINITY : left * users[i].weight / weights;
            is_fixed[i] = fair >= limit;
            again = again || is_fixed[i];
            played[i].rate[resource] = fmin(fair, limit);
        }
    }
}

/* To the next start or end of anything; false when all is done. Storage takes 1 byte/s, links to it `width`. */
static bool advance(const struct bh_storage_user *users, struct played *played, size_t count, double width,
                    double *now_s)
{
    bool is_active[2][USERS_MOST] = {{false}}, is_present[USERS_MOST] = {false}, is_left = false;
    double step_s = INFINITY, weights = 0.0;
    for (size_t i = 0; i < count; i++) {
        bool has_begun = played[i].start_s <= *now_s;
        is_active[0][i] = has_begun && played[i].network > 0.0;
        is_active[1][i] = has_begun && played[i].disk > 0.0;
        is_present[i] = is_active[0][i] || is_active[1][i];
        weights += is_present[i] ? users[i].weight : 0.0;
        if (!has_begun)
            step_s = fmin(step_s, played[i].start_s - *now_s);
        is_left = is_left || !has_begun || is_present[i];
    }
    share(users, played, count, 0, width, is_active[0]);
    share(users, played, count, 1, 1.0, is_active[1]);
    for (size_t i = 0; i < count; i++) {
        if (is_active[0][i])
            step_s = fmin(step_s, played[i].network / played[i].rate[0]);
        if (is_active[1][i])
            step_s = fmin(step_s, played[i].disk / played[i].rate[1]);
    }
    for (size_t i = 0; i < count && is_left; i++) {
        if (is_present[i])
            played[i].held += step_s * fmin(users[i].own_rate, users[i].weight / weights);
        for (int resource = 0; resource < 2; resource++) {
            double *left = resource == 0 ? &played[i].network : &played[i].disk;
            if (is_active[resource][i])
                *left -= step_s * played[i].rate[resource];
            if (*left < 1e-9 * users[i].bytes)
                *left = 0.0;
        }
        if (is_present[i] && played[i].network <= 0.0 && played[i].disk <= 0.0)
            played[i].end_s = *now_s + step_s;
    }
    *now_s += step_s;
    return is_left;
}

static void play(const struct bh_storage_user *users, const double *start_s, size_t count, double width,
                 struct played *played)
{
    double now_s = 0.0;
    for (size_t i = 0; i < count; i++)
        played[i] = (struct played){.start_s = start_s[i], .network = users[i].bytes, .disk = users[i].bytes};
    while (advance(users, played, count, width, &now_s))
        ;
}

/* --- Tests ----------------------------------------------------------------------------------------------------------- */

static struct bh_storage_user user(double bytes, double own, double weight)
{
    return (struct bh_storage_user){bytes, own, own, weight};
}

/* One of two alike by nodes, whose nodes have 1/sqrt(2) of the storage's bandwidth, writes 1; the other, which has plenty,
 * sqrt(2) - 1. Both at once they share alike for 2 (sqrt(2) - 1); then the disks of the first catch up. It is done after
 * sqrt(2), by its own bandwidth and by its disks, and would hold sqrt(2) - 1 and (2 - sqrt(2))/sqrt(2) more. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct bh_storage_user users[] = {user(1, M_SQRT1_2, 1), user(M_SQRT2 - 1, 10, 1)};
    double at_once[] = {0, 0}, bound = bh_storage_advantage(users, 2, 0, plenty_of_links);
    struct played played[2];
    play(users, at_once, 2, INFINITY, played);
    assert_close(played[0].end_s, M_SQRT2, 1e-9);
    assert_close(played[0].held, 2 * (M_SQRT2 - 1), 1e-9);
    assert_close(bound, (1 + M_SQRT2) / 2, 1e-12);
    assert_close(users[0].bytes / played[0].held, bound, 1e-9);
}

/* A quarter of the nodes with half of the storage's bandwidth, beside three quarters that have plenty: disks of 1 are done
 * after 1, its own bandwidth after 2. What the other then writes, 3, has the disks to itself, and is done after 3; it would
 * hold 3/4 for 1 and all for 2. */
static void test_others_that_wait(void **state)
{
    (void)state;
    struct bh_storage_user users[] = {user(1, 0.5, 1), user(3, 10, 3)};
    double later[] = {0, 1};
    struct played played[2];
    play(users, later, 2, INFINITY, played);
    assert_close(played[1].end_s, 4, 1e-9);
    assert_close(bh_storage_advantage(users, 2, 1, plenty_of_links), 3 / 2.75, 1e-12);
    assert_close(users[1].bytes / played[1].held, 3 / 2.75, 1e-9);
    assert_close(bh_storage_advantage(users, 2, 0, plenty_of_links), 1.5, 1e-12);
}

static void test_nothing_to_gain(void **state)
{
    (void)state;
    /* Everybody has plenty; nobody's own bandwidth is above its share; nobody else is there. */
    struct bh_storage_user plenty[] = {user(1, 1, 1), user(5, 3, 2)}, narrow[] = {user(1, 0.2, 1), user(5, 0.5, 1)};
    for (size_t i = 0; i < 2; i++) {
        assert_close(bh_storage_advantage(plenty, 2, i, plenty_of_links), 1, 0);
        assert_close(bh_storage_advantage(narrow, 2, i, plenty_of_links), 1, 0);
    }
    assert_close(bh_storage_advantage(narrow, 1, 0, plenty_of_links), 1, 0);
    /* Two on the same nodes: alone each could have all of their bandwidth. */
    struct bh_storage_user together[] = {{1, 0.6, 0.3, 1}, {1, 0.6, 0.3, 1}, {1, 10, 10, 1}};
    assert_close(bh_storage_advantage(together, 3, 0, plenty_of_links), 2, 1e-12);
}

/* Users with bandwidth and weight by nodes, or with any; half of them alike; a third begin at once. */
static void draw_users(gsl_rng *rng, size_t count, struct bh_storage_user *users, double *start_s)
{
    bool by_nodes = gsl_rng_uniform(rng) < 0.5, are_alike = gsl_rng_uniform(rng) < 0.5;
    double spread_s = gsl_rng_uniform(rng) < 1.0 / 3 ? 0.0 : 3.0, per_node = exp(2.5 * gsl_rng_uniform(rng) - 2.5);
    for (size_t i = 0; i < count; i++) {
        double nodes = are_alike ? 1.0 : exp(2 * gsl_rng_uniform(rng) - 1);
        double own = gsl_rng_uniform(rng) < 0.4 ? 100.0 : exp(3 * gsl_rng_uniform(rng) - 3);
        double bytes = are_alike && by_nodes ? 1.0 : exp(2 * gsl_rng_uniform(rng) - 1);
        users[i] = by_nodes ? user(bytes * nodes, per_node * nodes, nodes) : user(bytes, own, nodes);
        start_s[i] = spread_s * gsl_rng_uniform(rng);
    }
}

static void test_bound_holds(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double tightest = 0.0;
    unsigned gained = 0;
    for (unsigned round = 0; round < 60000; round++) {
        size_t count = 2 + (size_t)(gsl_rng_uniform(rng) * (USERS_MOST - 1));
        struct bh_storage_user users[USERS_MOST];
        struct played played[USERS_MOST];
        double start_s[USERS_MOST];
        draw_users(rng, count, users, start_s);
        struct bh_storage_rates rates = {1, gsl_rng_uniform(rng) < 0.5 ? INFINITY : 1 + 2 * gsl_rng_uniform(rng)};
        play(users, start_s, count, rates.links, played);
        for (size_t i = 0; i < count; i++) {
            double gain = users[i].bytes / played[i].held, bound = bh_storage_advantage(users, count, i, rates);
            if (gain > bound * (1 + 1e-7))
                fail_msg("round %u, user %zu of %zu: %g, bound %g", round, i, count, gain, bound);
            gained += gain > 1.01;
            tightest = fmax(tightest, bound > 1.05 ? (gain - 1) / (bound - 1) : 0.0);
        }
    }
    gsl_rng_free(rng);
    assert_true(gained > 1000);
    assert_true(tightest > 0.9);
}

/* Of many alike, each with most of what storage takes, two can be ahead: the bound does not grow with their number. */
static void test_many_alike(void **state)
{
    (void)state;
    struct bh_storage_user users[512];
    for (size_t i = 0; i < 512; i++)
        users[i] = user(1, 0.7, 1);
    double f = 1.0 / 512, u = (1 / 0.7 - 1 + 0.6) / (1 - f);
    assert_close(bh_storage_advantage(users, 512, 7, plenty_of_links), 1 / (1 - (0.7 - f) * u), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_at_once),     cmocka_unit_test(test_others_that_wait),
        cmocka_unit_test(test_nothing_to_gain), cmocka_unit_test(test_bound_holds),
        cmocka_unit_test(test_many_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
