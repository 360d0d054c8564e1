/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Live errors and their copies on a node; and guards that follow errors. */
#include "tests/support/models.h"
#include "tests/support/small_replica.h"

#include "models/catalog/reader/read_catalog.h"
#include "models/node/zone_tree.h"
#include "sim/state/live_copies.h"
#include "sim/state/protecting.h"

enum { NODES = 4, KVM_TENANTS = 2 };

/* Two enclaves on the same nodes, a guest each. */
struct world {
    struct small_replica small;
    struct bh_catalog *catalog;
    struct bh_zone_tree *tree;
    struct bh_node_model model;
    struct bh_node_setup node;
};

static void make(struct world *world)
{
    struct bh_error err = {0};
    small_begin(&world->small);
    world->catalog = bh_test_catalog(NULL, NULL);
    const struct bh_application *application = bh_test_application(world->catalog, "mpi-bulk-synchronous");
    struct bh_tenant tenants[] = {
        {.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.5, .application = application},
        {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.5, .application = application}};
    world->tree =
        bh_zone_tree_create(world->catalog, bh_test_system(world->catalog, "kvm"), tenants, KVM_TENANTS, &err);
    if (world->tree == NULL)
        fail_msg("%s", err.text);
    world->model = (struct bh_node_model){.tree = world->tree};
    world->node = (struct bh_node_setup){.model = &world->model};
    world->small.setup.nodes = &world->node;
    world->small.setup.nodes_count = 1;
    world->small.setup.enclaves_count = KVM_TENANTS;
    bh_partitions_add(&world->small.scenario.partitions, "all", 1, NODES, (const size_t[]){0, 1}, KVM_TENANTS);
    world->small.replica.machine =
        bh_machine_create(&world->small.scenario.partitions, (const struct bh_zone_tree *const[]){world->tree}, 0);
}

static void drop(struct world *world)
{
    bh_machine_destroy(world->small.replica.machine);
    bh_live_errors_clear(&world->small.replica);
    bh_partitions_clear(&world->small.scenario.partitions);
    bh_zone_tree_destroy(world->tree);
    bh_catalog_destroy(world->catalog);
    small_end(&world->small);
}

/* The first process of a tenant. */
static size_t process_of(const struct world *world, int tenant)
{
    size_t zone = 0;
    while (!world->tree->zones[zone].is_application || world->tree->zones[zone].enclave != tenant)
        zone++;
    return zone;
}

/* One with an event on its way, which holds it. */
static struct bh_copy *add(struct world *world, struct bh_live_error *error, size_t zone)
{
    struct bh_copy *copy = bh_copy_add(&world->small.replica, error, zone, BH_DATA);
    copy->pending = 1;
    return copy;
}

BH_TEST(test_life)
{
    struct world world;
    make(&world);
    struct bh_replica *replica = &world.small.replica;
    size_t process = process_of(&world, 1), kernel = bh_zone_tree_find(world.tree, BH_GUEST_KERNEL, 1);
    struct bh_live_error *error = bh_live_error_create(replica, 0, 99, 2, process);
    struct bh_copy *first = add(&world, error, process), *second = add(&world, error, kernel);
    assert_int_equal(bh_copy_owner(first), 1);
    assert_true(bh_copy_zone(first)->is_application && !bh_copy_zone(second)->is_application);
    assert_true(bh_live_error_is_in(replica, error, kernel) && !bh_live_error_is_in(replica, error, 0));
    assert_int_equal(first->generation, 0);
    assert_close(first->born_s, 100.0, 0.0);
    size_t count;
    struct bh_saved_copy *saved = bh_errors_save(replica, 1, &count);
    assert_int_equal(count, 1); /* the application saves its processes alone */
    assert_int_equal(saved[0].zone, process);
    free(saved);
    bh_errors_clear_processes(replica, 1, 3); /* another slot */
    bh_errors_clear_processes(replica, 0, 2); /* another enclave */
    assert_false(first->is_ended);
    bh_errors_clear_processes(replica, 1, 2);
    assert_true(first->is_ended && !second->is_ended);
    assert_close(replica->tallies.system_extent[BH_SCOPE_NONE], 0.0, 0.0); /* the other copy lives */
    struct bh_zone_set zones = {{0}};
    bh_zone_set_add(&zones, kernel);
    bh_errors_clear(replica, 1, &zones); /* another slot */
    assert_false(second->is_ended);
    bh_errors_clear(replica, 2, &zones);
    assert_true(second->is_ended && replica->copies == NULL);
    assert_close(replica->tallies.system_extent[BH_SCOPE_NONE], 1.0, 0.0);
    bh_copy_release(replica, first);
    bh_copy_release(replica, second);
    drop(&world);
}

/* What is over is room for the next, which is as new. */
BH_TEST(test_next)
{
    struct world world;
    make(&world);
    struct bh_replica *replica = &world.small.replica;
    size_t process = process_of(&world, 1);
    struct bh_live_error *error = bh_live_error_create(replica, 0, 99, 2, process);
    struct bh_copy *copy = add(&world, error, process);
    bh_losses_note(replica, &error->lost, 1);
    bh_bits_set(&error->used, 70);
    error->has_crossed = error->is_revived = true;
    copy->depth = 3;
    bh_copy_end(replica, copy);
    bh_copy_release(replica, copy);
    assert_ptr_equal(replica->idle_errors, error);
    assert_ptr_equal(replica->idle_copies, copy);
    struct bh_live_error *next = bh_live_error_create(replica, 1, 100, 3, process);
    struct bh_copy *first = add(&world, next, process);
    assert_ptr_equal(next, error);
    assert_ptr_equal(first, copy);
    assert_true(replica->idle_errors == NULL && replica->idle_copies == NULL);
    assert_int_equal(next->lost.count, 0);
    assert_false(bh_bits_has(&next->used, 70) || next->has_crossed || next->is_revived);
    assert_int_equal(next->copies, 1);
    assert_int_equal(first->generation, 0);
    assert_int_equal(first->depth, 0);
    assert_false(first->is_ended);
    bh_copy_end(replica, first);
    bh_copy_release(replica, first);
    drop(&world);
}

/* An error that reached another slot is one error: its root lives as long as any of its parts. */
BH_TEST(test_parts)
{
    struct world world;
    make(&world);
    struct bh_replica *replica = &world.small.replica;
    size_t process = process_of(&world, 0);
    struct bh_live_error *root = bh_live_error_create(replica, 0, 99, 0, process);
    struct bh_copy *here = add(&world, root, process);
    struct bh_live_error *part = bh_live_error_on_slot(replica, root, 3, process);
    assert_ptr_equal(bh_live_error_on_slot(replica, part, 3, process), part);
    assert_ptr_equal(bh_live_error_on_slot(replica, part, 0, process), root);
    struct bh_copy *there = add(&world, part, process);
    root->has_crossed = true;
    bh_copy_end(replica, here);
    assert_close(replica->tallies.escape_seen[BH_ENCLAVE_ENCLAVE], 0.0, 0.0);
    bh_copy_end(replica, there);
    assert_close(replica->tallies.escape_seen[BH_ENCLAVE_ENCLAVE], 1.0, 0.0);
    bh_copy_release(replica, here);
    bh_copy_release(replica, there);
    drop(&world);
}

BH_TEST(test_where)
{
    struct world world;
    make(&world);
    size_t process = process_of(&world, 0), kernel = bh_zone_tree_find(world.tree, BH_GUEST_KERNEL, 0);
    assert_true(bh_errors_can_live_in(&world.small.replica, 1, process));
    world.small.enclaves[0].has_failed = true; /* no process for it to be in */
    assert_false(bh_errors_can_live_in(&world.small.replica, 1, process));
    assert_true(bh_errors_can_live_in(&world.small.replica, 1, kernel));
    struct bh_zone_set down = world.tree->zones[kernel].subtree;
    bh_machine_fail(world.small.replica.machine, 1, &down, 500.0, 200.0, 20.0);
    assert_false(bh_errors_can_live_in(&world.small.replica, 1, kernel));
    assert_true(bh_errors_can_live_in(&world.small.replica, 2, kernel));
    drop(&world);
}

BH_TEST(test_protecting)
{
    struct world world;
    make(&world);
    struct bh_replica *replica = &world.small.replica;
    const struct bh_partition *partition = &world.small.scenario.partitions.partition[0];
    struct bh_protection_rule rule = {.when = BH_PROTECT_ERRORS, .errors = 1, .within_s = 10.0, .quiet_s = 100.0};
    for (size_t e = 0; e < KVM_TENANTS; e++)
        world.small.enclaves[e].protection = bh_protection_start(&rule, 5.0, 0.0, 0);
    bh_protecting_see(replica, partition, 1); /* in a zone of the second's own */
    assert_false(world.small.enclaves[0].is_signalled);
    assert_true(world.small.enclaves[1].is_signalled);
    assert_int_equal(bh_enclave_held_by(&world.small.enclaves[1]), BH_PART_SWITCHING);
    struct bh_event event = bh_event_queue_pop(&replica->queue);
    assert_int_equal(event.kind, BH_EVENT_PROTECTION);
    assert_close(event.time_s, 105.0, 1e-15);
    assert_int_equal(event.index, 1);
    bh_protecting_advance(replica, 1, 105.0);
    assert_true(bh_protection_is_on(&world.small.enclaves[1].protection));
    assert_close(bh_event_queue_first(&replica->queue)->time_s, 200.0, 1e-15); /* the quiet time */
    bh_protecting_see(replica, partition, -1);                                 /* in what all share */
    assert_true(world.small.enclaves[0].is_signalled);
    drop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),  cmocka_unit_test(test_next),       cmocka_unit_test(test_parts),
        cmocka_unit_test(test_where), cmocka_unit_test(test_protecting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
