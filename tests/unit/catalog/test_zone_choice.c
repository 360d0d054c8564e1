/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which zone a name means: by kind that of the enclave, by its own name, and never one of several. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/models.h"

#include <stdlib.h>

static const struct bh_tenant tenants[] = {
    {.guests_per_node = 2, .processes_per_guest = 2, .node_share = 0.5},
    {.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.5},
};

/* Two guests of each enclave's own nested in each other, two processes in the inner one, and two processes on the host that
 * all share. */
static const char deep_system[] =
    "systems:\n"
    "  deep:\n"
    "    title: for the test\n"
    "    host-kernel: linux\n"
    "    guest-kernel: linux\n"
    "    zones:\n"
    "      - {name: host, kind: host-kernel, components: [host-kernel]}\n"
    "      - {name: first-daemon, kind: host-user, parent: host, components: [qemu-device-model]}\n"
    "      - {name: second-daemon, kind: host-user, parent: host, components: [qemu-device-model]}\n"
    "      - {name: outer, kind: guest-kernel, parent: host, per: guest, components: [guest-kernel]}\n"
    "      - {name: inner, kind: guest-kernel, parent: outer, per: guest, components: [guest-kernel]}\n"
    "      - {name: helper, kind: guest-user, parent: inner, per: process, components: [qemu-device-model]}\n"
    "      - {name: process, kind: guest-user, parent: inner, per: process, components: [application]}\n"
    "    channels:\n"
    "      - {type: vm-exit, from: inner, to: outer}\n"
    "    guards: {guest/host: [iommu]}\n"
    "    costs:\n"
    "      compute-slowdown: {value: 0.1, status: computed, source: for the test}\n"
    "      exit-time: {value: 1, unit: us, status: computed, source: for the test}\n"
    "      latency: {value: 1, unit: us, status: computed, source: for the test}\n"
    "      bandwidth-loss: {value: 0, status: computed, source: for the test}\n"
    "      guest-boot: {value: 1, unit: s, status: computed, source: for the test}\n";

/* Names of the first enclave's zone and the second's, or what the message says. */
BH_TEST(test_meaning)
{
    static const struct {
        const char *system, *name, *first, *second;
    } cases[] = {
        {"kvm", "host-kernel", "host", "host"},
        {"kvm", "host-user", "vmm[0]", "vmm[2]"},
        {"kvm", "guest-kernel", "guest[0]", "guest[2]"},
        {"kvm", "guest-user", "process[0.0]", "process[2.4]"},
        {"kvm", "vmm", "vmm[0]", "vmm[2]"},
        {"kvm", "process", "process[0.0]", "process[2.4]"},
        /* The enclave's own before what all share; that by its name. */
        {"kvm-nested", "host-user", "vmm[0]", "vmm[2]"},
        {"kvm-nested", "guest-kernel", "guest[0]", "guest[2]"},
        {"kvm-nested", "outer-guest", "outer-guest", "outer-guest"},
        {"kvm-nested", "outer-vmm", "outer-vmm", "outer-vmm"},
        /* The nearest to a kind that a system lacks; no name is near another. */
        {"native", "guest-kernel", "host", "host"},
        {"native", "host-user", "process[0.0]", "process[2.4]"},
        {"native", "guest-user", "process[0.0]", "process[2.4]"},
        {"palacios", "host-user", "host", "host"},
        {"palacios", "vmm", NULL,
         "the system `palacios` does not have; expected a kind of zone, or one of: host, guest, process"},
        {"kvm", "outer-guest", NULL, "the system `kvm` does not have"},
        /* Several that could be meant. */
        {"deep", "host-user", NULL, "has several; expected the name of one: first-daemon, second-daemon"},
        {"deep", "guest-kernel", NULL, "has several; expected the name of one: outer, inner"},
        {"deep", "guest-user", NULL, "has several; expected the name of one: helper, process"},
        {"deep", "inner", "inner[0]", "inner[2]"},
        {"deep", "second-daemon", "second-daemon", "second-daemon"},
        {"deep", "helper", "helper[0.0]", "helper[2.4]"},
    };
    struct bh_catalog *catalog = bh_test_catalog(NULL, deep_system);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bh_system *system = bh_test_system(catalog, cases[i].system);
        const struct bh_zone_choice choice = bh_zone_choice_of(cases[i].name, (struct bh_place){.file = "f.yaml"});
        struct bh_error err = {0};
        const long zone = bh_zone_choose(system, &choice, false, &err);
        if ((zone >= 0) != (cases[i].first != NULL))
            fail_msg("%s %s: %s", cases[i].system, cases[i].name, zone >= 0 ? system->zones[zone].name : err.text);
        if (zone < 0) {
            assert_int_equal(err.code, BH_ERROR_INPUT);
            if (strstr(err.text, cases[i].second) == NULL || strstr(err.text, "f.yaml:") == NULL)
                fail_msg("%s", err.text);
            continue;
        }
        struct bh_zone_tree *tree = bh_zone_tree_create(catalog, system, tenants, 2, &err);
        for (int t = 0; t < 2; t++) {
            char name[32];
            bh_zone_name(tree, bh_zone_tree_first(tree, (size_t)zone, t), name, sizeof name);
            assert_string_equal(name, t == 0 ? cases[i].first : cases[i].second);
        }
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_all_names)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, deep_system);
    const char **names = bh_zone_names(catalog);
    size_t count = 0;
    for (; names[count] != NULL; count++)
        for (size_t before = 0; before < count; before++)
            assert_string_not_equal(names[before], names[count]);
    for (int kind = 0; kind < BH_ZONE_KINDS; kind++)
        assert_string_equal(names[kind], bh_zone_kind_names[kind]);
    static const char *const expected[] = {"host", "vmm", "outer-guest", "outer-vmm", "inner", "helper", "process"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        size_t found = 0;
        for (size_t n = 0; n < count; n++)
            found += strcmp(names[n], expected[i]) == 0;
        assert_int_equal(found, 1);
    }
    free(names);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_what_is_there)
{
    static const struct {
        const char *system, *name;
        bool is_there;
    } cases[] = {
        {"kvm", "guest-kernel", true}, {"native", "guest-kernel", false}, {"native", "guest-user", true},
        {"kvm", "outer-vmm", false},   {"kvm-nested", "outer-vmm", true}, {"palacios", "host-user", false},
    };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bh_zone_choice choice = bh_zone_choice_of(cases[i].name, (struct bh_place){.file = "test"});
        assert_int_equal(bh_zone_is_there(bh_test_system(catalog, cases[i].system), &choice), cases[i].is_there);
    }
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meaning),
        cmocka_unit_test(test_all_names),
        cmocka_unit_test(test_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
