/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog: the shipped data reads and keeps its promises, scenarios set and add. */
#include "models/catalog/policy.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/catalog.h"

/* --- What ships ---------------------------------------------------------------------------------------------------- */

BH_TEST(test_every_number_has_source_status_and_range)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    assert_true(catalog->parameters_count > 100);
    for (size_t i = 0; i < catalog->parameters_count; i++) {
        const struct bh_parameter *parameter = catalog->parameters[i];
        assert_true(strlen(parameter->source) >= 8);
        assert_true(parameter->place.line > 0 && parameter->place.file != NULL);
        assert_true(parameter->low <= parameter->value && parameter->value <= parameter->high);
        /* How far each may be off is said, if only that it cannot be. */
        assert_int_not_equal(parameter->basis, BH_BASIS_NOT_SAID);
        assert_int_equal(parameter->basis != BH_BASIS_EXACT, parameter->low < parameter->high);
        assert_ptr_equal(bh_catalog_parameter(catalog, parameter->path, parameter->place, NULL), parameter);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_escape_is_assumed_and_says_so)
{
    static const char *const escapes[] = {"vm-exit", "emulated-instruction", "device-emulation"};
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        char path[80];
        snprintf(path, sizeof path, "channels.%s.probability", escapes[i]);
        const struct bh_parameter *escape = need_parameter(catalog, path);
        assert_int_equal(escape->status, BH_ASSUMED);
        assert_close(escape->low, 1e-6, 1e-12);
        assert_close(escape->high, 1e-1, 1e-12);
        assert_non_null(strstr(escape->source, "never published"));
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_values_are_in_si)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    assert_close(need_parameter(catalog, "systems.kvm.costs.exit-time")->value, 0.66e-6, 1e-12);
    assert_close(need_parameter(catalog, "zones.guest-user.data.lifetime")->value, 60, 1e-12);
    assert_close(need_parameter(catalog, "faults.processor.rate")->value, 0.01 / (365.25 * 86400), 1e-12);
    assert_close(catalog->recovery.local_bandwidth.value, 2e9, 1e-12);
    bh_catalog_destroy(catalog);
}

/* One zone of a system as text: "guest<vmm". */
static void describe_tree(const struct bh_system *system, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < system->zones_count; i++) {
        const struct bh_zone_template *zone = &system->zones[i];
        assert_true(zone->parent < (int)i);
        snprintf(text + strlen(text), size - strlen(text), "%s%s<%s", i ? " " : "", zone->name,
                 zone->parent < 0 ? "-" : system->zones[zone->parent].name);
    }
}

BH_TEST(test_zone_trees_are_those_of_the_design)
{
    static const struct {
        const char *system, *tree;
    } cases[] = {
        {"native", "host<- process<host"},
        {"qemu", "host<- vmm<host guest<vmm process<guest"},
        {"kvm", "host<- vmm<host guest<vmm process<guest native-process<host"},
        {"palacios", "host<- guest<host process<guest"},
        {"palacios-shared-network", "host<- guest<host process<guest"},
        {"kvm-nested", "host<- outer-vmm<host outer-guest<outer-vmm vmm<outer-guest guest<vmm process<guest"},
    };
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tree[300];
        describe_tree(need_system(catalog, cases[i].system), tree, sizeof tree);
        assert_string_equal(tree, cases[i].tree);
    }
    bh_catalog_destroy(catalog);
}

static bool has_channel(const struct bh_system *system, const struct bh_channel_template *channel)
{
    for (size_t i = 0; i < system->channels_count; i++)
        if (!system->channels[i].is_opened && system->channels[i].type == channel->type &&
            system->channels[i].from == channel->from && system->channels[i].to == channel->to)
            return true;
    return false;
}

/* The originating study's suspicion is one channel and nothing else. */
BH_TEST(test_shared_network_is_palacios_and_one_channel)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    const struct bh_system *plain = need_system(catalog, "palacios");
    const struct bh_system *shared = need_system(catalog, "palacios-shared-network");
    assert_ptr_equal(plain->host_kernel, shared->host_kernel);
    assert_ptr_equal(plain->guest_kernel, shared->guest_kernel);
    /* As they are; which channels policies may open is another matter. */
    for (size_t i = 0; i < plain->channels_count; i++)
        assert_true(plain->channels[i].is_opened || has_channel(shared, &plain->channels[i]));
    size_t further = 0;
    for (size_t i = 0; i < shared->channels_count; i++) {
        if (shared->channels[i].is_opened || has_channel(plain, &shared->channels[i]))
            continue;
        further++;
        assert_string_equal(shared->channels[i].type->name, "shared-vmm-network");
        assert_true(shared->channels[i].type->bypasses_guards);
        assert_string_equal(shared->zones[shared->channels[i].from].name, "guest");
        assert_string_equal(shared->zones[shared->channels[i].to].name, "host");
    }
    assert_int_equal(further, 1);

    assert_int_equal(plain->zones_count, shared->zones_count);
    for (size_t i = 0; i < plain->zones_count; i++) {
        const struct bh_zone_template *left = &plain->zones[i], *right = &shared->zones[i];
        assert_string_equal(left->name, right->name);
        assert_true(left->kind == right->kind && left->per == right->per && left->parent == right->parent);
        assert_int_equal(left->components_count, right->components_count);
        for (size_t j = 0; j < left->components_count; j++)
            assert_string_equal(left->roles[j], right->roles[j]);
    }
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        assert_int_equal(plain->offered_count[boundary], shared->offered_count[boundary]);
        for (size_t i = 0; i < plain->offered_count[boundary]; i++)
            assert_ptr_equal(plain->offered[boundary][i], shared->offered[boundary][i]);
    }
    /* What is not in the tables above is in the numbers: every one of the costs. */
    const char prefix[] = "systems.palacios.";
    for (size_t i = 0; i < catalog->parameters_count; i++) {
        const struct bh_parameter *number = catalog->parameters[i];
        if (strncmp(number->path, prefix, sizeof prefix - 1) != 0)
            continue;
        char path[200];
        snprintf(path, sizeof path, "systems.palacios-shared-network.%s", number->path + sizeof prefix - 1);
        const struct bh_parameter *other = need_parameter(catalog, path);
        assert_true(number->value == other->value && number->low == other->low && number->high == other->high);
        assert_string_equal(number->source, other->source);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_guards_are_in_order_of_strength)
{
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (size_t i = 1; i < catalog->guards_count; i++)
        if (catalog->guards[i].boundary == catalog->guards[i - 1].boundary)
            assert_true(catalog->guards[i].blocks.value > catalog->guards[i - 1].blocks.value);
    for (size_t i = 0; i < catalog->systems_count; i++)
        for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++)
            for (size_t j = 1; j < catalog->systems[i].offered_count[boundary]; j++)
                assert_true(catalog->systems[i].offered[boundary][j - 1]->strength <
                            catalog->systems[i].offered[boundary][j]->strength);
    bh_catalog_destroy(catalog);
}

/* --- What a scenario sets and adds ----------------------------------------------------------------------------------- */

BH_TEST(test_overrides_set_value_status_and_place)
{
    struct bh_catalog *catalog = need_shipped("channels.vm-exit.probability: 1\n"
                                              "recovery.node-reboot: 2 min\n"
                                              "guards.guest/host.iommu.blocks: 50 %\n"
                                              "zones.guest-user.data.masked: 0.5\n"
                                              "zones.guest-user.data.signalled: 0.5\n"
                                              "zones.guest-user.data.silent: 0\n",
                                              NULL);
    const struct bh_parameter *escape = need_parameter(catalog, "channels.vm-exit.probability");
    assert_int_equal(escape->status, BH_SET_BY_SCENARIO);
    assert_true(escape->value == 1 && escape->low == 1 && escape->high == 1);
    assert_string_equal(escape->place.file, "set.yaml");
    assert_int_equal(escape->place.line, 1);
    assert_close(catalog->recovery.node_reboot_s.value, 120, 1e-15);
    assert_close(need_parameter(catalog, "guards.guest/host.iommu.blocks")->value, 0.5, 1e-15);
    assert_true(catalog->zones[BH_GUEST_USER].ending[BH_DATA].silent.value == 0);
    assert_int_equal(need_parameter(catalog, "channels.device-emulation.probability")->status, BH_ASSUMED);
    bh_catalog_destroy(catalog);
}

static const char nested_system[] =
    "systems:\n"
    "  deep:\n"
    "    title: three kernels deep, zones from the inside out\n"
    "    host-kernel: kitten\n"
    "    guest-kernel: linux\n"
    "    zones:\n"
    "      - {name: process, kind: guest-user, parent: inner, per: process, components: [application]}\n"
    "      - {name: inner, kind: guest-kernel, parent: outer, per: guest, components: [kitten]}\n"
    "      - {name: outer, kind: guest-kernel, parent: host, components: [guest-kernel, kvm-module]}\n"
    "      - {name: host, kind: host-kernel, components: [host-kernel, palacios-vmm]}\n"
    "    channels:\n"
    "      - {type: vm-exit, from: inner, to: outer}\n"
    "      - {type: vm-exit, from: outer, to: host}\n"
    "      - {type: shared-memory, from: inner, to: inner}\n"
    "    guards: {guest/host: [emulated-io, passthrough], enclave/enclave: [shared-memory]}\n"
    "    costs:\n"
    "      compute-slowdown: {value: 0.1, status: assumed, range: [0, 1], source: for the test}\n"
    "      exit-time: {value: 1, unit: us, status: assumed, range: [0, 2], source: for the test}\n"
    "      latency: {value: 1, unit: us, status: assumed, range: [0, 2], source: for the test}\n"
    "      bandwidth-loss: {value: 0, status: assumed, range: [0, 1], source: for the test}\n"
    "      guest-boot: {value: 1, unit: s, status: assumed, range: [0, 2], source: for the test}\n"
    "policies:\n"
    "  mine:\n"
    "    description: for the test\n"
    "    dispositions: {host-kernel: system, host-user: guest, guest-kernel: enclave, guest-user: process}\n"
    "    guards: {guest/host: emulated-io}\n"
    "guards:\n"
    "  guest/host:\n"
    "    airgap: {description: for the test, on-block: detected, "
    "blocks: {value: 1, status: assumed, range: [0, 1], source: for the test}}\n";

BH_TEST(test_definitions_add_nested_guests_without_code)
{
    struct bh_catalog *catalog = need_shipped("systems.deep.costs.guest-boot: 7 s", nested_system);
    const struct bh_system *system = need_system(catalog, "deep");
    char tree[200];
    describe_tree(system, tree, sizeof tree);
    assert_string_equal(tree, "host<- outer<host inner<outer process<inner");
    assert_int_equal(system->offered_count[BH_GUEST_HOST], 2);
    assert_string_equal(system->offered[BH_GUEST_HOST][0]->name, "passthrough");
    assert_close(system->guest_boot_s.value, 7, 1e-15);

    struct bh_error err = {0};
    const struct bh_policy *policy = bh_catalog_policy(catalog, "mine", (struct bh_place){.file = "test"}, &err);
    assert_non_null(policy);
    assert_int_equal(policy->disposition[BH_HOST_KERNEL], BH_SCOPE_SYSTEM);
    assert_int_equal(policy->guards.rule, BH_GUARDS_NAMED);
    assert_string_equal(policy->guards.name[BH_GUEST_HOST], "emulated-io");
    assert_null(policy->guards.name[BH_PROCESS_KERNEL]);
    need_parameter(catalog, "guards.guest/host.airgap.blocks");
    need_parameter(catalog, "guards.guest/host.iommu.blocks");
    bh_catalog_destroy(catalog);
}

BH_TEST(test_bad_overrides)
{
    static const struct {
        const char *overrides, *message;
    } cases[] = {
        {"channels.vmexit.probability: 0.5", "did you mean `channels.vm-exit.probability`"},
        {"channels.vm-exit.probability: 1.5", "channels.vm-exit.probability"},
        {"channels.vm-exit.probability: -0.5", "channels.vm-exit.probability"},
        {"channels.vm-exit.probability: .nan", "channels.vm-exit.probability"},
        {"channels.vm-exit.probability: [1]", "channels.vm-exit.probability"},
        {"recovery.node-reboot: 5", "recovery.node-reboot"},
        {"recovery.node-reboot: 5 GB", "recovery.node-reboot"},
        {"recovery.node-reboot: -5 s", "recovery.node-reboot"},
        {"recovery.node-reboot: soon", "recovery.node-reboot"},
        {"guards.guest/host.iommu.on-block: dropped", "guards.guest/host.iommu"},
        {"zones.guest-user.data.masked: 0.5", "set the others too"},
        {"zones.guest-user.data.lifetime: 0", "a time above 0"},
        {"1", "expected"},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        struct bh_catalog *catalog = read_shipped(cases[i].overrides, NULL, &err);
        wrong += wrong_message(catalog, &err, "set.yaml:1:", cases[i].message, cases[i].overrides);
        bh_catalog_destroy(catalog);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_has_source_status_and_range),
        cmocka_unit_test(test_escape_is_assumed_and_says_so),
        cmocka_unit_test(test_values_are_in_si),
        cmocka_unit_test(test_zone_trees_are_those_of_the_design),
        cmocka_unit_test(test_shared_network_is_palacios_and_one_channel),
        cmocka_unit_test(test_guards_are_in_order_of_strength),
        cmocka_unit_test(test_overrides_set_value_status_and_place),
        cmocka_unit_test(test_definitions_add_nested_guests_without_code),
        cmocka_unit_test(test_bad_overrides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
