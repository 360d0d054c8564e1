/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Slots cut into partitions, and partitions placed on hosts, against dealing nodes out one by one. */
#include "tests/support/helper.h"

#include "models/base/random.h"
#include "sim/platform/partition.h"
#include "sim/platform/parts.h"
#include "sim/platform/placement.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 300, HOSTS_MOST = 12, CLASSES_MOST = 4 };
static const uint64_t seed = 20260704;

static uint64_t draw(uint64_t round, uint64_t what, uint64_t below)
{
    struct bh_random random = {.seed = seed, .replica = round};
    return (uint64_t)(bh_random_uniform(&random, BH_PURPOSE_CARRIER, what, 0, 0) * (double)below);
}

struct fixture {
    struct bh_platform platform;
    struct bh_compute_host hosts[HOSTS_MOST];
    struct bh_partitions partitions;
    uint64_t used;
};

/* Hosts of one to nine nodes (in every other round all alike), and partitions on most of them. */
static void make(struct fixture *f, uint64_t round)
{
    *f = (struct fixture){.platform = {.hosts_count = 1 + draw(round, 1, HOSTS_MOST), .hosts = f->hosts}};
    for (size_t h = 0; h < f->platform.hosts_count; h++) {
        uint64_t nodes = 1 + draw(round, round % 2 ? 100 : 100 + h, 9);
        f->hosts[h] = (struct bh_compute_host){.first = f->platform.nodes, .nodes = nodes};
        f->platform.nodes += nodes;
    }
    for (size_t c = 0; c < 1 + draw(round, 2, CLASSES_MOST) && f->used < f->platform.nodes; c++) {
        uint64_t nodes = 1 + draw(round, 200 + c, f->platform.nodes - f->used);
        size_t count = 1 + draw(round, 300 + c, nodes), *enclaves = bh_allocate(count, sizeof *enclaves);
        for (size_t n = 0; n < count; n++)
            enclaves[n] = f->partitions.count + n;
        bh_partitions_add(&f->partitions, "class", count, nodes, enclaves, 1);
        free(enclaves);
        f->used += nodes;
    }
}

BH_TEST(test_partitions_cover_the_slots_in_order)
{
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct fixture f;
        make(&f, round);
        uint64_t slot = 0;
        for (size_t p = 0; p < f.partitions.count; p++) {
            const struct bh_partition *partition = &f.partitions.partition[p];
            const struct bh_partition_class *class = &f.partitions.class[partition->class];
            assert_int_equal(partition->first_slot, slot);
            assert_true(partition->nodes == class->nodes / class->count ||
                        partition->nodes == class->nodes / class->count + 1);
            assert_int_equal(partition->enclave[0], p);
            for (uint64_t n = 0; n < partition->nodes; n++)
                assert_int_equal(bh_partitions_find(&f.partitions, slot++), p);
        }
        assert_int_equal(slot, f.used);
        bh_partitions_clear(&f.partitions);
    }
}

/* Nodes of partition p on host h by dealing slot after slot; packed and scattered. */
static void deal(const struct fixture *f, bool scattered, uint64_t *count)
{
    uint64_t taken[HOSTS_MOST] = {0};
    size_t host = 0;
    for (uint64_t slot = 0; slot < f->used; slot++) {
        while (taken[host] == f->hosts[host].nodes)
            host = (host + 1) % f->platform.hosts_count;
        taken[host]++;
        count[bh_partitions_find(&f->partitions, slot) * HOSTS_MOST + host]++;
        if (scattered)
            host = (host + 1) % f->platform.hosts_count;
    }
}

static void check_stands(const struct fixture *f, const struct bh_stands *stands, const uint64_t *expected)
{
    uint64_t on_host[HOSTS_MOST] = {0};
    for (size_t p = 0; p < f->partitions.count; p++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < stands[p].count; i++) {
            const struct bh_stand *stand = &stands[p].stand[i];
            assert_true(stand->nodes > 0 && (i == 0 || stand->host > stands[p].stand[i - 1].host));
            if (expected != NULL)
                assert_int_equal(stand->nodes, expected[p * HOSTS_MOST + stand->host]);
            on_host[stand->host] += stand->nodes;
            sum += stand->nodes;
        }
        assert_int_equal(sum, f->partitions.partition[p].nodes);
        assert_int_equal(sum, stands[p].nodes);
    }
    for (size_t h = 0; h < f->platform.hosts_count; h++)
        assert_true(on_host[h] <= f->hosts[h].nodes);
}

BH_TEST(test_packed_and_scattered_are_as_dealt)
{
    for (uint64_t round = 0; round < ROUNDS; round++)
        for (int scattered = 0; scattered < 2; scattered++) {
            struct fixture f;
            make(&f, round);
            uint64_t *expected = bh_allocate(f.partitions.count * HOSTS_MOST, sizeof *expected);
            deal(&f, scattered, expected);
            struct bh_stands *stands =
                bh_place(&f.platform, &f.partitions, scattered ? BH_PLACEMENT_SCATTERED : BH_PLACEMENT_PACKED);
            check_stands(&f, stands, expected);
            bh_stands_free(stands, f.partitions.count);
            free(expected);
            bh_partitions_clear(&f.partitions);
        }
}

/* With cabinets alike, a partition has as many to itself as it fills. */
BH_TEST(test_by_cabinet_takes_whole_cabinets)
{
    size_t whole = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct fixture f;
        make(&f, round);
        struct bh_stands *stands = bh_place(&f.platform, &f.partitions, BH_PLACEMENT_BY_CABINET);
        check_stands(&f, stands, NULL);
        for (size_t p = 0; p < f.partitions.count && round % 2; p++) {
            uint64_t size = f.hosts[0].nodes, alone = 0;
            for (size_t i = 0; i < stands[p].count; i++)
                alone += stands[p].stand[i].nodes == size;
            assert_true(alone >= f.partitions.partition[p].nodes / size);
            whole += alone;
        }
        bh_stands_free(stands, f.partitions.count);
        bh_partitions_clear(&f.partitions);
    }
    assert_true(whole > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partitions_cover_the_slots_in_order),
        cmocka_unit_test(test_packed_and_scattered_are_as_dealt),
        cmocka_unit_test(test_by_cabinet_takes_whole_cabinets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
