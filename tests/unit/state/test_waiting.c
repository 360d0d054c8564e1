/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Who waits for a partner, and what enclaves are told and say of themselves. */
#include "tests/support/small_replica.h"

#include "sim/state/enclave_told.h"
#include "sim/state/waiting.h"

/* Enclaves 0 and 1 are composed by one entry, 1 and 2 by another. */
struct pairs {
    struct bh_composition_spec specs[2];
    struct bh_composed composed[2];
    size_t members[2][2], first_of[SMALL_ENCLAVES + 1], of[4];
};

static void compose(struct small_replica *small, struct pairs *pairs, enum bh_restart_rule restart)
{
    *pairs = (struct pairs){.members = {{0, 1}, {1, 2}}, .first_of = {0, 1, 3, 4}, .of = {0, 0, 1, 1}};
    for (size_t c = 0; c < 2; c++) {
        pairs->specs[c] = (struct bh_composition_spec){.is_tight = true, .restart = restart};
        pairs->composed[c] = (struct bh_composed){.spec = c, .members_count = 2, .member = pairs->members[c]};
        small->composing[c].clock.is_on = true;
    }
    small->scenario.compositions = (struct bh_compositions){.specs_count = 2,
                                                            .specs = pairs->specs,
                                                            .count = 2,
                                                            .composed = pairs->composed,
                                                            .first_of = pairs->first_of,
                                                            .of = pairs->of};
    small->replica.has_tight = true;
    small->replica.has_alone = restart == BH_RESTART_ALONE;
}

static void expect_waits(const struct small_replica *small, bool first, bool second, bool third)
{
    assert_int_equal(small->enclaves[0].awaits_partner, first);
    assert_int_equal(small->enclaves[1].awaits_partner, second);
    assert_int_equal(small->enclaves[2].awaits_partner, third);
}

/* Ties reach over others; a loose one, and one that is off, tie nobody. */
BH_TEST(test_gather)
{
    struct small_replica small;
    struct pairs pairs;
    small_begin(&small);
    compose(&small, &pairs, BH_RESTART_BESIDE);
    bool in[SMALL_ENCLAVES] = {true, false, false};
    bh_composing_gather(&small.replica, BH_TIES_TIGHT, in);
    assert_true(in[1] && in[2]);
    pairs.specs[1].is_tight = false;
    bool near[SMALL_ENCLAVES] = {true, false, false}, all[SMALL_ENCLAVES] = {true, false, false};
    bh_composing_gather(&small.replica, BH_TIES_TIGHT, near);
    assert_true(near[1] && !near[2]);
    bh_composing_gather(&small.replica, BH_TIES, all);
    assert_true(all[2]);
    small.composing[0].clock.is_on = false;
    bool none[SMALL_ENCLAVES] = {true, false, false};
    bh_composing_gather(&small.replica, BH_TIES, none);
    assert_false(none[1]);
    small_end(&small);
}

BH_TEST(test_review)
{
    struct small_replica small;
    struct pairs pairs;
    small_begin(&small);
    compose(&small, &pairs, BH_RESTART_BESIDE);
    bh_enclave_stall(&small.enclaves[0], 0, true, -1); /* which looks again who waits */
    expect_waits(&small, false, true, true);
    assert_true(small.replica.signalled.first < small.replica.signalled.end);
    assert_true(small.enclaves[1].is_signalled);
    assert_int_equal(bh_enclave_held_by(&small.enclaves[1]), BH_PART_COMPOSITION_WAIT);
    assert_int_equal(bh_composing_review(&small.replica, 0), 0); /* they wait already */
    bh_enclave_stall(&small.enclaves[0], 0, false, -1);
    expect_waits(&small, false, false, false);
    small_end(&small);
}

/* An enclave that does lost work again needs nobody; the others wait for it. */
BH_TEST(test_alone)
{
    struct small_replica small;
    struct pairs pairs;
    small_begin(&small);
    compose(&small, &pairs, BH_RESTART_ALONE);
    small.enclaves[1].work_s = 5.0;
    small.enclaves[1].lost_until_s = 8.0;
    bh_composing_review(&small.replica, 1);
    expect_waits(&small, true, false, true);
    small.enclaves[0].stalls = 1;
    bh_composing_review(&small.replica, 0);
    assert_false(small.enclaves[1].awaits_partner);
    small.enclaves[0].stalls = 0;
    small.enclaves[1].work_s = 8.0;
    bh_composing_review(&small.replica, 1);
    expect_waits(&small, false, false, false);
    small_end(&small);
}

BH_TEST(test_told)
{
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    assert_true(bh_enclave_computes(enclave, 0));
    assert_true(bh_enclave_fail(enclave, 0, BH_SCOPE_ENCLAVE, (struct bh_level_loss){.scope = BH_SCOPE_NODE}, 0.0, 7));
    assert_true(enclave->is_signalled && bh_enclave_is_out(enclave) && !bh_enclave_computes(enclave, 0));
    assert_int_equal(enclave->failure_cause, 7);
    small.enclaves[1].phase = BH_PHASE_DONE; /* others lose nothing */
    assert_false(bh_enclave_fail(&small.enclaves[1], 0, BH_SCOPE_ENCLAVE,
                                 (struct bh_level_loss){.scope = BH_SCOPE_NODE}, 0.0, 7));
    assert_false(small.enclaves[1].has_failed || bh_enclave_is_out(&small.enclaves[1]));
    assert_false(bh_enclave_fail(&small.enclaves[2], 0, BH_SCOPE_PROCESS,
                                 (struct bh_level_loss){.scope = BH_SCOPE_NODE}, 0.0, 7)); /* as its kind says */
    small.enclaves[2].is_signalled = false;
    small.enclaves[2].phase = BH_PHASE_AWAIT_NODES;
    bh_enclave_retime(&small.enclaves[2]);
    assert_false(small.enclaves[2].is_signalled);
    bh_enclave_nodes_came(&small.enclaves[2]);
    assert_true(small.enclaves[2].is_signalled);
    small_end(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gather),
        cmocka_unit_test(test_review),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
