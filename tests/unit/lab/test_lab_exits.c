/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What guests hand over at their exits: how it is compared, where faults strike it, what is kept and added up. */
#include "lab/plugin/marks.h"
#include "lab/study/counts.h"
#include "lab/study/handed_over.h"
#include "lab/study/record.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <string.h>

static const char golden_said[] =
    "checked\nexit 8 7b a1\nexit 9 7b ff\nexit 8 7c b2\nexit 9 78 ee\nexit 8 78 c3\ndone 5\n";

/* Runs of guest 8 (the first) beside the one above. */
static const struct {
    const char *said;
    struct bh_lab_handed right;
} runs[] = {
    {golden_said, {.same = 3}},
    /* The other guest's are nobody's business. */
    {"exit 9 7b 00\nexit 8 7b a1\nexit 8 7c b2\nexit 8 78 c3\n", {.same = 3}},
    {"exit 8 7b a1\nexit 8 7c b3\nexit 8 78 c3\n", {.differs = true, .same = 1, .code = 0x7c}},
    {"exit 8 400 a1\n", {.differs = true, .code = 0x400}},
    /* One more, one less, none at all; and the last line cut short. */
    {"exit 8 7b a1\nexit 8 7c b2\nexit 8 78 c3\nexit 8 72 d4\n", {.differs = true, .same = 3, .code = 0x72}},
    {"exit 8 7b a1\nexit 8 7c b2\nlimit 7\n", {.differs = true, .same = 2}},
    {"", {.differs = true}},
    {"exit 8 7b a1\nexit 8 7c b2\nexit 8 78 c3", {.differs = true, .same = 2}},
    /* A value that begins as the right one does. */
    {"exit 8 7b a\n", {.differs = true, .code = 0x7b}},
    {"exit 8 7b a11\n", {.differs = true, .code = 0x7b}},
};

BH_TEST(the_first_difference_is_found)
{
    for (size_t i = 0; i < BH_COUNT(runs); i++) {
        struct bh_lab_handed found = bh_lab_compare_exits(runs[i].said, golden_said, BH_LAB_GUEST_KERNEL_0);
        if (found.differs != runs[i].right.differs || found.same != runs[i].right.same ||
            found.code != runs[i].right.code)
            fail_msg("run %zu: found %d %zu %x", i, found.differs, (size_t)found.same, found.code);
    }
    assert_int_equal(bh_lab_compare_exits("", golden_said, BH_LAB_GUEST_KERNEL_0 + 5).differs, false);
}

/* Exits, registers that are not in the control block, and fields are each as likely: chi-squared by their upper 10^-6 quantiles. */
BH_TEST(what_is_struck_is_drawn_evenly)
{
    enum { TRIALS = 15 * 14 * 40, EXITS = 10 };
    static const struct {
        enum bh_lab_fault fault;
        size_t kinds;
        double most; /* of kinds - 1 degrees */
    } cases[] = {{BH_LAB_EXIT_REGISTER, 14, 52.7}, {BH_LAB_EXIT_BLOCK, BH_LAB_EXIT_FIELDS, 54.6}};
    struct bh_lab_place *places = bh_allocate(TRIALS, sizeof *places);
    for (size_t i = 0; i < BH_COUNT(cases); i++) {
        struct bh_lab_cell cell = {.zone = BH_LAB_GUEST_KERNEL_1, .fault = cases[i].fault, .index = -1, .bit = -1};
        struct bh_lab_node node = {.stack = BH_LAB_KVM};
        struct bh_lab_study study = {.node = &node, .seed = 7, .cells = &cell, .places = places};
        struct bh_golden golden = {.exits = {0, EXITS}};
        double at[EXITS] = {0}, index[BH_LAB_RIP + 1] = {0}, chi_at = 0.0, chi_index = 0.0;
        size_t kinds = 0;
        struct bh_lab_trial trial;
        for (uint64_t number = 0; number < TRIALS; number++) {
            assert_int_equal(bh_lab_trial_draw(&study, &golden, number, &trial, NULL), 0);
            assert_true(trial.at < EXITS && trial.index <= BH_LAB_RIP && trial.bit < 64);
            assert_false(cases[i].fault == BH_LAB_EXIT_REGISTER && bh_lab_is_in_control_block(trial.index));
            at[trial.at]++;
            index[trial.index]++;
        }
        for (size_t k = 0; k < EXITS; k++)
            chi_at += (at[k] - TRIALS / 10.0) * (at[k] - TRIALS / 10.0) / (TRIALS / 10.0);
        double mean = (double)TRIALS / (double)cases[i].kinds;
        for (size_t k = 0; k <= BH_LAB_RIP; k++) {
            kinds += index[k] > 0.0;
            chi_index += index[k] > 0.0 ? (index[k] - mean) * (index[k] - mean) / mean : 0.0;
        }
        assert_int_equal(kinds, cases[i].kinds);
        assert_true(chi_at < 44.8 && chi_index < cases[i].most);
        struct bh_error err = {0};
        golden.exits[1] = 0;
        char name[] = "two.yaml";
        study.file = node.name = name;
        assert_int_equal(bh_lab_trial_draw(&study, &golden, 0, &trial, &err), -1);
        assert_non_null(strstr(err.text, "guest-kernel-1 of node two.yaml is never left"));
    }
    free(places);
}

BH_TEST(records_and_counts_have_it)
{
    static char version[] = "7.2", console[] = "", report[] = "",
                said[] = "checked\ninjected 5\nstruck exit 7b\ndone 9\n";
    const struct bh_laboratory laboratory = {.qemu_version = version, .release = version, .build = version};
    const struct bh_snapshot snapshot = {.lab = &laboratory};
    struct bh_lab_trial trial = {
        .cell = {.zone = BH_LAB_GUEST_KERNEL_0, .fault = BH_LAB_EXIT_BLOCK}, .hit = BH_LAB_GUEST_KERNEL_0, .index = 2};
    struct bh_run run = {.console = console, .report = report, .said = said};
    struct bh_lab_outcome outcome = {.is_compared = true, .handed = {.differs = true, .same = 17, .code = 0x7c}};
    struct bh_lab_record records[3];
    char *line = bh_lab_record_print(&trial, &snapshot, &run, &outcome, 0.5);
    assert_true(bh_lab_record_parse(line, &records[0]));
    char *again = bh_lab_record_print(&trial, &snapshot, &run, &records[0].outcome, 0.5);
    assert_string_equal(again, line);
    free(again);
    assert_non_null(strstr(line, "\"handed-over\":{\"differs\":true,\"same\":17,\"code\":124}"));
    assert_non_null(strstr(line, "\"field\":\"exit-code\",\"exit\":\"7b\""));
    free(line);
    records[1] = records[2] = records[0];
    records[1].outcome.handed.differs = false;
    records[2].outcome.is_compared = false;
    size_t count, length;
    char *text;
    struct bh_lab_count *counts = bh_lab_count_records(records, BH_COUNT(records), &count);
    assert_true(count == 1 && counts->compared == 2 && counts->handed_over == 1);
    FILE *out = open_memstream(&text, &length);
    bh_lab_counts_csv(counts, count, BH_LAB_KVM, out);
    fclose(out);
    /* They are no errors of a zone, so that nothing is fitted to them. */
    assert_null(strstr(text, "guest-kernel"));
    free(text);
    free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_difference_is_found),
        cmocka_unit_test(what_is_struck_is_drawn_evenly),
        cmocka_unit_test(records_and_counts_have_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
