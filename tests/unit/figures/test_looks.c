/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Colours and marks of figures: one for each name, the catalog's where it has one, whatever the order and the company; and
 * the room that a name takes. */
#include "analysis/figures/figure_looks.h"
#include "analysis/plots/timeline.h"
#include "models/catalog/catalog.h"
#include "models/catalog/policy.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/catalog/system.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 300 };

static struct bh_catalog *read_catalog(void)
{
    char *directory = bh_print_text("%s/models/data", bh_test_data());
    struct bh_error err = {0};
    struct bh_catalog *catalog = bh_catalog_read(directory, NULL, NULL, NULL, &err);
    free(directory);
    if (catalog == NULL)
        fail_msg("%s", err.text);
    return catalog;
}

static void expect_different(char (*colours)[BH_COLOUR_SIZE], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(bh_is_colour(colours[i]));
        for (size_t j = 0; j < i; j++)
            if (strcmp(colours[i], colours[j]) == 0)
                fail_msg("%zu and %zu are both %s", i, j, colours[i]);
    }
}

BH_TEST(all_that_is_bundled_has_its_own)
{
    struct bh_catalog *catalog = read_catalog();
    for (size_t i = 0; i < catalog->systems_count; i++) {
        assert_non_null(catalog->systems[i].colour);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(catalog->systems[i].colour, catalog->systems[j].colour);
    }
    for (size_t i = 0; i < catalog->policies_count; i++) {
        assert_non_null(catalog->policies[i].colour);
        assert_non_null(catalog->policies[i].mark);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(catalog->policies[i].colour, catalog->policies[j].colour);
            assert_string_not_equal(catalog->policies[i].mark, catalog->policies[j].mark);
        }
    }
    bh_catalog_destroy(catalog);
}

/* KVM is as blue alone as among all others. */
BH_TEST(what_is_wished_does_not_follow_order)
{
    static const char *const names[] = {"xen", "kvm", "native", "jailhouse"};
    static const char *const wishes[] = {"", "#0072b2", "#000000", ""};
    char all[4][BH_COLOUR_SIZE], alone[1][BH_COLOUR_SIZE], turned[4][BH_COLOUR_SIZE];
    bh_looks_colours(names, wishes, 4, all);
    bh_looks_colours(names + 1, wishes + 1, 1, alone);
    assert_string_equal(all[1], "#0072b2");
    assert_string_equal(alone[0], "#0072b2");
    expect_different(all, 4);
    /* Free ones go by name: jailhouse before xen, in any order. */
    const char *const names_turned[] = {names[3], names[2], names[1], names[0]};
    const char *const wishes_turned[] = {wishes[3], wishes[2], wishes[1], wishes[0]};
    bh_looks_colours(names_turned, wishes_turned, 4, turned);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(turned[i], all[3 - i]);
    assert_string_equal(all[3], "#d55e00");
    assert_string_equal(all[0], "#009e73");
}

BH_TEST(no_two_are_alike_however_many)
{
    char *names[MANY];
    const char *wishes[MANY];
    char colours[MANY][BH_COLOUR_SIZE];
    size_t marks[MANY];
    for (size_t i = 0; i < MANY; i++) {
        names[i] = bh_print_text("system %zu", i);
        /* Some wish the same, some nonsense. */
        wishes[i] = i % 3 == 0 ? "#56b4e9" : i % 3 == 1 ? "'; system \"x\"" : "";
    }
    bh_looks_colours((const char *const *)names, wishes, MANY, colours);
    expect_different(colours, MANY);
    assert_string_equal(colours[0], "#56b4e9");
    for (size_t i = 0; i < MANY; i++)
        wishes[i] = i % 2 == 0 ? "square" : "no shape";
    bh_looks_marks((const char *const *)names, wishes, MANY, marks);
    assert_string_equal(bh_mark_names[marks[0]], "square");
    for (size_t i = 0; i < MANY; i++) {
        assert_true(marks[i] < MANY + BH_MARKS); /* none is left out */
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(marks[i], marks[j]);
        free(names[i]);
    }
}

BH_TEST(colours_are_of_one_form)
{
    static const char *const good[] = {"#000000", "#0072b2", "#ffffff"};
    static const char *const bad[] = {"",         "#",        "0072b2",   "#0072B2", "#0072b",
                                      "#0072b22", "#0072b2 ", "'#0072b2", "blue"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(bh_is_colour(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(bh_is_colour(bad[i]));
    assert_int_equal(bh_mark_number("circle"), 1);
    assert_int_equal(bh_mark_number("circle 2"), 1 + BH_MARKS);
    static const char *const no_marks[] = {"",        "circle 1", "circle 100", "circle x",
                                           "circle ", "circl",    "circles",    " 2"};
    for (size_t i = 0; i < sizeof no_marks / sizeof no_marks[0]; i++)
        assert_int_equal(bh_mark_number(no_marks[i]), -1);
    char tint[BH_COLOUR_SIZE];
    bh_looks_tint("#0072b2", tint);
    assert_string_equal(tint, "#b0d4e8");
}

static double left_margin(const char *row)
{
    static const char *const states[BH_TIMELINE_STATES] = {"a", "b", "c", "d", "e", "f"};
    const struct bh_timeline timeline = {
        .title = "t", .what = "w", .rows_count = 1, .rows = &row, .states = states, .end_s = 9};
    char folder[] = "/tmp/bulkhead-looks-XXXXXX", line[4096];
    struct bh_error err = {0};
    double margin = -1;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(bh_timeline_write(&timeline, folder, "t", false, &err), 0);
    char *script = bh_print_text("%s/t.gp", folder), *data = bh_print_text("%s/t.dat", folder);
    FILE *stream = fopen(script, "r");
    assert_non_null(stream);
    while (margin < 0 && fgets(line, sizeof line, stream) != NULL)
        sscanf(line, " set lmargin at screen %lf", &margin);
    fclose(stream);
    unlink(script);
    unlink(data);
    rmdir(folder);
    free(script);
    free(data);
    return margin;
}

BH_TEST(names_take_the_room_of_their_signs)
{
    double of_ascii = left_margin("calculeuse");
    assert_true(of_ascii > 0 && left_margin("cålçüléüsé") == of_ascii && left_margin("calcul") < of_ascii);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_bundled_has_its_own),    cmocka_unit_test(what_is_wished_does_not_follow_order),
        cmocka_unit_test(no_two_are_alike_however_many),      cmocka_unit_test(colours_are_of_one_form),
        cmocka_unit_test(names_take_the_room_of_their_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
