/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The facts of a parametric machine follow from its numbers: bit by bit those that a probe finds in its XML. */
#include "sim/platform/parametric.h"
#include "sim/platform/platform.h"
#include "sim/platform/probe.h"

#include "models/catalog/machine.h"
#include "tests/support/helper.h"
#include "tests/support/machine.h"

#include <math.h>

static const struct bh_place place = {.file = "scenario.yaml", .line = 4, .column = 11};

static struct bh_catalog *read_shipped(void)
{
    struct bh_error err = {0};
    char *directory = bh_print_text("%s/models/data", bh_test_data());
    char *path = bh_print_text("%s/platforms/parametric.yaml", bh_test_data());
    struct bh_catalog *catalog = bh_catalog_read(directory, NULL, NULL, path, &err);
    assert_string_equal(err.text, "");
    free(directory);
    free(path);
    return catalog;
}

static int probe(const struct bh_machine *machine, uint64_t nodes, struct bh_platform_facts *facts,
                 struct bh_error *err)
{
    char *file = bh_print_text("%s/platforms/parametric.yaml", bh_test_data());
    int is_temporary;
    char *xml = bh_platform_prepare(file, machine, nodes, place, &is_temporary, err);
    free(file);
    if (xml == NULL)
        return -1;
    int status = bh_platform_probe(xml, nodes, place, facts, err);
    unlink(xml);
    free(xml);
    return status;
}

static void compare(const struct bh_machine *machine, uint64_t nodes)
{
    struct bh_platform_facts computed, probed;
    struct bh_error err = {0};
    assert_true(bh_platform_parametric_facts(machine, nodes, &computed));
    assert_int_equal(probe(machine, nodes, &probed, &err), 0);
    assert_int_equal(computed.nodes, probed.nodes);
    assert_int_equal(computed.hosts, probed.hosts);
    assert_int_equal(computed.storage_hosts, probed.storage_hosts);
    const double ours[] = {computed.latency_s, computed.node_bandwidth, computed.host_bandwidth,
                           computed.storage_write_bandwidth, computed.storage_read_bandwidth};
    const double theirs[] = {probed.latency_s, probed.node_bandwidth, probed.host_bandwidth,
                             probed.storage_write_bandwidth, probed.storage_read_bandwidth};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (ours[i] != theirs[i])
            fail_msg("%llu nodes, number %zu: %.17g, probed %.17g", (unsigned long long)nodes, i, ours[i], theirs[i]);
    assert_string_equal(computed.set_aside, probed.set_aside);
}

BH_TEST(test_sizes)
{
    static const uint64_t sizes[] = {1,      2,       3,       4,       5,       100,     511,
                                     512,    513,     1000,    1024,    8192,    16384,   16385,
                                     131072, 1000000, 1048575, 1048576, 1049625, 3000001, 16777216};
    struct bh_catalog *catalog = read_shipped();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        compare(catalog->machine, sizes[i]);
    bh_catalog_destroy(catalog);
}

/* Narrow links, narrow groups, many storage hosts and disks, slow reads; numbers that are no sums of powers of two. */
BH_TEST(test_shapes)
{
    static const struct {
        double cabinet, group, link, latency_s, global, hosts, disks, bandwidth, reads;
    } shapes[] = {
        {512, 32, 100e9, 2e-6, 8e14, 1, 1, 4.6e12, 1.2},
        {64, 1, 1e9, 3.3e-6, 7e9, 3, 5, 1e12, 0.7},
        {100, 7, 25e9, 0, 2e14, 16, 3, 1e15, 1.1},
        {1024, 64, 400e9, 1.7e-6, 1e10, 2, 1, 3e9, 1},
    };
    static const uint64_t sizes[] = {1, 65, 700, 5000, 70001, 1048576};
    struct bh_catalog *catalog = read_shipped();
    struct bh_machine machine = *catalog->machine;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            machine.nodes_per_cabinet.value = shapes[s].cabinet;
            machine.cabinets_per_group.value = shapes[s].group;
            machine.node_bandwidth.value = shapes[s].link;
            machine.latency_s.value = shapes[s].latency_s;
            machine.global_bandwidth.value = shapes[s].global;
            machine.storage_hosts.value = shapes[s].hosts;
            machine.disks_per_host.value = shapes[s].disks;
            machine.bandwidth.value = shapes[s].bandwidth;
            machine.read_per_write.value = shapes[s].reads;
            compare(&machine, sizes[i]);
        }
    bh_catalog_destroy(catalog);
}

/* What a probe refuses is left to the probe, which says why. */
BH_TEST(test_unsound)
{
    struct bh_catalog *catalog = read_shipped();
    struct bh_machine machine = *catalog->machine;
    struct bh_platform_facts facts;
    struct bh_error err = {0};
    assert_false(bh_platform_parametric_facts(&machine, UINT64_C(1) << 40, &facts));
    machine.global_bandwidth.value = 0;
    assert_false(bh_platform_parametric_facts(&machine, 1024, &facts));
    assert_int_equal(probe(&machine, 1024, &facts, &err), -1);
    machine = *catalog->machine;
    machine.bandwidth.value = 0;
    assert_false(bh_platform_parametric_facts(&machine, 1024, &facts));
    machine = *catalog->machine;
    machine.node_speed.value = INFINITY;
    assert_false(bh_platform_parametric_facts(&machine, 1024, &facts));
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_unsound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
