/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scenarios read and resolved: defaults, axes, the order of settings, and settings that are refused. */
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/lookup.h"
#include "models/catalog/system.h"
#include "tests/support/helper.h"

#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <string.h>

static char *data_path(const char *rest)
{
    return bh_print_text("%s/%s", bh_test_data(), rest);
}

/* The scenario tests/data/scenarios/axes.yaml with at most one setting. */
static struct bh_study *read_axes(const char *path, const char *value, struct bh_error *err)
{
    char *file = data_path("tests/data/scenarios/axes.yaml"), *directory = data_path("models/data");
    struct bh_setting setting = {path, value};
    struct bh_study *study = bh_study_read(file, directory, &setting, path != NULL, err);
    free(file);
    free(directory);
    return study;
}

static struct bh_scenario *resolve(const struct bh_study *study, size_t nodes, size_t guard, size_t both, int uncertain)
{
    struct bh_error err = {0};
    size_t index[] = {nodes, guard, both};
    struct bh_scenario *scenario = bh_study_resolve(study, index, uncertain, &err);
    if (scenario == NULL)
        fail_msg("%s", err.text);
    return scenario;
}

static double number(const struct bh_scenario *scenario, const char *path)
{
    struct bh_error err = {0};
    const struct bh_parameter *parameter =
        bh_catalog_parameter(scenario->catalog, path, (struct bh_place){"test", 1, 1, NULL}, &err);
    if (parameter == NULL)
        fail_msg("%s", err.text);
    return parameter->value;
}

static struct bh_study *need_axes(void)
{
    struct bh_error err = {0};
    struct bh_study *study = read_axes(NULL, NULL, &err);
    if (study == NULL)
        fail_msg("%s", err.text);
    return study;
}

BH_TEST(test_values_are_as_written)
{
    struct bh_study *study = need_axes();
    struct bh_scenario *s = resolve(study, 0, 0, 0, -1);
    assert_string_equal(s->name, "axes");
    assert_string_equal(s->title, "Settings");
    assert_string_equal(s->description, "");
    assert_close(s->work_s, 7200, 0);
    assert_close(s->horizon_s, 60 * 7200, 0);
    assert_int_equal(s->replicas, 3);
    assert_int_equal(s->seed, 7);
    assert_false(s->virtualization_costs);
    assert_false(s->reproduces_input);
    assert_true(s->final_checkpoint);
    assert_true(s->checkpoint[BH_LEVEL_LOCAL].enabled);
    assert_int_equal(s->checkpoint[BH_LEVEL_LOCAL].rule, BH_INTERVAL_FIXED);
    assert_close(s->checkpoint[BH_LEVEL_LOCAL].interval_s, 1800, 0);
    assert_close(s->checkpoint[BH_LEVEL_LOCAL].write_s, 10, 0);
    assert_true(s->checkpoint[BH_LEVEL_LOCAL].read_s < 0);
    assert_false(s->checkpoint[BH_LEVEL_STORAGE].enabled);
    assert_int_equal(s->enclaves_count, 2);
    assert_int_equal(s->enclaves[0].guests_per_node, 2);
    assert_int_equal(s->enclaves[0].processes_per_guest, 3);
    assert_int_equal(s->enclaves[1].guests_per_node, 1);
    assert_close(s->enclaves[1].node_share, 0.25, 0);
    bh_scenario_destroy(s);
    bh_study_destroy(study);
}

BH_TEST(test_policies_and_faults)
{
    struct bh_study *study = need_axes();
    struct bh_scenario *s = resolve(study, 0, 0, 0, -1);
    assert_int_equal(s->policies_count, 3);
    assert_string_equal(s->policies[0].name, "contained");
    assert_string_equal(s->policies[1].name, "native native");
    assert_string_equal(s->policies[2].name, "palacios as-host-kernel");
    assert_string_equal(s->policies[2].host_kernel->name, "kitten");
    assert_string_equal(s->policies[2].guest_kernel->name, "kitten");
    assert_null(s->policies[1].guest_kernel);
    assert_int_equal(s->baseline, 1); /* the first native entry */
    assert_true(s->random_faults);
    assert_false(s->software_faults);
    for (size_t f = 0; f < s->catalog->faults_count; f++)
        assert_int_equal(s->fault_enabled[f], strcmp(s->catalog->faults[f].name, "memory") == 0);
    assert_int_equal(s->script_count, 2);
    assert_close(s->script[0].at_s, 600, 0);
    assert_int_equal(s->script[0].zone.kind, BH_GUEST_USER);
    assert_int_equal(s->script[0].enclave, 1);
    assert_int_equal(s->script[0].kind, BH_INSTRUCTION);
    assert_int_equal(s->script[0].ending, BH_ENDING_SILENT);
    assert_int_equal(s->script[1].slot, 0);
    assert_int_equal(s->script[1].kind, BH_DATA);
    assert_int_equal(s->script[1].ending, BH_ENDING_DRAWN);
    bh_scenario_destroy(s);
    bh_study_destroy(study);
}

BH_TEST(test_points_are_counted_last_axis_fastest)
{
    struct bh_study *study = need_axes();
    assert_int_equal(study->axes_count, 3);
    assert_int_equal(bh_study_points(study), 12);
    size_t index[3];
    bh_study_index(study, 7, index);
    assert_int_equal(index[0], 1);
    assert_int_equal(index[1], 0);
    assert_int_equal(index[2], 1);
    assert_string_equal(study->axes[0].unit, "nodes");
    assert_string_equal(study->axes[1].unit, "1");
    assert_close(study->axes[0].values[1].number, 4, 0);
    assert_close(study->axes[1].values[1].number, NAN, 0);
    bh_study_destroy(study);
}

BH_TEST(test_axes_set_what_they_name)
{
    struct bh_study *study = need_axes();
    struct bh_scenario *s = resolve(study, 0, 0, 0, -1);
    assert_int_equal(s->nodes, 2);
    assert_int_equal(s->spares, 1); /* 10 % of two nodes, rounded up */
    assert_close(number(s, "channels.vm-exit.probability"), 0.5, 0);
    assert_close(number(s, "channels.system-call.probability"), 0.125, 0);
    assert_close(number(s, "channels.tunnel.probability"), 0.5, 0);
    assert_close(number(s, "channels.host-to-guest.probability"), 0.1, 0);
    bh_scenario_destroy(s);
    s = resolve(study, 1, 1, 1, -1);
    assert_int_equal(s->nodes, 4);
    assert_close(number(s, "channels.vm-exit.probability"), 1, 0);
    assert_close(number(s, "guards.guest/host.iommu.blocks"), 0.25, 0);
    assert_close(number(s, "channels.host-to-guest.probability"), 0.2, 0);
    assert_close(number(s, "channels.vmm-to-guest.probability"), 0.2, 0);
    bh_scenario_destroy(s);
    s = resolve(study, 1, 2, 1, -1);
    assert_int_equal(s->spares, 3);
    assert_false(s->final_checkpoint);
    bh_scenario_destroy(s);
    bh_study_destroy(study);
}

BH_TEST(test_uncertainty_is_at_its_point)
{
    struct bh_study *study = need_axes();
    assert_true(study->has_uncertainty);
    assert_int_equal(study->uncertainty_at[0], 1);
    assert_int_equal(study->uncertainty_at[1], 1);
    assert_int_equal(study->uncertainty_at[2], 1);
    struct bh_scenario *s = resolve(study, 1, 1, 1, 1);
    assert_close(number(s, "channels.device-emulation.probability"), 0.1, 0);
    assert_close(number(s, "channels.vm-exit.probability"), 1, 0);
    bh_scenario_destroy(s);
    bh_study_destroy(study);
}

BH_TEST(test_settings_win)
{
    struct bh_error err = {0};
    struct bh_study *study = read_axes("workload.work", "3 h", &err);
    assert_non_null(study);
    struct bh_scenario *s = resolve(study, 0, 0, 0, -1);
    assert_close(s->work_s, 3 * 3600, 0);
    bh_scenario_destroy(s);
    bh_study_destroy(study);

    study = read_axes("models.channels.system-call.probability", "0.75", &err);
    assert_non_null(study);
    s = resolve(study, 0, 0, 0, -1);
    assert_close(number(s, "channels.system-call.probability"), 0.75, 0); /* not the file's own 0.125 */
    bh_scenario_destroy(s);
    bh_study_destroy(study);

    study = read_axes("vary.0.values", "[2, 3, 4]", &err); /* the uncertainty's point needs the 4 */
    assert_non_null(study);
    assert_int_equal(study->axes[0].count, 3);
    s = resolve(study, 1, 0, 0, -1);
    assert_int_equal(s->nodes, 3);
    bh_scenario_destroy(s);
    bh_study_destroy(study);
}

struct refusal {
    const char *path, *value;
    const char *expected; /* part of the message */
};

BH_TEST(test_settings_are_refused)
{
    static const struct refusal refusals[] = {
        {"platform.nodes", "8", "the axis `nodes`"},
        {"platform", "{file: testbed.xml, nodes: 8}", "the axis `nodes`"},
        {"models.channels.vm-exit.probability", "0.3", "the axis `blocks`"},
        {"models.channels.device-emulation.probability", "0.3", "the axis `escape`"},
        {"models.channels.system-call.probability", "1.3", "out of range"},
        {"models.channels.sistem-call.probability", "0.3", "channels.system-call.probability"},
        {"models.channels.system-call.probability", "[0.3]", "a list"},
        {"workload.worc", "3 h", "`work`"},
        {"workload.enclaves.2.name", "x", "a list of 2"},
        {"workload.work.hours", "3", "workload.work"},
        {"workload.work", "3 GB", "a time"},
        {"workload.horizon", "1 h", "workload.work"},
        {"replicas", "0", "from 1"},
        {"seed", "-1", "whole number"},
        {"", "3", "path"},
        {"vary.1.values", "[]", "at least one"},
        {"vary.0.values", "[2, 3]", "uncertainty.at.nodes"},
        {"script.0.node", "9", "expected 0 to"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct bh_error err = {0};
        struct bh_study *study = read_axes(refusals[i].path, refusals[i].value, &err);
        bool is_refused = study == NULL;
        bh_study_destroy(study);
        if (!is_refused)
            fail_msg("--set %s=%s was not refused", refusals[i].path, refusals[i].value);
        assert_int_equal(err.code, BH_ERROR_INPUT);
        if (strstr(err.text, refusals[i].expected) == NULL)
            fail_msg("--set %s=%s: expected %s in: %s", refusals[i].path, refusals[i].value, refusals[i].expected,
                     err.text);
    }
}

BH_TEST(test_platform_must_suffice)
{
    struct bh_study *study = need_axes();
    struct bh_scenario *s = resolve(study, 1, 2, 0, -1); /* 4 nodes and 3 spares */
    struct bh_platform_facts facts = {.nodes = 7};
    struct bh_error err = {0};
    assert_int_equal(bh_scenario_check_platform(s, &facts, &err), 0);
    facts.nodes = 6;
    assert_int_equal(bh_scenario_check_platform(s, &facts, &err), -1);
    assert_int_equal(err.code, BH_ERROR_INPUT);
    facts.nodes = 3; /* fewer than the nodes alone */
    assert_int_equal(bh_scenario_check_platform(s, &facts, NULL), -1);
    facts.nodes = 7;
    s->checkpoint[BH_LEVEL_STORAGE] = (struct bh_checkpoint_spec){.enabled = true, .write_s = 1, .read_s = -1};
    s->checkpoint[BH_LEVEL_STORAGE].place = s->nodes_place;
    assert_int_equal(bh_scenario_check_platform(s, &facts, NULL), -1);
    s->checkpoint[BH_LEVEL_STORAGE].read_s = 1;
    assert_int_equal(bh_scenario_check_platform(s, &facts, NULL), 0);
    bh_scenario_destroy(s);
    bh_study_destroy(study);
}

/* Missing files and folders are input errors, not crashes. */
BH_TEST(test_files_that_cannot_be_read)
{
    static const char *const files[] = {"tests/data/scenarios/no-such-file.yaml", "tests/data/scenarios"};
    for (size_t i = 0; i < 2; i++) {
        struct bh_error err = {0};
        char *file = data_path(files[i]), *directory = data_path("models/data");
        assert_null(bh_study_read(file, directory, NULL, 0, &err));
        assert_int_equal(err.code, BH_ERROR_INPUT);
        assert_non_null(strstr(err.text, files[i]));
        free(file);
        free(directory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_as_written),
        cmocka_unit_test(test_policies_and_faults),
        cmocka_unit_test(test_points_are_counted_last_axis_fastest),
        cmocka_unit_test(test_axes_set_what_they_name),
        cmocka_unit_test(test_uncertainty_is_at_its_point),
        cmocka_unit_test(test_settings_win),
        cmocka_unit_test(test_settings_are_refused),
        cmocka_unit_test(test_platform_must_suffice),
        cmocka_unit_test(test_files_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
