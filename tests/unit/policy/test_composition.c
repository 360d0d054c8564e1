/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compositions' timelines, and the guards that policies over time switch with them. */
#include "tests/support/helper.h"

#include "models/policy/composition.h"
#include "models/policy/protection.h"

static const double hour_s = 3600.0;

BH_TEST(test_never_and_always)
{
    struct bh_random random = {.seed = 1, .replica = 0};
    for (int rule = BH_COMPOSED_NEVER; rule <= BH_COMPOSED_ALWAYS; rule++) {
        struct bh_composition_law law = {.rule = (enum bh_composition_rule)rule};
        struct bh_composition_clock clock = bh_composition_clock_start(&law, &random, 7);
        assert_int_equal(clock.is_on, rule == BH_COMPOSED_ALWAYS);
        assert_true(isinf(clock.until_s));
        assert_close(bh_composition_degree(&law, 0, hour_s), rule == BH_COMPOSED_ALWAYS, 0);
    }
}

BH_TEST(test_windows)
{
    struct bh_random random = {.seed = 1, .replica = 0};
    static const struct bh_composition_window windows[] = {{0, 10}, {20, 30}, {50, 1000}};
    struct bh_composition_law law = {.rule = BH_COMPOSED_IN_WINDOWS, .windows_count = 3, .windows = windows};
    static const double edges[] = {10, 20, 30, 50, 1000};
    struct bh_composition_clock clock = bh_composition_clock_start(&law, &random, 7);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(clock.is_on, i % 2 == 0);
        assert_close(clock.until_s, edges[i], 0);
        bh_composition_clock_turn(&clock, &random);
    }
    assert_false(clock.is_on);
    assert_true(isinf(clock.until_s));
    assert_close(bh_composition_degree(&law, 0, 100), 0.7, 1e-15); /* 10 + 10 + 50 of 100 s */
    assert_close(bh_composition_degree(&law, 0, 25), 0.6, 1e-15);
    assert_close(bh_composition_degree(&law, 5, 25), 0.5, 1e-15);
    assert_close(bh_composition_degree(&law, 12, 18), 0, 0);
    assert_close(bh_composition_degree(&law, 2000, 3000), 0, 0);
    assert_close(bh_composition_degree(&law, 60, 70), 1, 0);
    assert_close(bh_composition_degree(&law, 1e17, 1e17 + 1), 0, 0); /* no time at all */
}

/* Windows overlap or do not by the calendar; what is at random is independent of them. */
BH_TEST(test_share_of_several)
{
    static const struct bh_composition_window one[] = {{0, 40}}, same[] = {{0, 20}, {20, 40}}, other[] = {{30, 60}},
                                              late[] = {{90, 1000}};
    const struct bh_composition_law windows[] = {
        {.rule = BH_COMPOSED_IN_WINDOWS, .windows_count = 1, .windows = one},
        {.rule = BH_COMPOSED_IN_WINDOWS, .windows_count = 2, .windows = same},
        {.rule = BH_COMPOSED_IN_WINDOWS, .windows_count = 1, .windows = other},
        {.rule = BH_COMPOSED_IN_WINDOWS, .windows_count = 1, .windows = late},
    };
    const struct bh_composition_law half = {.rule = BH_COMPOSED_AT_RANDOM, .degree = 0.5, .mean_on_s = 600},
                                    never = {.rule = BH_COMPOSED_NEVER}, always = {.rule = BH_COMPOSED_ALWAYS};
    const struct {
        const struct bh_composition_law *laws[4];
        size_t count;
        double share;
    } cases[] = {
        {{&windows[0]}, 1, 0.4},
        {{&windows[0], &windows[1]}, 2, 0.4},
        {{&windows[0], &windows[2]}, 2, 0.6},
        {{&windows[0], &windows[2], &windows[3]}, 3, 0.7},
        {{&half}, 1, 0.5},
        {{&half, &half}, 2, 0.75},
        {{&half, &windows[0]}, 2, 0.7},
        {{&windows[2], &never, &windows[0], &half}, 4, 0.8},
        {{&always, &windows[0]}, 2, 1},
        {{&never}, 1, 0},
        {{NULL}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(bh_compositions_share(cases[i].laws, cases[i].count, 0, 100), cases[i].share, 1e-15);
}

/* Over n cycles with exponential times the share of time on is near the degree: its standard error is about
 * d (1-d) sqrt(2/n). Mean time on within 5 standard errors, 1/sqrt(n). */
BH_TEST(test_random_degree)
{
    struct bh_random random = {.seed = 20140825, .replica = 3};
    const int cycles = 200000;
    static const double degrees[] = {0.02, 0.3, 0.5, 0.97};
    for (int d = 0; d < 4; d++) {
        struct bh_composition_law law = {.rule = BH_COMPOSED_AT_RANDOM, .degree = degrees[d], .mean_on_s = 600};
        struct bh_composition_clock clock = bh_composition_clock_start(&law, &random, (uint64_t)d);
        double from_s = 0, time_s[2] = {0, 0}, mean_on_s;
        int times_on = 0;
        for (int turn = 0; turn < 2 * cycles; turn++) {
            time_s[clock.is_on] += clock.until_s - from_s;
            times_on += clock.is_on;
            from_s = clock.until_s;
            bh_composition_clock_turn(&clock, &random);
        }
        mean_on_s = time_s[1] / times_on;
        assert_close(mean_on_s, 600, 5 / sqrt(cycles));
        double share = time_s[1] / (time_s[0] + time_s[1]);
        assert_true(fabs(share - degrees[d]) < 5 * degrees[d] * (1 - degrees[d]) * sqrt(2.0 / cycles));
        assert_close(bh_composition_degree(&law, 0, 1), degrees[d], 0);
    }
}

/* On at time 0, and on at a later time, in the same share of timelines: the steady state from the start. */
BH_TEST(test_random_is_stationary)
{
    const int timelines = 40000;
    struct bh_composition_law law = {.rule = BH_COMPOSED_AT_RANDOM, .degree = 0.3, .mean_on_s = 600};
    int on_at_start = 0, on_later = 0;
    for (int i = 0; i < timelines; i++) {
        struct bh_random random = {.seed = 5, .replica = (uint64_t)i};
        struct bh_composition_clock clock = bh_composition_clock_start(&law, &random, 11);
        on_at_start += clock.is_on;
        while (clock.until_s < 700)
            bh_composition_clock_turn(&clock, &random);
        on_later += clock.is_on;
    }
    double allowed = 5 * sqrt(0.3 * 0.7 / timelines);
    assert_true(fabs(on_at_start / (double)timelines - 0.3) < allowed);
    assert_true(fabs(on_later / (double)timelines - 0.3) < allowed);
}

/* Two compositions that overlap, 5 s to switch: on from 15 to 40, off again at 45, wanted again at 43: acted upon when
 * switching off is done. */
BH_TEST(test_deferred_by_hand)
{
    struct bh_protection_rule rule = {.when = BH_PROTECT_COMPOSED};
    struct bh_protection protection = bh_protection_start(&rule, 5, 0.5, 0);
    assert_false(bh_protection_is_on(&protection));
    bh_protection_compose(&protection, 10, true);
    assert_true(bh_protection_is_switching(&protection));
    assert_false(bh_protection_is_on(&protection)); /* the window in which it is not yet on */
    assert_close(bh_protection_next_s(&protection), 15, 0);
    bh_protection_compose(&protection, 20, true);
    assert_true(bh_protection_is_on(&protection));
    bh_protection_compose(&protection, 30, false);
    assert_true(bh_protection_is_on(&protection));
    bh_protection_compose(&protection, 40, false);
    assert_false(bh_protection_is_on(&protection));
    bh_protection_compose(&protection, 43, true);
    assert_close(bh_protection_next_s(&protection), 45, 0);
    assert_true(bh_protection_advance(&protection, 45));
    assert_true(bh_protection_is_switching(&protection));
    bh_protection_advance(&protection, 60);
    assert_true(bh_protection_is_on(&protection));
    assert_close(protection.on_s, 25 + 10, 0);
    assert_close(protection.switching_s, 15, 0);
    assert_int_equal(protection.switches, 3);
}

/* Three errors within 100 s switch on, 2 s later; 50 s after the last it goes off. */
BH_TEST(test_adaptive_by_hand)
{
    struct bh_protection_rule rule = {.when = BH_PROTECT_ERRORS, .errors = 3, .within_s = 100, .quiet_s = 50};
    struct bh_protection protection = bh_protection_start(&rule, 2, 1, 1);
    static const double errors_s[] = {10, 70, 120, 165}; /* 10 to 120: too far apart */
    for (int i = 0; i < 3; i++)
        bh_protection_error(&protection, errors_s[i]);
    assert_false(bh_protection_is_switching(&protection));
    bh_protection_error(&protection, errors_s[3]);
    assert_true(bh_protection_is_switching(&protection));
    bh_protection_advance(&protection, 167);
    assert_true(bh_protection_is_on(&protection));
    bh_protection_error(&protection, 190);
    assert_close(bh_protection_next_s(&protection), 240, 0);
    bh_protection_advance(&protection, 240);
    assert_false(bh_protection_is_on(&protection));
    bh_protection_advance(&protection, 1000);
    assert_close(protection.on_s, 240 - 167, 0);
    assert_close(protection.switching_s, 4, 0);
}

BH_TEST(test_degree_threshold)
{
    struct bh_protection_rule rule = {.when = BH_PROTECT_DEGREE, .degree = 0.25};
    assert_true(bh_protection_is_on(&(struct bh_protection[]){bh_protection_start(&rule, 1, 0.25, 0)}[0]));
    assert_false(bh_protection_is_on(&(struct bh_protection[]){bh_protection_start(&rule, 1, 0.24, 1)}[0]));
    for (int tenths = 1; tenths < 10; tenths++) { /* as compositions have it: 1 - (1 - degree) */
        rule.degree = tenths / 10.0;
        assert_true(bh_protection_by_degree(&rule, 1.0 - (1.0 - tenths / 10.0)));
        assert_false(bh_protection_by_degree(&rule, tenths / 10.0 - 1e-9));
    }
    rule.degree = 0.25;
    assert_true(isinf(bh_protection_next_s(&(struct bh_protection[]){bh_protection_start(&rule, 1, 0.3, 0)}[0])));
}

/* On the same timelines: what gets past the guards under always does so under deferred, and what does so under deferred
 * does so under never. Attempts at a composition's boundary come only while composed. Deferred guards are on for no
 * longer than those that always are, and switching is apart. */
BH_TEST(test_always_within_deferred_within_never)
{
    enum { ALWAYS, DEFERRED, NEVER, RULES };
    static const struct bh_protection_rule rules[RULES] = {
        {.when = BH_PROTECT_ALWAYS}, {.when = BH_PROTECT_COMPOSED}, {.when = BH_PROTECT_NEVER}};
    unsigned crossed[RULES] = {0}, attempts = 0;
    for (uint64_t timeline = 0; timeline < 300; timeline++) {
        struct bh_random random = {.seed = 99, .replica = timeline};
        double degree = bh_random_uniform(&random, BH_PURPOSE_UNCERTAINTY, 1, 0, 0);
        double blocks = bh_random_uniform(&random, BH_PURPOSE_UNCERTAINTY, 2, 0, 0);
        double switch_s = 300 * bh_random_uniform(&random, BH_PURPOSE_UNCERTAINTY, 3, 0, 0);
        struct bh_composition_law law = {.rule = BH_COMPOSED_AT_RANDOM, .degree = degree, .mean_on_s = 600};
        struct bh_composition_clock clock = bh_composition_clock_start(&law, &random, 1);
        struct bh_protection protection[RULES];
        for (int r = 0; r < RULES; r++)
            protection[r] = bh_protection_start(&rules[r], switch_s, degree, clock.is_on);
        double now_s = 0;
        for (uint64_t attempt = 0; now_s < 10 * hour_s; attempt++) {
            now_s += bh_random_exponential(&random, BH_PURPOSE_ATTEMPT, 0, 0, attempt, 200);
            for (; clock.until_s <= now_s; bh_composition_clock_turn(&clock, &random))
                for (int r = 0; r < RULES; r++)
                    bh_protection_compose(&protection[r], clock.until_s, !clock.is_on);
            bool gets_past[RULES];
            for (int r = 0; r < RULES; r++) {
                bh_protection_advance(&protection[r], now_s);
                double b = bh_protection_is_on(&protection[r]) ? blocks : 0;
                gets_past[r] = clock.is_on && bh_random_uniform(&random, BH_PURPOSE_GUARD, 0, 0, attempt) >= b;
                crossed[r] += gets_past[r];
            }
            attempts += clock.is_on;
            assert_true(gets_past[ALWAYS] <= gets_past[DEFERRED] && gets_past[DEFERRED] <= gets_past[NEVER]);
        }
        assert_true(protection[DEFERRED].on_s <= protection[ALWAYS].on_s);
        assert_close(protection[ALWAYS].on_s, now_s, 1e-12);
        assert_close(protection[ALWAYS].switching_s + protection[NEVER].switching_s + protection[NEVER].on_s, 0, 0);
        assert_true(protection[DEFERRED].switching_s + protection[DEFERRED].on_s <= now_s * (1 + 1e-12));
    }
    /* The case is not empty: all three differ. */
    assert_true(0 < crossed[ALWAYS] && crossed[ALWAYS] < crossed[DEFERRED] && crossed[DEFERRED] < crossed[NEVER]);
    assert_int_equal(crossed[NEVER], attempts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_and_always),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_share_of_several),
        cmocka_unit_test(test_random_degree),
        cmocka_unit_test(test_random_is_stationary),
        cmocka_unit_test(test_deferred_by_hand),
        cmocka_unit_test(test_adaptive_by_hand),
        cmocka_unit_test(test_degree_threshold),
        cmocka_unit_test(test_always_within_deferred_within_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
