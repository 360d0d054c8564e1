/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The ledger: booking, what a rollback makes of useful time, and who is charged. */
#include "models/words/scope.h"
#include "models/words/words.h"
#include "tests/support/helper.h"

#include "sim/state/ledger.h"

#include <stdbool.h>

static const struct bh_cause_key crash = {
    .source = 2, .origin = BH_GUEST_KERNEL, .boundary = -1, .guard = -1, .disposition = BH_SCOPE_GUEST};

BH_TEST(test_names)
{
    assert_string_equal(bh_part_names[BH_PART_COMPUTE], "compute");
    assert_string_equal(bh_part_names[BH_PART_LOST_WORK], "lost-work");
    assert_string_equal(bh_part_names[BH_PART_IDLE_SPARES], "idle-spares");
    assert_null(bh_part_names[BH_PARTS]);
}

/* Only the parts that faults bring about are charged to a cause. */
BH_TEST(test_charges)
{
    for (int part = 0; part < BH_PARTS; part++) {
        struct bh_ledger ledger = {0};
        struct bh_cause cause = {.key = crash};
        bh_ledger_book(&ledger, (enum bh_part)part, 12.5, &cause);
        bh_ledger_book(&ledger, (enum bh_part)part, 0.5, NULL);
        assert_true(ledger.part[part] == 13.0);
        assert_true(bh_ledger_sum(&ledger) == 13.0);
        bool is_charged = part >= BH_PART_LOST_WORK && part <= BH_PART_REPAIR_AND_SPARE_WAIT;
        assert_true(cause.lost_node_s == (is_charged ? 12.5 : 0.0));
        bh_ledger_assert_sum(&ledger, 13.0);
    }
}

BH_TEST(test_rollback)
{
    struct bh_ledger ledger = {0};
    struct bh_cause cause = {.key = crash};
    for (int part = 0; part < BH_PARTS; part++)
        ledger.part[part] = 100.0 + part;
    struct bh_ledger saved = ledger;
    bh_ledger_book(&ledger, BH_PART_COMPUTE, 40.0, NULL);
    bh_ledger_book(&ledger, BH_PART_VIRTUALIZATION, -3.0, NULL); /* faster than native */
    bh_ledger_book(&ledger, BH_PART_NOISE, 1.0, NULL);
    bh_ledger_book(&ledger, BH_PART_CHECKPOINT, 2.0, NULL);
    bh_ledger_book(&ledger, BH_PART_DETECTION, 5.0, &cause);
    double sum = bh_ledger_sum(&ledger);
    bh_ledger_roll_back(&ledger, &saved, &cause);
    for (int part = 0; part < BH_PART_LOST_WORK; part++)
        assert_true(ledger.part[part] == saved.part[part]);
    assert_close(ledger.part[BH_PART_LOST_WORK], saved.part[BH_PART_LOST_WORK] + 40.0, 1e-15);
    assert_close(ledger.part[BH_PART_DETECTION], saved.part[BH_PART_DETECTION] + 5.0, 1e-15);
    assert_close(bh_ledger_sum(&ledger), sum, 1e-15);
    assert_close(cause.lost_node_s, 45.0, 1e-15);
    /* A second failure before anything new was done loses nothing more. */
    struct bh_ledger before = ledger;
    bh_ledger_roll_back(&ledger, &saved, &cause);
    assert_memory_equal(&ledger, &before, sizeof ledger);
    assert_close(cause.lost_node_s, 45.0, 1e-15);
}

BH_TEST(test_rollback_without_cause)
{
    struct bh_ledger ledger = {0}, beginning = {0};
    bh_ledger_book(&ledger, BH_PART_COMPUTE, 8.0, NULL);
    bh_ledger_roll_back(&ledger, &beginning, NULL);
    assert_true(ledger.part[BH_PART_COMPUTE] == 0.0);
    assert_true(ledger.part[BH_PART_LOST_WORK] == 8.0);
}

/* Keys that differ in one member are different causes; equal keys are one. */
BH_TEST(test_causes)
{
    struct bh_causes causes = {0};
    struct bh_cause_key keys[6];
    for (size_t i = 0; i < 6; i++)
        keys[i] = crash;
    keys[1].source = -1;
    keys[2].origin = -1;
    keys[3].boundary = BH_GUEST_HOST;
    keys[4].guard = 0;
    keys[5].disposition = BH_SCOPE_NODE;
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < 6; i++) {
            size_t row = bh_causes_find(&causes, keys[i]);
            assert_int_equal(row, i);
            causes.cause[row].failures++;
        }
    assert_int_equal(causes.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_true(causes.cause[i].failures == 3.0);
    free(causes.cause);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),    cmocka_unit_test(test_charges),
        cmocka_unit_test(test_rollback), cmocka_unit_test(test_rollback_without_cause),
        cmocka_unit_test(test_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
