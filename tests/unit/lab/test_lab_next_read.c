/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Bits of memory without a machine: how they are drawn, what the plugin says of them, what is kept and added up. */
#include "lab/study/counts.h"
#include "lab/study/next_read.h"
#include "lab/study/record.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 4 };

/* What is said of four bits, and what each is then; is_refused: it cannot have been said. */
static const struct {
    const char *said;
    const struct {
        enum bh_lab_next next;
        unsigned hit;
        uint64_t until;
    } right[BITS];
    bool is_refused;
} cases[] = {
    {"",
     {{BH_LAB_UNTOUCHED, BH_LAB_ANY, 0},
      {BH_LAB_UNTOUCHED, BH_LAB_ANY, 0},
      {BH_LAB_UNTOUCHED, BH_LAB_ANY, 0},
      {BH_LAB_UNTOUCHED, BH_LAB_ANY, 0}},
     false},
    /* Bits are counted from 0, and are said when they are used; other lines, and words within lines, are none. */
    {"checked 1\nbit 3 read 4 17\nplace 4 bit 1 read 4 17\nbit 0 executed 1 0\nbit 2 overwritten 5 900\ndone 7\n",
     {{BH_LAB_EXECUTED, BH_LAB_HOST_KERNEL, 0},
      {BH_LAB_UNTOUCHED, BH_LAB_ANY, 0},
      {BH_LAB_OVERWRITTEN, BH_LAB_ANY, 900},
      {BH_LAB_READ, BH_LAB_PROCESS_0, 17}},
     false},
    {.said = "bit 4 read 4 17\n", .is_refused = true},                  /* none of these */
    {.said = "bit 1 red 4 17\n", .is_refused = true},                   /* no use that there is */
    {.said = "bit 1 untouched 4 17\n", .is_refused = true},             /* ... */
    {.said = "bit 1 read 13 17\n", .is_refused = true},                 /* no zone */
    {.said = "bit 1 read 4\n", .is_refused = true},                     /* cut short */
    {.said = "bit 1 read 4 17\nbit 1 read 4 18\n", .is_refused = true}, /* twice */
};

BH_TEST(what_is_said_of_bits_is_taken_up_or_refused)
{
    for (size_t i = 0; i < BH_COUNT(cases); i++) {
        struct bh_lab_trial trials[BITS], *sorted[BITS];
        for (size_t k = 0; k < BITS; k++) {
            trials[k] = (struct bh_lab_trial){.hit = BH_LAB_ANY};
            sorted[k] = &trials[k];
        }
        if (bh_lab_watch_read(cases[i].said, sorted, BITS) == cases[i].is_refused)
            fail_msg("case %zu is %s", i, cases[i].is_refused ? "taken" : "refused");
        for (size_t k = 0; k < BITS && !cases[i].is_refused; k++)
            if (trials[k].next != cases[i].right[k].next || trials[k].hit != cases[i].right[k].hit ||
                trials[k].until != cases[i].right[k].until)
                fail_msg("case %zu, bit %zu: found %s of %u after %zu", i, k, bh_lab_next_names[trials[k].next],
                         trials[k].hit, (size_t)trials[k].until);
    }
}

/* Over all instructions of all zones, and over all bytes: a chi-squared of 15 degrees each, whose upper 10^-6 quantile is 56. */
BH_TEST(bits_are_drawn_evenly_over_time_and_memory)
{
    enum { TRIALS = 16 * 400, PARTS = 16, MIB = 48, INSTRUCTIONS = 1600 };
    struct bh_lab_node node = {.memory_mib = MIB};
    struct bh_lab_cell cell = {.zone = BH_LAB_ANY, .fault = BH_LAB_MEMORY, .index = -1, .bit = -1, .address = -1};
    struct bh_lab_place *places = bh_allocate(TRIALS, sizeof *places);
    struct bh_lab_study study = {.node = &node, .seed = 5, .cells = &cell, .places = places};
    struct bh_golden golden = {.in_zone = {[BH_LAB_PROCESS_0] = 3, [BH_LAB_ANY] = INSTRUCTIONS}};
    double at[PARTS] = {0}, address[PARTS] = {0}, bits[8] = {0}, chi_at = 0.0, chi_address = 0.0;
    struct bh_lab_trial trial;
    assert_true(bh_lab_is_followed(&cell));
    for (uint64_t number = 0; number < TRIALS; number++) {
        assert_int_equal(bh_lab_trial_draw(&study, &golden, number, &trial, NULL), 0);
        assert_true(trial.at < INSTRUCTIONS && trial.address < (uint64_t)MIB << 20 && trial.bit < 8);
        assert_true(trial.hit == BH_LAB_ANY && trial.next == BH_LAB_NOT_FOLLOWED && !bh_lab_is_live(&trial));
        at[trial.at * PARTS / INSTRUCTIONS]++;
        address[trial.address * PARTS / ((uint64_t)MIB << 20)]++;
        bits[trial.bit]++;
    }
    for (size_t i = 0; i < PARTS; i++) {
        chi_at += (at[i] - 400.0) * (at[i] - 400.0) / 400.0;
        chi_address += (address[i] - 400.0) * (address[i] - 400.0) / 400.0;
    }
    assert_true(chi_at < 56.0 && chi_address < 56.0);
    for (size_t i = 0; i < 8; i++)
        assert_true(bits[i] > 0.0);
    free(places);
    cell.zone = BH_LAB_HOST_KERNEL;
    assert_false(bh_lab_is_followed(&cell));
    cell = (struct bh_lab_cell){.zone = BH_LAB_ANY, .fault = BH_LAB_REGISTER};
    assert_false(bh_lab_is_followed(&cell));
}

/* A record names the zone that used the bit, or none; the line under the counts adds up what came next. */
BH_TEST(records_tell_what_came_next_and_counts_add_it_up)
{
    static const struct {
        enum bh_lab_next next;
        unsigned hit;
        enum bh_lab_extent extent;
    } bits[] = {{BH_LAB_READ, BH_LAB_PROCESS_1, BH_LAB_SDC},
                {BH_LAB_EXECUTED, BH_LAB_HOST_KERNEL, BH_LAB_WHOLE_NODE},
                {BH_LAB_READ, BH_LAB_HOST_KERNEL, BH_LAB_MASKED},
                {BH_LAB_OVERWRITTEN, BH_LAB_ANY, BH_LAB_MASKED},
                {BH_LAB_UNTOUCHED, BH_LAB_ANY, BH_LAB_MASKED},
                {BH_LAB_UNTOUCHED, BH_LAB_ANY, BH_LAB_WHOLE_NODE}, /* by a table that is walked */
                {BH_LAB_NOT_FOLLOWED, BH_LAB_HOST_KERNEL, BH_LAB_WHOLE_NODE}};
    struct bh_lab_record records[BH_COUNT(bits)];
    struct bh_laboratory lab = {.qemu_version = (char *)"7", .release = (char *)"6", .build = (char *)"b"};
    struct bh_snapshot snapshot = {.lab = &lab};
    char nothing[] = "";
    struct bh_run run = {.console = nothing, .report = nothing, .said = nothing};
    for (size_t i = 0; i < BH_COUNT(bits); i++) {
        struct bh_lab_trial trial = {.number = i, .cell = {.zone = BH_LAB_ANY, .fault = BH_LAB_MEMORY}};
        trial.next = bits[i].next;
        trial.hit = bits[i].hit;
        struct bh_lab_outcome outcome = {.extent = bits[i].extent};
        char *line = bh_lab_record_print(&trial, &snapshot, &run, &outcome, 0.0);
        assert_true(bh_lab_record_parse(line, &records[i]));
        assert_true(records[i].next == bits[i].next && records[i].zone == bits[i].hit);
        free(line);
    }
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    bh_lab_memory_print(records, BH_COUNT(bits), out);
    fclose(out);
    /* Clopper and Pearson's limits of 3 of 6: 0.118 and 0.882. */
    assert_string_equal(
        text, "bits of memory: of 6 3 were used (95 %: 0.12 to 0.88), 2 read and 1 executed; 1 overwritten first, "
              "2 untouched, 1 of these with an effect nevertheless\n");
    free(text);
    out = open_memstream(&text, &length);
    bh_lab_memory_print(records + BH_COUNT(bits) - 1, 1, out);
    fclose(out);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_of_bits_is_taken_up_or_refused),
        cmocka_unit_test(bits_are_drawn_evenly_over_time_and_memory),
        cmocka_unit_test(records_tell_what_came_next_and_counts_add_it_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
