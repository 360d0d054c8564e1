/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Needed zones and storage that are down: until when, and to whom time is booked. Sets of silent errors. */
#include "tests/support/small_replica.h"

BH_TEST(test_book)
{
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    long cause = (long)bh_causes_find(&small.replica.causes, (struct bh_cause_key){.source = 3});
    struct bh_stop_piece pieces[] = {{10.0, 12.0, 20.0, cause}, {30.0, 31.0, 34.0, cause}};
    enclave->stop[BH_NEED_IO] = (struct bh_stop){.count = 2, .piece = pieces};
    bh_stops_book(enclave, enclave, BH_NEED_IO, 5.0, 32.0, 2.0, BH_PART_COMPOSITION, -1);
    assert_close(enclave->ledger.part[BH_PART_COMPOSITION], 2.0 * (5.0 + 10.0), 1e-15);
    assert_close(enclave->ledger.part[BH_PART_DETECTION], 2.0 * (2.0 + 1.0), 1e-15);
    assert_close(enclave->ledger.part[BH_PART_RESTART], 2.0 * (8.0 + 1.0), 1e-15);
    assert_close(enclave->stop[BH_NEED_IO].node_s, 2.0 * 12.0, 1e-15);
    assert_close(small.replica.causes.cause[cause].lost_node_s, 2.0 * 12.0, 1e-15);
    enclave->stop[BH_NEED_IO].piece = NULL;
    small_end(&small);
}

BH_TEST(test_down)
{
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    struct bh_stop_piece piece = {90.0, 91.0, 101.0, 4};
    assert_false(bh_stops_is_down(enclave, BH_NEED_IO));
    assert_int_equal(bh_stops_cause(enclave, BH_NEED_IO), -1);
    enclave->stop[BH_NEED_IO] = (struct bh_stop){.count = 1, .piece = &piece};
    assert_true(bh_stops_is_down(enclave, BH_NEED_IO));
    assert_int_equal(bh_stops_cause(enclave, BH_NEED_IO), 4);
    small.replica.now_s = 101.0;
    assert_false(bh_stops_is_down(enclave, BH_NEED_IO));
    small_end(&small);
}

/* A hang stops for as long as it lasts; its end wakes exchanges. */
BH_TEST(test_hang)
{
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    small.scenario.compositions.count = 1;
    enclave->phase = BH_PHASE_CHECKPOINT;
    enclave->saving = BH_LEVEL_LOCAL;
    bh_stops_hang(enclave, true, 2);
    assert_true(isinf(bh_stops_up_s(enclave, BH_NEED_IO)) && enclave->is_signalled);
    assert_true(enclave->has_lost_need);
    assert_int_equal(enclave->need_cause, 2);
    assert_false(small.composing[0].is_to_look);
    bh_stops_hang(enclave, false, -1);
    assert_true(small.composing[0].is_to_look);
    assert_false(bh_stops_is_down(enclave, BH_NEED_IO));
    small_end(&small);
}

BH_TEST(test_storage)
{
    struct small_replica small;
    small_begin(&small);
    small.replica.storage = bh_storage_state_create(2);
    assert_false(bh_storage_is_down(&small.replica));
    assert_int_equal(bh_storage_cause(&small.replica), -1);
    small.replica.storage.pieces = bh_allocate(1, sizeof *small.replica.storage.pieces);
    small.replica.storage.pieces[small.replica.storage.pieces_count++] = (struct bh_storage_piece){150.0, 6};
    assert_true(bh_storage_is_down(&small.replica));
    assert_int_equal(bh_storage_cause(&small.replica), 6);
    small.replica.now_s = 150.0 - 1e-9; /* a sleep ends this close to its time */
    assert_false(bh_storage_is_down(&small.replica));
    bh_storage_state_clear(&small.replica.storage);
    small_end(&small);
}

BH_TEST(test_silent_set)
{
    struct bh_silent_error errors[3] = {{.is_signalled = false}, {.is_signalled = false}, {.is_signalled = true}};
    struct bh_silent silent = {.count = 3, .list = errors};
    struct bh_silent_set one = {0}, other = {0};
    bh_silent_set_add(&one, 0);
    bh_silent_set_add(&one, 1);
    assert_false(bh_silent_set_is_known_bad(&silent, &one));
    bh_silent_set_copy(&other, &one);
    bh_silent_set_add(&other, 2);
    assert_int_equal(one.count, 2);
    assert_int_equal(other.count, 3);
    assert_true(bh_silent_set_is_known_bad(&silent, &other));
    bh_silent_set_copy(&other, &(struct bh_silent_set){0});
    assert_int_equal(other.count, 0);
    bh_silent_set_clear(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_book),    cmocka_unit_test(test_down),       cmocka_unit_test(test_hang),
        cmocka_unit_test(test_storage), cmocka_unit_test(test_silent_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
