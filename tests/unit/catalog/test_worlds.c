/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Intervals of numbers, and worlds drawn from them: against closed forms. Draws are keyed, so that every run sees the same
 * ones; levels are those at which another seed would fail. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/worlds.h"
#include "tests/support/catalog.h"

#include <math.h>

enum { WORLDS = 20000 };

static bool every(const void *context, const struct bh_parameter *parameter)
{
    (void)context;
    return bh_parameter_is_uncertain(parameter);
}

/* The number at PATH in all worlds. */
static double *draws(const struct bh_catalog *catalog, const char *path, enum bh_prior prior)
{
    struct bh_world world = {.catalog = catalog, .random = {.seed = 7}, .prior = prior, .is_drawn = every};
    double *values = bh_allocate(WORLDS, sizeof *values);
    for (world.number = 0; world.number < WORLDS; world.number++)
        values[world.number] = bh_world_value(&world, need_parameter(catalog, path));
    return values;
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Kolmogorov's distance to a distribution, at level 0.001: 1.95 / sqrt(n). */
static void assert_distributed(const double *values, double (*cumulative)(double at, const double *shape),
                               const double *shape)
{
    double *sorted = bh_allocate(WORLDS, sizeof *sorted), worst = 0.0;
    memcpy(sorted, values, WORLDS * sizeof *sorted);
    qsort(sorted, WORLDS, sizeof *sorted, compare);
    for (size_t i = 0; i < WORLDS; i++) {
        const double expected = cumulative(sorted[i], shape);
        worst = fmax(worst, fmax(expected - (double)i / WORLDS, (double)(i + 1) / WORLDS - expected));
    }
    free(sorted);
    assert_true(worst < 1.95 / sqrt(WORLDS));
}

static double mean(const double *values, double (*of)(double))
{
    double sum = 0.0;
    for (size_t i = 0; i < WORLDS; i++)
        sum += of(values[i]);
    return sum / WORLDS;
}

static double same(double value)
{
    return value;
}

static double correlation(const double *left, const double *right, double (*of)(double))
{
    const double a = mean(left, of), b = mean(right, of);
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (size_t i = 0; i < WORLDS; i++) {
        const double x = of(left[i]) - a, y = of(right[i]) - b;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return ab / sqrt(aa * bb);
}

/* --- Intervals ------------------------------------------------------------------------------------------------------ */

static double odds(double share)
{
    return share / (1.0 - share);
}

/* Two in three platforms: Student's t of one degree of freedom is Cauchy's, whose quantile at 5/6 is tan(pi / 3). Of two values
 * the deviation is their distance over sqrt(2), and sqrt(1 + 1/2) of it the reach. */
BH_TEST(test_two_platforms_predict_a_third)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    const struct bh_parameter *signalled = need_parameter(catalog, "zones.host-kernel.data.signalled");
    const double a = log(odds(0.66)), b = log(odds(0.21));
    const double reach = tan(acos(-1.0) / 3.0) * fabs(a - b) / sqrt(2.0) * sqrt(1.5);
    assert_int_equal(signalled->status, BH_PUBLISHED);
    assert_int_equal(signalled->basis, BH_BASIS_PLATFORMS);
    assert_close(log(odds(signalled->low)), (a + b) / 2.0 - reach, 1e-9);
    assert_close(log(odds(signalled->high)), (a + b) / 2.0 + reach, 1e-9);
    /* What is not a probability: logarithms. */
    const struct bh_parameter *exit = need_parameter(catalog, "systems.kvm.costs.exit-time");
    assert_close(sqrt(exit->low * exit->high), sqrt(0.66e-6 * 0.544e-6), 1e-9);
    assert_close(log(exit->high / exit->low), 2.0 * tan(acos(-1.0) / 3.0) * log(0.66 / 0.544) * sqrt(0.75), 1e-9);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_a_factor_is_of_odds_or_of_the_number)
{
    struct bh_catalog *catalog =
        need_shipped(NULL, "channels:\n  far:\n    description: for the test\n    boundary: node/node\n"
                           "    probability: {value: 0.5, status: published, transfer: 4, source: for the test}\n");
    const struct bh_parameter *far = need_parameter(catalog, "channels.far.probability");
    assert_close(far->low, 0.2, 1e-12);
    assert_close(far->high, 0.8, 1e-12);
    const struct bh_parameter *repair = need_parameter(catalog, "faults.file-system.rate");
    assert_close(repair->low * repair->high, repair->value * repair->value, 1e-9);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_what_scenarios_set_is_certain)
{
    struct bh_catalog *catalog = need_shipped(
        "{components.kitten.fault-rate: 0.5 1/year, zones.guest-kernel.data.lifetime: 3 s, rates.set: lanl}", NULL);
    const struct bh_parameter *kitten = need_parameter(catalog, "components.kitten.fault-rate");
    assert_false(bh_parameter_is_uncertain(kitten));
    assert_null(kitten->tied_to);
    assert_null(need_parameter(catalog, "zones.guest-kernel.data.lifetime")->drawn_with);
    /* The set of rates replaces a tied number by one with an interval of its own, and others stay tied to that. */
    const struct bh_parameter *linux_rate = need_parameter(catalog, "components.linux.fault-rate");
    const struct bh_parameter *module = need_parameter(catalog, "components.kvm-module.fault-rate");
    assert_string_equal(catalog->rates, "lanl");
    assert_null(linux_rate->tied_to);
    assert_int_equal(linux_rate->basis, BH_BASIS_PLATFORMS);
    assert_close(linux_rate->value, 0.13 / (365.25 * 86400), 1e-12);
    assert_ptr_equal(module->tied_to, linux_rate);
    assert_close(module->high, linux_rate->high, 1e-12);
    bh_catalog_destroy(catalog);
}

/* --- Worlds --------------------------------------------------------------------------------------------------------- */

/* shape: ends of a log-uniform number. */
static double log_uniform(double at, const double *shape)
{
    return log(at / shape[0]) / log(shape[1] / shape[0]);
}

/* shape: ends and top of a triangle of logarithms. */
static double log_triangular(double at, const double *shape)
{
    const double width = log(shape[1] / shape[0]), place = log(at / shape[0]) / width,
                 top = log(shape[2] / shape[0]) / width;
    return place < top ? place * place / top : 1.0 - (1.0 - place) * (1.0 - place) / (1.0 - top);
}

static double linear(double at, const double *shape)
{
    return (at - shape[0]) / (shape[1] - shape[0]);
}

static double logit_uniform(double at, const double *shape)
{
    return log(odds(at) / odds(shape[0])) / log(odds(shape[1]) / odds(shape[0]));
}

BH_TEST(test_marginals)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    static const struct {
        const char *path;
        enum bh_prior prior;
        double (*cumulative)(double, const double *);
        double shape[3];
    } rows[] = {
        {"channels.vm-exit.probability", BH_PRIOR_UNIFORM, log_uniform, {1e-6, 0.1}},
        {"channels.vm-exit.probability", BH_PRIOR_TRIANGULAR, log_triangular, {1e-6, 0.1, 1e-3}},
        {"guards.guest/host.iommu.blocks", BH_PRIOR_UNIFORM, linear, {0.5, 0.99}},
        {"zones.guest-user.data.silent", BH_PRIOR_UNIFORM, log_uniform, {0.01, 0.3}},
    };
    for (size_t r = 0; r < BH_COUNT(rows); r++) {
        double *values = draws(catalog, rows[r].path, rows[r].prior);
        assert_distributed(values, rows[r].cumulative, rows[r].shape);
        free(values);
    }
    const struct bh_parameter *signalled = need_parameter(catalog, "zones.host-kernel.data.signalled");
    double *values = draws(catalog, signalled->path, BH_PRIOR_UNIFORM);
    assert_distributed(values, logit_uniform, (const double[]){signalled->low, signalled->high});
    free(values);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_one_cause_is_drawn_once)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    double *host = draws(catalog, "zones.host-kernel.data.lifetime", BH_PRIOR_UNIFORM);
    double *guest = draws(catalog, "zones.guest-kernel.data.lifetime", BH_PRIOR_UNIFORM);
    double *other = draws(catalog, "zones.guest-user.data.lifetime", BH_PRIOR_UNIFORM);
    for (size_t i = 0; i < WORLDS; i++)
        assert_close(host[i], guest[i], 1e-12);
    /* Independent numbers: five standard errors. */
    assert_true(fabs(correlation(host, other, log)) < 5.0 / sqrt(WORLDS));
    free(host);
    free(guest);
    free(other);
    bh_catalog_destroy(catalog);
}

/* log kitten = log node-loss + log(Linux : node-loss) + log(Kitten : Linux), each uniform over a width w with variance
 * w^2 / 12. So its variance is the sum, and its correlation with node-loss w / sqrt(sum of w^2). */
BH_TEST(test_ratios_tie_rates)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    double *loss = draws(catalog, "faults.node-loss.rate", BH_PRIOR_UNIFORM);
    double *host = draws(catalog, "components.linux.fault-rate", BH_PRIOR_UNIFORM);
    double *kitten = draws(catalog, "components.kitten.fault-rate", BH_PRIOR_UNIFORM);
    const double width[] = {log(0.32 / 0.01), log(3.0 / 0.12), log(1.0 / 0.01)};
    const double first = width[0] * width[0], second = first + width[1] * width[1],
                 third = second + width[2] * width[2];
    assert_true(fabs(correlation(loss, host, log) - sqrt(first / second)) < 5.0 / sqrt(WORLDS));
    assert_true(fabs(correlation(host, kitten, log) - sqrt(second / third)) < 5.0 / sqrt(WORLDS));
    for (size_t i = 0; i < WORLDS; i++) {
        assert_true(kitten[i] <= host[i] * (1.0 + 1e-12) && kitten[i] >= 0.01 * host[i] * (1.0 - 1e-12));
        kitten[i] /= host[i];
    }
    assert_distributed(kitten, log_uniform, (const double[]){0.01, 1.0});
    free(loss);
    free(host);
    free(kitten);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_shares_sum_to_one)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (int prior = BH_PRIOR_UNIFORM; prior <= BH_PRIOR_TRIANGULAR; prior++)
        for (int zone = 0; zone < BH_ZONE_KINDS; zone++)
            for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
                const struct bh_ending_numbers ending = bh_ending_of(&catalog->zones[zone], (enum bh_error_kind)kind);
                const struct bh_parameter *const shares[] = {ending.masked, ending.signalled, ending.silent};
                struct bh_world world = {
                    .catalog = catalog, .random = {.seed = 7}, .prior = (enum bh_prior)prior, .is_drawn = every};
                for (world.number = 0; world.number < 500; world.number++) {
                    double sum = 0.0;
                    for (size_t i = 0; i < BH_COUNT(shares); i++) {
                        if (shares[i]->path[0] == '\0')
                            continue;
                        const double value = bh_world_value(&world, shares[i]);
                        assert_true(value >= shares[i]->low - 1e-12 && value <= shares[i]->high + 1e-12);
                        sum += value;
                    }
                    assert_close(sum, 1.0, 1e-12);
                }
            }
    bh_catalog_destroy(catalog);
}

/* The mean of the signalled share: given the silent one, s, it is uniform from max(0.1, 1 - s - 0.8) to min(0.5, 1 - s - 0.4);
 * s is log-uniform over [0.01, 0.3]. By the midpoint rule. */
BH_TEST(test_mean_of_what_shares_leave)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    double *signalled = draws(catalog, "zones.guest-user.data.signalled", BH_PRIOR_UNIFORM), expected = 0.0;
    enum { STEPS = 100000 };
    for (int i = 0; i < STEPS; i++) {
        const double silent = 0.01 * pow(30.0, (i + 0.5) / STEPS);
        expected += (fmax(0.1, 1.0 - silent - 0.8) + fmin(0.5, 1.0 - silent - 0.4)) / 2.0 / STEPS;
    }
    /* Five standard errors of a share whose deviation is below that of a uniform one over [0.1, 0.5]. */
    assert_true(fabs(mean(signalled, same) - expected) < 5.0 * 0.4 / sqrt(12.0 * WORLDS));
    free(signalled);
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_platforms_predict_a_third),
        cmocka_unit_test(test_a_factor_is_of_odds_or_of_the_number),
        cmocka_unit_test(test_what_scenarios_set_is_certain),
        cmocka_unit_test(test_marginals),
        cmocka_unit_test(test_one_cause_is_drawn_once),
        cmocka_unit_test(test_ratios_tie_rates),
        cmocka_unit_test(test_shares_sum_to_one),
        cmocka_unit_test(test_mean_of_what_shares_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
