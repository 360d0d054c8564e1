/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Rates by trials where the exact chain cannot be had, beside the chain where both can: what they differ by, and what the
 * checkpoint intervals chosen from them cost. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/models.h"

#include "models/containment/isolation.h"
#include "models/containment/isolation_chance.h"
#include "models/containment/origins.h"
#include "models/cost/interval.h"
#include "models/faults/streams.h"

enum { FAULTS_MOST = 32, TENANTS_MOST = 2, NODES = 1 << 20 };

struct node {
    struct bh_catalog *catalog;
    struct bh_tenant tenants[TENANTS_MOST];
    size_t tenants_count;
    struct bh_node_model *model;
    struct bh_fault_streams *streams;
};

static struct node build(const char *system, const char *policy, uint64_t guests, uint64_t processes, bool service,
                         bool hardware)
{
    struct node node = {.catalog = bh_test_catalog(NULL, NULL), .tenants_count = service ? 2 : 1};
    node.tenants[0] = (struct bh_tenant){.guests_per_node = guests,
                                         .processes_per_guest = processes,
                                         .node_share = service ? 0.75 : 1.0,
                                         .application = bh_test_application(node.catalog, "mpi-bulk-synchronous")};
    node.tenants[1] = (struct bh_tenant){.guests_per_node = 1,
                                         .processes_per_guest = 1,
                                         .node_share = 0.25,
                                         .application = bh_test_application(node.catalog, "loss-tolerant-service")};
    bool enabled[FAULTS_MOST] = {false};
    for (size_t f = 0; hardware && f < node.catalog->faults_count; f++)
        enabled[f] = true;
    node.model = bh_test_model(node.catalog, system, policy, node.tenants, node.tenants_count);
    node.streams =
        bh_fault_streams_create(node.catalog, node.model, node.tenants, (struct bh_fault_choice){NODES, enabled, true},
                                node.model->tree->system->host_kernel, node.model->tree->system->guest_kernel);
    return node;
}

static void destroy(struct node *node)
{
    bh_fault_streams_destroy(node->streams);
    bh_node_model_destroy(node->model);
    bh_catalog_destroy(node->catalog);
}

static const enum bh_scope least[] = {BH_SCOPE_PROCESS, BH_SCOPE_GUEST};

/* Rates at which the first tenant loses scopes from each of `least` on, per node: by the chain, or by trials. */
static void find_loss_rates(const struct node *node, bool exact, double rate[2])
{
    struct bh_origins origins = bh_origins_of(node->model, node->streams);
    struct bh_chance *chance = bh_chance_create(node->model);
    double loss[TENANTS_MOST * BH_SCOPES];
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    rate[0] = rate[1] = origins.loss_event_rate[BH_SCOPE_NODE] + origins.loss_event_rate[BH_SCOPE_SYSTEM];
    for (size_t i = 0; i < origins.count; i++) {
        if (!exact)
            bh_chance_spread(chance, origins.entry[i].origin, &spread);
        else if (bh_isolation_spread(node->model, origins.entry[i].origin, &spread, &err) != 0)
            fail_msg("%s", err.text);
        for (int level = 0; level < 2; level++)
            for (int s = (int)least[level]; s < BH_SCOPES; s++)
                rate[level] += origins.entry[i].rate * loss[s];
    }
    bh_chance_destroy(chance);
    bh_origins_free(&origins);
}

/* Intervals by rule for a cheap checkpoint against all losses and a dear one against those of guests and nodes, with and
 * without the hardware that takes nodes: the expected makespan under the chain's rates, chosen by either's. */
BH_TEST(test_intervals_cost_at_most_a_hundredth)
{
    static const struct {
        const char *system, *policy;
        uint64_t guests, processes;
        bool service, hardware;
    } cases[] = {
        {"kvm", "protection-first", 2, 1, false, true},     {"kvm", "protection-first", 3, 1, true, false},
        {"kvm", "as-host-kernel", 3, 1, false, false},      {"palacios", "protection-first", 4, 1, false, false},
        {"palacios", "protection-first", 2, 2, true, true},
    };
    static const double checkpoint_s[] = {5.0, 120.0};
    double worst = 0.0, farthest = 0.0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct node node = build(cases[i].system, cases[i].policy, cases[i].guests, cases[i].processes,
                                 cases[i].service, cases[i].hardware);
        double exact_rate[2], near_rate[2];
        find_loss_rates(&node, true, exact_rate);
        find_loss_rates(&node, false, near_rate);
        for (int level = 0; level < 2; level++) {
            double exact = exact_rate[level], near = near_rate[level];
            double mtti_s = 1.0 / (exact * NODES), chosen_s = 1.0 / (near * NODES);
            for (int rule = 0; rule < 3; rule++) {
                double (*const interval[])(double, double) = {bh_interval_young_s, bh_interval_daly_s,
                                                              bh_interval_exact_s};
                double best = bh_daly_makespan_s(86400.0, interval[rule](checkpoint_s[level], mtti_s),
                                                 checkpoint_s[level], 60.0, mtti_s);
                double ours = bh_daly_makespan_s(86400.0, interval[rule](checkpoint_s[level], chosen_s),
                                                 checkpoint_s[level], 60.0, mtti_s);
                worst = fmax(worst, ours / best - 1.0);
            }
            farthest = fmax(farthest, fabs(near / exact - 1.0));
        }
        destroy(&node);
    }
    print_message("# rates differ by %.2g at most; makespans are longer by %.2g at most\n", farthest, worst);
    assert_true(worst < 0.01);
    /* Of 2^16 trials, or 400 of a kind met: 5 % are three standard errors of a mix of origins, and more. */
    assert_true(farthest < 0.05);
}

/* Each probability by trials, against the chain: counts of n trials deviate by more than five standard errors once in a
 * million, of some 600 compared; what was not met counts as half a trial and is bounded by what n trials would miss. */
BH_TEST(test_shares_are_the_chains)
{
    struct node node = build("kvm", "protection-first", 2, 2, true, true);
    struct bh_origins origins = bh_origins_of_all_zones(node.model, node.streams);
    struct bh_chance *chance = bh_chance_create(node.model);
    double loss[TENANTS_MOST * BH_SCOPES], near_loss[TENANTS_MOST * BH_SCOPES];
    size_t compared = 0;
    for (size_t i = 0; i < origins.count; i++) {
        struct bh_spread exact = {.loss = loss}, near = {.loss = near_loss}, again = {.loss = loss};
        struct bh_error err = {0};
        if (bh_isolation_spread(node.model, origins.entry[i].origin, &exact, &err) != 0)
            fail_msg("%s", err.text);
        bh_chance_spread(chance, origins.entry[i].origin, &near);
        for (size_t c = 0; c < 2 * BH_SCOPES + 1; c++) {
            double p = c < 2 * BH_SCOPES ? loss[c] : exact.silent, q = c < 2 * BH_SCOPES ? near_loss[c] : near.silent;
            double error = sqrt(fmax(p * (1.0 - p), 1e-12) / 1024.0); /* at least a batch was played */
            assert_true(fabs(p - q) < 5.0 * error + 1e-5);
            assert_true((p > 1e-4) <= (q > 0.0)); /* what can happen has a rate */
            compared++;
        }
        assert_true(isnan(near.unresolved));
        bh_chance_spread(chance, origins.entry[i].origin, &again); /* the same whenever it is asked */
        assert_memory_equal(loss, near_loss, sizeof loss);
    }
    assert_true(compared > 200);
    bh_chance_destroy(chance);
    bh_origins_free(&origins);
    destroy(&node);
}

/* A node whose origins can be followed unequally far: each as far as it could be by itself, to the last bit. */
BH_TEST(test_origins_are_followed_as_far_as_alone)
{
    struct node node = build("kvm", "protection-first", 2, 3, true, false);
    size_t all = node.streams->count;
    node.streams->count = 4; /* a few origins take long enough */
    struct bh_isolation *isolation = bh_isolation_create(node.model, node.streams);
    struct bh_origins origins = bh_origins_of(node.model, node.streams);
    double loss[TENANTS_MOST * BH_SCOPES], sum = 0.0, coarsest = 0.0, finest = 1.0;
    for (size_t i = 0; i < origins.count; i++) {
        struct bh_spread spread = {.loss = loss};
        assert_int_equal(bh_isolation_spread(node.model, origins.entry[i].origin, &spread, NULL), 0);
        sum += origins.entry[i].rate * loss[BH_SCOPE_PROCESS];
        coarsest = fmax(coarsest, spread.unresolved);
        finest = spread.unresolved > 0.0 ? fmin(finest, spread.unresolved) : finest;
    }
    print_message("# left out: %.2g to %.2g\n", finest, coarsest);
    assert_true(coarsest > 1000.0 * finest); /* else it tests nothing */
    assert_null(isolation->why_not);
    assert_memory_equal(&isolation->loss_rate[BH_SCOPE_PROCESS], &sum, sizeof sum);
    assert_memory_equal(&isolation->unresolved, &coarsest, sizeof coarsest);
    node.streams->count = all;
    bh_origins_free(&origins);
    bh_isolation_destroy(isolation);
    destroy(&node);
}

/* More than the chain holds is no failure: rates, no exact numbers, and why. Every error ends somewhere. */
BH_TEST(test_without_the_chain)
{
    struct node node = build("native", "native", 1, 16, true, true);
    struct bh_tenant tenants[2] = {node.tenants[0], node.tenants[0]};
    tenants[0].node_share = tenants[1].node_share = 0.5;
    struct bh_node_model *model = bh_test_model(node.catalog, "native", "native", tenants, 2);
    const struct bh_channel_type *shared = NULL;
    for (size_t i = 0; i < node.catalog->channel_types_count; i++)
        if (strcmp(node.catalog->channel_types[i].name, "shared-memory") == 0)
            shared = &node.catalog->channel_types[i];
    struct bh_tenant_link link = {{0, 1}, shared};
    bh_node_model_compose(model, &link, 1);
    struct bh_isolation *isolation = bh_isolation_create(model, node.streams);
    assert_non_null(isolation->why_not);
    assert_non_null(strstr(isolation->why_not, "576 channels between 33 zones"));
    char *why = bh_isolation_why_not(model, node.streams);
    assert_string_equal(why, isolation->why_not);
    free(why);
    assert_null(bh_isolation_why_not(node.model, node.streams));
    assert_true(isnan(isolation->unresolved));
    for (int b = 0; b < BH_BOUNDARIES; b++)
        assert_true(isnan(isolation->escape[b]));
    for (int s = 0; s < BH_SCOPES; s++)
        assert_true(isnan(isolation->coverage[s]));
    for (size_t t = 0; t < 2; t++) {
        double all = 0.0;
        for (int s = 0; s < BH_SCOPES; s++)
            all += isolation->loss_rate[t * BH_SCOPES + (size_t)s];
        assert_close(all, isolation->error_rate, 1e-3); /* half trials are a little more */
    }
    bh_isolation_destroy(isolation);
    bh_node_model_destroy(model);
    destroy(&node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_cost_at_most_a_hundredth),
        cmocka_unit_test(test_shares_are_the_chains),
        cmocka_unit_test(test_origins_are_followed_as_far_as_alone),
        cmocka_unit_test(test_without_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
