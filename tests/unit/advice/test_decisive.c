/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The value of knowing a number beside its closed form where costs are linear in normal numbers; campaigns of fixed
 * seeds. */
#include "analysis/advice/decisive.h"
#include "models/base/error.h"
#include "tests/support/helper.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics_double.h>

enum { CAMPAIGNS = 1000, NUMBERS = 4, MOST_WORLDS = 256, REPLICAS = 4 };

/* Policy 1 costs m + sum b_i x_i more than policy 0, x_i standard normal, and chance of the replica; some of it in all
 * worlds alike. */
struct plan {
    double lead, noise, common;
    size_t worlds;
    double most_bias; /* of the value of perfect information; 0: only printed */
};
static const double slopes[NUMBERS] = {0.8, 0.5, 0.3, 0.15};

static void play(gsl_rng *rng, const struct plan *plan, const double *slope, double *costs, double *numbers)
{
    double common[REPLICAS];
    size_t worlds = plan->worlds;
    for (size_t r = 0; r < REPLICAS; r++)
        common[r] = gsl_ran_gaussian(rng, plan->common);
    for (size_t w = 0; w < worlds; w++) {
        double difference = plan->lead;
        for (size_t i = 0; i < NUMBERS; i++) {
            numbers[i * worlds + w] = gsl_ran_ugaussian(rng);
            difference += slope[i] * numbers[i * worlds + w];
        }
        for (size_t r = 0; r < REPLICAS; r++) {
            double shared = gsl_ran_ugaussian(rng);
            costs[w * REPLICAS + r] = shared + gsl_ran_gaussian(rng, plan->noise);
            costs[(worlds + w) * REPLICAS + r] = shared + difference + common[r] + gsl_ran_gaussian(rng, plan->noise);
        }
    }
}

/* As advice does: the better by its mean is taken. */
static struct bh_decision decide(const struct plan *plan, double *costs, const double *numbers)
{
    size_t runs = plan->worlds * REPLICAS;
    return (struct bh_decision){
        costs,   2,      plan->worlds, REPLICAS, gsl_stats_mean(costs + runs, 1, runs) < gsl_stats_mean(costs, 1, runs),
        numbers, NUMBERS};
}

/* E max(0, -D) for D normal around a lead: s phi(m / s) - m Phi(-m / s). */
static double value_of(double lead, double deviation)
{
    return deviation * gsl_ran_ugaussian_pdf(lead / deviation) - lead * gsl_cdf_ugaussian_P(-lead / deviation);
}

BH_TEST(values_are_those_of_the_closed_form)
{
    static double costs[2 * MOST_WORLDS * REPLICAS], numbers[NUMBERS * MOST_WORLDS];
    /* At a tie, and where the lead is about its standard error, the policy that is taken is the one that the same draws favour;
     * what is left of that is bounded, and falls with the worlds (doc/advice.md has what each way leaves). */
    static const struct plan plans[] = {{0.3, 0.5, 0, 256, 0.02}, {0.5, 1, 0.05, 256, 0.02}, {0.3, 0.5, 0, 128, 0.02},
                                        {0.3, 0.5, 0, 48, 0.02},  {0, 0.5, 0, 128, 0.075},   {0, 0.5, 0, 256, 0.05},
                                        {0.08, 0.5, 0, 128, 0.04}};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    for (size_t plan = 0; plan < BH_COUNT(plans); plan++) {
        const struct plan *own = &plans[plan];
        double deviation = 0, sum[NUMBERS] = {0};
        int covered[NUMBERS] = {0};
        for (size_t i = 0; i < NUMBERS; i++)
            deviation = hypot(deviation, slopes[i]);
        for (int c = 0; c < CAMPAIGNS; c++) {
            struct bh_decisive decisive[NUMBERS];
            play(rng, own, slopes, costs, numbers);
            const struct bh_decision decision = decide(own, costs, numbers);
            assert_int_equal(bh_find_decisive(&decision, 0, decisive), 0);
            for (size_t i = 0; i < NUMBERS; i++) {
                size_t n = decisive[i].number;
                double truth = value_of(own->lead, slopes[n]);
                sum[n] += decisive[i].value.mean / CAMPAIGNS;
                covered[n] += decisive[i].value.low <= truth && truth <= decisive[i].value.high;
            }
        }
        for (size_t i = 0; i < NUMBERS; i++) {
            double truth = value_of(own->lead, slopes[i]), bias = (sum[i] - truth) / value_of(own->lead, deviation);
            print_message(
                "# lead %.1f, %3zu worlds, slope %.2f: value %.4f, bias %+.2f %% of perfect information, covered "
                "%.3f\n",
                own->lead, own->worlds, slopes[i], truth, 100 * bias, covered[i] / (double)CAMPAIGNS);
            assert_true(own->most_bias == 0 || fabs(bias) < own->most_bias);
            /* 2 % are three standard errors of a share of 1,000. Where the value is near 0 intervals begin there, and
             * cover more. */
            bool is_worth = truth > 1e-3 * value_of(own->lead, deviation);
            assert_true(!is_worth || own->most_bias == 0 || covered[i] >= 0.93 * CAMPAIGNS);
            assert_true(own->most_bias != 0.02 || slopes[i] < 0.4 || covered[i] <= 0.97 * CAMPAIGNS);
        }
    }
    gsl_rng_free(rng);
}

/* Were the largest of four values told as it is, one of them would seem worth something in most campaigns. */
BH_TEST(where_nothing_matters_little_is_called_decisive)
{
    enum { TRIES = 200, PERMUTATIONS = 39 };
    static double costs[2 * MOST_WORLDS * REPLICAS], numbers[NUMBERS * MOST_WORLDS];
    static const double nothing[NUMBERS] = {0};
    static const struct plan plan = {0.05, 0.5, 0, 32, 0};
    int called = 0, valued = 0, found = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 2);
    for (int t = 0; t < TRIES; t++) {
        struct bh_decisive decisive[NUMBERS];
        play(rng, &plan, nothing, costs, numbers);
        struct bh_decision decision = decide(&plan, costs, numbers);
        bh_find_decisive(&decision, PERMUTATIONS, decisive);
        called += decisive[0].value.mean > 0 && decisive[0].chance <= 0.05;
        valued += decisive[0].value.mean > 0;
        play(rng, &plan, slopes, costs, numbers);
        decision = decide(&plan, costs, numbers);
        bh_find_decisive(&decision, PERMUTATIONS, decisive);
        found += decisive[0].number == 0 && decisive[0].chance <= 0.05;
    }
    gsl_rng_free(rng);
    print_message("# of %d campaigns without: %d have a value, %d are called decisive; with: %d\n", TRIES, valued,
                  called, found);
    assert_true(called <= 0.05 * TRIES + 9.5); /* 3 standard errors */
    assert_true(valued > 2 * called);
    assert_true(found > 0.8 * TRIES);
}

BH_TEST(the_choice_turns_where_the_curve_does)
{
    enum { TRIES = 500, WORLDS = 64 };
    double costs[2 * WORLDS], numbers[WORLDS];
    int covered[2] = {0};
    struct bh_decisive decisive;
    const struct bh_decision decision = {costs, 2, WORLDS, 1, 0, numbers, 1};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 3);
    /* Policy 1 costs 1 - 2 log10 x more, x from 1 to 100, or 3 - x, x from 1 to 2.2. */
    for (int beyond = 0; beyond < 2; beyond++)
        for (int t = 0; t < TRIES; t++) {
            for (size_t w = 0; w < WORLDS; w++) {
                double share = ((double)w + 0.5) / WORLDS;
                numbers[w] = beyond ? 1 + 1.2 * share : pow(10, 2 * share);
                costs[w] = 0;
                costs[WORLDS + w] =
                    (beyond ? 3 - numbers[w] : 1 - 2 * log10(numbers[w])) + gsl_ran_gaussian(rng, beyond ? 0.15 : 0.3);
            }
            bh_find_decisive(&decision, 0, &decisive);
            const struct bh_turn *turn = &decisive.turn;
            covered[beyond] += turn->rival == 1 && turn->is_above && turn->is_inside == !beyond &&
                               !(turn->at.low > (beyond ? 3 : sqrt(10))) && !((beyond ? 3 : sqrt(10)) > turn->at.high);
        }
    /* Of a line that scatters more an end is open rather than farther off than as far again as the range is wide. */
    int open = 0;
    for (int t = 0; t < TRIES; t++) {
        for (size_t w = 0; w < WORLDS; w++) {
            numbers[w] = 1 + 1.2 * ((double)w + 0.5) / WORLDS;
            costs[WORLDS + w] = 3 - numbers[w] + gsl_ran_gaussian(rng, 0.5);
        }
        bh_find_decisive(&decision, 0, &decisive);
        assert_false(decisive.turn.rival == 1 && decisive.turn.at.high > 3.4);
        open += decisive.turn.rival == 1 && isnan(decisive.turn.at.high);
    }
    assert_true(open > TRIES / 10);
    gsl_rng_free(rng);
    print_message("# the turn is in its interval in %.3f, beyond the range in %.3f\n", covered[0] / (double)TRIES,
                  covered[1] / (double)TRIES);
    assert_true(covered[0] > 0.92 * TRIES && covered[1] > 0.92 * TRIES);
    for (size_t w = 0; w < WORLDS; w++)
        costs[WORLDS + w] = 4 + numbers[w];
    bh_find_decisive(&decision, 0, &decisive);
    assert_true(decisive.turn.rival == SIZE_MAX && decisive.value.mean == 0);
}

/* A probability that is evenly anything from 0 to 1, and a policy that gains p - c: of one trial the mean is 2/3 or 1/3
 * afterwards, so that it is worth (2/3 - c) / 2, and to know p is worth (1 - c)^2 / 2. */
BH_TEST(trials_are_worth_what_bayes_says)
{
    enum { WORLDS = 200 };
    double costs[2 * WORLDS], numbers[WORLDS], before = 0;
    const double c = 0.6, truth = (2.0 / 3 - c) / ((1 - c) * (1 - c));
    const struct bh_decision decision = {costs, 2, WORLDS, 1, 0, numbers, 1};
    for (size_t w = 0; w < WORLDS; w++) {
        numbers[w] = (double)w / (WORLDS - 1);
        costs[w] = 0;
        costs[WORLDS + w] = c - numbers[w];
    }
    /* 201 places and 16 levels stand for the integrals: a few 1 / 200. */
    assert_close(bh_value_of_trials(&decision, 0, 1), truth, 0.02);
    for (unsigned trials = 1; trials <= 100000; trials *= 10) {
        double value = bh_value_of_trials(&decision, 0, trials);
        assert_true(value >= before && value <= 1);
        before = value;
    }
    assert_true(before > 0.99);
    numbers[0] = 2;
    assert_true(isnan(bh_value_of_trials(&decision, 0, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_closed_form),
        cmocka_unit_test(where_nothing_matters_little_is_called_decisive),
        cmocka_unit_test(the_choice_turns_where_the_curve_does),
        cmocka_unit_test(trials_are_worth_what_bayes_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
