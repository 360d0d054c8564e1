/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Planted boxes are found, and none where worlds fail at random; campaigns of fixed seeds. */
#include "analysis/advice/failing_box.h"
#include "tests/support/helper.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

enum { NUMBERS = 8, MOST_WORLDS = 200, CAMPAIGNS = 1000 };

/* A world fails where number 2 is above 0.6 and number 5 below 0.5, and what is so is seen wrongly in some. */
static void play(gsl_rng *rng, size_t worlds, double wrong, bool at_random, double *numbers, bool *fails)
{
    for (size_t w = 0; w < worlds; w++) {
        for (size_t i = 0; i < NUMBERS; i++)
            numbers[i * worlds + w] = gsl_rng_uniform(rng);
        fails[w] =
            at_random ? gsl_rng_uniform(rng) < 0.25 : numbers[2 * worlds + w] > 0.6 && numbers[5 * worlds + w] < 0.5;
        if (gsl_rng_uniform(rng) < wrong)
            fails[w] = !fails[w];
    }
}

BH_TEST(a_planted_box_is_found)
{
    double numbers[NUMBERS * MOST_WORLDS], coverage = 0, density = 0;
    bool fails[MOST_WORLDS];
    int found = 0, right = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    for (int c = 0; c < CAMPAIGNS; c++) {
        struct bh_box box;
        play(rng, MOST_WORLDS, 0.03, false, numbers, fails);
        if (!bh_find_box(numbers, NUMBERS, fails, MOST_WORLDS, &box))
            continue;
        found++;
        coverage += (double)box.failing_inside / (double)box.failing;
        density += (double)box.failing_inside / (double)box.inside;
        right += box.sides == 2 && box.side[0].number == 2 && !box.side[0].is_upper && box.side[1].number == 5 &&
                 box.side[1].is_upper && fabs(box.side[0].bound - 0.6) < 0.1 && fabs(box.side[1].bound - 0.5) < 0.1;
    }
    print_message("# of %d: %d found, %d with the two sides that were planted; coverage %.2f, density %.2f\n",
                  CAMPAIGNS, found, right, coverage / found, density / found);
    assert_true(found >= 0.95 * CAMPAIGNS && right >= 0.8 * CAMPAIGNS);
    /* 0.03 of the 160 worlds outside fail, too: coverage is at most 39 / (39 + 5), density 0.97. */
    assert_true(coverage / found > 0.75 && density / found > 0.9);
    gsl_rng_free(rng);
}

BH_TEST(where_worlds_fail_at_random_there_is_none)
{
    double numbers[NUMBERS * MOST_WORLDS];
    bool fails[MOST_WORLDS];
    int told = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 2);
    for (int c = 0; c < CAMPAIGNS; c++) {
        struct bh_box box;
        play(rng, 64, 0, true, numbers, fails);
        told += bh_find_box(numbers, NUMBERS, fails, 64, &box);
    }
    print_message("# of %d campaigns that fail at random %d have a box\n", CAMPAIGNS, told);
    assert_true(told <= 0.05 * CAMPAIGNS + 20.7); /* 3 standard errors */
    gsl_rng_free(rng);
}

BH_TEST(too_few_worlds_tell_nothing)
{
    double numbers[NUMBERS * MOST_WORLDS];
    bool fails[MOST_WORLDS];
    struct bh_box box;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    play(rng, BH_BOX_WORLDS_LEAST - 1, 0, false, numbers, fails);
    assert_false(bh_find_box(numbers, NUMBERS, fails, BH_BOX_WORLDS_LEAST - 1, &box));
    play(rng, MOST_WORLDS, 0, false, numbers, fails);
    assert_true(bh_find_box(numbers, NUMBERS, fails, MOST_WORLDS, &box));
    assert_true(box.failing_inside <= box.inside && box.failing_inside <= box.failing && box.unseen > 0.5);
    for (size_t w = 0; w < MOST_WORLDS; w++)
        fails[w] = w < BH_BOX_FAILING_LEAST - 1;
    assert_false(bh_find_box(numbers, NUMBERS, fails, MOST_WORLDS, &box));
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_box_is_found),
        cmocka_unit_test(where_worlds_fail_at_random_there_is_none),
        cmocka_unit_test(too_few_worlds_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
