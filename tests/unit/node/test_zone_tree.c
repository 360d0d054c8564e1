/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The zones of a node: how each system's templates unfold, who owns what, where hardware faults land. */
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/models.h"

#include "models/node/zone_tree.h"

static const char *const systems[] = {"native", "qemu", "kvm", "palacios", "kvm-nested"};
enum { SYSTEMS = sizeof systems / sizeof *systems };

/* Guests 0 and 1 with processes 0-2 and 3-5 belong to tenant 0; guest 2 with process 6 to tenant 1. */
static const struct bh_tenant tenants[] = {
    {.guests_per_node = 2, .processes_per_guest = 3, .node_share = 0.75},
    {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.25},
};
static const int guest_of_process[] = {0, 0, 0, 1, 1, 1, 2};

static struct bh_zone_tree *unfold(const struct bh_catalog *catalog, const char *system)
{
    struct bh_error err = {0};
    struct bh_zone_tree *tree = bh_zone_tree_create(catalog, bh_test_system(catalog, system), tenants, 2, &err);
    if (!tree)
        fail_msg("%s", err.text);
    return tree;
}

static size_t count_template(const struct bh_zone_tree *tree, const char *name)
{
    size_t count = 0;
    for (size_t z = 0; z < tree->zones_count; z++)
        count += strcmp(tree->zones[z].template->name, name) == 0;
    return count;
}

/* --- Zones and owners ---------------------------------------------------------------------------------------------- */

BH_TEST(test_counts)
{
    static const struct {
        const char *system;
        size_t zones, vmms, guests, channels;
        bool has_guests;
    } expected[] = {
        /* channels: one each way between each process and its kernel (14), and per guest those between the zones of
         * its lineage: qemu 4, kvm 6, palacios 2; the nested node adds 6 between its one outer guest and the host. */
        {"native", 1 + 7, 0, 0, 14, false},
        {"qemu", 1 + 3 + 3 + 7, 3, 3, 14 + 12, true},
        {"kvm", 1 + 3 + 3 + 7, 3, 3, 14 + 18, true},
        {"palacios", 1 + 3 + 7, 0, 3, 14 + 6, true},
        {"kvm-nested", 3 + 3 + 3 + 7, 3, 3, 14 + 18 + 6, true},
    };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, expected[i].system);
        assert_int_equal(tree->zones_count, expected[i].zones);
        assert_int_equal(count_template(tree, "vmm"), expected[i].vmms);
        assert_int_equal(count_template(tree, "guest"), expected[i].guests);
        assert_int_equal(count_template(tree, "process"), 7);
        assert_int_equal(tree->channels_count, expected[i].channels);
        assert_int_equal(tree->guests_count, 3);
        assert_int_equal(tree->processes_count, 7);
        assert_int_equal(tree->has_guests, expected[i].has_guests);
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

static bool is_below(const struct bh_zone_tree *tree, size_t below, size_t above)
{
    int zone = (int)below;
    while (zone >= 0 && zone != (int)above)
        zone = tree->zones[zone].parent;
    return zone >= 0;
}

BH_TEST(test_parents_and_subtrees)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[i]);
        assert_int_equal(tree->zones[0].parent, -1);
        assert_int_equal(tree->zones[0].kind, BH_HOST_KERNEL);
        for (size_t z = 0; z < tree->zones_count; z++) {
            const struct bh_zone *zone = &tree->zones[z];
            assert_true(zone->parent < (int)z);
            for (size_t other = 0; other < tree->zones_count; other++)
                assert_int_equal(bh_zone_set_has(&zone->subtree, other), is_below(tree, other, z));
            if (zone->parent < 0)
                continue;
            const struct bh_zone *above = &tree->zones[zone->parent];
            assert_int_equal(above->template_index, zone->template->parent);
            assert_true(above->guest < 0 || above->guest == zone->guest);
            assert_true(above->enclave < 0 || above->enclave == zone->enclave);
        }
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_owners)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[i]);
        for (size_t z = 0; z < tree->zones_count; z++) {
            const struct bh_zone *zone = &tree->zones[z];
            for (int g = 0; g < 3; g++)
                assert_int_equal(bh_zone_set_has(&tree->guest_zones[g], z), zone->guest == g);
            for (int e = 0; e < 2; e++)
                assert_int_equal(bh_zone_set_has(&tree->tenant_zones[e], z), zone->enclave == e);
            assert_int_equal(zone->enclave, zone->guest < 0 ? -1 : zone->guest == 2);
            assert_int_equal(zone->is_application, zone->process >= 0);
            assert_int_equal(zone->is_kernel, zone->kind == BH_HOST_KERNEL || zone->kind == BH_GUEST_KERNEL);
        }
        for (int p = 0; p < 7; p++) {
            const struct bh_zone *zone = &tree->zones[tree->process_zone[p]];
            assert_int_equal(zone->process, p);
            assert_int_equal(zone->guest, guest_of_process[p]);
        }
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_names_and_finding)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_zone_tree *tree = unfold(catalog, "kvm");
    char name[32];
    assert_string_equal(bh_zone_name(tree, 0, name, sizeof name), "host");
    assert_string_equal(bh_zone_name(tree, bh_zone_tree_find(tree, BH_HOST_USER, 1), name, sizeof name), "vmm[2]");
    assert_string_equal(bh_zone_name(tree, bh_zone_tree_find(tree, BH_GUEST_KERNEL, 0), name, sizeof name), "guest[0]");
    assert_string_equal(bh_zone_name(tree, bh_zone_tree_find(tree, BH_GUEST_USER, 1), name, sizeof name),
                        "process[2.6]");
    bh_zone_tree_destroy(tree);

    tree = unfold(catalog, "native");
    assert_int_equal(bh_zone_tree_find(tree, BH_GUEST_KERNEL, 1), 0);
    assert_int_equal(bh_zone_tree_find(tree, BH_GUEST_USER, 1), tree->process_zone[6]);
    bh_zone_tree_destroy(tree);

    tree = unfold(catalog, "palacios");
    assert_int_equal(bh_zone_tree_find(tree, BH_HOST_USER, 0), 0);
    bh_zone_tree_destroy(tree);
    bh_catalog_destroy(catalog);
}

/* --- Shares and landing -------------------------------------------------------------------------------------------- */

BH_TEST(test_shares)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[i]);
        double memory = 0, cpu = 0;
        for (size_t z = 0; z < tree->zones_count; z++) {
            memory += tree->zones[z].memory_share;
            cpu += tree->zones[z].cpu_share;
        }
        assert_close(memory, 1.0, 1e-13);
        assert_close(cpu, 1.0, 1e-13);
        /* 0.75 of the applications' part over six processes, 0.25 over one. */
        double small = tree->zones[tree->process_zone[0]].memory_share;
        assert_close(tree->zones[tree->process_zone[5]].memory_share, small, 1e-13);
        assert_close(tree->zones[tree->process_zone[6]].memory_share, 2.0 * small, 1e-13);
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_shares_by_hand)
{
    struct bh_catalog *catalog =
        bh_test_catalog("{zones.host-kernel.memory-weight: 5, zones.host-user.memory-weight: 1,"
                        " zones.guest-kernel.memory-weight: 4, zones.guest-user.memory-weight: 90}",
                        NULL);
    struct bh_zone_tree *tree = unfold(catalog, "native");
    /* A native process is a host-user zone but weighs as an application: 90, not 1. */
    assert_close(tree->zones[0].memory_share, 5.0 / 95, 1e-13);
    assert_close(tree->zones[tree->process_zone[6]].memory_share, 0.25 * 90 / 95, 1e-13);
    bh_zone_tree_destroy(tree);
    tree = unfold(catalog, "kvm");
    assert_close(tree->zones[0].memory_share, 0.05, 1e-13);
    assert_close(tree->zones[bh_zone_tree_find(tree, BH_HOST_USER, 0)].memory_share, 0.01 * 0.75 / 2, 1e-13);
    assert_close(tree->zones[bh_zone_tree_find(tree, BH_GUEST_KERNEL, 1)].memory_share, 0.04 * 0.25, 1e-13);
    assert_close(tree->zones[tree->process_zone[1]].memory_share, 0.9 * 0.75 / 6, 1e-13);
    bh_zone_tree_destroy(tree);
    bh_catalog_destroy(catalog);
}

/* Kinds in order; within a kind the shared zones, then guests, then processes, numbered alike under every system. */
BH_TEST(test_landing_order)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[i]);
        struct bh_zone_set seen = {{0}};
        int before = -1, next_process = 0;
        for (size_t at = 0; at < tree->zones_count; at++) {
            const struct bh_zone *zone = &tree->zones[tree->landing_order[at]];
            assert_false(bh_zone_set_has(&seen, tree->landing_order[at]));
            bh_zone_set_add(&seen, tree->landing_order[at]);
            int rank = 1000 * (zone->is_application ? BH_GUEST_USER : (int)zone->kind) + 10 * (zone->guest + 1);
            assert_true(rank >= before);
            before = rank;
            if (zone->is_application)
                assert_int_equal(zone->process, next_process++);
        }
        assert_int_equal(next_process, 7);
        assert_int_equal(bh_zone_tree_land(tree, BH_LANDING_MEMORY, 1e-9), 0);
        assert_int_equal(bh_zone_tree_land(tree, BH_LANDING_CPU, 1 - 1e-9), tree->process_zone[6]);
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

/* On an even grid of n draws each zone gets its share but for the cells that its two ends cut. */
BH_TEST(test_landing_shares)
{
    enum { DRAWS = 100000 };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[i]);
        size_t memory[32] = {0}, cpu[32] = {0};
        for (int n = 0; n < DRAWS; n++) {
            memory[bh_zone_tree_land(tree, BH_LANDING_MEMORY, (n + 0.5) / DRAWS)]++;
            cpu[bh_zone_tree_land(tree, BH_LANDING_CPU, (n + 0.5) / DRAWS)]++;
        }
        for (size_t z = 0; z < tree->zones_count; z++) {
            assert_true(fabs((double)memory[z] - tree->zones[z].memory_share * DRAWS) <= 1.0 + 1e-6);
            assert_true(fabs((double)cpu[z] - tree->zones[z].cpu_share * DRAWS) <= 1.0 + 1e-6);
        }
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

/* --- Extents ------------------------------------------------------------------------------------------------------- */

static struct bh_zone_set set_of(const struct bh_zone_tree *tree, const char *names)
{
    struct bh_zone_set set = {{0}};
    for (size_t z = 0; z < tree->zones_count; z++) {
        char name[40], padded[48];
        snprintf(padded, sizeof padded, " %s ", bh_zone_name(tree, z, name, sizeof name));
        if (strstr(names, padded))
            bh_zone_set_add(&set, z);
    }
    return set;
}

/* Zones of a kind: an enclave's by its share of the node, split equally; where there are none, the host's kernel. */
BH_TEST(test_landing_in_kinds)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t s = 0; s < SYSTEMS; s++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[s]);
        for (int landing = BH_LANDING_HOST_KERNEL; landing <= BH_LANDING_GUEST_USER; landing++) {
            double all = 0.0;
            for (size_t z = 0; z < tree->zones_count; z++)
                all += bh_zone_share(&tree->zones[z], (enum bh_landing)landing);
            assert_close(all, 1.0, 1e-12);
        }
        for (size_t z = 0; z < tree->zones_count; z++) {
            const struct bh_zone *zone = &tree->zones[z];
            const char *name = zone->template->name;
            bool has_vmms = count_template(tree, "vmm") > 0, has_guests = count_template(tree, "guest") > 0;
            /* Tenant 0 has three quarters of the node, in two guests of three processes. */
            double of_guest = zone->enclave == 0 ? 0.75 / 2 : 0.25, of_process = zone->enclave == 0 ? 0.75 / 6 : 0.25;
            double vmm = strcmp(name, "vmm") == 0 ? of_guest : z == 0 && !has_vmms ? 1.0 : 0.0;
            double guest = strcmp(name, "guest") == 0 ? of_guest : z == 0 && !has_guests ? 1.0 : 0.0;
            assert_close(bh_zone_share(zone, BH_LANDING_HOST_KERNEL), z == 0 ? 1.0 : 0.0, 0);
            assert_close(bh_zone_share(zone, BH_LANDING_GUEST_USER), zone->is_application ? of_process : 0.0, 1e-12);
            if (strcmp(systems[s], "kvm-nested") != 0) { /* which has VMMs and kernels at two levels */
                assert_close(bh_zone_share(zone, BH_LANDING_HOST_USER), vmm, 1e-12);
                assert_close(bh_zone_share(zone, BH_LANDING_GUEST_KERNEL), guest, 1e-12);
            }
        }
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_extents)
{
    static const struct {
        const char *system, *zones;
        enum bh_scope extent;
        size_t tenants;
    } cases[] = {
        {"kvm", "", BH_SCOPE_NONE, 0},
        {"kvm", " process[0.1] ", BH_SCOPE_PROCESS, 1},
        {"kvm", " process[0.1] process[0.2] ", BH_SCOPE_GUEST, 1},
        {"kvm", " guest[2] ", BH_SCOPE_GUEST, 1},
        {"kvm", " vmm[1] guest[1] process[1.3] ", BH_SCOPE_GUEST, 1},
        {"kvm", " process[0.0] process[1.3] ", BH_SCOPE_NODE, 1},
        {"kvm", " vmm[1] guest[2] ", BH_SCOPE_NODE, 2},
        {"kvm", " host ", BH_SCOPE_NODE, 0},
        {"kvm", " host process[2.6] ", BH_SCOPE_NODE, 1},
        {"native", " process[0.1] ", BH_SCOPE_PROCESS, 1},
        {"native", " process[0.1] process[0.2] ", BH_SCOPE_NODE, 1},
        {"native", " process[1.5] process[2.6] ", BH_SCOPE_NODE, 2},
        {"kvm-nested", " outer-guest ", BH_SCOPE_NODE, 0},
        {"kvm-nested", " vmm[2] process[2.6] ", BH_SCOPE_GUEST, 1},
        {"palacios", " guest[0] process[0.2] ", BH_SCOPE_GUEST, 1},
    };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_zone_tree *tree = unfold(catalog, cases[i].system);
        struct bh_zone_set set = set_of(tree, cases[i].zones);
        if (bh_zone_tree_extent(tree, &set) != cases[i].extent ||
            bh_zone_tree_tenants_hit(tree, &set) != cases[i].tenants)
            fail_msg("%s:%s: extent %s, %zu tenants", cases[i].system, cases[i].zones,
                     bh_scope_names[bh_zone_tree_extent(tree, &set)], bh_zone_tree_tenants_hit(tree, &set));
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

/* --- Channels ------------------------------------------------------------------------------------------------------ */

BH_TEST(test_channels_are_grouped_and_join_a_lineage)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    for (size_t i = 0; i < SYSTEMS; i++) {
        struct bh_zone_tree *tree = unfold(catalog, systems[i]);
        assert_int_equal(tree->first_channel[0], 0);
        assert_int_equal(tree->first_channel[tree->zones_count], tree->channels_count);
        for (size_t z = 0; z < tree->zones_count; z++)
            for (size_t c = tree->first_channel[z]; c < tree->first_channel[z + 1]; c++) {
                size_t to = tree->channels[c].to;
                assert_int_equal(tree->channels[c].from, z);
                assert_true(is_below(tree, z, to) != is_below(tree, to, z));
            }
        bh_zone_tree_destroy(tree);
    }
    bh_catalog_destroy(catalog);
}

BH_TEST(test_other_channels_join_different_guests)
{
    static const char sharing[] =
        "systems:\n"
        "  sharing:\n"
        "    title: guests that map each other's memory\n"
        "    host-kernel: kitten\n"
        "    guest-kernel: linux\n"
        "    zones:\n"
        "      - {name: host, kind: host-kernel, components: [host-kernel]}\n"
        "      - {name: guest, kind: guest-kernel, parent: host, per: guest, components: [guest-kernel]}\n"
        "      - {name: process, kind: guest-user, parent: guest, per: process, components: [application]}\n"
        "    channels:\n"
        "      - {type: shared-memory, from: guest, to: guest}\n"
        "      - {type: shared-memory, from: process, to: process}\n"
        "    guards: {enclave/enclave: [shared-memory]}\n"
        "    costs:\n"
        "      compute-slowdown: {value: 0, status: computed, source: \"for the test\"}\n"
        "      exit-time: {value: 0, unit: s, status: computed, source: \"for the test\"}\n"
        "      latency: {value: 0, unit: s, status: computed, source: \"for the test\"}\n"
        "      bandwidth-loss: {value: 0, status: computed, source: \"for the test\"}\n"
        "      guest-boot: {value: 1, unit: s, status: computed, source: \"for the test\"}\n";
    struct bh_catalog *catalog = bh_test_catalog(NULL, sharing);
    struct bh_zone_tree *tree = unfold(catalog, "sharing");
    size_t kernels = 0, processes = 0;
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_zone *from = &tree->zones[tree->channels[c].from], *to = &tree->zones[tree->channels[c].to];
        assert_int_not_equal(from->guest, to->guest);
        kernels += from->is_kernel;
        processes += from->is_application;
    }
    assert_int_equal(kernels, 3 * 2);
    assert_int_equal(processes, 7 * 7 - (3 * 3 + 3 * 3 + 1)); /* all ordered pairs but those within a guest */
    bh_zone_tree_destroy(tree);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_too_many_zones)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    const struct bh_system *system = bh_test_system(catalog, "kvm");
    struct bh_error err = {0};
    /* host + vmm + guest + n processes */
    struct bh_tenant tenant = {.guests_per_node = 1, .processes_per_guest = 253, .node_share = 1};
    struct bh_zone_tree *tree = bh_zone_tree_create(catalog, system, &tenant, 1, &err);
    assert_non_null(tree);
    assert_int_equal(tree->zones_count, BH_ZONE_SET_SIZE);
    assert_true(bh_zone_set_has(&tree->zones[0].subtree, 255));
    assert_false(bh_zone_set_is_empty(&tree->tenant_zones[0]));
    bh_zone_tree_destroy(tree);

    tenant.processes_per_guest = 254;
    assert_null(bh_zone_tree_create(catalog, system, &tenant, 1, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "more than 256 zones"));
    assert_non_null(strstr(err.text, "kvm"));

    err = (struct bh_error){0};
    tenant = (struct bh_tenant){.guests_per_node = UINT64_MAX, .processes_per_guest = UINT64_MAX, .node_share = 1};
    assert_null(bh_zone_tree_create(catalog, system, &tenant, 1, &err));
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_parents_and_subtrees),
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_names_and_finding),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_shares_by_hand),
        cmocka_unit_test(test_landing_order),
        cmocka_unit_test(test_landing_shares),
        cmocka_unit_test(test_landing_in_kinds),
        cmocka_unit_test(test_extents),
        cmocka_unit_test(test_channels_are_grouped_and_join_a_lineage),
        cmocka_unit_test(test_other_channels_join_different_guests),
        cmocka_unit_test(test_too_many_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
