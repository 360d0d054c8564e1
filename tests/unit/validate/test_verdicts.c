/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Verdicts on what was simulated: each kind of evidence has its interval, at a level that holds for all cases together,
 * and each can disagree. */
#include "tests/support/helper.h"

#include "sim/validate/verdicts.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

static struct bh_validation_case judge(struct bh_validation_case one)
{
    struct bh_validation validation = {1, &one};
    bool all_agree = bh_validation_judge(&validation);
    assert_int_equal(all_agree, one.agrees);
    return one;
}

BH_TEST(test_exact_cases_have_a_tolerance)
{
    struct bh_validation_case one = {
        .evidence = BH_EVIDENCE_EXACT, .expected = 1e6, .simulated = 1e6 + 5e-4, .tolerance = 1e-9};
    assert_true(judge(one).agrees);
    one.simulated = 1e6 + 2e-3;
    assert_false(judge(one).agrees);
}

BH_TEST(test_means_have_students_interval)
{
    struct bh_validation_case one = {
        .evidence = BH_EVIDENCE_MEAN, .expected = 10, .simulated = 11, .samples = 20, .error = 0.5};
    const double reach = 0.5 * gsl_cdf_tdist_Qinv(bh_validation_level / 2, 19);
    struct bh_validation_case judged = judge(one);
    assert_close(judged.low, 11 - reach, 1e-12);
    assert_close(judged.high, 11 + reach, 1e-12);
    assert_true(judged.agrees);
    one.expected = 11 - 1.01 * reach;
    assert_false(judge(one).agrees);
}

/* Byar's limits, beside the exact ones of a Poisson count. */
BH_TEST(test_counts_have_poissons_interval)
{
    struct bh_validation_case judged = judge(
        (struct bh_validation_case){.evidence = BH_EVIDENCE_COUNT, .expected = 400, .simulated = 400, .samples = 400});
    assert_close(judged.low, gsl_cdf_chisq_Pinv(bh_validation_level / 2, 800) / 2, 1e-3);
    assert_close(judged.high, gsl_cdf_chisq_Qinv(bh_validation_level / 2, 802) / 2, 1e-3);
}

BH_TEST(test_shares_and_variances)
{
    struct bh_validation_case share = {
        .evidence = BH_EVIDENCE_SHARE, .expected = 0.1, .simulated = 0.1, .samples = 1000};
    struct bh_validation_case judged = judge(share);
    assert_true(judged.agrees && judged.low > 0.05 && judged.high < 0.15);
    share.expected = 0.2;
    assert_false(judge(share).agrees);
    struct bh_validation_case variance = {
        .evidence = BH_EVIDENCE_VARIANCE, .expected = 1, .simulated = 1.1, .samples = 500};
    judged = judge(variance);
    assert_true(judged.agrees && judged.low < 1 && judged.high > 1.1);
    variance.simulated = 2;
    assert_false(judge(variance).agrees);
}

/* What is beside another has a tolerance as well, however much chance would let it be off. */
BH_TEST(test_what_is_beside_another_is_near_it)
{
    struct bh_validation_case one = {.evidence = BH_EVIDENCE_BESIDE,
                                     .simulated = 100,
                                     .expected = 100.9,
                                     .samples = 40,
                                     .error = 0.1,
                                     .tolerance = 2,
                                     .allowance = 0.5};
    const double reach = 0.5 + 0.1 * gsl_cdf_tdist_Qinv(bh_validation_level / 2, 39);
    assert_close(judge(one).high, 100 + reach, 1e-12);
    assert_true(judge(one).agrees);
    one.expected = 100 + 1.01 * reach;
    assert_false(judge(one).agrees);
    one.error = 10;
    assert_true(judge(one).agrees);
    one.expected = 102.01;
    assert_false(judge(one).agrees);
}

/* Of k statistical cases each has a k-th of the level; exact ones do not count. */
BH_TEST(test_the_level_holds_for_all)
{
    const struct bh_validation_case one = {
        .evidence = BH_EVIDENCE_MEAN, .simulated = 1, .expected = 1, .samples = 30, .error = 1};
    struct bh_validation_case cases[] = {one, one, one, {.evidence = BH_EVIDENCE_EXACT, .expected = 2, .simulated = 1}};
    struct bh_validation validation = {4, cases};
    assert_false(bh_validation_judge(&validation));
    assert_close(cases[0].high - 1, gsl_cdf_tdist_Qinv(bh_validation_level / 6, 29), 1e-9);
    assert_true(cases[2].agrees);
    assert_false(cases[3].agrees);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_cases_have_a_tolerance),      cmocka_unit_test(test_means_have_students_interval),
        cmocka_unit_test(test_counts_have_poissons_interval),     cmocka_unit_test(test_shares_and_variances),
        cmocka_unit_test(test_what_is_beside_another_is_near_it), cmocka_unit_test(test_the_level_holds_for_all),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
