/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints that are kept: which is the newest, and what failures, partners and silent errors leave of them. */
#include "sim/state/live_copies.h"
#include "tests/support/small_replica.h"

#include <string.h>

static void keep(struct bh_enclave *enclave, enum bh_level level, double time_s, double work_s)
{
    *bh_kept_states_add(&enclave->kept[level]) = (struct bh_saved_state){.time_s = time_s, .work_s = work_s};
    bh_checkpoint_find_newest(enclave);
}

/* The newest is known without a search; so it has to be what a search finds. */
static void expect_newest(const struct bh_enclave *enclave)
{
    const struct bh_saved_state *newest = NULL;
    for (int level = BH_LEVELS; level-- > 0;) {
        const struct bh_kept_states *kept = &enclave->kept[level];
        for (size_t i = 0; i < kept->count; i++)
            if (newest == NULL || kept->state[i].work_s >= newest->work_s)
                newest = &kept->state[i];
    }
    assert_ptr_equal(bh_checkpoint_newest(enclave, NULL), newest);
}

static void expect_kept(const struct bh_enclave *enclave, size_t memory, size_t local, size_t partner, size_t storage)
{
    assert_int_equal(enclave->kept[BH_LEVEL_MEMORY].count, memory);
    assert_int_equal(enclave->kept[BH_LEVEL_LOCAL].count, local);
    assert_int_equal(enclave->kept[BH_LEVEL_PARTNER].count, partner);
    assert_int_equal(enclave->kept[BH_LEVEL_STORAGE].count, storage);
    expect_newest(enclave);
}

BH_TEST(test_newest)
{
    struct small_replica small;
    enum bh_level level = BH_LEVELS;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    assert_null(bh_checkpoint_newest(enclave, &level));
    keep(enclave, BH_LEVEL_STORAGE, 12.0, 10.0);
    keep(enclave, BH_LEVEL_LOCAL, 11.0, 10.0); /* as new: the nearer one */
    assert_close(bh_checkpoint_newest(enclave, &level)->time_s, 11.0, 0.0);
    assert_int_equal(level, BH_LEVEL_LOCAL);
    keep(enclave, BH_LEVEL_STORAGE, 21.0, 20.0);
    assert_close(bh_checkpoint_newest(enclave, &level)->work_s, 20.0, 0.0);
    assert_int_equal(level, BH_LEVEL_STORAGE);
    bh_checkpoint_drop_newer(enclave, 21.0 - 1e-9); /* the last digits of a clock of months are no difference */
    expect_kept(enclave, 0, 1, 0, 2);
    bh_checkpoint_drop_newer(enclave, 20.0);
    expect_kept(enclave, 0, 1, 0, 1);
    bh_checkpoint_drop_all(enclave);
    expect_kept(enclave, 0, 0, 0, 0);
    small_end(&small);
}

/* A state that holds an error is given up once the error has taken the enclave down again after a return to it; and with it
 * what was written since and holds the error, too. Others stay. */
static void test_falls_again(void **state)
{
    (void)state;
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    for (int i = 0; i < 4; i++) { /* at 10 and 40 clean, at 20 and 30 with the error */
        keep(enclave, BH_LEVEL_LOCAL, 10.0 * (i + 1), 10.0 * (i + 1));
        struct bh_saved_state *saved = &enclave->kept[BH_LEVEL_LOCAL].state[i];
        saved->copies = bh_allocate(1, sizeof *saved->copies);
        saved->copies[0].lineage = i == 1 || i == 2 ? 7 : 8;
        saved->copies_count = 1;
    }
    bh_checkpoint_fall_again(enclave, 7); /* not tried yet */
    expect_kept(enclave, 0, 4, 0, 0);
    bh_checkpoint_try(enclave, &enclave->kept[BH_LEVEL_LOCAL].state[1]);
    bh_checkpoint_fall_again(enclave, 9); /* an error that it does not hold */
    expect_kept(enclave, 0, 4, 0, 0);
    bh_checkpoint_fall_again(enclave, 7);
    expect_kept(enclave, 0, 2, 0, 0);
    assert_close(enclave->kept[BH_LEVEL_LOCAL].state[0].time_s, 10.0, 0.0);
    assert_close(enclave->kept[BH_LEVEL_LOCAL].state[1].time_s, 40.0, 0.0);
    bh_checkpoint_drop_all(enclave);
    small_end(&small);
}

/* At `time_s`, with one error in it. */
static void keep_with(struct bh_enclave *enclave, double time_s, uint64_t lineage)
{
    keep(enclave, BH_LEVEL_LOCAL, time_s, time_s);
    struct bh_kept_states *kept = &enclave->kept[BH_LEVEL_LOCAL];
    struct bh_saved_state *saved = &kept->state[kept->count - 1];
    saved->copies = bh_allocate(1, sizeof *saved->copies);
    saved->copies[0].lineage = lineage;
    saved->copies_count = 1;
}

/* What made room for later states has been tried all the same, until a state without the error has been gone back to. */
BH_TEST(test_falls_again_later)
{
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    struct bh_kept_states *kept = &enclave->kept[BH_LEVEL_LOCAL];
    keep_with(enclave, 10.0, 7);
    bh_checkpoint_try(enclave, &kept->state[0]);
    keep_with(enclave, 20.0, 7);
    bh_kept_states_remove(kept, 0); /* as where one is kept */
    bh_checkpoint_find_newest(enclave);
    bh_checkpoint_try(enclave, &kept->state[0]); /* for another failure: the first state counts */
    assert_close(enclave->tried.error[0].since_s, 10.0, 0.0);
    bh_checkpoint_fall_again(enclave, 7);
    expect_kept(enclave, 0, 0, 0, 0);
    keep_with(enclave, 30.0, 8);
    bh_checkpoint_try(enclave, &kept->state[0]); /* without it: whatever brings it in again is another matter */
    keep_with(enclave, 40.0, 7);
    bh_checkpoint_fall_again(enclave, 7);
    expect_kept(enclave, 0, 2, 0, 0);
    bh_checkpoint_try(enclave, &kept->state[1]);
    bh_checkpoint_try(enclave, NULL); /* to the beginning */
    assert_int_equal(enclave->tried.count, 0);
    bh_checkpoint_drop_all(enclave);
    small_end(&small);
}

static void test_lose(void **state)
{
    (void)state;
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    struct bh_partition partition = {.first_slot = 8, .nodes = 4};
    enclave->partition = &partition;
    enclave->partners = bh_partners_of(4, 0.5);
    small.setups[0].has_level[BH_LEVEL_PARTNER] = true;
    for (int level = 0; level < BH_LEVELS; level++)
        keep(enclave, (enum bh_level)level, 10.0, 10.0);
    bh_checkpoint_lose(enclave, 8, (struct bh_level_loss){BH_SCOPE_PROCESS, false}); /* processes: nothing is gone */
    expect_kept(enclave, 1, 1, 1, 1);
    bh_checkpoint_lose(enclave, 8, (struct bh_level_loss){BH_SCOPE_NODE, false}); /* a reboot */
    expect_kept(enclave, 0, 1, 1, 1);
    bh_checkpoint_lose(enclave, 8,
                       (struct bh_level_loss){BH_SCOPE_NODE, true}); /* the node is gone; its partner holds its state */
    expect_kept(enclave, 0, 0, 1, 1);
    bh_checkpoint_lose(enclave, 10, (struct bh_level_loss){BH_SCOPE_NODE, true}); /* that partner too */
    expect_kept(enclave, 0, 0, 0, 1);
    bh_checkpoint_drop_all(enclave);
    bh_partners_clear(&enclave->partners);
    small_end(&small);
}

static void test_known_bad(void **state)
{
    (void)state;
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    struct bh_silent_error errors[2] = {{.is_signalled = false}, {.is_signalled = true}};
    enclave->silent = (struct bh_silent){.count = 2, .list = errors};
    for (size_t i = 0; i < 2; i++) {
        keep(enclave, BH_LEVEL_LOCAL, 10.0 + (double)i, 10.0 + (double)i);
        bh_silent_set_add(&enclave->kept[BH_LEVEL_LOCAL].state[i].silent, i);
    }
    bh_checkpoint_drop_known_bad(enclave);
    expect_kept(enclave, 0, 1, 0, 0);
    assert_close(bh_checkpoint_newest(enclave, NULL)->work_s, 10.0, 0.0);
    bh_checkpoint_drop_all(enclave);
    small_end(&small);
}

BH_TEST(test_moves)
{
    struct small_replica small;
    small_begin(&small);
    struct bh_enclave *enclave = &small.enclaves[0];
    enclave->phase = BH_PHASE_CHECKPOINT;
    enclave->saving = BH_LEVEL_LOCAL;
    assert_true(bh_checkpoint_moves(enclave, BH_THROUGH_IO));
    assert_false(bh_checkpoint_moves(enclave, BH_THROUGH_STORAGE));
    enclave->phase = BH_PHASE_RESTORE;
    assert_false(bh_checkpoint_moves(enclave, BH_THROUGH_IO)); /* from the beginning */
    keep(enclave, BH_LEVEL_STORAGE, 10.0, 10.0);
    assert_true(bh_checkpoint_moves(enclave, BH_THROUGH_STORAGE));
    enclave->phase = BH_PHASE_COMPUTE;
    assert_false(bh_checkpoint_moves(enclave, BH_THROUGH_IO));
    bh_checkpoint_drop_all(enclave);
    small_end(&small);
}

/* Against a list from which each is removed by moving all later ones: mostly the oldest goes, as in a run. */
BH_TEST(test_keep_and_remove)
{
    enum { STEPS = 5000, MOST = 9 };
    const struct bh_random random = {.seed = 7};
    struct bh_kept_states kept = {0};
    double list[MOST];
    size_t count = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        double u = bh_random_uniform(&random, BH_PURPOSE_DESIGN, 1, step, 0);
        size_t most = step / 500 % 2 == 0 ? 3 : MOST;
        while (count >= most || (count > 0 && u < 0.1)) {
            size_t gone = u < 0.2 ? (size_t)(u * 5.0 * (double)count) : 0;
            bh_kept_states_remove(&kept, gone);
            memmove(&list[gone], &list[gone + 1], (--count - gone) * sizeof list[0]);
            u += 0.05;
        }
        *bh_kept_states_add(&kept) = (struct bh_saved_state){.work_s = (double)step};
        list[count++] = (double)step;
        assert_int_equal(kept.count, count);
        for (size_t i = 0; i < count; i++)
            assert_close(kept.state[i].work_s, list[i], 0.0);
    }
    assert_true(kept.room < 64); /* no more than a few times what was kept at once */
    free(kept.all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newest),
        cmocka_unit_test(test_falls_again),
        cmocka_unit_test(test_falls_again_later),
        cmocka_unit_test(test_lose),
        cmocka_unit_test(test_known_bad),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_keep_and_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
