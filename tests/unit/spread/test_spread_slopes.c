/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The chain's derivatives against central differences of the chain itself, and against one worked by hand. */
#include "models/spread/adjoints.h"
#include "models/spread/numbers.h"
#include "tests/oracles/random_node.h"

#include "models/spread/spread.h"

enum { SEED = 20260209, NODES = 12, STATES_MOST = 2000000 };
static const double least_mass = 1e-15;

/* Where a number stands in a model; NULL where it cannot be moved both ways. */
static double *place_of(struct bh_node_model *model, enum bh_number what, size_t index, enum bh_error_kind kind)
{
    switch (what) {
    case BH_NUMBER_RATE:
        return &model->ending[index][kind].rate;
    case BH_NUMBER_MASKED:
        return &model->ending[index][kind].masked;
    case BH_NUMBER_SIGNALLED:
        return &model->ending[index][kind].signalled;
    case BH_NUMBER_SILENT:
        return &model->ending[index][kind].silent;
    case BH_NUMBER_RESIDUAL:
        return &model->residual[index];
    case BH_NUMBER_HOLDS:
        return &model->ladder[index / BH_RUNGS].rung[index % BH_RUNGS].holds;
    case BH_NUMBER_PROBABILITY:
        return &model->crossings[index].probability[kind];
    case BH_NUMBER_BLOCKS:
        return &model->crossings[index].blocks;
    case BH_NUMBER_AGAIN:
        return &model->again;
    case BH_NUMBER_CORRUPTS:
        return &model->crossings[index].corrupts;
    case BH_NUMBER_DEGRADES:
        return &model->crossings[index].degrades;
    }
    return NULL;
}

static void outcomes_of(const struct bh_node_model *model, struct bh_origin origin, double outcome[BH_OUTCOMES])
{
    double loss[TENANTS * BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    if (bh_spread_exact(model, origin, least_mass, STATES_MOST, &spread, &err) != 0)
        fail_msg("%s", err.text);
    for (int s = 0; s < BH_SCOPES; s++)
        outcome[s] = spread.extent[s];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        outcome[BH_OUTCOME_BEYOND + b] = spread.beyond[b];
    outcome[BH_OUTCOME_SILENT] = spread.silent;
    outcome[BH_OUTCOME_TIME] = spread.time_s;
}

static double *slopes_of(const struct bh_node_model *model, struct bh_origin origin)
{
    double loss[TENANTS * BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    double *slope = bh_allocate(bh_spread_numbers(model->tree) * BH_OUTCOMES, sizeof *slope);
    if (bh_spread_slopes(model, origin, least_mass, STATES_MOST, &spread, slope, &err) != 0)
        fail_msg("%s", err.text);
    return slope;
}

/* Moving a share alone leaves shares that do not sum to 1, which the chain takes as it is: an error then vanishes, or
 * appears, with the difference, and derivatives are of that. */
static size_t compare(struct bh_node_model *model, struct bh_origin origin, const double *slope, enum bh_number what,
                      size_t index, enum bh_error_kind kind)
{
    double *place = place_of(model, what, index, kind), value = *place;
    if (value <= 0.0 || (value >= 1.0 && what != BH_NUMBER_RATE))
        return 0;
    double step = 1e-4 * fmin(value, what == BH_NUMBER_RATE ? value : 1.0 - value);
    double up[BH_OUTCOMES], down[BH_OUTCOMES];
    const double *analytic = &slope[bh_spread_number(model->tree, what, index, kind) * BH_OUTCOMES];
    *place = value + step;
    outcomes_of(model, origin, up);
    *place = value - step;
    outcomes_of(model, origin, down);
    *place = value;
    for (int o = 0; o < BH_OUTCOMES; o++) {
        double difference = (up[o] - down[o]) / (2 * step);
        /* Second-order error of the difference, and the rounding and the mass left out over the step. */
        double allowed = 1e-6 * fabs(difference) + 1e-9 / step * 1e-2 + 1e-7;
        if (!(fabs(analytic[o] - difference) <= allowed))
            fail_msg("number %d of %zu kind %d, outcome %d: %.10g, difference %.10g", (int)what, index, (int)kind, o,
                     analytic[o], difference);
    }
    return 1;
}

BH_TEST(test_against_differences)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    size_t compared = 0;
    for (int i = 0; i < NODES; i++) {
        struct node node = draw_node(rng, false);
        node.channels = node.channels < 5 ? node.channels : 5;
        struct bh_node_model *model = model_of(&node);
        const struct bh_zone_tree *tree = model->tree;
        double *slope = slopes_of(model, node.origin);
        for (size_t z = 0; z < tree->zones_count; z++) {
            for (int what = BH_NUMBER_RATE; what <= BH_NUMBER_SILENT; what++)
                for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
                    compared += compare(model, node.origin, slope, (enum bh_number)what, z, (enum bh_error_kind)kind);
            compared += compare(model, node.origin, slope, BH_NUMBER_RESIDUAL, z, BH_DATA);
            for (size_t rung = 0; rung + 1 < model->ladder[z].count; rung++)
                compared += compare(model, node.origin, slope, BH_NUMBER_HOLDS, z * BH_RUNGS + rung, BH_DATA);
        }
        for (size_t c = 0; c < tree->channels_count; c++) {
            for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
                compared += compare(model, node.origin, slope, BH_NUMBER_PROBABILITY, c, (enum bh_error_kind)kind);
            compared += compare(model, node.origin, slope, BH_NUMBER_BLOCKS, c, BH_DATA);
            compared += compare(model, node.origin, slope, BH_NUMBER_CORRUPTS, c, BH_DATA);
            compared += compare(model, node.origin, slope, BH_NUMBER_DEGRADES, c, BH_DATA);
        }
        compared += compare(model, node.origin, slope, BH_NUMBER_AGAIN, 0, BH_DATA);
        free(slope);
        bh_node_model_destroy(model);
    }
    gsl_rng_free(rng);
    print_message("# %zu numbers, %d outcomes each\n", compared, BH_OUTCOMES);
    assert_true(compared > 500);
}

/* One channel: P(node) = p (1 - b), time (1 - p)/m + p (1/m + (1 - b)(1/n - 1/(m + n))). */
BH_TEST(test_one_channel_by_hand)
{
    static const struct bh_small_zone zones[] = {
        {-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_GUEST_KERNEL, 0, 0, -1}, {1, BH_GUEST_USER, 0, 0, 0}};
    const double p = 0.3, b = 0.4, m = 2.0, n = 0.5;
    struct bh_small_channel channel = {2, 0, p, b, false};
    struct bh_node_model *model = bh_small_model(zones, 3, &channel, 1);
    model->ending[2][BH_DATA].rate = m;
    model->ending[0][BH_DATA].rate = n;
    double *slope = slopes_of(model, (struct bh_origin){.zone = 2});
    const double *by_p = &slope[bh_spread_number(model->tree, BH_NUMBER_PROBABILITY, 0, BH_DATA) * BH_OUTCOMES];
    const double *by_b = &slope[bh_spread_number(model->tree, BH_NUMBER_BLOCKS, 0, BH_DATA) * BH_OUTCOMES];
    const double *by_m = &slope[bh_spread_number(model->tree, BH_NUMBER_RATE, 2, BH_DATA) * BH_OUTCOMES];
    const double *by_n = &slope[bh_spread_number(model->tree, BH_NUMBER_RATE, 0, BH_DATA) * BH_OUTCOMES];
    double later = 1 / n - 1 / (m + n);
    assert_close(by_p[BH_SCOPE_NODE], 1 - b, 1e-12);
    assert_close(by_b[BH_SCOPE_NODE], -p, 1e-12);
    assert_close(by_m[BH_SCOPE_NODE], 0, 1e-12); /* the channel's rate goes with the ending's */
    assert_close(by_p[BH_OUTCOME_TIME], (1 - b) * later, 1e-12);
    assert_close(by_b[BH_OUTCOME_TIME], -p * later, 1e-12);
    assert_close(by_m[BH_OUTCOME_TIME], -1 / (m * m) + p * (1 - b) / ((m + n) * (m + n)), 1e-12);
    assert_close(by_n[BH_OUTCOME_TIME], p * (1 - b) * (1 / ((m + n) * (m + n)) - 1 / (n * n)), 1e-12);
    free(slope);
    bh_node_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_differences),
        cmocka_unit_test(test_one_channel_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
