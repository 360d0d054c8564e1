/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes, compares and follows a store's manifest. */
#include "sim/sweep/manifest.h"

#include "config.h"
#include "revision.h"
#include "sim/sweep/command_line.h"
#include "sim/sweep/path_text.h"
#include "sim/sweep/store.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

static char *absolute(const char *path)
{
    char *real = realpath(path, NULL);
    return real != NULL ? real : bh_copy_text(path);
}

/* A document as JSON; NULL with err set if that cannot hold it: nothing is mixed with what is not known. */
static json_t *document(const struct bh_document *document, struct bh_error *err)
{
    json_error_t cause;
    char *text = bh_node_print_json(bh_document_root(document));
    json_t *object = json_loads(text, 0, &cause);
    free(text);
    if (object == NULL)
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot be kept in %s: %s", bh_document_name(document), BH_MANIFEST_NAME,
                cause.text);
    return object;
}

static json_t *identity(struct bh_identity identity)
{
    char text[BH_IDENTITY_TEXT];
    return json_string(bh_identity_print(identity, text));
}

static json_t *settings(const struct bh_plan *plan, struct bh_error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->study->settings_count; i++) {
        const struct bh_setting *setting = &plan->study->settings[i];
        if (json_array_append_new(list, json_pack("[s, s]", setting->path, setting->value)) == 0)
            continue;
        bh_fail(err, BH_ERROR_INPUT, "--set %s=%s: cannot be kept in %s; expected UTF-8", setting->path, setting->value,
                BH_MANIFEST_NAME);
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *files(const struct bh_identities *identities)
{
    json_t *object = json_object();
    for (size_t i = 0; i < identities->files_count; i++) {
        char *path = absolute(identities->files[i].path), *name = bh_path_escape(path);
        json_object_set_new(object, name, identity(identities->files[i].bytes));
        free(path);
        free(name);
    }
    return object;
}

/* One for all points, in their order. */
static json_t *all_points(const struct bh_identities *identities)
{
    XXH128_hash_t hash = XXH3_128bits(identities->point, identities->points * sizeof *identities->point);
    return identity((struct bh_identity){hash.high64, hash.low64});
}

/* A number of 64 bits without a sign, which JSON's are not. */
static json_t *whole(uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return json_string(text);
}

static json_t *create(const struct bh_plan *plan, struct bh_error *err)
{
    json_t *own = settings(plan, err), *campaign = document(plan->document, err),
           *scenario = document(plan->study->document, err);
    if (own == NULL || campaign == NULL || scenario == NULL) {
        json_decref(own);
        json_decref(campaign);
        json_decref(scenario);
        return NULL;
    }
    char *path = absolute(plan->file), *file = bh_path_escape(path);
    json_t *object = json_pack(
        "{s:i, s:s, s:s?, s:s?, s:o, s:{s:s, s:s, s:o}, s:o, s:I, s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "format", 2,
        "file", file, "given_seed", plan->seed, "given_replicas", plan->most, "settings", own, "program", "version",
        PACKAGE_VERSION, "revision", BH_REVISION, "identity", identity(plan->identities->program), "seed",
        whole(plan->first->seed), "replicas", (json_int_t)plan->replicas, "precise", (int)plan->precision.is_on,
        "points", (json_int_t)plan->points, "policies", (json_int_t)plan->first->policies_count, "models",
        identity(plan->identities->models), "files", files(plan->identities), "identity", all_points(plan->identities),
        "campaign", campaign, "scenario", scenario);
    BH_BUG_ASSERT(object != NULL);
    free(path);
    free(file);
    return object;
}

/* --- Comparison --------------------------------------------------------------------------------------------------------- */

/* Text for a message; the caller frees. NULL if it is not there. */
static char *print_value(const json_t *value)
{
    return json_is_string(value) ? bh_copy_text(json_string_value(value))
                                 : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

static int fail_changed(const char *directory, const char *what, const json_t *was, const json_t *is,
                        struct bh_error *err)
{
    char *before = print_value(was), *now = print_value(is);
    bool are_short = before != NULL && now != NULL && strlen(before) < 120 && strlen(now) < 120;
    bh_fail(err, BH_ERROR_INPUT,
            "%s: %s changed since the sweep began%s%s%s%s; what is done cannot be mixed with what would "
            "follow: undo the change, or sweep into another folder",
            directory, what, are_short ? ": it was " : "", are_short ? before : "", are_short ? ", now it is " : "",
            are_short ? now : "");
    free(before);
    free(now);
    return -1;
}

/* Files that both have and whose bytes differ. One that was moved is no change. */
static int compare_files(const char *directory, json_t *theirs, json_t *mine, struct bh_error *err)
{
    const char *name;
    json_t *is;
    json_object_foreach(mine, name, is)
    {
        json_t *was = json_object_get(theirs, name);
        if (was == NULL || json_equal(was, is))
            continue;
        char *what = bh_print_text("the file %s", name);
        fail_changed(directory, what, NULL, NULL, err);
        free(what);
        return -1;
    }
    return 0;
}

static int compare(const char *directory, json_t *mine, const char *text, struct bh_error *err)
{
    /* In the order in which a user would look. */
    static const char *const keys[][2] = {
        {"campaign", "the campaign"},
        {"settings", "the settings of the command line (--set)"},
        {"scenario", "the scenario"},
        {"seed", "the seed"},
        {"replicas", "the number of replicas"},
        {"precise", "how the number of replicas is chosen"},
        {"models", "the models' numbers"},
        {"files", NULL},
        {"program", "the program"},
        {"points", "the points"},
        {"policies", "the policies"},
        {"identity", "a value at its points, or a file that they open,"},
    };
    json_t *theirs = json_loads(text, 0, NULL);
    if (!json_is_object(theirs) || json_integer_value(json_object_get(theirs, "format")) != 2) {
        json_decref(theirs);
        return bh_fail(err, BH_ERROR_INPUT, "%s/%s is not of a sweep by this version of the program", directory,
                       BH_MANIFEST_NAME);
    }
    int status = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && status == 0; i++) {
        json_t *was = json_object_get(theirs, keys[i][0]), *is = json_object_get(mine, keys[i][0]);
        if (keys[i][1] == NULL)
            status = compare_files(directory, was, is, err);
        else if (!json_equal(was, is))
            status = fail_changed(directory, keys[i][1], was, is, err);
    }
    json_decref(theirs);
    return status;
}

/* What --resume would go on with. */
static int expect_sweep(const char *directory, const struct bh_plan *plan, struct bh_error *err)
{
    struct bh_error reading = {0};
    char *text = bh_store_read_text(directory, BH_MANIFEST_NAME, &reading);
    bool is_folder = access(directory, F_OK) == 0;
    if (text != NULL) {
        free(text);
        return 0;
    }
    if (reading.code != BH_ERROR_NONE)
        return bh_fail(err, reading.code, "%s", reading.text);
    char *command = bh_campaign_command(plan, "sweep", directory);
    bh_fail(err, BH_ERROR_INPUT, "--resume: %s %s, so that there is nothing to go on with; to begin: %s", directory,
            is_folder ? "holds no sweep" : "does not exist", command);
    free(command);
    return -1;
}

int bh_manifest_publish(const char *directory, const struct bh_plan *plan, bool resumes, int *was_there,
                        struct bh_error *err)
{
    if (resumes && expect_sweep(directory, plan, err) != 0)
        return -1;
    json_t *mine = create(plan, err);
    if (mine == NULL)
        return -1;
    char *text = json_dumps(mine, JSON_INDENT(1)), *found = NULL;
    BH_BUG_ASSERT(text != NULL);
    int status = bh_store_publish(directory, BH_MANIFEST_NAME, text, &found, err);
    if (status >= 0) {
        *was_there = status;
        status = compare(directory, mine, found, err);
    }
    json_decref(mine);
    free(text);
    free(found);
    return status;
}

static int check(const char *directory, const struct bh_plan *plan, struct bh_error *err)
{
    struct bh_error reading = {0};
    char *found = bh_store_read_text(directory, BH_MANIFEST_NAME, &reading);
    if (found == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "%s",
                       reading.code != BH_ERROR_NONE ? reading.text : "this folder holds no sweep");
    json_t *mine = create(plan, err);
    int status = mine == NULL ? -1 : compare(directory, mine, found, err);
    json_decref(mine);
    free(found);
    return status;
}

struct bh_plan *bh_manifest_plan(const char *directory, const char *data_directory, struct bh_error *err)
{
    char *text = bh_store_read_text(directory, BH_MANIFEST_NAME, err);
    json_t *manifest = text == NULL ? NULL : json_loads(text, 0, NULL), *pair;
    const char *file = json_string_value(json_object_get(manifest, "file"));
    struct bh_plan *plan = NULL;
    free(text);
    if (file == NULL) {
        bh_fail(err, BH_ERROR_INPUT, "%s holds no sweep: there is no %s", directory, BH_MANIFEST_NAME);
        json_decref(manifest);
        return NULL;
    }
    json_t *list = json_object_get(manifest, "settings");
    struct bh_setting *settings = bh_allocate(json_array_size(list) + 2, sizeof *settings);
    size_t i, used = 0;
    json_array_foreach(list, i, pair)
    {
        settings[used].path = json_string_value(json_array_get(pair, 0));
        settings[used].value = json_string_value(json_array_get(pair, 1));
        used += settings[used].path != NULL && settings[used].value != NULL;
    }
    /* --seed and --replicas are the campaign's business, and no settings of the study. */
    const char *seed = json_string_value(json_object_get(manifest, "given_seed"));
    const char *replicas = json_string_value(json_object_get(manifest, "given_replicas"));
    if (seed != NULL)
        settings[used++] = (struct bh_setting){"seed", seed};
    if (replicas != NULL)
        settings[used++] = (struct bh_setting){"replicas", replicas};
    char *path = bh_path_unescape(file);
    plan = bh_plan_read(path, data_directory, settings, used, err);
    free(path);
    free(settings);
    json_decref(manifest);
    if (plan != NULL && check(directory, plan, err) != 0) {
        bh_plan_destroy(plan);
        return NULL;
    }
    return plan;
}
