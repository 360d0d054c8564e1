/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where E-Zone 3 lies: at the ends by construction, at mixtures, and inside its interval as often as it says. */
#include "models/containment/zone_three.h"
#include "tests/support/helper.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

/* Extents none, process, guest, node, enclave, composition, system. Masked shares differ, and must not matter. */
static const double host_kernel[BH_SCOPES] = {0.30, 0.00, 0.10, 0.60}, host_user[BH_SCOPES] = {0.60, 0.10, 0.28, 0.02};

static struct bh_containment of(const double *extent)
{
    struct bh_containment answer = {.trials = 0};
    for (int s = 0; s < BH_SCOPES; s++)
        answer.extent[s] = extent[s];
    return answer;
}

/* E-Zone 3 as a mixture of the two among errors with an effect, of which it has `effects`. */
static struct bh_containment mixture(double weight, double effects)
{
    struct bh_containment answer = {.extent = {1 - effects}};
    for (int s = 1; s < BH_SCOPES; s++)
        answer.extent[s] = effects * (weight * host_kernel[s] / (1 - host_kernel[0]) +
                                      (1 - weight) * host_user[s] / (1 - host_user[0]));
    return answer;
}

static struct bh_zone_three find(const struct bh_containment *one, const struct bh_containment *two,
                                 const struct bh_containment *three)
{
    return bh_find_zone_three(
        (const struct bh_zone_errors[]){{BH_HOST_KERNEL, 1, one}, {BH_HOST_USER, 2, two}, {BH_GUEST_KERNEL, 3, three}},
        3);
}

BH_TEST(ends_and_mixtures)
{
    struct bh_containment one = of(host_kernel), two = of(host_user);
    for (int w = 0; w <= 10; w++) {
        struct bh_containment three = mixture(w / 10.0, 0.45);
        struct bh_zone_three found = find(&one, &two, &three);
        assert_true(found.is_defined);
        assert_true(fabs(found.weight - w / 10.0) < 1e-12);
        assert_true(found.low == found.weight && found.high == found.weight);
    }
    assert_true(find(&one, &two, &two).weight < 1e-12);
    assert_true(find(&one, &two, &one).weight > 1 - 1e-12);
}

BH_TEST(what_cannot_be_told)
{
    struct bh_containment one = of(host_kernel), two = of(host_user);
    assert_false(find(&one, &one, &two).is_defined);
    assert_int_equal(find(&one, &one, &two).lacks, 0);
    assert_int_equal(bh_find_zone_three((const struct bh_zone_errors[]){{BH_HOST_KERNEL, 1, &one}}, 1).lacks, 2);
    assert_false(
        bh_find_zone_three((const struct bh_zone_errors[]){{BH_HOST_KERNEL, 1, &one}, {BH_GUEST_USER, 1, &two}}, 2)
            .is_defined);
    assert_false(bh_find_zone_three(NULL, 0).is_defined);
}

/* Two origins in the host's kernel, of different weights. */
BH_TEST(weights_are_those_of_the_zone)
{
    struct bh_containment node = of((const double[BH_SCOPES]){0, 0, 0, 1}),
                          guest = of((const double[BH_SCOPES]){0, 0, 1, 0}),
                          mixed = of((const double[BH_SCOPES]){0.5, 0, 0.25, 0.25});
    const struct bh_zone_errors errors[] = {{BH_HOST_KERNEL, 3, &node},
                                            {BH_HOST_KERNEL, 1, &guest},
                                            {BH_HOST_USER, 5, &guest},
                                            {BH_GUEST_KERNEL, 9, &mixed}};
    /* Of the host kernel's 3/4 take the node, of the guest kernel's half: 0.5 / 0.75. */
    assert_true(fabs(bh_find_zone_three(errors, 4).weight - 2.0 / 3) < 1e-12);
}

static struct bh_containment draw(gsl_rng *rng, const struct bh_containment *truth, unsigned trials)
{
    unsigned counts[BH_SCOPES];
    gsl_ran_multinomial(rng, BH_SCOPES, trials, truth->extent, counts);
    struct bh_containment seen = {.trials = trials};
    for (int s = 0; s < BH_SCOPES; s++)
        seen.extent[s] = counts[s] / (double)trials;
    return seen;
}

BH_TEST(intervals_hold_as_often_as_they_say)
{
    enum { TIMES = 2000, TRIALS = 400 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 1);
    struct bh_containment one = of(host_kernel), two = of(host_user), three = mixture(0.4, 0.7);
    int covered = 0;
    for (int i = 0; i < TIMES; i++) {
        struct bh_containment a = draw(rng, &one, TRIALS), b = draw(rng, &two, TRIALS), c = draw(rng, &three, TRIALS);
        struct bh_zone_three found = find(&a, &b, &c);
        covered += found.low <= 0.4 && 0.4 <= found.high;
    }
    print_message("# covered %d of %d\n", covered, TIMES);
    /* Three standard errors of 95 % of 2,000 are 1.5 %. */
    assert_in_range(covered, 0.935 * TIMES, 0.965 * TIMES);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_and_mixtures),
        cmocka_unit_test(what_cannot_be_told),
        cmocka_unit_test(weights_are_those_of_the_zone),
        cmocka_unit_test(intervals_hold_as_often_as_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
