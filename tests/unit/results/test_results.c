/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The results writer: equal calls make equal bytes, failures leave nothing behind and harm nothing. */
#include "sim/results/atomic_file.h"
#include "sim/results/hdf5_writer.h"
#include "tests/support/helper.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { POLICIES = 3, REPLICAS = 4, LARGE = 20000 };

struct cause {
    uint32_t policy;
    const char *origin;
    double failures;
};

static void fill(struct bh_results *results)
{
    static const char *const policies[POLICIES] = {"native native", "kvm protection-first", "größe"};
    static const uint64_t replicas[REPLICAS] = {0, 1, 2, 3};
    static const double escape[2] = {1e-6, 1e-1};
    static double makespan[POLICIES * REPLICAS], large[LARGE];
    static const uint8_t finished[POLICIES * REPLICAS] = {1, 0, 1};
    static const struct bh_column columns[] = {{"policy", BH_COLUMN_UINT32, offsetof(struct cause, policy)},
                                               {"origin", BH_COLUMN_TEXT, offsetof(struct cause, origin)},
                                               {"failures", BH_COLUMN_DOUBLE, offsetof(struct cause, failures)}};
    const struct cause causes[] = {{0, "host-kernel", 2.5}, {2, "guest-kernel", 1}};
    uint64_t *numbers = calloc(LARGE, sizeof *numbers);
    struct bh_error err = {0};
    for (size_t i = 0; i < POLICIES * REPLICAS; i++)
        makespan[i] = 86400.0 + (double)i;
    for (size_t i = 0; i < LARGE; i++) {
        numbers[i] = i;
        large[i] = (double)i / 7;
    }
    bh_results_set_text(results, "title", "A test", &err);
    bh_results_set_count(results, "seed", UINT64_MAX, &err);
    bh_results_set_flag(results, "reproduces_input", 1, &err);
    bh_results_add_axis_text(results, "policy", policies, POLICIES, "policies", &err);
    bh_results_add_axis_counts(results, "replica", replicas, REPLICAS, "1", "replicas", &err);
    bh_results_add_axis_counts(results, "item", numbers, LARGE, "1", "items", &err);
    const char *const axes[] = {"policy", "replica"}, *const item[] = {"item"};
    bh_results_add_array(results, "makespan", axes, 2, BH_ELEMENT_DOUBLE, makespan, "s", "makespan", &err);
    bh_results_add_array(results, "finished", axes, 2, BH_ELEMENT_UINT8, finished, "1", "finished", &err);
    bh_results_add_array(results, "large", item, 1, BH_ELEMENT_DOUBLE, large, "s", "compressed", &err);
    bh_results_add_texts(results, "policy_system", axes, 1, policies, "system of each policy", &err);
    bh_results_add_axis_numbers(results, "uncertainty/escape", escape, 2, "1", "escape probability", &err);
    const char *const inner[] = {"policy", "escape"};
    assert_int_equal(bh_results_count(results, "uncertainty/price", inner, 2), 6);
    bh_results_add_array(results, "uncertainty/price", inner, 2, BH_ELEMENT_DOUBLE, makespan, "1", "price", &err);
    bh_results_add_table(results, "causes", "cause", columns, 3, causes, 2, sizeof causes[0], "lost time", &err);
    assert_string_equal(err.text, "");
    free(numbers);
}

static char *read_bytes(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void write_file(const char *path)
{
    struct bh_error err = {0};
    struct bh_results *results = bh_results_create(path, &err);
    assert_non_null(results);
    fill(results);
    assert_int_equal(bh_results_commit(results, &err), 0);
    bh_results_destroy(results);
}

BH_TEST(equal_results_are_equal_bytes)
{
    size_t sizes[2];
    write_file("test_results_a.h5");
    sleep(1); /* a stored time would show */
    char *dirt[64];
    for (size_t i = 0; i < 64; i++) {
        dirt[i] = malloc(16 + 16 * i);
        memset(dirt[i], 0x5a, 16 + 16 * i);
    }
    for (size_t i = 0; i < 64; i++)
        free(dirt[i]);
    write_file("test_results_b.h5");
    char *a = read_bytes("test_results_a.h5", &sizes[0]);
    char *b = read_bytes("test_results_b.h5", &sizes[1]);
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(a, b, sizes[0]);
    free(a);
    free(b);
    struct stat facts;
    assert_int_equal(stat("test_results_a.h5", &facts), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(facts.st_mode & 0777, 0666 & ~mask);
    unlink("test_results_a.h5");
    unlink("test_results_b.h5");
}

BH_TEST(memory_needs_no_file)
{
    struct bh_error err = {0};
    struct bh_results *results = bh_results_create(NULL, &err);
    assert_non_null(results);
    fill(results);
    assert_int_equal(bh_results_commit(results, &err), 0);
    assert_true(bh_results_handle(results) > 0);
    bh_results_destroy(results);
}

BH_TEST(an_abandoned_file_harms_nothing)
{
    FILE *before = fopen("test_results_old.h5", "w");
    fputs("precious", before);
    fclose(before);
    struct bh_error err = {0};
    struct bh_results *results = bh_results_create("test_results_old.h5", &err);
    assert_non_null(results);
    fill(results);
    bh_results_destroy(results);
    size_t size;
    char *bytes = read_bytes("test_results_old.h5", &size);
    assert_int_equal(size, 8);
    assert_memory_equal(bytes, "precious", 8);
    free(bytes);
    unlink("test_results_old.h5");
    assert_int_not_equal(system("ls test_results_old* >/dev/null 2>&1"), 0);
}

/* One name for two things: the first error sticks, and the commit fails with it. */
BH_TEST(errors_stick)
{
    static const double values[2] = {1, 2};
    static const char *const taken[] = {"x", "/x", ""};
    for (size_t i = 0; i < 3; i++) {
        struct bh_error err = {0}, late = {0};
        struct bh_results *results = bh_results_create("test_results_stick.h5", &err);
        assert_non_null(results);
        assert_int_equal(bh_results_add_axis_numbers(results, "x", values, 2, "1", "x", &err), 0);
        assert_int_equal(bh_results_add_axis_numbers(results, taken[i], values, 2, "1", "x", &err), -1);
        assert_int_equal(err.code, BH_ERROR_INPUT);
        assert_int_equal(bh_results_add_axis_numbers(results, "y", values, 2, "1", "y", &late), -1);
        assert_string_equal(late.text, err.text);
        assert_int_equal(bh_results_commit(results, &err), -1);
        bh_results_destroy(results);
        assert_int_not_equal(access("test_results_stick.h5", F_OK), 0);
    }
    struct bh_error err = {0};
    struct bh_results *results = bh_results_create(NULL, &err);
    const char *const axes[] = {"nowhere"};
    assert_int_equal(bh_results_count(results, "a", axes, 1), 0);
    assert_int_equal(bh_results_add_array(results, "a", axes, 1, BH_ELEMENT_DOUBLE, values, "1", "", &err), -1);
    assert_non_null(strstr(err.text, "nowhere"));
    bh_results_destroy(results);
}

BH_TEST(bad_paths_are_input_errors)
{
    static const char *const bad[] = {"", "/", ".", "missing-folder/results.h5", "/dev/null", "missing/", "/proc/x.h5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct bh_error err = {0};
        struct bh_results *results = bh_results_create(bad[i], &err);
        if (results != NULL)
            fail_msg("'%s' was accepted", bad[i]);
        assert_int_equal(err.code, BH_ERROR_INPUT);
        assert_null(strchr(err.text, '\n'));
    }
    struct bh_error err = {0};
    assert_int_equal(bh_results_check_path("fresh.h5", &err), 0);
    assert_int_not_equal(access("fresh.h5", F_OK), 0);
}

/* With a name, only writes the sample there: the read-back tests in Python use it. */
int main(int count, char **arguments)
{
    if (count == 2) {
        write_file(arguments[1]);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_results_are_equal_bytes),   cmocka_unit_test(memory_needs_no_file),
        cmocka_unit_test(an_abandoned_file_harms_nothing), cmocka_unit_test(errors_stick),
        cmocka_unit_test(bad_paths_are_input_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
