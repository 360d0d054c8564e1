/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors of a whole scenario followed to their end: rows and losses of nodes are shares of one whole, the mix is theirs, both ways agree, and
 * what cannot be weighed is refused. */
#include "tests/support/helper.h"

#include "models/base/error.h"
#include "sim/containment/answers.h"
#include "sim/containment/followed.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <gsl/gsl_errno.h>
#include <string.h>

struct fixture {
    struct bh_study *study;
    struct bh_scenario *scenario;
};

static struct fixture open_scenario(const char *name)
{
    struct bh_error err = {0};
    char *file = bh_print_text("%s/tests/data/scenarios/%s.yaml", bh_test_data(), name),
         *models = bh_print_text("%s/models/data", bh_test_data());
    struct fixture fixture = {.study = bh_study_read(file, models, NULL, 0, &err)};
    size_t *index = bh_allocate(16, sizeof *index);
    if (fixture.study == NULL || (fixture.scenario = bh_study_resolve(fixture.study, index, -1, &err)) == NULL)
        fail_msg("%s", err.text);
    free(index);
    free(models);
    free(file);
    return fixture;
}

static void close_scenario(struct fixture *fixture)
{
    bh_scenario_destroy(fixture->scenario);
    bh_study_destroy(fixture->study);
}

static struct bh_contain *follow(const struct bh_scenario *scenario, struct bh_contain_wish wish)
{
    struct bh_error err = {0};
    struct bh_contain *contain = bh_contain_create(scenario, &wish, &err);
    if (contain == NULL)
        fail_msg("%s", err.text);
    return contain;
}

BH_TEST(test_rows_make_the_mix)
{
    struct fixture fixture = open_scenario("small-balance");
    const struct bh_policy_spec *first = &fixture.scenario->policies[1];
    struct bh_contain *contain =
        follow(fixture.scenario, (struct bh_contain_wish){.exact = true,
                                                          .trials = {1, 1000, 1},
                                                          .policies_count = 1,
                                                          .policies = &first,
                                                          .enclave = fixture.scenario->primary});
    assert_int_equal(contain->policies_count, 1);
    const struct bh_contain_policy *policy = &contain->policies[0];
    assert_ptr_equal(policy->spec, first);
    assert_true(bh_contain_has_rates(policy));
    assert_int_equal(policy->exact_count, policy->origins.count);
    assert_ptr_equal(bh_contain_mix_answer(policy), &policy->exact_mix);
    const struct bh_origins *origins = &policy->origins;
    double shares = bh_origins_loss_rate(origins) / origins->error_rate, silent = 0;
    for (size_t i = 0; i < policy->origins.count; i++) {
        assert_ptr_equal(bh_contain_row_answer(&policy->rows[i]), &policy->rows[i].exact);
        shares += policy->rows[i].share;
        silent += policy->rows[i].share * policy->rows[i].exact.silent;
    }
    assert_close(shares, 1, 1e-12);
    assert_close(policy->exact_mix.silent, silent, 1e-9);
    bh_contain_destroy(contain);
    close_scenario(&fixture);
}

BH_TEST(test_both_ways_agree)
{
    struct fixture fixture = open_scenario("small-balance");
    const struct bh_policy_spec *native = &fixture.scenario->policies[0];
    struct bh_contain *contain =
        follow(fixture.scenario, (struct bh_contain_wish){.exact = true,
                                                          .monte_carlo = true,
                                                          .trials = {1, 3000, 1},
                                                          .policies_count = 1,
                                                          .policies = &native,
                                                          .enclave = fixture.scenario->primary});
    assert_true(contain->agreement.outcomes > 0);
    assert_false(bh_contain_disagrees(contain));
    contain->agreement.least_level = 1e-12;
    assert_true(bh_contain_disagrees(contain));
    bh_contain_destroy(contain);
    close_scenario(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_make_the_mix),
        cmocka_unit_test(test_both_ways_agree),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
