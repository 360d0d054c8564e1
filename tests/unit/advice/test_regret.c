/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Regret over worlds beside its closed form for normal differences; campaigns of fixed seeds. */
#include "analysis/advice/regret.h"
#include "tests/support/helper.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

enum { CAMPAIGNS = 1000, WORLDS = 48, REPLICAS = 8 };

/* Policy 0 costs D more than policy 1, D normal over worlds with mean m and deviation s: its expected regret is
 * E max(D, 0) = s phi(m / s) + m Phi(m / s). Chance of a replica is `noise` in each policy. */
static void play(gsl_rng *rng, double m, double s, double noise, double *costs)
{
    for (size_t w = 0; w < WORLDS; w++) {
        double difference = m + gsl_ran_gaussian(rng, s);
        for (size_t r = 0; r < REPLICAS; r++) {
            costs[w * REPLICAS + r] = difference + gsl_ran_gaussian(rng, noise);
            costs[(WORLDS + w) * REPLICAS + r] = gsl_ran_gaussian(rng, noise);
        }
    }
}

BH_TEST(expected_regret_is_that_of_the_closed_form)
{
    static double costs[2 * WORLDS * REPLICAS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    const double means[] = {-1, -0.3, 0};
    for (size_t i = 0; i < 3; i++) {
        double truth = gsl_ran_ugaussian_pdf(means[i]) + means[i] * gsl_cdf_ugaussian_P(means[i]), sum = 0, plain = 0;
        int covered = 0;
        for (int c = 0; c < CAMPAIGNS; c++) {
            struct bh_regret regret;
            play(rng, means[i], 1, 1, costs);
            bh_find_regret(costs, costs, 2, WORLDS, REPLICAS, 0, &regret);
            sum += regret.expected.mean;
            covered += regret.expected.low <= truth && truth <= regret.expected.high;
            for (size_t w = 0; w < WORLDS; w++) {
                double behind = 0;
                for (size_t r = 0; r < REPLICAS; r++)
                    behind += (costs[w * REPLICAS + r] - costs[(WORLDS + w) * REPLICAS + r]) / REPLICAS;
                plain += fmax(behind, 0) / WORLDS;
            }
        }
        print_message("# mean %.1f: expected regret %.4f, found %.4f, from means alone %.4f, covered %.3f\n", means[i],
                      truth, sum / CAMPAIGNS, plain / CAMPAIGNS, covered / (double)CAMPAIGNS);
        /* The standard error of the mean of all campaigns is below 0.6 / sqrt(48 * 1000) = 0.003; 2 % of the value of
         * perfect information (0.4 where both are alike) is 0.008. Means alone are off by f(0) e^2 / 2, up to 0.05. */
        assert_true(fabs(sum / CAMPAIGNS - truth) < 0.009);
        assert_true(plain / CAMPAIGNS - truth > 0.015);
        /* Regrets are skewed, which the interval knows; 2 % are three standard errors of a share of 1,000. */
        assert_true(covered >= 0.93 * CAMPAIGNS && covered <= 0.97 * CAMPAIGNS);
    }
    gsl_rng_free(rng);
}

BH_TEST(worlds_are_counted_by_what_can_be_told)
{
    /* Four worlds of two replicas: surely best, surely not, and two that cannot be told. */
    const double costs[2][4][2] = {{{0, 0}, {5, 5}, {0, 2}, {3, 0}}, {{1, 1}, {1, 1}, {1.1, 1.2}, {1, 1.1}}};
    struct bh_firmness firmness;
    struct bh_regret regret;
    bh_find_firmness(&costs[0][0][0], 2, 4, 2, 0, &firmness);
    bh_find_regret(&costs[0][0][0], &costs[0][0][0], 2, 4, 2, 0, &regret);
    assert_int_equal(firmness.best_in, 2);
    assert_int_equal(firmness.surely_best, 1);
    assert_int_equal(firmness.surely_not, 1);
    assert_close(regret.worst, 4, 1e-12);
    assert_int_equal(regret.worst_world, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_regret_is_that_of_the_closed_form),
        cmocka_unit_test(worlds_are_counted_by_what_can_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
