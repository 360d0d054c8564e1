/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* No axis of a scenario can take a name that results use: every name that a file holds is refused as one. */
#include "sim/results/hdf5_writer.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"
#include "sim/sweep/run.h"
#include "tests/support/helper.h"

#include <hdf5.h>
#include <string.h>

/* The scenario with its axis renamed, or as it is. */
static struct bh_study *read_study(const char *axis, struct bh_error *err)
{
    char *file = bh_print_text("%s/tests/data/scenarios/everything.yaml", bh_test_data());
    char *directory = bh_print_text("%s/models/data", bh_test_data());
    struct bh_setting setting = {"vary.0.axis", axis};
    struct bh_study *study = bh_study_read(file, directory, &setting, axis != NULL, err);
    free(file);
    free(directory);
    return study;
}

static void expect_taken(const char *name)
{
    struct bh_error err = {0};
    struct bh_study *study = read_study(name, &err);
    if (study != NULL)
        fail_msg("an axis may be called '%s'", name);
    if (strstr(err.text, "results files use themselves") == NULL)
        fail_msg("'%s': %s", name, err.text);
}

static bool is_own_axis(const char *name)
{
    return strcmp(name, "sort") == 0 || strcmp(name, "assumed") == 0;
}

/* A name in the file, its group apart, and the columns of a table. */
static herr_t visit(hid_t group, const char *path, const H5L_info_t *info, void *client)
{
    size_t *count = client;
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    (void)info;
    if (is_own_axis(name))
        return 0;
    expect_taken(name);
    ++*count;
    hid_t object = H5Oopen(group, path, H5P_DEFAULT);
    hid_t type = H5Iget_type(object) == H5I_DATASET ? H5Dget_type(object) : H5I_INVALID_HID;
    for (int c = 0; type >= 0 && H5Tget_class(type) == H5T_COMPOUND && c < H5Tget_nmembers(type); c++) {
        char *column = H5Tget_member_name(type, (unsigned)c);
        if (!is_own_axis(column)) {
            expect_taken(column);
            ++*count;
        }
        H5free_memory(column);
    }
    if (type >= 0)
        H5Tclose(type);
    H5Oclose(object);
    return 0;
}

BH_TEST(names_in_results_are_no_axes)
{
    struct bh_error err = {0};
    struct bh_study *study = read_study(NULL, &err);
    struct bh_run *run = study != NULL ? bh_run_study(study, 1, false, &err) : NULL;
    if (run == NULL)
        fail_msg("%s", err.text);
    struct bh_results *results = bh_results_create(NULL, &err);
    bh_run_write(run, results);
    assert_int_equal(bh_results_commit(results, &err), 0);
    size_t count = 0;
    assert_int_equal(H5Lvisit(bh_results_handle(results), H5_INDEX_NAME, H5_ITER_INC, visit, &count), 0);
    /* All metrics, and the columns of causes. */
    assert_true(count > BH_METRICS + 8);
    bh_results_destroy(results);
    bh_run_destroy(run);
}

BH_TEST(names_of_merges_and_means_are_no_axes)
{
    static const char *const names[] = {"point",          "replicas_run",        "policy_correlation",
                                        "makespan_count", "makespan_half_width", "price_defined"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        expect_taken(names[i]);
    for (size_t i = 0; i < BH_METRICS; i++)
        expect_taken(bh_metrics[i].name);
}

BH_TEST(other_names_are_axes)
{
    static const char *const names[] = {"sort", "nodes", "escape", "draw", "makespan_", "count", "price-count"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct bh_error err = {0};
        struct bh_study *study = read_study(names[i], &err);
        if (study == NULL && strstr(err.text, "uncertainty") == NULL) /* whose `at` names the axis */
            fail_msg("'%s': %s", names[i], err.text);
        bh_study_destroy(study);
    }
}

/* Should a name be missing above all the same: no table loses a column without a word. */
BH_TEST(two_columns_of_one_name_are_refused)
{
    struct row {
        uint32_t a, b;
    } row = {1, 2};
    static const struct bh_column columns[] = {{"same", BH_COLUMN_UINT32, offsetof(struct row, a)},
                                               {"same", BH_COLUMN_UINT32, offsetof(struct row, b)}};
    struct bh_error err = {0};
    struct bh_results *results = bh_results_create(NULL, &err);
    assert_int_equal(bh_results_add_table(results, "t", "r", columns, 2, &row, 1, sizeof row, "", &err), -1);
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "same"));
    assert_int_equal(bh_results_commit(results, &err), -1);
    bh_results_destroy(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_in_results_are_no_axes),
        cmocka_unit_test(names_of_merges_and_means_are_no_axes),
        cmocka_unit_test(other_names_are_axes),
        cmocka_unit_test(two_columns_of_one_name_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
