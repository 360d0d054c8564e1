/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints held by pairs of nodes: which are gone after which losses, against a twin that keeps every copy. */
#include "tests/support/helper.h"

#include "sim/setup/levels/partner_pairs.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <string.h>

enum { SEED = 20261124, CASES = 400, STEPS = 300, NODES_MOST = 12, KEPT_MOST = 4 };

BH_TEST(test_distance)
{
    assert_int_equal(bh_partners_of(8, 0.5).distance, 4);
    assert_int_equal(bh_partners_of(7, 0.5).distance, 4);
    assert_int_equal(bh_partners_of(8, 0).distance, 1);
    assert_int_equal(bh_partners_of(8, 1).distance, 7);
    assert_int_equal(bh_partners_of(2, 0.5).distance, 1);
    assert_int_equal(bh_partners_of((uint64_t)1 << 40, 0.25).distance, (uint64_t)1 << 38);
}

/* Eight nodes, four apart: 1 with 5. */
BH_TEST(test_one_pair)
{
    struct bh_partners partners = bh_partners_of(8, 0.5);
    assert_int_equal(bh_partners_lose(&partners, 1), 0);
    assert_int_equal(bh_partners_lose(&partners, 2), 0);
    assert_int_equal(bh_partners_lose(&partners, 1), 0); /* its replacement too: the partner has all */
    uint64_t before = bh_partners_mark(&partners);
    assert_true(bh_partners_lose(&partners, 6) <= before); /* 2 was lost before this checkpoint, so it is there */
    assert_true(bh_partners_lose(&partners, 2) > before);  /* 6 since */
    bh_partners_forget(&partners, bh_partners_mark(&partners));
    assert_int_equal(bh_partners_lose(&partners, 6), 0);
    bh_partners_clear(&partners);
    assert_null(partners.lost);
}

/* Every copy of every kept checkpoint: copies[c][i] of the state of node i is on i, copies[c][nodes + i] on its partner. */
struct twin {
    uint64_t nodes, distance;
    bool copies[KEPT_MOST][2 * NODES_MOST];
    uint64_t mark[KEPT_MOST];
    size_t kept;
};

static void twin_save(struct twin *twin, uint64_t mark)
{
    if (twin->kept == KEPT_MOST) {
        memmove(twin->copies[0], twin->copies[1], (KEPT_MOST - 1) * sizeof twin->copies[0]);
        memmove(twin->mark, twin->mark + 1, (KEPT_MOST - 1) * sizeof *twin->mark);
        twin->kept--;
    }
    for (size_t i = 0; i < 2 * NODES_MOST; i++)
        twin->copies[twin->kept][i] = true;
    twin->mark[twin->kept++] = mark;
}

static void twin_lose(struct twin *twin, uint64_t node)
{
    uint64_t held = (node + twin->nodes - twin->distance) % twin->nodes;
    for (size_t c = 0; c < twin->kept; c++)
        twin->copies[c][node] = twin->copies[c][NODES_MOST + held] = false;
}

static bool twin_has(const struct twin *twin, size_t checkpoint)
{
    for (size_t i = 0; i < twin->nodes; i++)
        if (!twin->copies[checkpoint][i] && !twin->copies[checkpoint][NODES_MOST + i])
            return false;
    return true;
}

/* Random saves and losses on 2 to 12 nodes at any distance: after each loss the same checkpoints are left. */
BH_TEST(test_against_twin)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    size_t gone = 0, left = 0;
    for (int i = 0; i < CASES; i++) {
        uint64_t nodes = 2 + gsl_rng_uniform_int(rng, NODES_MOST - 1);
        struct bh_partners partners = bh_partners_of(nodes, gsl_rng_uniform(rng));
        struct twin twin = {.nodes = nodes, .distance = partners.distance};
        for (int step = 0; step < STEPS; step++) {
            if (gsl_rng_uniform(rng) < 0.4) {
                twin_save(&twin, bh_partners_mark(&partners));
                bh_partners_forget(&partners, twin.mark[0]);
                continue;
            }
            uint64_t node = gsl_rng_uniform_int(rng, nodes), newest = bh_partners_lose(&partners, node);
            twin_lose(&twin, node);
            size_t first = 0; /* older ones are gone if newer ones are */
            while (first < twin.kept && !twin_has(&twin, first))
                first++;
            for (size_t c = 0; c < twin.kept; c++) {
                assert_int_equal(twin_has(&twin, c), c >= first);
                assert_int_equal(twin.mark[c] >= newest, c >= first);
            }
            memmove(twin.copies[0], twin.copies[first], (twin.kept - first) * sizeof twin.copies[0]);
            memmove(twin.mark, twin.mark + first, (twin.kept - first) * sizeof *twin.mark);
            twin.kept -= first;
            gone += first;
            left += twin.kept;
        }
        bh_partners_clear(&partners);
    }
    gsl_rng_free(rng);
    print_message("# seed %d: %zu checkpoints gone, %zu times one was left\n", SEED, gone, left);
    assert_true(gone > 1000 && left > 1000);
}

/* Intervals played in which each node is lost with probability 1 - e^(-r T): the share in which a pair is. */
BH_TEST(test_loss_rate)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED + 1);
    for (uint64_t nodes = 100; nodes <= 101; nodes++) {
        struct bh_partners partners = bh_partners_of(nodes, 0.5);
        const double rate = 2e-7, interval_s = 1e4,
                     share = bh_partners_loss_rate(&partners, rate, interval_s) * interval_s;
        const int intervals = 400000;
        int hits = 0;
        for (int k = 0; k < intervals; k++) {
            bool lost[101] = {false};
            bool hit = false;
            for (uint64_t i = 0; i < nodes; i++)
                lost[i] = gsl_rng_uniform(rng) < -expm1(-rate * interval_s);
            for (uint64_t i = 0; i < nodes; i++)
                hit = hit || (lost[i] && lost[(i + partners.distance) % nodes]);
            hits += hit;
        }
        /* Two comparisons at a joint level of 1e-4: 4.1 standard errors. */
        double expected = intervals * share;
        print_message("# %llu nodes: %d pairs lost, expected %.0f\n", (unsigned long long)nodes, hits, expected);
        assert_true(expected > 50 && fabs(hits - expected) < 4.1 * sqrt(expected));
    }
    gsl_rng_free(rng);
    struct bh_partners partners = bh_partners_of(10, 0.5);
    assert_true(bh_partners_loss_rate(&partners, 0, 10) == 0);
    assert_true(bh_partners_loss_rate(&partners, 1e-3, INFINITY) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_one_pair),
        cmocka_unit_test(test_against_twin),
        cmocka_unit_test(test_loss_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
