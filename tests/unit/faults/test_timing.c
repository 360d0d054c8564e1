/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Arrival and repair distributions in the catalog's files: their numbers reach the models, and what can be said in two
 * ways comes to the same bits. */
#include "models/catalog/fault_class.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/times/exponential.h"
#include "models/times/hyperexponential.h"
#include "models/times/lognormal.h"
#include "models/times/weibull_gamma.h"
#include "tests/support/models.h"

#include "models/faults/arrivals.h"

#define NUMBER(value, unit) "{value: " value ", unit: " unit ", status: published, source: none}"
#define PLAIN(value)        "{value: " value ", status: published, source: none}"

static struct bh_catalog *with_wear(const char *overrides, const char *arrival, const char *repair)
{
    char *text = bh_print_text("{faults: {wear: {description: wears out, landing: node, mend: repair, %s, %s}}}",
                               arrival, repair);
    struct bh_catalog *catalog = bh_test_catalog(overrides, text);
    free(text);
    return catalog;
}

static const char *const repair_plain = "repair-median: " NUMBER("50", "min") ", repair-sigma: " PLAIN("1.4");

BH_TEST(test_every_distribution_is_read)
{
    static const struct {
        const char *text;
        struct bh_distribution expected;
    } cases[] = {
        {"arrival: {weibull: {shape: " PLAIN("0.7") ", scale: " NUMBER("2", "h") "}}", {&bh_weibull, 1, {0.7}, {7200}}},
        {"arrival: {lognormal: {median: " NUMBER("1", "d") ", sigma: " PLAIN("2") "}}",
         {&bh_lognormal, 1, {86400}, {2}}},
        {"arrival: {gamma: {shape: " PLAIN("3") ", scale: " NUMBER("5", "s") "}}", {&bh_gamma, 1, {3}, {5}}},
        {"arrival: {uniform: {least: " NUMBER("1", "s") ", most: " NUMBER("5", "s") "}}", {&bh_uniform, 1, {1}, {5}}},
        {"arrival: {hyperexponential: [{weight: " PLAIN("0.25") ", mean: " NUMBER("1", "h") "}, {weight: " PLAIN(
             "0.75") ", mean: " NUMBER("2", "h") "}]}",
         {&bh_hyperexponential, 2, {0.25, 0.75}, {3600, 7200}}},
        {"arrival: {piecewise: [{age: " NUMBER("0", "s") ", hazard: " NUMBER("1", "1/h") "}, {age: " NUMBER(
             "1", "d") ", hazard: " NUMBER("2", "1/h") "}]}",
         {&bh_piecewise, 2, {0, 86400}, {1 / 3600.0, 2 / 3600.0}}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct bh_catalog *catalog = with_wear(NULL, cases[c].text, repair_plain);
        const struct bh_fault_class *fault = bh_test_fault(catalog, "wear");
        const struct bh_distribution *found = &fault->arrival.distribution, *expected = &cases[c].expected;
        assert_ptr_equal(found->type, expected->type);
        assert_int_equal(found->parts, expected->parts);
        for (size_t i = 0; i < expected->parts; i++) {
            assert_close(found->a[i], expected->a[i], 1e-15);
            assert_close(found->b[i], expected->b[i], 1e-15);
        }
        assert_close(fault->rate.value, 1 / bh_distribution_mean_s(expected), 1e-15);
        bh_catalog_destroy(catalog);
    }
}

/* Overrides reach the numbers by their paths, positions of parts included. */
BH_TEST(test_overrides)
{
    struct bh_catalog *catalog =
        with_wear("{faults.wear.arrival.hyperexponential.1.mean: 9 h, faults.wear.repair.weibull.shape: 0.6}",
                  "arrival: {hyperexponential: [{weight: " PLAIN("0.25") ", mean: " NUMBER(
                      "1", "h") "}, {weight: " PLAIN("0.75") ", mean: " NUMBER("2", "h") "}]}",
                  "repair: {weibull: {shape: " PLAIN("2") ", scale: " NUMBER("1", "h") "}}");
    const struct bh_fault_class *fault = bh_test_fault(catalog, "wear");
    assert_close(fault->arrival.distribution.b[1], 9 * 3600, 0);
    assert_close(fault->repair.distribution.a[0], 0.6, 0);
    bh_catalog_destroy(catalog);
}

/* `rate` and exponential arrivals, `repair-median` and lognormal repair: one stream, the same times and repairs. */
BH_TEST(test_two_ways_to_say_it)
{
    struct bh_catalog *plain = with_wear(NULL, "rate: " NUMBER("3", "1/year"), repair_plain);
    struct bh_catalog *named =
        with_wear(NULL, "arrival: {exponential: {rate: " NUMBER("3", "1/year") "}}",
                  "repair: {lognormal: {median: " NUMBER("50", "min") ", sigma: " PLAIN("1.4") "}}");
    struct bh_catalog *other = with_wear(NULL, "rate: " NUMBER("3", "1/year"),
                                         "repair: {gamma: {shape: " PLAIN("2") ", scale: " NUMBER("1", "h") "}}");
    struct bh_fault_stream a = bh_fault_stream_of(bh_test_fault(plain, "wear"), 100),
                           b = bh_fault_stream_of(bh_test_fault(named, "wear"), 100),
                           c = bh_fault_stream_of(bh_test_fault(other, "wear"), 100);
    assert_close(a.rate, b.rate, 0);
    assert_close(b.hardware->arrival.distribution.a[0], 1 / a.rate, 0);
    const struct bh_random random = {.seed = 3};
    struct bh_fault_arrivals *first = bh_fault_arrivals_create(&a, 100, true),
                             *second = bh_fault_arrivals_create(&b, 100, true);
    double sum = 0;
    enum { FAULTS = 4000 };
    for (int i = 0; i < FAULTS; i++) {
        struct bh_fault of_a, of_b;
        assert_true(bh_fault_arrivals_next(first, &random, &of_a) && bh_fault_arrivals_next(second, &random, &of_b));
        assert_close(of_a.time_s, of_b.time_s, 0);
        assert_close(bh_fault_repair_s(&random, &of_a), bh_fault_repair_s(&random, &of_b), 0);
        struct bh_fault of_c = of_a;
        of_c.stream = &c;
        sum += bh_fault_repair_s(&random, &of_c);
    }
    /* Gamma of shape 2: mean 7200 s, deviation 5091 s; 5 standard errors. */
    assert_true(fabs(sum / FAULTS - 7200) < 5 * 5091 / sqrt(FAULTS));
    bh_fault_arrivals_destroy(first);
    bh_fault_arrivals_destroy(second);
    bh_catalog_destroy(plain);
    bh_catalog_destroy(named);
    bh_catalog_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_distribution_is_read),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_two_ways_to_say_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
