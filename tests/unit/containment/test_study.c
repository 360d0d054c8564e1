/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The originating study's outcome follows from structure: one channel makes the difference. */
#include "tests/support/models.h"

#include "models/catalog/reader/read_catalog.h"
#include "models/containment/isolation.h"

/* The bundled systems with mechanisms that always succeed, so that what is left is channels; and palacios-shared-network
 * without its further channel, by hand. */
static const char by_channels_alone[] = "systems:\n"
                                        "  shared: {like: palacios-shared-network, title: shared, mechanisms: ideal}\n"
                                        "  plain: {like: palacios, title: plain, mechanisms: ideal}\n"
                                        "  qemu-ideal: {like: qemu, title: qemu, mechanisms: ideal}\n"
                                        "  kvm-ideal: {like: kvm, title: kvm, mechanisms: ideal}\n"
                                        "  without:\n"
                                        "    like: palacios-shared-network\n"
                                        "    title: palacios-shared-network without its channel\n"
                                        "    mechanisms: ideal\n"
                                        "    channels:\n"
                                        "      - {type: system-call, from: process, to: guest}\n"
                                        "      - {type: kernel-to-process, from: guest, to: process}\n"
                                        "      - {type: vm-exit, from: guest, to: host}\n"
                                        "      - {type: host-to-guest, from: host, to: guest}\n";

struct outcome {
    struct bh_spread spread;
    double loss[2 * BH_SCOPES];
};

/* What the crash of a guest's kernel does on a node of two enclaves. */
static struct outcome crash(const struct bh_catalog *catalog, const char *system, const char *policy)
{
    const struct bh_application *application = bh_test_application(catalog, "mpi-bulk-synchronous");
    const struct bh_tenant tenants[] = {{1, 4, 0.5, application}, {1, 1, 0.5, application}};
    struct bh_node_model *model = bh_test_model(catalog, system, policy, tenants, 2);
    struct bh_error err = {0};
    struct outcome outcome = {.loss = {0}};
    struct bh_origin origin = {
        .zone = bh_zone_tree_find(model->tree, BH_GUEST_KERNEL, 0), .kind = BH_DATA, .ending = BH_ENDING_SIGNALLED};
    outcome.spread.loss = outcome.loss;
    if (bh_isolation_spread(model, origin, &outcome.spread, &err) != 0)
        fail_msg("%s", err.text);
    bh_node_model_destroy(model);
    return outcome;
}

static void test_removing_the_channel_isolates(void **state)
{
    (void)state;
    struct bh_catalog *catalog = bh_test_catalog(NULL, by_channels_alone);
    struct outcome shared = crash(catalog, "shared", "protection-first"),
                   without = crash(catalog, "without", "protection-first"),
                   plain = crash(catalog, "plain", "protection-first");
    assert_true(shared.spread.beyond[BH_GUEST_HOST] > 0.1);
    assert_true(without.spread.beyond[BH_GUEST_HOST] < 1e-3);
    for (int s = 0; s < BH_SCOPES; s++) {
        assert_true(without.spread.extent[s] == plain.spread.extent[s]);
        for (size_t t = 0; t < 2; t++)
            assert_true(without.loss[t * BH_SCOPES + (size_t)s] == plain.loss[t * BH_SCOPES + (size_t)s]);
    }
    for (int b = 0; b < BH_BOUNDARIES; b++)
        assert_true(without.spread.beyond[b] == plain.spread.beyond[b]);
    bh_catalog_destroy(catalog);
}

/* With that channel alone, the host is reached with the channel's own probability, whatever the guards. */
static void test_guards_do_not_see_a_shared_network(void **state)
{
    (void)state;
    struct bh_catalog *catalog = bh_test_catalog("channels.vm-exit.probability: 0\n"
                                                 "channels.kernel-to-process.probability: 0\n"
                                                 "channels.shared-vmm-network.probability: 0.25\n",
                                                 by_channels_alone);
    static const char *const policies[] = {"protection-first", "protected-disposition"};
    for (size_t i = 0; i < 2; i++)
        assert_close(crash(catalog, "shared", policies[i]).spread.beyond[BH_GUEST_HOST], 0.25, 1e-9);
    bh_catalog_destroy(catalog);
}

static void test_other_systems_isolate(void **state)
{
    (void)state;
    static const char *const systems[] = {"qemu-ideal", "kvm-ideal", "plain"};
    struct bh_catalog *catalog = bh_test_catalog(NULL, by_channels_alone);
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        struct outcome outcome = crash(catalog, systems[i], "protection-first");
        assert_true(outcome.spread.beyond[BH_GUEST_HOST] < 0.01);
        assert_close(outcome.loss[BH_SCOPE_GUEST], 1, 1e-3);
        assert_close(outcome.loss[BH_SCOPES + BH_SCOPE_NONE], 1, 1e-3);
    }
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_removing_the_channel_isolates),
        cmocka_unit_test(test_guards_do_not_see_a_shared_network),
        cmocka_unit_test(test_other_systems_isolate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
