/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Node slots, spares and repairs: who stands where, what is up when, and the queues of those who wait. */
#include "tests/support/models.h"

#include "models/base/random.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/node/zone_tree.h"
#include "sim/state/machine.h"

#include <stdlib.h>
#include <string.h>

enum { NODES = 10, SPARES = 3, BOOT_S = 20 };

/* Nodes of two tenants with a guest each (native: a set of two processes). */
struct fixture {
    struct bh_catalog *catalog;
    struct bh_zone_tree *tree;
    struct bh_partitions *partitions;
    struct bh_machine *machine;
};

static struct fixture make(const char *system, uint64_t spares)
{
    struct bh_error err = {0};
    struct fixture f = {.catalog = bh_test_catalog(NULL, NULL)};
    struct bh_tenant tenants[] = {{.guests_per_node = 1,
                                   .processes_per_guest = 2,
                                   .node_share = 0.75,
                                   .application = bh_test_application(f.catalog, "mpi-bulk-synchronous")},
                                  {.guests_per_node = 1,
                                   .processes_per_guest = 1,
                                   .node_share = 0.25,
                                   .application = bh_test_application(f.catalog, "loss-tolerant-service")}};
    f.tree = bh_zone_tree_create(f.catalog, bh_test_system(f.catalog, system), tenants, 2, &err);
    if (f.tree == NULL)
        fail_msg("%s", err.text);
    f.partitions = bh_allocate(1, sizeof *f.partitions);
    bh_partitions_add(f.partitions, "all", 1, NODES, (const size_t[]){0, 1}, 2);
    f.machine = bh_machine_create(f.partitions, (const struct bh_zone_tree *const[]){f.tree}, spares);
    return f;
}

static void drop(struct fixture *f)
{
    bh_machine_destroy(f->machine);
    bh_partitions_clear(f->partitions);
    free(f->partitions);
    bh_zone_tree_destroy(f->tree);
    bh_catalog_destroy(f->catalog);
}

static size_t zone_of(const struct fixture *f, enum bh_zone_kind kind, int tenant)
{
    return bh_zone_tree_find(f->tree, kind, tenant);
}

static void expect_post(const struct fixture *f, uint64_t node, enum bh_post post, uint64_t slot)
{
    uint64_t found = UINT64_MAX;
    assert_int_equal(bh_machine_find(f->machine, node, &found), post);
    if (post == BH_POST_IN_SLOT) {
        assert_int_equal(found, slot);
        assert_int_equal(bh_machine_node_in(f->machine, slot), node);
    }
}

/* When tenant 0 and tenant 1 are ready on a slot. */
static void expect_ready(const struct fixture *f, uint64_t slot, double first_s, double second_s)
{
    assert_true(bh_machine_slot_ready_s(f->machine, slot, 0) == first_s);
    assert_true(bh_machine_slot_ready_s(f->machine, slot, 1) == second_s);
}

BH_TEST(test_a_fresh_machine)
{
    struct fixture f = make("kvm", SPARES);
    double ready_s, hardware_s;
    assert_int_equal(bh_machine_nodes(f.machine), NODES + SPARES);
    for (uint64_t n = 0; n < NODES; n++) {
        expect_post(&f, n, BH_POST_IN_SLOT, n);
        expect_ready(&f, n, 0.0, 0.0);
        for (size_t z = 0; z < f.tree->zones_count; z++)
            assert_true(bh_machine_is_up(f.machine, n, z, 0.0));
    }
    for (uint64_t n = NODES; n < NODES + SPARES; n++)
        expect_post(&f, n, BH_POST_SPARE, 0);
    bh_machine_ready_s(f.machine, 0, 0.0, &ready_s, &hardware_s);
    assert_true(ready_s == 0.0 && hardware_s == 0.0);
    drop(&f);
    bh_machine_destroy(NULL);
}

BH_TEST(test_a_guest_fails_alone)
{
    struct fixture f = make("kvm", 0);
    size_t guest = zone_of(&f, BH_GUEST_KERNEL, 0), other = zone_of(&f, BH_GUEST_KERNEL, 1);
    bh_machine_fail(f.machine, 4, &f.tree->zones[guest].subtree, 900.0, 130.0, BOOT_S);
    expect_ready(&f, 4, 130.0, 0.0);
    expect_ready(&f, 5, 0.0, 0.0);
    assert_false(bh_machine_is_up(f.machine, 4, guest, 129.9));
    assert_true(bh_machine_is_up(f.machine, 4, guest, 130.0));
    assert_true(bh_machine_is_up(f.machine, 4, other, 100.0));
    assert_true(bh_machine_is_up(f.machine, 4, 0, 100.0));
    assert_true(bh_machine_is_up(f.machine, 5, guest, 100.0));
    assert_true(bh_machine_slot_hardware_s(f.machine, 4) == 0.0);
    drop(&f);
}

/* A process that fails takes no guest along, and a native set of processes is never booted. */
BH_TEST(test_a_process_fails_alone)
{
    static const char *const systems[] = {"kvm", "native"};
    for (size_t s = 0; s < 2; s++) {
        struct fixture f = make(systems[s], 0);
        size_t process = zone_of(&f, BH_GUEST_USER, 0);
        bh_machine_fail(f.machine, 4, &f.tree->zones[process].subtree, 900.0, 130.0, BOOT_S);
        expect_ready(&f, 4, 0.0, 0.0);
        assert_true(bh_machine_is_up(f.machine, 4, process, 100.0));
        drop(&f);
    }
}

/* Guests boot after their node; an earlier end does not shorten a longer outage. */
BH_TEST(test_a_node_reboots)
{
    struct fixture f = make("kvm", 0);
    size_t guest = zone_of(&f, BH_GUEST_KERNEL, 1);
    bh_machine_fail(f.machine, 2, &f.tree->zones[0].subtree, 300.0, 120.0, BOOT_S);
    expect_ready(&f, 2, 320.0, 320.0);
    assert_false(bh_machine_is_up(f.machine, 2, 0, 299.0));
    assert_true(bh_machine_is_up(f.machine, 2, 0, 300.0));
    assert_false(bh_machine_is_up(f.machine, 2, guest, 310.0));
    bh_machine_fail(f.machine, 2, &f.tree->zones[guest].subtree, 400.0, 310.0, BOOT_S);
    expect_ready(&f, 2, 320.0, 320.0);
    bh_machine_fail(f.machine, 2, &f.tree->zones[guest].subtree, 400.0, 350.0, BOOT_S);
    expect_ready(&f, 2, 320.0, 350.0);
    drop(&f);
}

BH_TEST(test_a_spare_takes_over)
{
    struct fixture f = make("kvm", SPARES);
    double ready_s, hardware_s;
    bh_machine_lose_node(f.machine, 7, 50.0, BOOT_S);
    expect_post(&f, 7, BH_POST_IN_REPAIR, 0);
    expect_post(&f, NODES, BH_POST_IN_SLOT, 7);
    expect_ready(&f, 7, 70.0, 70.0);
    assert_true(bh_machine_slot_hardware_s(f.machine, 7) == 50.0);
    assert_false(bh_machine_is_up(f.machine, 7, 0, 49.0));
    assert_true(bh_machine_is_up(f.machine, 7, 0, 50.0));
    bh_machine_ready_s(f.machine, 1, 0.0, &ready_s, &hardware_s);
    assert_true(ready_s == 70.0 && hardware_s == 50.0);
    /* The spare can fail in its turn; the repaired node joins the spares behind the others. */
    bh_machine_lose_node(f.machine, 7, 150.0, BOOT_S);
    expect_post(&f, NODES, BH_POST_IN_REPAIR, 0);
    expect_post(&f, NODES + 1, BH_POST_IN_SLOT, 7);
    assert_false(bh_machine_returned(f.machine, 7, 160.0, BOOT_S));
    expect_post(&f, 7, BH_POST_SPARE, 0);
    bh_machine_lose_node(f.machine, 0, 200.0, BOOT_S);
    expect_post(&f, NODES + 2, BH_POST_IN_SLOT, 0);
    bh_machine_lose_node(f.machine, 1, 200.0, BOOT_S);
    expect_post(&f, 7, BH_POST_IN_SLOT, 1);
    drop(&f);
}

/* Without spares slots wait for repair, the longest first. */
BH_TEST(test_slots_wait_in_order)
{
    struct fixture f = make("native", 0);
    double ready_s, hardware_s;
    bh_machine_lose_node(f.machine, 3, 50.0, 0.0);
    bh_machine_lose_node(f.machine, 8, 60.0, 0.0);
    expect_ready(&f, 3, INFINITY, INFINITY);
    assert_true(isinf(bh_machine_slot_hardware_s(f.machine, 3)));
    assert_false(bh_machine_is_up(f.machine, 3, 0, 1e9));
    assert_true(bh_machine_returned(f.machine, 8, 100.0, 0.0)); /* node 8 comes first, but slot 3 waits longer */
    expect_post(&f, 8, BH_POST_IN_SLOT, 3);
    expect_ready(&f, 3, 100.0, 100.0);
    bh_machine_ready_s(f.machine, 0, 0.0, &ready_s, &hardware_s);
    assert_true(isinf(ready_s) && isinf(hardware_s));
    assert_true(bh_machine_returned(f.machine, 3, 300.0, 0.0));
    expect_post(&f, 3, BH_POST_IN_SLOT, 8);
    bh_machine_ready_s(f.machine, 0, 0.0, &ready_s, &hardware_s);
    assert_true(ready_s == 300.0 && hardware_s == 300.0);
    /* Once all are ready, outages are forgotten, and new ones are not mixed up with them. */
    bh_machine_ready_s(f.machine, 0, 400.0, &ready_s, &hardware_s);
    bh_machine_ready_s(f.machine, 0, 400.0, &ready_s, &hardware_s);
    assert_true(ready_s == 0.0 && hardware_s == 0.0);
    bh_machine_fail(f.machine, 8, &f.tree->zones[0].subtree, 700.0, 0.0, 0.0);
    bh_machine_ready_s(f.machine, 0, 500.0, &ready_s, &hardware_s);
    assert_true(ready_s == 700.0 && hardware_s == 300.0);
    drop(&f);
}

BH_TEST(test_idle_spares_break)
{
    struct fixture f = make("native", SPARES);
    bh_machine_lose_spare(f.machine, NODES, false);
    expect_post(&f, NODES, BH_POST_IN_REPAIR, 0);
    bh_machine_lose_node(f.machine, 0, 10.0, 0.0);
    expect_post(&f, NODES + 1, BH_POST_IN_SLOT, 0);
    bh_machine_lose_spare(f.machine, NODES + 2, false);
    bh_machine_lose_node(f.machine, 1, 10.0, 0.0);
    expect_ready(&f, 1, INFINITY, INFINITY);
    assert_true(bh_machine_returned(f.machine, NODES, 90.0, 0.0));
    expect_post(&f, NODES, BH_POST_IN_SLOT, 1);
    drop(&f);
}

BH_TEST(test_everywhere)
{
    struct fixture f = make("kvm", 0);
    size_t mine = zone_of(&f, BH_GUEST_KERNEL, 1), other = zone_of(&f, BH_GUEST_KERNEL, 0);
    bh_machine_fail_everywhere(f.machine, 1, 100.0);
    expect_ready(&f, 6, 0.0, 100.0);
    assert_false(bh_machine_is_up(f.machine, 6, mine, 99.0));
    assert_true(bh_machine_is_up(f.machine, 6, other, 50.0));
    assert_true(bh_machine_is_up(f.machine, 6, 0, 50.0));
    bh_machine_fail_everywhere(f.machine, -1, 80.0);
    expect_ready(&f, 6, 80.0, 100.0);
    assert_false(bh_machine_is_up(f.machine, 0, 0, 79.0));
    assert_true(bh_machine_is_up(f.machine, 0, 0, 80.0));
    bh_machine_fail_everywhere(f.machine, -1, 60.0); /* shorter: changes nothing */
    expect_ready(&f, 6, 80.0, 100.0);
    drop(&f);
}

/* A node that crashes goes away with its disks and comes back behind the other spares; without a spare it stays. */
BH_TEST(test_a_spare_stands_in_for_a_crash)
{
    struct fixture f = make("kvm", 1);
    assert_true(bh_machine_replace_crashed(f.machine, 7, 50.0, BOOT_S));
    expect_post(&f, 7, BH_POST_REBOOTING, 0);
    expect_post(&f, NODES, BH_POST_IN_SLOT, 7);
    expect_ready(&f, 7, 70.0, 70.0);
    assert_true(bh_machine_slot_hardware_s(f.machine, 7) == 50.0);
    assert_false(bh_machine_replace_crashed(f.machine, 8, 50.0, BOOT_S));
    expect_post(&f, 8, BH_POST_IN_SLOT, 8);
    expect_ready(&f, 8, 0.0, 0.0);
    assert_false(bh_machine_returned(f.machine, 7, 350.0, BOOT_S));
    expect_post(&f, 7, BH_POST_SPARE, 0);
    /* Who waits for a node takes one that has rebooted as well as one that was repaired. */
    bh_machine_lose_spare(f.machine, 7, true);
    expect_post(&f, 7, BH_POST_REBOOTING, 0);
    bh_machine_lose_node(f.machine, 3, 400.0, BOOT_S);
    assert_true(bh_machine_returned(f.machine, 7, 500.0, BOOT_S));
    expect_post(&f, 7, BH_POST_IN_SLOT, 3);
    expect_ready(&f, 3, 520.0, 520.0);
    drop(&f);
}

/* Every physical node is in one place, which is `away` unless that is a slot or among the spares, and every slot holds at most
 * one; slots wait only while no spare is idle. Sums what a second of that adds. */
static void check_places(const struct fixture *f, const enum bh_post *away, struct bh_machine_use *sum)
{
    size_t spares = 0, waiting = NODES, gone[2] = {0, 0};
    bool taken[NODES] = {false};
    for (uint64_t n = 0; n < NODES + SPARES; n++) {
        uint64_t slot;
        enum bh_post post = bh_machine_find(f->machine, n, &slot);
        bool is_away = post == BH_POST_IN_REPAIR || post == BH_POST_REBOOTING;
        assert_int_equal(is_away ? post : BH_POST_IN_SLOT, away[n]);
        spares += post == BH_POST_SPARE;
        gone[post == BH_POST_REBOOTING] += is_away;
        if (post != BH_POST_IN_SLOT)
            continue;
        assert_true(slot < NODES && !taken[slot]);
        taken[slot] = true;
        waiting--;
        assert_true(isfinite(bh_machine_slot_ready_s(f->machine, slot, 0)));
    }
    for (uint64_t s = 0; s < NODES; s++)
        if (!taken[s])
            assert_true(isinf(bh_machine_slot_ready_s(f->machine, s, 0)));
    assert_true(spares == 0 || waiting == 0);
    assert_int_equal(gone[0] + gone[1], SPARES - spares + waiting);
    sum->in_repair_s += (double)gone[0];
    sum->rebooting_s += (double)gone[1];
    sum->spares_in_use_s += (double)(SPARES - spares);
    sum->waiting_s += (double)waiting;
    sum->exhausted_s += spares == 0;
}

BH_TEST(test_random_losses_and_returns)
{
    const struct bh_random random = {.seed = 11, .replica = 0};
    struct fixture f = make("kvm", SPARES);
    enum bh_post away[NODES + SPARES] = {BH_POST_IN_SLOT};
    struct bh_machine_use sum = {.until_s = 5000};
    size_t crashes = 0, in_place = 0;
    for (uint64_t step = 0; step < 5000; step++) {
        double now_s = (double)step, ready_s, hardware_s;
        bool mostly_losses = (step / 100) % 2 == 0;
        uint64_t slot, node = (uint64_t)(bh_random_uniform(&random, BH_PURPOSE_CARRIER, 1, step, 0) * (NODES + SPARES));
        bool loses = bh_random_uniform(&random, BH_PURPOSE_CARRIER, 2, step, 0) < (mostly_losses ? 0.8 : 0.2);
        bool is_crash = bh_random_uniform(&random, BH_PURPOSE_CARRIER, 3, step, 0) < 0.6;
        enum bh_post post = bh_machine_find(f.machine, node, &slot);
        bh_machine_pass(f.machine, now_s);
        if (loses && post == BH_POST_IN_SLOT && is_crash) {
            bool is_replaced = bh_machine_replace_crashed(f.machine, slot, now_s + 5.0, BOOT_S);
            away[node] = is_replaced ? BH_POST_REBOOTING : BH_POST_IN_SLOT;
            crashes += is_replaced;
            in_place += !is_replaced;
        } else if (loses && post == BH_POST_IN_SLOT) {
            bh_machine_lose_node(f.machine, slot, now_s + 5.0, BOOT_S);
            away[node] = BH_POST_IN_REPAIR;
        } else if (loses && post == BH_POST_SPARE) {
            bh_machine_lose_spare(f.machine, node, is_crash);
            away[node] = is_crash ? BH_POST_REBOOTING : BH_POST_IN_REPAIR;
        } else if (!loses && (post == BH_POST_IN_REPAIR || post == BH_POST_REBOOTING)) {
            bh_machine_returned(f.machine, node, now_s + 5.0, BOOT_S);
            away[node] = BH_POST_IN_SLOT;
        }
        check_places(&f, away, &sum);
        /* The latest over all slots, found the long way round. */
        double latest_s = 0.0;
        for (uint64_t s = 0; s < NODES; s++)
            latest_s = fmax(latest_s, bh_machine_slot_ready_s(f.machine, s, 1));
        bh_machine_ready_s(f.machine, 1, now_s, &ready_s, &hardware_s);
        assert_true(fmax(ready_s, now_s) == fmax(latest_s, now_s));
    }
    bh_machine_pass(f.machine, sum.until_s);
    struct bh_machine_use use = bh_machine_use(f.machine);
    assert_memory_equal(&use, &sum, sizeof use);
    assert_true(sum.waiting_s > 1000 && sum.exhausted_s > sum.waiting_s / NODES && sum.exhausted_s < sum.until_s);
    assert_true(crashes > 100 && in_place > 100 && sum.rebooting_s > 1000);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fresh_machine),
        cmocka_unit_test(test_a_guest_fails_alone),
        cmocka_unit_test(test_a_process_fails_alone),
        cmocka_unit_test(test_a_node_reboots),
        cmocka_unit_test(test_a_spare_takes_over),
        cmocka_unit_test(test_slots_wait_in_order),
        cmocka_unit_test(test_idle_spares_break),
        cmocka_unit_test(test_everywhere),
        cmocka_unit_test(test_a_spare_stands_in_for_a_crash),
        cmocka_unit_test(test_random_losses_and_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
