/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain against a naive twin: random small nodes, each error played out in continuous time with clocks for
 * every copy and channel, by code that shares nothing with models/ but the numbers of the node. */
#include "tests/oracles/spread_twin.h"

#include "models/spread/spread.h"

#include <gsl/gsl_cdf.h>

enum { NODES = 120, PATHS = 10000, SEED = 20260131 };

/* --- The comparison ------------------------------------------------------------------------------------------------ */

static void exact_outcomes(const struct node *node, double outcomes[OUTCOMES], double *unresolved)
{
    double loss[(TENANTS + 1) * BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    struct bh_node_model *model = model_of(node);
    size_t tenants = model->tree->tenants_count;
    if (bh_spread_exact(model, node->origin, 1e-10, 1000000, &spread, &err) != 0)
        fail_msg("%s", err.text);
    memcpy(outcomes, spread.extent, sizeof spread.extent);
    memcpy(outcomes + BEYOND, spread.beyond, sizeof spread.beyond);
    outcomes[SILENT] = spread.silent;
    outcomes[SLOW] = spread.stops[BH_STOPS_DEGRADED];
    if (tenants == 1) { /* a second tenant that is not there loses nothing */
        loss[BH_SCOPES + BH_SCOPE_NONE] = 1 - loss[BH_SCOPE_NODE];
        loss[BH_SCOPES + BH_SCOPE_NODE] = loss[BH_SCOPE_NODE];
    }
    memcpy(outcomes + LOSS, loss, TENANTS * sizeof(double) * BH_SCOPES);
    *unresolved = spread.unresolved;
    bh_node_model_destroy(model);
}

/* Two-sided level of k of n under probability q: exact in both tails, so that rare outcomes count as they should. */
static double level_of(size_t k, size_t n, double q)
{
    if (q <= 0.0 || q >= 1.0)
        return (q <= 0.0 ? k == 0 : k == n) ? 1.0 : 0.0;
    double below = gsl_cdf_binomial_P((unsigned)k, q, (unsigned)n);
    double above = k == 0 ? 1.0 : gsl_cdf_binomial_Q((unsigned)k - 1, q, (unsigned)n);
    return fmin(1.0, 2.0 * fmin(below, above));
}

struct joint {
    double least_level; /* over all outcomes of all nodes */
    size_t least_node, least_outcome, levels;
    double chi_square; /* of the extents; bins that expect fewer than 10 are pooled */
    size_t degrees;
    double sum[OUTCOMES], variance[OUTCOMES]; /* observed less expected over all nodes */
};

static void add_node(struct joint *joint, size_t index, const double exact[OUTCOMES], const size_t counts[OUTCOMES])
{
    double rare_expected = 0, rare_seen = 0;
    size_t bins = 0;
    for (size_t o = 0; o < OUTCOMES; o++) {
        double q = exact[o], expected = PATHS * q, level = level_of(counts[o], PATHS, q > 1 - 1e-13 ? 1 : q);
        joint->levels++;
        if (level < joint->least_level) {
            joint->least_level = level;
            joint->least_node = index;
            joint->least_outcome = o;
        }
        joint->sum[o] += (double)counts[o] - expected;
        joint->variance[o] += expected * (1 - q);
        if (o < BH_SCOPES && expected >= 10) {
            joint->chi_square += ((double)counts[o] - expected) * ((double)counts[o] - expected) / expected;
            bins++;
        } else if (o < BH_SCOPES) {
            rare_expected += expected;
            rare_seen += (double)counts[o];
        }
    }
    if (rare_expected >= 10) {
        joint->chi_square += (rare_seen - rare_expected) * (rare_seen - rare_expected) / rare_expected;
        bins++;
    }
    joint->degrees += bins > 0 ? bins - 1 : 0;
}

/* One joint test of level 1e-4, its parts sharing that equally (Bonferroni): the least binomial level over all outcomes
 * of all nodes, the chi-square of all extents together, and per outcome the sum over the nodes. Pooled over 120 x
 * 10,000 paths a probability's standard error is at most 0.05 %. The paths are fixed by the seed. */
BH_TEST(test_chain_against_twin)
{
    const double part = 1e-4 / 3;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct joint joint = {.least_level = 1.0};
    gsl_rng_set(rng, SEED);
    double unresolved, most_unresolved = 0;
    for (size_t i = 0; i < NODES; i++) {
        struct node node = draw_node(rng, i % 3 == 0);
        node.origin.ending = i % 6 == 4 ? BH_ENDING_SIGNALLED_AT_ONCE : BH_ENDING_DRAWN;
        double exact[OUTCOMES];
        size_t counts[OUTCOMES] = {0};
        exact_outcomes(&node, exact, &unresolved);
        most_unresolved = fmax(most_unresolved, unresolved);
        for (int n = 0; n < PATHS; n++) {
            struct path path = play(&node, rng);
            count_path(&path, &node, counts);
        }
        add_node(&joint, i, exact, counts);
    }
    gsl_rng_free(rng);
    double pooled = 0;
    for (size_t o = 0; o < OUTCOMES; o++)
        if (joint.variance[o] > 1.0)
            pooled = fmax(pooled, fabs(joint.sum[o]) / sqrt(joint.variance[o]));
    double chi_level = gsl_cdf_chisq_Q(joint.chi_square, (double)joint.degrees);
    print_message("# seed %d: least of %zu levels %.2g (node %zu, outcome %zu); chi-square %.1f on %zu, level %.2g; "
                  "largest pooled z %.2f; unresolved at most %.1g\n",
                  SEED, joint.levels, joint.least_level, joint.least_node, joint.least_outcome, joint.chi_square,
                  joint.degrees, chi_level, pooled, most_unresolved);
    assert_true(most_unresolved < 3e-5); /* 0.3 of a node's 10,000 paths */
    assert_true(joint.least_level > part / (double)joint.levels);
    assert_true(chi_level > part);
    assert_true(2.0 * gsl_cdf_ugaussian_Q(pooled) > part / OUTCOMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_against_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
