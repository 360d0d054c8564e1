/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Probabilities down to 1e-9 and below by pushed crossings, against the exact chain. */
#include "models/catalog/reader/read_catalog.h"
#include "models/containment/importance_sampling.h"
#include "tests/oracles/random_node.h"

#include "models/containment/containment.h"
#include "models/spread/spread.h"

#include <time.h>

enum { SEED = 20260208 };

static struct bh_spread spread_of(const struct bh_node_model *model, struct bh_origin origin, double least_mass)
{
    double loss[16 * BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    /* Far finer than isolations need: what is sought is rarer than what they leave out. */
    if (bh_spread_exact(model, origin, least_mass, 2000000, &spread, &err) != 0)
        fail_msg("%s", err.text);
    return spread;
}

/* A guest kernel's error reaches the other guest through the host, with rare exits, a strong guard, and a host that may
 * not pass it on: the chain is exact at any probability, and the estimate must be within what it says of itself. */
BH_TEST(test_two_enclaves)
{
    static const struct bh_tenant tenants[] = {{.guests_per_node = 1, .processes_per_guest = 4, .node_share = 0.75},
                                               {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.25}};
    static const char *const systems[] = {"qemu",      "kvm",         "palacios", "palacios-shared-network",
                                          "kvm-ideal", "shared-ideal"};
    static const char *const overrides[] = {
        "{channels.vm-exit.probability: 1e-6, channels.emulated-instruction.probability: 1e-6, "
        "channels.device-emulation.probability: 1e-6, channels.shared-vmm-network.probability: 1e-8}",
        "{channels.vm-exit.probability: 1e-4, channels.device-emulation.probability: 1e-7}",
    };
    static const char ideal[] = "systems:\n"
                                "  kvm-ideal: {like: kvm, title: kvm, mechanisms: ideal}\n"
                                "  shared-ideal: {like: palacios-shared-network, title: shared, mechanisms: ideal}\n";
    double worst = 0, least = 1;
    for (size_t o = 0; o < sizeof overrides / sizeof *overrides; o++) {
        struct bh_catalog *catalog = bh_test_catalog(overrides[o], ideal);
        for (size_t s = 0; s < sizeof systems / sizeof *systems; s++) {
            struct bh_node_model *model = bh_test_model(catalog, systems[s], "protection-first", tenants, 2);
            for (size_t z = 1; z < model->tree->zones_count; z++) {
                if (model->tree->zones[z].enclave != 0 || model->tree->zones[z].process > 0)
                    continue;
                struct bh_origin origin = {.zone = z};
                double exact = spread_of(model, origin, 1e-18).beyond[BH_ENCLAVE_ENCLAVE];
                struct bh_rare_event event = bh_containment_rare(model, origin, BH_ENCLAVE_ENCLAVE,
                                                                 (struct bh_trials){SEED + o, 2000000, 0}, 0.03);
                double off = (event.probability - exact) / event.error;
                least = fmin(least, exact);
                worst = fmax(worst, fabs(off));
                print_message(
                    "# %s, origin %zu: exact %.3g, estimate %.3g +- %.1f %% from %zu trials, %zu hits, z %.2f\n",
                    systems[s], z, exact, event.probability, 196 * event.error / event.probability,
                    (size_t)event.trials, (size_t)event.hits, off);
            }
            bh_node_model_destroy(model);
        }
        bh_catalog_destroy(catalog);
    }
    assert_true(worst < 4.5);
    assert_true(least < 1e-9);
}

/* Whatever the node, the weights undo the pushing: all boundaries of random nodes, most of them not rare. */
BH_TEST(test_weights_undo_the_push)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    double sum = 0, worst = 0;
    size_t count = 0;
    for (int i = 0; i < 60; i++) {
        struct node node = draw_node(rng, i % 5 == 0);
        struct bh_node_model *model = model_of(&node);
        for (size_t c = 0; c < model->tree->channels_count; c++)
            for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
                if (model->crossings[c].probability[kind] < 1.0 && i % 2 == 0)
                    model->crossings[c].probability[kind] *= 0.01;
        struct bh_spread exact = spread_of(model, node.origin, 1e-14);
        for (int b = 0; b < BH_BOUNDARIES; b++) {
            struct bh_rare_event event = bh_containment_rare(model, node.origin, (enum bh_boundary)b,
                                                             (struct bh_trials){SEED + (uint64_t)i, 200000, 0}, 0);
            if (exact.beyond[b] < 1e-12) {
                assert_true(event.hits == 0);
                continue;
            }
            if (event.hits < 1000)
                continue;
            double off = event.error > 1e-9 ? (event.probability - exact.beyond[b]) / event.error : 0;
            worst = fmax(worst, fabs(off));
            sum += off * off;
            count++;
        }
        bh_node_model_destroy(model);
    }
    gsl_rng_free(rng);
    print_message("# %zu estimates: worst z %.2f, mean square %.2f\n", count, worst, sum / (double)count);
    assert_true(count > 60);
    assert_true(worst < 5.0);
    assert_true(fabs(sum / (double)count - 1.0) < 5.0 * sqrt(2.0 / (double)count));
}

/* By hand: three channels in a row, each passed with p (1 - b) = 1e-3, are 1e-9 (what comes back to the process adds a
 * little); the estimate is to be within 10 % (95 %). */
BH_TEST(test_one_in_a_billion)
{
    static const struct bh_small_zone zones[] = {
        {-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_GUEST_KERNEL, 0, 0, -1}, {1, BH_GUEST_USER, 0, 0, 0},
        {0, BH_GUEST_KERNEL, 1, 1, -1},   {3, BH_GUEST_USER, 1, 1, 1},
    };
    struct bh_small_channel channels[] = {
        {2, 1, 1e-3, 0, false}, {1, 0, 2e-3, 0.5, false}, {0, 3, 1e-2, 0.9, false}, {1, 2, 0.1, 0, false}};
    struct bh_node_model *model = bh_small_model(zones, 5, channels, 4);
    struct bh_origin origin = {.zone = 2};
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    double exact = spread_of(model, origin, 1e-18).beyond[BH_ENCLAVE_ENCLAVE];
    struct bh_rare_event event =
        bh_containment_rare(model, origin, BH_ENCLAVE_ENCLAVE, (struct bh_trials){SEED, UINT64_C(100000000), 0}, 0.01);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    print_message("# exact %.4g, estimate %.4g +- %.2f %% (95 %%), %zu trials, %zu hits, %.1f s\n", exact,
                  event.probability, 196 * event.error / event.probability, (size_t)event.trials, (size_t)event.hits,
                  seconds);
    assert_close(exact, 1e-9, 0.2);
    assert_true(fabs(event.probability - exact) < 4.5 * event.error);
    assert_true(1.96 * event.error < 0.1 * event.probability);
    bh_node_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_enclaves),
        cmocka_unit_test(test_weights_undo_the_push),
        cmocka_unit_test(test_one_in_a_billion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
