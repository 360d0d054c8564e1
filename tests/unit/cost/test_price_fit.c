/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Costs from paired run times: known ones are found again, and their intervals hold them as often as they say. */
#include "models/catalog/application.h"
#include "models/catalog/system.h"
#include "models/cost/price_fit.h"
#include "tests/support/helper.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#define VALUE(x) ((struct bh_parameter){.value = (x)})

enum { WORKLOADS = 4, SIZES = 3, REPEATS = 2, PAIRS = WORKLOADS * SIZES * REPEATS, DATA_SETS = 1000 };

static const double truth[BH_PRICES] = {0.03, 2e-6, 5e-6, 0.15};
static const struct bh_component kernel = {
    .name = "linux", .is_kernel = true, .noise_share = {.value = 0.002}, .noise_measured_nodes = {.value = 10000}};
static const struct bh_component guest_kernel = {
    .name = "guest", .is_kernel = true, .noise_share = {.value = 0.001}, .noise_measured_nodes = {.value = 10000}};
static const struct bh_guard_level guard = {.compute_slowdown = {.value = 0.01}, .latency_s = {.value = 1e-6}};
static struct bh_application workload[WORKLOADS];
static struct bh_system catalog, real;
static struct bh_price_testbed testbed;

static struct bh_system system_with(double compute, double exit_s, double latency_s, double loss)
{
    return (struct bh_system){.name = "v",
                              .guest_kernel = &guest_kernel,
                              .compute_slowdown = VALUE(compute),
                              .exit_time_s = VALUE(exit_s),
                              .latency_s = VALUE(latency_s),
                              .bandwidth_loss = VALUE(loss)};
}

/* One that computes, one that exits, one of many small messages, one of few large ones. */
static int prepare(void **state)
{
    static const struct {
        double exits, bytes, messages, collectives;
    } of[WORKLOADS] = {{100, 0, 0, 0}, {50000, 0, 0, 0}, {500, 1e4, 2000, 200}, {500, 1e9, 10, 1}};
    (void)state;
    for (int w = 0; w < WORKLOADS; w++)
        workload[w] = (struct bh_application){.name = "w",
                                              .kind = &bh_application_kinds[bh_kind_bulk_synchronous_number],
                                              .step_s = VALUE(0.2),
                                              .exits_per_s = VALUE(of[w].exits),
                                              .halo_bytes = VALUE(of[w].bytes),
                                              .halo_messages = VALUE(of[w].messages),
                                              .collectives = VALUE(of[w].collectives)};
    catalog = system_with(0.01, 1e-6, 0, 0);
    real = system_with(truth[0], truth[1], truth[2], truth[3]);
    testbed = (struct bh_price_testbed){.system = &catalog,
                                        .guard = {[BH_GUEST_HOST] = &guard},
                                        .host_kernel = &kernel,
                                        .guest_kernel = &guest_kernel,
                                        .network = {.latency_s = 1e-6, .node_bandwidth = 1e10, .contention = 1.0}};
    return 0;
}

static void play(struct bh_run_pair *pairs, size_t count, double scatter, uint64_t seed)
{
    static const uint64_t nodes[SIZES] = {2, 16, 256};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (size_t i = 0; i < count; i++) {
        struct bh_run_pair *pair = &pairs[i];
        *pair = (struct bh_run_pair){&workload[i % WORKLOADS], nodes[i / WORKLOADS % SIZES], 100, 100};
        pair->native *= exp(gsl_ran_gaussian(rng, scatter));
        pair->guest *= exp(bh_price_log_ratio(pair, &testbed, &real) + gsl_ran_gaussian(rng, scatter));
    }
    gsl_rng_free(rng);
}

BH_TEST(test_found_again)
{
    struct bh_run_pair pairs[PAIRS];
    struct bh_price_fit fit;
    struct bh_error err = {0};
    play(pairs, PAIRS, 0.0, 1);
    assert_int_equal(bh_price_fit(pairs, PAIRS, &testbed, &fit, &err), 0);
    for (int p = 0; p < BH_PRICES; p++) {
        assert_true(fit.price[p].is_told);
        assert_close(fit.price[p].value, truth[p], 1e-6);
    }
    assert_true(fit.scatter < 1e-9);
    assert_int_equal(fit.freedom, PAIRS - BH_PRICES);
}

/* Runs that scatter by 0.5 %: of 1,000 sets 930 to 970 hold each number, nearly three standard deviations of a count of
 * 950 (6.9); seeds are fixed. */
BH_TEST(test_coverage)
{
    size_t held[BH_PRICES] = {0};
    double scatter = 0.0;
    for (uint64_t set = 0; set < DATA_SETS; set++) {
        struct bh_run_pair pairs[PAIRS];
        struct bh_price_fit fit;
        struct bh_error err = {0};
        play(pairs, PAIRS, 0.005, 1000 + set);
        assert_int_equal(bh_price_fit(pairs, PAIRS, &testbed, &fit, &err), 0);
        for (int p = 0; p < BH_PRICES; p++)
            held[p] += fit.price[p].low <= truth[p] && truth[p] <= fit.price[p].high;
        scatter += fit.scatter * fit.scatter / DATA_SETS;
    }
    for (int p = 0; p < BH_PRICES; p++) {
        print_message("# %s: in %.1f %% of intervals\n", bh_price_keys[p], 100.0 * (double)held[p] / DATA_SETS);
        assert_in_range(held[p], 930, 970);
    }
    assert_close(sqrt(scatter), 0.005 * sqrt(2.0), 0.02); /* of the ratio of two runs */
}

/* Workloads that exit alike do not tell exits from slower computing; without messages there is nothing to say of them. */
BH_TEST(test_what_runs_do_not_tell)
{
    struct bh_run_pair pairs[6];
    struct bh_price_fit fit;
    struct bh_error err = {0};
    play(pairs, 6, 0.0, 1);
    for (size_t i = 0; i < 6; i++)
        pairs[i].application = &workload[0];
    assert_int_equal(bh_price_fit(pairs, 6, &testbed, &fit, &err), 0);
    assert_true(fit.price[BH_PRICE_COMPUTE].is_told);
    for (int p = BH_PRICE_EXIT; p < BH_PRICES; p++)
        assert_false(fit.price[p].is_told);
    assert_close(fit.price[BH_PRICE_EXIT].value, 1e-6, 0); /* the catalog's */
    assert_int_equal(bh_price_fit(pairs, 2, &testbed, &fit, &err), -1);
    assert_string_equal(err.text, "found 2 pairs of run times, expected at least 3");
    play(pairs, 4, 0.0, 1);
    assert_int_equal(bh_price_fit(pairs, 4, &testbed, &fit, &err), -1);
    assert_non_null(strstr(err.text, "expected at least"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_found_again, prepare),
        cmocka_unit_test_setup(test_coverage, prepare),
        cmocka_unit_test_setup(test_what_runs_do_not_tell, prepare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
