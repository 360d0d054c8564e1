/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tainted ranks: lattice counts against breadth-first search and closed forms, random partners against their chain, and
 * draws against means. */
#include "tests/support/helper.h"

#include "models/silent/epidemic.h"
#include "models/silent/taint.h"

#include <gsl/gsl_integration.h>
#include <stdbool.h>
#include <string.h>

enum { SEED = 20260311 };

static struct bh_taint halo(uint64_t ranks, unsigned dimensions, double collectives)
{
    struct bh_taint taint;
    struct bh_error err = {0};
    if (bh_taint_halo(&taint, ranks, dimensions, collectives, &err) != 0)
        fail_msg("%s", err.text);
    return taint;
}

/* --- Process grids ------------------------------------------------------------------------------------------------- */

BH_TEST(test_grids_by_hand)
{
    static const struct {
        uint64_t ranks;
        unsigned dimensions;
        uint64_t extent[3];
    } cases[] = {{1, 3, {1, 1, 1}},
                 {7, 0, {7, 1, 1}},
                 {7, 1, {7, 1, 1}},
                 {7, 2, {7, 1, 1}},
                 {7, 3, {7, 1, 1}},
                 {12, 2, {4, 3, 1}},
                 {6, 3, {3, 2, 1}},
                 {16, 3, {4, 2, 2}},
                 {24, 3, {4, 3, 2}},
                 {36, 3, {4, 3, 3}},
                 {36, 2, {6, 6, 1}},
                 {1 << 24, 3, {256, 256, 256}},
                 {1 << 23, 3, {256, 256, 128}},
                 {1 << 24, 2, {4096, 4096, 1}},
                 {16777213, 3, {16777213, 1, 1}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t extent[3];
        bh_process_grid(cases[i].ranks, cases[i].dimensions, extent);
        assert_memory_equal(extent, cases[i].extent, sizeof extent);
    }
}

/* Every factorisation of every count up to 600. */
BH_TEST(test_grids_against_all_factorisations)
{
    for (uint64_t n = 1; n <= 600; n++)
        for (unsigned dimensions = 2; dimensions <= 3; dimensions++) {
            uint64_t extent[3], span = UINT64_MAX, sum = UINT64_MAX;
            bh_process_grid(n, dimensions, extent);
            for (uint64_t c = 1; c <= (dimensions == 3 ? n : 1); c++)
                for (uint64_t b = c; b <= n / c; b++)
                    if (n % (b * c) == 0 && n / (b * c) >= b) {
                        uint64_t a = n / (b * c), other = a - (dimensions == 3 ? c : b);
                        if (other < span || (other == span && a + b + c < sum)) {
                            span = other;
                            sum = a + b + c;
                        }
                    }
            assert_true(extent[0] * extent[1] * extent[2] == n);
            assert_true(extent[0] >= extent[1] && extent[1] >= extent[2]);
            assert_true(extent[0] - extent[dimensions - 1] == span && extent[0] + extent[1] + extent[2] == sum);
        }
}

/* --- Lattice counts ------------------------------------------------------------------------------------------------ */

enum { SITES_MOST = 4096 };

static uint64_t moved(const uint64_t *extent, uint64_t site, unsigned dimension, bool up)
{
    uint64_t stride = 1;
    for (unsigned d = 0; d < dimension; d++)
        stride *= extent[d];
    uint64_t at = site / stride % extent[dimension];
    uint64_t to = up ? (at + 1) % extent[dimension] : (at + extent[dimension] - 1) % extent[dimension];
    return site - at * stride + to * stride;
}

/* Sites by distance from site 0; returns the largest distance. */
static unsigned search_breadth_first(const uint64_t *extent, unsigned dimensions, unsigned *count)
{
    static unsigned distance[SITES_MOST];
    static uint64_t queue[SITES_MOST];
    uint64_t sites = extent[0] * extent[1] * extent[2], head = 0, tail = 1;
    memset(distance, 0xff, sizeof distance);
    memset(count, 0, SITES_MOST * sizeof *count);
    queue[0] = distance[0] = 0;
    unsigned last = 0;
    while (head < tail) {
        uint64_t site = queue[head++];
        last = distance[site];
        count[last]++;
        for (unsigned d = 0; d < dimensions; d++)
            for (int up = 0; up < 2; up++) {
                uint64_t next = moved(extent, site, d, up);
                if (distance[next] != UINT32_MAX)
                    continue;
                distance[next] = distance[site] + 1;
                queue[tail++] = next;
            }
    }
    assert_true(tail == sites);
    return last;
}

static unsigned check_torus(const uint64_t *extent, unsigned dimensions)
{
    static unsigned count[SITES_MOST];
    struct bh_taint taint = {.ranks = extent[0] * extent[1] * extent[2], .dimensions = dimensions};
    memcpy(taint.extent, extent, sizeof taint.extent);
    unsigned last = search_breadth_first(extent, dimensions, count), compared = 0;
    double within = 0;
    for (unsigned k = 0; k <= last + 3; k++, compared++) {
        within += count[k];
        assert_close(bh_taint_lattice(&taint, k), within, 0);
    }
    assert_close(within, (double)taint.ranks, 0);
    return compared;
}

/* All tori of up to 9 sites a side, and some long ones: every step until all are reached, and three beyond. */
BH_TEST(test_lattice_against_breadth_first_search)
{
    unsigned compared = 0;
    for (uint64_t x = 1; x <= 9; x++)
        for (uint64_t y = 1; y <= x; y++)
            for (uint64_t z = 1; z <= y; z++)
                compared += check_torus((uint64_t[]){x, y, z}, 3);
    static const uint64_t flat[][3] = {{1000, 1, 1}, {999, 1, 1}, {60, 7, 1}, {61, 2, 1},
                                       {64, 64, 1},  {33, 8, 3},  {25, 20, 6}};
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
        compared += check_torus(flat[i], flat[i][2] > 1 ? 3 : flat[i][1] > 1 ? 2 : 1);
    print_message("# %u counts compared\n", compared);
    assert_true(compared > 1500);
}

/* Until the ball meets itself, half the shortest side: 2k + 1, 2k^2 + 2k + 1, (4k^3 + 6k^2 + 8k + 3)/3. */
BH_TEST(test_lattice_against_closed_forms)
{
    const uint64_t ranks = UINT64_C(1) << 24;
    struct bh_taint line = halo(ranks, 1, 0), plane = halo(ranks, 2, 0), space = halo(ranks, 3, 0);
    for (double k = 0; k < 2048; k++) {
        assert_close(bh_taint_lattice(&line, (uint64_t)k), 2 * k + 1, 0);
        assert_close(bh_taint_lattice(&plane, (uint64_t)k), 2 * k * k + 2 * k + 1, 0);
        if (k < 128)
            assert_close(bh_taint_lattice(&space, (uint64_t)k), (4 * k * k * k + 6 * k * k + 8 * k + 3) / 3, 1e-15);
    }
    /* Even sides have one antipode: one rank is still clean one step before the end. */
    assert_close(bh_taint_lattice(&space, 383), (double)ranks - 1, 0);
    assert_close(bh_taint_lattice(&space, 384), (double)ranks, 0);
    assert_close(bh_taint_lattice(&space, UINT64_MAX), (double)ranks, 0);
    struct bh_taint none = halo(ranks, 0, 0);
    assert_close(bh_taint_lattice(&none, 1000), 1, 0);
}

/* --- In time ------------------------------------------------------------------------------------------------------- */

BH_TEST(test_ranks_in_time)
{
    struct bh_taint line = halo(1000, 1, 0), at_once = halo(1000, 1, 2), rarely = halo(1000, 1, 0.1),
                    alone = halo(1000, 0, 0);
    static const double steps[] = {0, 0.25, 1, 3.5, 10, 1e300, INFINITY};
    static const double expected[][4] = {{1, 1, 1, 1},
                                         {1.5, 0.75 + 250, 0.75 + 0.25 * (100 + 0.9 * 3), 1},
                                         {3, 1000, 100 + 0.9 * 3, 1},
                                         {8, 1000, 0.5 * (300 + 0.7 * 7) + 0.5 * (400 + 0.6 * 9), 1},
                                         {21, 1000, 1000, 1},
                                         {1000, 1000, 1000, 1},
                                         {1000, 1000, 1000, 1}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_close(bh_taint_ranks(&line, steps[i]), expected[i][0], 1e-14);
        assert_close(bh_taint_ranks(&at_once, steps[i]), expected[i][1], 1e-14);
        assert_close(bh_taint_ranks(&rarely, steps[i]), expected[i][2], 1e-14);
        assert_close(bh_taint_ranks(&alone, steps[i]), expected[i][3], 1e-14);
    }
}

/* Mean of the draws of 40,000 errors at some times each: 5 standard errors, 6e-7 each, 2e-5 for all 30. The same error
 * never loses taint. */
BH_TEST(test_draws_have_the_mean)
{
    enum { SAMPLES = 40000 };
    const struct bh_random random = {.seed = SEED, .replica = 1};
    struct bh_taint taints[6] = {halo(5000, 1, 0), halo(5000, 2, 0.05), halo(5000, 3, 0), halo(64, 3, 1)};
    assert_int_equal(bh_taint_random(&taints[4], 300, 0.7, 0, NULL), 0);
    assert_int_equal(bh_taint_random(&taints[5], 1000, 1.5, 0.02, NULL), 0);
    static const double steps[] = {0.3, 1, 2.6, 5.5, 9.2};
    unsigned grew = 0;
    for (size_t c = 0; c < 6; c++) {
        double sum[5] = {0}, squares[5] = {0};
        for (uint64_t i = 0; i < SAMPLES; i++) {
            double before = 1;
            for (size_t s = 0; s < 5; s++) {
                double ranks = bh_taint_draw(&taints[c], steps[s], &random, 77 + c, i);
                assert_true(ranks >= before && ranks <= (double)taints[c].ranks);
                grew += ranks > before;
                before = ranks;
                sum[s] += ranks;
                squares[s] += ranks * ranks;
            }
        }
        for (size_t s = 0; s < 5; s++) {
            double mean = sum[s] / SAMPLES, expected = bh_taint_ranks(&taints[c], steps[s]);
            double error = sqrt(fmax(squares[s] / SAMPLES - mean * mean, 0) / SAMPLES);
            print_message("# seed %d: case %zu, %g steps: mean %.4f, expected %.4f\n", SEED, c, steps[s], mean,
                          expected);
            assert_true(fabs(mean - expected) <= 5 * error + 1e-6 * expected);
        }
    }
    assert_true(grew > 6 * SAMPLES);
}

/* --- Random partners ----------------------------------------------------------------------------------------------- */

/* The chain itself, uniformised: every state's probability, summed over the number of events. */
static double mean_by_chain(uint64_t ranks, double contacts, double t)
{
    size_t n = ranks;
    double *p = calloc(n + 1, sizeof *p), fastest = 0, mean = 0, done = 0;
    for (size_t k = 1; k < n; k++)
        fastest = fmax(fastest, contacts * (double)k * (double)(n - k) / (double)(n - 1));
    p[1] = 1;
    for (double events = 0; done < 1 - 1e-14; events++) {
        double weight = exp(events * log(fastest * t) - fastest * t - lgamma(events + 1)), now = 0;
        for (size_t k = 1; k <= n; k++)
            now += (double)k * p[k];
        mean += weight * now;
        done += weight;
        if (events > fastest * t && weight < 1e-18)
            break;
        for (size_t k = n; k >= 1; k--) {
            double r = contacts * (double)k * (double)(n - k) / (double)(n - 1) / fastest;
            double below = k > 1 ? contacts * (double)(k - 1) * (double)(n - k + 1) / (double)(n - 1) / fastest : 0;
            p[k] += (k > 1 ? below * p[k - 1] : 0) - r * p[k];
        }
    }
    free(p);
    return mean;
}

BH_TEST(test_random_partners_by_hand)
{
    for (double t = 0.01; t < 30; t *= 1.7) {
        double b = 0.8, bt = b * t;
        assert_close(bh_susceptible_infected_mean(&(struct bh_susceptible_infected){1, b}, t), 1, 0);
        assert_close(bh_susceptible_infected_mean(&(struct bh_susceptible_infected){2, b}, t), 2 - exp(-bt), 1e-8);
        /* Three ranks: both contacts at rate b. */
        assert_close(bh_susceptible_infected_mean(&(struct bh_susceptible_infected){3, b}, t), 3 - exp(-bt) * (2 + bt),
                     1e-8);
        double q = b / (b + t); /* t as a rate of detection */
        assert_close(bh_susceptible_infected_mean_at_detection(&(struct bh_susceptible_infected){2, b}, t), 1 + q,
                     1e-14);
        assert_close(bh_susceptible_infected_mean_at_detection(&(struct bh_susceptible_infected){3, b}, t),
                     1 + q + q * q, 1e-14);
    }
    struct bh_susceptible_infected silent = {10, 0}, spread = {10, 1};
    assert_close(bh_susceptible_infected_mean(&silent, 5), 1, 0);
    assert_close(bh_susceptible_infected_mean(&spread, 0), 1, 0);
    assert_close(bh_susceptible_infected_mean(&spread, 1e6), 10, 0);
    assert_close(bh_susceptible_infected_mean_at_detection(&silent, 0), 1, 0);
    assert_close(bh_susceptible_infected_mean_at_detection(&spread, 0), 10, 1e-14);
}

BH_TEST(test_random_partners_against_their_chain)
{
    static const uint64_t ranks[] = {2, 3, 4, 10, 100, 300};
    double worst = 0;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        for (double t = 0.01; t < 40; t *= 2.1) {
            struct bh_susceptible_infected spread = {ranks[i], 0.9};
            double expected = mean_by_chain(ranks[i], 0.9, t);
            worst = fmax(worst, fabs(bh_susceptible_infected_mean(&spread, t) / expected - 1));
        }
    print_message("# at most %.1e off the chain\n", worst);
    assert_true(worst < 1e-8);
}

struct detected {
    struct bh_susceptible_infected spread;
    double rate;
};

static double density(double t, void *parameters)
{
    const struct detected *detected = parameters;
    return detected->rate * exp(-detected->rate * t) * bh_susceptible_infected_mean(&detected->spread, t);
}

/* At a constant rate of detection: the mean at a time, averaged over when it comes. */
BH_TEST(test_detection_averages_over_time)
{
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(200);
    for (double rate = 0.02; rate < 5; rate *= 3) {
        struct detected detected = {{200, 1.1}, rate};
        gsl_function f = {density, &detected};
        double mean, error;
        gsl_integration_qagiu(&f, 0, 1e-7, 1e-7, 200, work, &mean, &error);
        assert_close(bh_susceptible_infected_mean_at_detection(&detected.spread, rate), mean, 1e-6);
    }
    gsl_integration_workspace_free(work);
}

/* Simulated to a detection at a constant rate, contact by contact: 5 standard errors. */
BH_TEST(test_detection_by_chance)
{
    enum { SAMPLES = 60000 };
    const struct bh_random random = {.seed = SEED, .replica = 9};
    for (uint64_t n = 2; n < 3000; n *= 11) {
        struct bh_susceptible_infected spread = {n, 0.6};
        double sum = 0, squares = 0, expected = bh_susceptible_infected_mean_at_detection(&spread, 0.3);
        for (uint64_t i = 0; i < SAMPLES; i++) {
            double when = bh_random_exponential(&random, BH_PURPOSE_ARRIVAL, n, i, 0, 1 / 0.3);
            double k = bh_susceptible_infected_draw(&spread, when, &random, n, i);
            sum += k;
            squares += k * k;
        }
        double mean = sum / SAMPLES, error = sqrt((squares / SAMPLES - mean * mean) / SAMPLES);
        print_message("# seed %d: %d ranks: mean %.4f, exactly %.4f\n", SEED, (int)n, mean, expected);
        assert_true(fabs(mean - expected) < 5 * error);
    }
}

/* On both sides of the switch from inversion to the limit of many, and far beyond it. */
BH_TEST(test_many_ranks)
{
    double worst = 0;
    for (double t = 0.1; t < 30; t *= 1.3) {
        struct bh_susceptible_infected below = {8192, 1}, above = {8193, 1};
        double ratio = bh_susceptible_infected_mean(&above, t) / bh_susceptible_infected_mean(&below, t) - 1;
        worst = fmax(worst, fabs(ratio));
    }
    print_message("# step at the switch at most %.1e\n", worst);
    assert_true(worst < 1e-3);
    struct bh_susceptible_infected many = {UINT64_C(1) << 24, 1};
    assert_close(bh_susceptible_infected_mean(&many, 2), exp(2), 1e-5); /* early: all partners are new */
    const struct bh_random random = {.seed = SEED};
    double sum = 0;
    for (uint64_t i = 0; i < 400; i++)
        sum += bh_susceptible_infected_draw(&many, 14, &random, 3, i);
    assert_close(sum / 400, bh_susceptible_infected_mean(&many, 14), 0.3);
}

BH_TEST(test_bad_numbers)
{
    struct bh_taint taint;
    static const struct {
        uint64_t ranks;
        unsigned dimensions;
        double collectives, contacts;
        const char *message;
    } cases[] = {
        {0, 1, 0, 1, "found 0 ranks, expected 1 to 2^40"},
        {BH_TAINT_RANKS_MOST + 1, 1, 0, 1, "found 1099511627777 ranks, expected 1 to 2^40"},
        {5, 1, -1, 1, "found -1 collectives per step, expected a number of at least 0"},
        {5, 1, NAN, 1, "found nan collectives per step, expected a number of at least 0"},
        {5, 4, 0, -2, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error of_halo = {0}, at_random = {0};
        assert_int_equal(bh_taint_halo(&taint, cases[i].ranks, cases[i].dimensions, cases[i].collectives, &of_halo),
                         -1);
        assert_int_equal(bh_taint_random(&taint, cases[i].ranks, cases[i].contacts, cases[i].collectives, &at_random),
                         -1);
        assert_string_equal(of_halo.text,
                            cases[i].message ? cases[i].message : "found a halo of 4 dimensions, expected 0 to 3");
        assert_string_equal(at_random.text, cases[i].message
                                                ? cases[i].message
                                                : "found -2 contacts per step, expected a number of at least 0");
        assert_int_equal(of_halo.code, BH_ERROR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grids_by_hand),
        cmocka_unit_test(test_grids_against_all_factorisations),
        cmocka_unit_test(test_lattice_against_breadth_first_search),
        cmocka_unit_test(test_lattice_against_closed_forms),
        cmocka_unit_test(test_ranks_in_time),
        cmocka_unit_test(test_draws_have_the_mean),
        cmocka_unit_test(test_random_partners_by_hand),
        cmocka_unit_test(test_random_partners_against_their_chain),
        cmocka_unit_test(test_detection_averages_over_time),
        cmocka_unit_test(test_detection_by_chance),
        cmocka_unit_test(test_many_ranks),
        cmocka_unit_test(test_bad_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
