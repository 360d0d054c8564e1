/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether a campaign is a larger one of the same kind: more replicas, more values on its axes, fewer conditions. */
#include "sim/scenario/scenario.h"
#include "sim/store/parts.h"
#include "sim/store/store.h"
#include "sim/store/store_view.h"

#include <stdlib.h>
#include <string.h>

static const char advice[] = "undo the change, or sweep into another folder";

/* --- Axes ----------------------------------------------------------------------------------------------------------------- */

json_t *bh_manifest_axes(const struct bh_campaign *campaign)
{
    json_t *axes = json_array();
    for (size_t a = 0; a < campaign->study->axes_count; a++) {
        const struct bh_axis *axis = &campaign->study->axes[a];
        json_t *values = json_array();
        for (size_t v = 0; v < axis->count; v++) {
            char text[BH_IDENTITY_TEXT];
            json_array_append_new(values, json_pack("[s, s]", axis->values[v].label,
                                                    bh_identity_print(campaign->identities->value[a][v], text)));
        }
        json_array_append_new(axes, json_pack("{s:s, s:b, s:b, s:o}", "name", axis->name, "setting",
                                              (int)campaign->axes[a].is_setting, "latin",
                                              (int)campaign->axes[a].is_latin, "values", values));
    }
    return axes;
}

static json_t *find_axis(const json_t *axes, const json_t *wanted)
{
    size_t i;
    json_t *axis;
    json_array_foreach(axes, i, axis)
    {
        if (json_equal(json_object_get(axis, "name"), json_object_get(wanted, "name")))
            return axis;
    }
    return NULL;
}

/* The identities of an axis' values as keys of an object. */
static json_t *identities(const json_t *axis)
{
    json_t *keys = json_object(), *value;
    size_t i;
    json_array_foreach(json_object_get(axis, "values"), i, value)
    {
        const char *key = json_string_value(json_array_get(value, 1));
        if (key != NULL)
            json_object_set_new(keys, key, json_true());
    }
    return keys;
}

static int check_axis(const char *directory, const json_t *was, const json_t *is, struct bh_error *err)
{
    const char *name = json_string_value(json_object_get(was, "name"));
    json_t *values = json_object_get(was, "values"), *value, *kept = identities(is);
    size_t i, count = json_array_size(values), now = json_array_size(json_object_get(is, "values"));
    bool is_latin = json_is_true(json_object_get(was, "latin")) || json_is_true(json_object_get(is, "latin"));
    int status = 0;
    if (is_latin && count != now)
        status =
            bh_fail(err, BH_ERROR_INPUT,
                    "%s: --extend: the axis `%s` is a Latin hypercube of %zu points, which cannot grow to %zu: each of "
                    "its points stands for one of as many strata, so that all would be others; expected %zu as "
                    "before, a Sobol sequence from the start, which can grow, or another folder",
                    directory, name, count, now, count);
    json_array_foreach(values, i, value)
    {
        const char *key = json_string_value(json_array_get(value, 1));
        if (status != 0 || key == NULL || json_object_get(kept, key) != NULL)
            continue;
        if (json_is_true(json_object_get(was, "setting")))
            status = bh_manifest_fail_changed(directory,
                                              "what the campaign says of all points (set, systems, policies, seed)",
                                              NULL, NULL, advice, err);
        else
            status =
                bh_fail(err, BH_ERROR_INPUT,
                        "%s: --extend: the axis `%s` had the value `%s`, which it has no more, or with other settings; "
                        "what is there stays: expected all values that it had, and new ones in any place",
                        directory, name, json_string_value(json_array_get(value, 0)));
    }
    json_decref(kept);
    return status;
}

static int check_axes(const char *directory, const json_t *theirs, const json_t *mine, struct bh_error *err)
{
    json_t *was = json_object_get(theirs, "axes"), *is = json_object_get(mine, "axes"), *axis;
    size_t i;
    json_array_foreach(was, i, axis)
    {
        const json_t *now = find_axis(is, axis);
        if (now == NULL)
            return bh_fail(err, BH_ERROR_INPUT,
                           "%s: --extend: the axis `%s` is gone; expected all axes that there were", directory,
                           json_string_value(json_object_get(axis, "name")));
        if (check_axis(directory, axis, now, err) != 0)
            return -1;
    }
    json_array_foreach(is, i, axis)
    {
        if (find_axis(was, axis) == NULL)
            return bh_fail(
                err, BH_ERROR_INPUT,
                "%s: --extend: the axis `%s` is new, and what is there has no place on it; expected the axes that "
                "there were",
                directory, json_string_value(json_object_get(axis, "name")));
    }
    return 0;
}

/* --- Points that were done ---------------------------------------------------------------------------------------------------- */

static int expect_point(void *context, const struct bh_record_head *head, const void *payload, struct bh_error *err)
{
    const struct bh_campaign *campaign = context;
    const size_t *points;
    (void)payload;
    if ((head->kind != BH_RECORD_POINT && head->kind != BH_RECORD_REPLICAS) ||
        bh_identities_find(campaign->identities, head->identity, &points) > 0)
        return 0;
    return bh_fail(
        err, BH_ERROR_INPUT,
        "point %llu, which is done, is not in the campaign any more; what is there stays: expected conditions "
        "(where) that leave out no more than before",
        (unsigned long long)head->point);
}

static int check_records(const char *directory, const struct bh_campaign *campaign, struct bh_error *err)
{
    struct bh_store_view view;
    struct bh_error own = {0};
    if (bh_store_view_open(&view, directory, err) != 0)
        return -1;
    int status = bh_store_view_visit(&view, expect_point, (void *)campaign, &own);
    bh_store_view_close(&view);
    return status == 0 ? 0 : bh_fail(err, own.code, "%s: --extend: %s", directory, own.text);
}

int bh_manifest_check_extension(const char *directory, const struct bh_campaign *campaign, json_t *theirs, json_t *mine,
                                struct bh_error *err)
{
    static const char *const alike[][2] = {
        {"seed", "the seed"},
        {"settings", "the settings of the command line (--set)"},
        {"models", "the models' numbers"},
        {"simgrid_options", BH_MANIFEST_OPTIONS},
        {"program", "the program"},
        {"policies", "the number of policies"},
    };
    for (size_t i = 0; i < BH_COUNT(alike); i++) {
        json_t *was = json_object_get(theirs, alike[i][0]), *is = json_object_get(mine, alike[i][0]);
        if (!json_equal(was, is))
            return bh_manifest_fail_changed(directory, alike[i][1], was, is, advice, err);
    }
    if (bh_manifest_compare_files(directory, json_object_get(theirs, "files"), json_object_get(mine, "files"), err) !=
            0 ||
        check_axes(directory, theirs, mine, err) != 0)
        return -1;
    if (!json_equal(json_object_get(theirs, "shared"), json_object_get(mine, "shared")))
        return bh_manifest_fail_changed(directory, "the scenario, beside its axes,", NULL, NULL, advice, err);
    json_int_t before = json_integer_value(json_object_get(theirs, "replicas"));
    if ((json_int_t)campaign->replicas < before)
        return bh_fail(
            err, BH_ERROR_INPUT,
            "%s: --extend: found %llu replicas, where the sweep has %lld; what is there stays: expected as many "
            "or more",
            directory, (unsigned long long)campaign->replicas, (long long)before);
    return check_records(directory, campaign, err);
}
