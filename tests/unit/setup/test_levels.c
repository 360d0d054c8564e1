/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoint levels: what each survives, what its times and rates of loss are, and that they stand from near to far. */
#include "tests/support/helper.h"

#include "models/catalog/recovery.h"
#include "sim/setup/levels/levels.h"
#include "sim/setup/levels/partner_pairs.h"

#include <math.h>
#include <stddef.h>

static const struct bh_level_loss losses[] = {
    {BH_SCOPE_PROCESS, false}, {BH_SCOPE_GUEST, false}, {BH_SCOPE_NODE, false},
    {BH_SCOPE_SYSTEM, false},  {BH_SCOPE_NODE, true},   {BH_SCOPE_SYSTEM, true},
};

/* By level and loss. */
static const bool survives[][6] = {
    [BH_LEVEL_MEMORY] = {true, false, false, false, false, false},
    [BH_LEVEL_LOCAL] = {true, true, true, true, false, false},
    [BH_LEVEL_PARTNER] = {true, true, true, true, true, true},
    [BH_LEVEL_STORAGE] = {true, true, true, true, true, true},
};
_Static_assert(BH_LEVELS == 4, "every level has its line in the tables here");

BH_TEST(test_survival)
{
    for (enum bh_level level = 0; level < BH_LEVELS; level++)
        for (size_t l = 0; l < sizeof losses / sizeof *losses; l++) {
            assert_int_equal(bh_level_survives(level, losses[l]), survives[level][l]);
            if (level > 0 && bh_level_survives(level - 1, losses[l]))
                assert_true(bh_level_survives(level, losses[l]));
        }
}

BH_TEST(test_ways)
{
    static const bool through[][3] = {
        [BH_LEVEL_MEMORY] = {false, false, false},
        [BH_LEVEL_LOCAL] = {true, false, false},
        [BH_LEVEL_PARTNER] = {true, true, false},
        [BH_LEVEL_STORAGE] = {true, false, true},
    };
    int partners = 0;
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        assert_int_equal(bh_level_goes_through(level, BH_THROUGH_IO), through[level][0]);
        assert_int_equal(bh_level_goes_through(level, BH_THROUGH_PARTNER), through[level][1]);
        assert_int_equal(bh_level_goes_through(level, BH_THROUGH_STORAGE), through[level][2]);
        partners += through[level][1];
    }
    assert_int_equal(partners, 1);
    assert_null(bh_level_names[BH_LEVELS]);
}

BH_TEST(test_times_and_losses)
{
    const struct bh_recovery_numbers recovery = {.memory_bandwidth = {.value = 8.0},
                                                 .local_bandwidth = {.value = 4.0},
                                                 .partner_bandwidth = {.value = 2.0},
                                                 .partner_distance = {.value = 0.5}};
    struct bh_level_setting setting = {.recovery = &recovery,
                                       .nodes = 10,
                                       .bytes = 16.0,
                                       .node_bandwidth = INFINITY,
                                       .storage_bandwidth = {32.0, 80.0},
                                       .memory_loss_rate = 0.25,
                                       .node_loss_rate = 0.001};
    static const double write_s[] = {2.0, 4.0, 8.0, 5.0}, read_s[] = {2.0, 4.0, 8.0, 2.0};
    struct bh_partners partners = bh_partners_of(10, 0.5);
    double loss_rate[] = {0.25, 0.01, bh_partners_loss_rate(&partners, 0.001, 60.0), 0.0};
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        const struct bh_level_rule *rule = bh_level_rule(level);
        assert_close(rule->write_s(&setting), write_s[level], 1e-15);
        assert_close(rule->read_s(&setting), read_s[level], 1e-15);
        assert_close(rule->loss_rate != NULL ? rule->loss_rate(&setting, 60.0) : 0.0, loss_rate[level], 1e-15);
    }
    assert_true(loss_rate[2] > 0.0 && loss_rate[2] < loss_rate[1]);
    setting.node_bandwidth = 1.0; /* links hold partners up, and nobody else */
    assert_close(bh_level_rule(BH_LEVEL_PARTNER)->write_s(&setting), 16.0, 1e-15);
    assert_close(bh_level_rule(BH_LEVEL_LOCAL)->write_s(&setting), 4.0, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survival),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_times_and_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
