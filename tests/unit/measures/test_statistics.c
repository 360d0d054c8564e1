/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Estimates against values worked out elsewhere, and the trade-off's front, critical values and layout. */
#include "analysis/figures/tradeoff_layout.h"
#include "analysis/measures/bootstrap.h"
#include "analysis/measures/statistics.h"
#include "analysis/measures/tradeoff.h"
#include "analysis/tables/parts.h"
#include "analysis/tables/table.h"
#include "models/base/share_limits.h"
#include "tests/support/helper.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

enum { MOST = 8 };

/* The only cell of a table, as text; the caller frees. */
static char *print_cell(struct bh_estimate estimate)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "x");
    bh_summary_percent_cell(table, estimate);
    bh_table_print(table, BH_TABLE_TEXT, stream);
    bh_table_destroy(table);
    fclose(stream);
    return text;
}

BH_TEST(an_interval_without_an_end_is_left_out)
{
    static const struct {
        struct bh_estimate estimate;
        const char *shown;
    } cases[] = {{{0.1, 0.05, 0.15}, "10.0 % [5.00, 15.0]"},
                 {{0.1, NAN, NAN}, "10.0 %\n"},
                 {{0.1, 0.05, NAN}, "10.0 %\n"},
                 {{0.1, NAN, 0.15}, "10.0 %\n"},
                 {{NAN, 0.05, 0.15}, "-\n"},
                 {{0, 0, 0}, "0.00 % [0.00, 0.00]"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = print_cell(cases[i].estimate);
        if (strstr(text, cases[i].shown) == NULL)
            fail_msg("case %zu: found %s, expected %s", i, text, cases[i].shown);
        free(text);
    }
}

BH_TEST(mean_has_students_interval)
{
    /* R: t.test(c(1, 2, 3, 4, 5)) gives 1.036757 to 4.963243. */
    const double values[] = {1, 2, 3, 4, 5};
    struct bh_estimate estimate = bh_mean(values, 5);
    assert_close(estimate.mean, 3, 1e-15);
    assert_close(estimate.low, 1.0367568385224, 1e-10);
    assert_close(estimate.high, 4.9632431614776, 1e-10);

    const double equal[] = {7, 7, 7};
    estimate = bh_mean(equal, 3);
    assert_close(estimate.low, 7, 0);
    assert_close(estimate.high, 7, 0);

    estimate = bh_mean(values, 1);
    assert_close(estimate.mean, 1, 0);
    assert_close(estimate.low, NAN, 0);

    const double unfinished[] = {1, NAN, 3};
    assert_close(bh_mean(unfinished, 3).mean, NAN, 0);
    assert_close(bh_mean(values, 0).mean, NAN, 0);
}

BH_TEST(pairs_are_told_apart_by_their_differences)
{
    const double left[] = {10, 20, 30, 40}, right[] = {9, 19, 29, 39};
    struct bh_estimate estimate = bh_paired_difference(left, right, 4);
    assert_close(estimate.mean, 1, 0);
    assert_close(estimate.low, 1, 0);
    assert_close(bh_correlation(left, right, 4), 1, 1e-15);
    const double flat[] = {1, 1, 1, 1};
    assert_close(bh_correlation(left, flat, 4), NAN, 0);
}

/* Counts, and the interval they must give. */
static const struct {
    const char *name;
    double parts[MOST], wholes[MOST];
    size_t count;
    double mean, low, high;
} shares[] = {
    /* R = 10/40; residuals 2 - 2.5, 3 - 2.5, 1 - 2.5, 4 - 2.5: s^2 = 5/3, half width 3.182446 sqrt(5/12) / 10. */
    {"clusters", {2, 3, 1, 4}, {10, 10, 10, 10}, 4, 0.25, 0.25 - 0.205426, 0.25 + 0.205426},
    /* binom.test(0, 60): upper end 1 - 0.025^(1/60). */
    {"none seen", {0, 0, 0}, {10, 20, 30}, 3, 0, 0, 0.0596295},
    {"all seen", {10, 20, 30}, {10, 20, 30}, 3, 1, 1 - 0.0596295, 1},
    /* binom.test(2, 10): 0.02521073 to 0.55609546. */
    {"one replica", {2}, {10}, 1, 0.2, 0.02521073, 0.55609546},
    {"same share in all", {1, 1}, {5, 5}, 2, 0.2, 0.02521073, 0.55609546},
    {"no trials", {0, 0}, {0, 0}, 2, NAN, NAN, NAN},
};

BH_TEST(shares_never_have_an_interval_of_one_point)
{
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        print_message("%s\n", shares[i].name);
        struct bh_estimate estimate = bh_share(shares[i].parts, shares[i].wholes, shares[i].count);
        assert_close(estimate.mean, shares[i].mean, 1e-12);
        assert_close(estimate.low, shares[i].low, 2e-6);
        assert_close(estimate.high, shares[i].high, 2e-6);
    }
}

/* By what they are: a count at least, or at most, as large has that probability. Counts of tens of thousands are those
 * at which GSL's quantile of the beta distribution fails. */
BH_TEST(limits_of_shares_hold_for_large_counts)
{
    for (double whole = 3; whole < 1e9; whole = floor(whole * 7.3))
        for (double tenths = 0; tenths <= 10; tenths++)
            for (int outside = 2; outside <= 6; outside += 4) {
                double part = rint(whole * tenths / 10), probability = pow(10, -outside);
                double low, high;
                assert_int_equal(bh_share_limits(part, whole, probability, &low, &high), 0);
                assert_true(low <= part / whole && part / whole <= high);
                if (part > 0)
                    assert_close(gsl_cdf_beta_P(low, part, whole - part + 1), probability, 1e-6);
                if (part < whole)
                    assert_close(gsl_cdf_beta_Q(high, part + 1, whole - part), probability, 1e-6);
            }
}

BH_TEST(ratios_may_exceed_one)
{
    const double tops[] = {10, 20}, bottoms[] = {1, 2}, none[] = {0, 0};
    assert_close(bh_ratio(tops, bottoms, 2).mean, 10, 1e-15);
    assert_close(bh_ratio(tops, none, 2).mean, INFINITY, 0);
    assert_close(bh_ratio(none, none, 2).mean, NAN, 0);
}

/* Of 4,000 samples 93 to 97 % of the intervals by resampling hold the mean of normal runs and of their paired differences; of
 * lognormal ones (sigma 1) it is printed, with Student's of the same samples. */
BH_TEST(resampled_intervals_are_covered)
{
    enum { SEEDS = 4000, MOST_RUNS = 100 };
    static const size_t replicas[] = {20, 30, 100};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct bh_resamples *resamples = bh_resamples_create(MOST_RUNS);
    for (size_t c = 0; c < 2 * BH_COUNT(replicas); c++) {
        size_t count = replicas[c / 2];
        bool is_lognormal = c % 2 == 1;
        double truth = is_lognormal ? exp(0.5) : 0;
        unsigned own = 0, pairs = 0, student = 0;
        gsl_rng_set(rng, 131 + c);
        for (int seed = 0; seed < SEEDS; seed++) {
            double runs[MOST_RUNS], right[MOST_RUNS], left[MOST_RUNS];
            for (size_t r = 0; r < count; r++) {
                runs[r] = is_lognormal ? gsl_ran_lognormal(rng, 0, 1) : gsl_ran_gaussian(rng, 1);
                right[r] = gsl_ran_gaussian(rng, 3);
                left[r] = right[r] + runs[count - 1 - r];
            }
            struct bh_estimate mean = bh_mean_by(resamples, runs, count), plain = bh_mean_by(NULL, runs, count);
            struct bh_estimate pair = seed % 4 == 0 ? bh_paired_difference_by(resamples, left, right, count) : mean;
            own += mean.low <= truth && truth <= mean.high;
            student += plain.low <= truth && truth <= plain.high;
            pairs += seed % 4 == 0 && pair.low <= truth && truth <= pair.high;
        }
        print_message("# %zu %s runs: means %.4f, pairs %.4f; Student's %.4f\n", count,
                      is_lognormal ? "lognormal" : "normal", own / (double)SEEDS, 4 * pairs / (double)SEEDS,
                      student / (double)SEEDS);
        assert_true(is_lognormal || (own >= 0.93 * SEEDS && own <= 0.97 * SEEDS));
        assert_true(is_lognormal || (4 * pairs >= 0.93 * SEEDS && 4 * pairs <= 0.97 * SEEDS));
    }
    bh_resamples_destroy(resamples);
    gsl_rng_free(rng);
}

BH_TEST(resampling_tells_what_it_cannot)
{
    double values[BH_BOOTSTRAP_LEAST], equal[BH_BOOTSTRAP_LEAST];
    struct bh_resamples *resamples = bh_resamples_create(BH_BOOTSTRAP_LEAST), *again = bh_resamples_create(100);
    for (size_t i = 0; i < BH_BOOTSTRAP_LEAST; i++) {
        values[i] = (double)(i * i);
        equal[i] = 7;
    }
    struct bh_estimate few = bh_mean_by(resamples, values, BH_BOOTSTRAP_LEAST - 1);
    assert_true(few.mean == 18 * 37 / 6.0 && isnan(few.low) && isnan(few.high));
    struct bh_estimate own = bh_mean_by(resamples, values, BH_BOOTSTRAP_LEAST),
                       other = bh_mean_by(again, values, BH_BOOTSTRAP_LEAST);
    /* Longer to the right, as the values are; the same bits whatever other resamples there are. */
    assert_true(own.mean - own.low < own.high - own.mean);
    assert_true(own.low == other.low && own.high == other.high);
    struct bh_estimate same = bh_mean_by(resamples, equal, BH_BOOTSTRAP_LEAST);
    assert_true(same.low == 7 && same.high == 7);
    values[3] = NAN;
    assert_true(isnan(bh_mean_by(resamples, values, BH_BOOTSTRAP_LEAST).mean));
    bh_resamples_destroy(again);
    bh_resamples_destroy(resamples);
}

/* A run of some work: failures cost what has not been saved, and come at a rate of 1, as regular as a gamma's shape says. */
static void run_work(gsl_rng *rng, double work, double most_lost, double shape, double *time, double *failures)
{
    double next = gsl_ran_gamma(rng, shape, 1 / shape);
    for (*time = *failures = 0; *time + next < work; (*failures)++) {
        *time += next;
        work += fmin(*time, most_lost * gsl_rng_uniform(rng));
        next = gsl_ran_gamma(rng, shape, 1 / shape);
    }
    *time = work;
}

/* Of 4,000 samples 93.9 to 96.1 % of Student's intervals, of a mean and of paired differences, hold what they estimate where runs
 * are normal: three standard errors of a share. Where these are lognormal (sigma 1) it is printed alone. */
BH_TEST(intervals_of_means_and_pairs_are_covered)
{
    enum { SEEDS = 4000, MOST_RUNS = 100 };
    static const size_t replicas[] = {2, 5, 20, 100};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t c = 0; c < 2 * BH_COUNT(replicas); c++) {
        size_t count = replicas[c / 2];
        bool is_lognormal = c % 2 == 1;
        double truth = is_lognormal ? exp(0.5) : 0;
        unsigned means = 0, pairs = 0;
        gsl_rng_set(rng, 31 + c);
        for (int seed = 0; seed < SEEDS; seed++) {
            double own[MOST_RUNS], left[MOST_RUNS], right[MOST_RUNS];
            for (size_t r = 0; r < count; r++) {
                own[r] = is_lognormal ? gsl_ran_lognormal(rng, 0, 1) : gsl_ran_gaussian(rng, 1);
                right[r] = 0.5 + gsl_ran_gaussian(rng, 3); /* what both meet is three times what each does */
                left[r] = right[r] - 0.5 + own[r];
            }
            struct bh_estimate mean = bh_mean(own, count), pair = bh_paired_difference(left, right, count);
            means += mean.low <= truth && truth <= mean.high;
            pairs += pair.low <= truth - 0.5 && truth - 0.5 <= pair.high;
        }
        print_message("# %zu %s runs: means %.4f, pairs %.4f\n", count, is_lognormal ? "lognormal" : "normal",
                      means / (double)SEEDS, pairs / (double)SEEDS);
        assert_true(is_lognormal || fabs(means / (double)SEEDS - 0.95) <= 0.0104);
        assert_true(is_lognormal || fabs(pairs / (double)SEEDS - 0.95) <= 0.0104);
    }
    gsl_rng_free(rng);
}

/* Over 1,000 seeds, 93.5 to 96.5 % of the intervals hold the mean time between failures, from one failure in two runs to
 * hundreds in each, regular or bunched; where a sample has few failures, more do, as in any interval of a count. */
BH_TEST(times_per_event_are_covered)
{
    enum { SEEDS = 1000, REPLICAS_MOST = 50 };
    static const struct {
        size_t replicas;
        double work, most_lost, shape, most_covered;
    } cases[] = {{20, 0.5, 0.1, 1, 0.98},   {20, 1, 0.2, 1, 0.965},    {20, 5, 0.2, 1, 0.965},
                 {20, 100, 0.02, 1, 0.965}, {10, 5, 0.3, 1, 0.965},    {10, 20, 0.1, 1, 0.965},
                 {50, 2, 0.2, 1, 0.965},    {20, 300, 0.02, 4, 0.965}, {20, 300, 0.02, 0.5, 0.965}};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        unsigned covered = 0;
        gsl_rng_set(rng, 78 + c);
        for (int seed = 0; seed < SEEDS; seed++) {
            double times[REPLICAS_MOST], events[REPLICAS_MOST];
            for (size_t r = 0; r < cases[c].replicas; r++)
                run_work(rng, cases[c].work, cases[c].most_lost, cases[c].shape, &times[r], &events[r]);
            struct bh_estimate estimate = bh_time_per_event(times, events, cases[c].replicas);
            covered += estimate.low <= 1 && estimate.high >= 1;
        }
        print_message("# case %zu: %u of %d\n", c, covered, SEEDS);
        if (covered < 0.935 * SEEDS || covered > cases[c].most_covered * SEEDS)
            fail_msg("case %zu: %u of %d intervals hold it", c, covered, SEEDS);
    }
    gsl_rng_free(rng);
    const double time[] = {10, 10}, none[] = {0, 0}, alike[] = {5, 5};
    struct bh_estimate never = bh_time_per_event(time, none, 2), equal = bh_time_per_event(time, alike, 2);
    assert_true(isinf(never.mean) && isinf(never.high));
    assert_close(never.low, 20 / 3.6888794541139363, 1e-12); /* -ln 0.025 */
    assert_close(equal.mean, 2, 0);
    assert_true(equal.low == 2 && equal.high == 2 && isnan(bh_time_per_event(none, none, 2).mean));
    /* R: poisson.test(3, 2) gives 0.3093361 to 4.3836365. */
    struct bh_estimate rate = bh_rate_exact(3, 2);
    assert_close(rate.low, 0.3093361, 1e-6);
    assert_close(rate.high, 4.3836365, 1e-6);
}

BH_TEST(the_front_holds_what_nothing_beats)
{
    /*                       cheap  tight  beaten  twin  twin  unknown */
    const double cost[] = {-0.01, 6.0, 6.5, 0.1, 0.1, NAN};
    const double escape[] = {0.5, 1e-6, 1e-5, 1e-3, 1e-3, 0};
    const bool expected[] = {true, true, false, true, true, false};
    bool front[6];
    bh_pareto_front(cost, escape, 6, front);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(front[i], expected[i]);
}

BH_TEST(critical_values_lie_on_a_log_axis)
{
    assert_close(bh_critical_value(1e-4, 1e-2, -1, 1), 1e-3, 1e-12);
    assert_close(bh_critical_value(0, 1, -1, 3), 0.25, 1e-12);
}

enum { VALUES = 4, REPLICAS = 3 };

/* Two policies whose mean net overheads differ by `difference` at each value; replicas scatter by 0.1 about it. */
static void check_flips(const double *difference, bool is_finished, size_t count, double critical, int first, int last)
{
    double numbers[VALUES] = {1e-4, 1e-3, 1e-2, 1e-1};
    double makespan[2 * VALUES * REPLICAS], finished[2 * VALUES * REPLICAS], useful[2 * VALUES * REPLICAS],
        elapsed[2 * VALUES * REPLICAS], native[2 * VALUES];
    for (size_t p = 0; p < 2; p++)
        for (size_t v = 0; v < VALUES; v++)
            for (size_t r = 0; r < REPLICAS; r++) {
                size_t at = (p * VALUES + v) * REPLICAS + r;
                double scatter = p == 0 ? 0.1 * ((double)r - 1) : 0;
                native[p * VALUES + v] = 1;
                makespan[at] = 3 + (p == 0 ? difference[v] + scatter : 0);
                finished[at] = is_finished || p == 1;
                elapsed[at] = is_finished ? makespan[at] : 10;
                useful[at] = elapsed[at] * (5 - (p == 0 ? difference[v] + scatter : 0));
            }
    struct bh_view view = {.policy = {.count = 2}, .enclave = {.count = 1}, .replica = {.count = REPLICAS}};
    view.uncertainty = (struct bh_view_uncertainty){.axis = {.count = VALUES, .numbers = numbers},
                                                    .numbers[BH_METRIC_makespan] = makespan,
                                                    .numbers[BH_METRIC_finished] = finished,
                                                    .numbers[BH_METRIC_useful_work] = useful,
                                                    .numbers[BH_METRIC_elapsed] = elapsed,
                                                    .numbers[BH_METRIC_native_bare_makespan] = native};
    struct bh_flips flips;
    bh_find_flips(&view, 0, 0, 1, &flips);
    assert_true(flips.comparable);
    assert_int_equal(flips.count, count);
    assert_int_equal(flips.sign_first, first);
    assert_int_equal(flips.sign_last, last);
    if (count == 0)
        return;
    assert_close(flips.critical[0], critical, 1e-9);
    assert_true(flips.low[0] < critical && flips.high[0] > critical);
    size_t best[VALUES];
    bh_find_best(&view, 0, best);
    assert_int_equal(best[0], first < 0 ? 0 : 1);
    assert_int_equal(best[VALUES - 1], last < 0 ? 0 : 1);
}

BH_TEST(flips_are_found_where_differences_change_sign)
{
    const double once[] = {-1, -1, 1, 1}, never[] = {1, 1, 1, 2}, twice[] = {-1, 1, 1, -1}, touch[] = {-1, 0, 0, -1},
                 equal_between[] = {-1, 0, 1, 1};
    check_flips(once, true, 1, sqrt(1e-5), -1, 1);
    check_flips(once, false, 1, sqrt(1e-5), -1, 1);
    check_flips(never, true, 0, 0, 1, 1);
    check_flips(twice, true, 2, sqrt(1e-7), -1, -1);
    check_flips(touch, true, 0, 0, -1, -1);
    check_flips(equal_between, true, 1, 1e-3, -1, 1);
}

BH_TEST(crowded_labels_are_spread)
{
    double places[] = {0, 0.1, 0.2, 5, 5};
    bh_figure_spread(places, 5, 1);
    const double expected[] = {-0.9, 0.1, 1.1, 4.5, 5.5};
    for (size_t i = 0; i < 5; i++)
        assert_close(places[i], expected[i], 1e-12);
}

BH_TEST(numbers_read_well)
{
    char text[BH_NUMBER_SIZE];
    assert_string_equal(bh_number_percent(0.12345, text), "12.3 %");
    assert_string_equal(bh_number_percent(-0.012, text), "-1.20 %");
    assert_string_equal(bh_number_percent(6.6, text), "660 %");
    assert_string_equal(bh_number_percent(NAN, text), "-");
    assert_string_equal(bh_number_time(5400, text), "90.0 min");
    assert_string_equal(bh_number_time(7 * 86400, text), "7.00 d");
    assert_string_equal(bh_number_time(INFINITY, text), "never");
    /* However large, whole and short. */
    assert_string_equal(bh_number_time(9e6 * 365.25 * 86400, text), "9000000 year");
    assert_string_equal(bh_number_time(2e7 * 365.25 * 86400, text), "2.0e+07 year");
    for (double value = 1e7; value < 1e306; value *= 1e3) {
        assert_true(strlen(bh_number_time(value, text)) < 20 && strlen(bh_number_time(-value, text)) < 20);
        assert_non_null(strstr(text, value < 1e8 ? " d" : " year"));
        assert_true(strlen(bh_number_percent(value, text)) < 20 && strchr(text, '%') != NULL);
        assert_true(strlen(bh_number_plain(value, text)) < 20);
    }
    assert_string_equal(bh_number_plain(1.03e-5, text), "1.0e-05");
    assert_string_equal(bh_number_plain(0, text), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interval_without_an_end_is_left_out),
        cmocka_unit_test(mean_has_students_interval),
        cmocka_unit_test(pairs_are_told_apart_by_their_differences),
        cmocka_unit_test(shares_never_have_an_interval_of_one_point),
        cmocka_unit_test(limits_of_shares_hold_for_large_counts),
        cmocka_unit_test(ratios_may_exceed_one),
        cmocka_unit_test(intervals_of_means_and_pairs_are_covered),
        cmocka_unit_test(resampled_intervals_are_covered),
        cmocka_unit_test(resampling_tells_what_it_cannot),
        cmocka_unit_test(times_per_event_are_covered),
        cmocka_unit_test(the_front_holds_what_nothing_beats),
        cmocka_unit_test(critical_values_lie_on_a_log_axis),
        cmocka_unit_test(flips_are_found_where_differences_change_sign),
        cmocka_unit_test(crowded_labels_are_spread),
        cmocka_unit_test(numbers_read_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
