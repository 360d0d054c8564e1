/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes, compares and follows a store's manifest. */
#include "sim/sweep/manifest.h"

#include "config.h"
#include "revision.h"
#include "sim/sweep/path_text.h"
#include "sim/sweep/store.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Every number of the models, by name: what `bulkhead check` would print. */
static void hash_models(const struct bh_catalog *catalog, char *buffer, size_t size)
{
    char *text = bh_node_print_json(bh_document_root(catalog->document));
    XXH128_hash_t hash = XXH3_128bits(text, strlen(text));
    free(text);
    snprintf(buffer, size, "%016llx%016llx", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
}

static void hash_file(const char *path, char *buffer, size_t size)
{
    XXH3_state_t *state = XXH3_createState();
    FILE *file = fopen(path, "rb");
    char block[65536];
    size_t count;
    XXH3_64bits_reset(state);
    while (file != NULL && (count = fread(block, 1, sizeof block, file)) > 0)
        XXH3_64bits_update(state, block, count);
    if (file != NULL)
        fclose(file);
    snprintf(buffer, size, "%016llx", (unsigned long long)XXH3_64bits_digest(state));
    XXH3_freeState(state);
}

static char *absolute(const char *path)
{
    char *real = realpath(path, NULL);
    return real != NULL ? real : bh_copy_text(path);
}

static json_t *document(const struct bh_document *document)
{
    char *text = bh_node_print_json(bh_document_root(document));
    json_t *object = json_loads(text, 0, NULL);
    free(text);
    return object != NULL ? object : json_null();
}

static json_t *create(const struct bh_plan *plan)
{
    char models[40], platform[20];
    hash_models(plan->first->catalog, models, sizeof models);
    hash_file(plan->first->platform_file, platform, sizeof platform);
    json_t *settings = json_array();
    for (size_t i = 0; i < plan->study->settings_count; i++)
        json_array_append_new(settings,
                              json_pack("[s, s]", plan->study->settings[i].path, plan->study->settings[i].value));
    char *path = absolute(plan->file), *file = bh_path_escape(path);
    json_t *object =
        json_pack("{s:i, s:s, s:{s:s, s:s}, s:I, s:I, s:I, s:o, s:s, s:s, s:o, s:o, s:I}", "format", 1, "file", file,
                  "program", "version", PACKAGE_VERSION, "revision", BH_REVISION, "seed", (json_int_t)plan->first->seed,
                  "replicas", (json_int_t)plan->replicas, "points", (json_int_t)plan->points, "settings", settings,
                  "models", models, "platform", platform, "campaign", document(plan->document), "scenario",
                  document(plan->study->document), "policies", (json_int_t)plan->first->policies_count);
    if (plan->first->log != NULL) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016llx", (unsigned long long)plan->first->log->hash);
        json_object_set_new(object, "log", json_string(hash));
    }
    json_object_set_new(object, "precise", json_boolean(plan->precision.is_on));
    free(path);
    free(file);
    return object;
}

static int compare(const char *directory, const json_t *mine, const char *text, struct bh_error *err)
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
        {"platform", "the platform"},
        {"log", "the failure log"},
        {"program", "the program"},
        {"points", "the points"},
        {"policies", "the policies"},
    };
    json_t *theirs = json_loads(text, 0, NULL);
    if (!json_is_object(theirs) || json_integer_value(json_object_get(theirs, "format")) != 1) {
        json_decref(theirs);
        return bh_fail(err, BH_ERROR_INPUT, "%s/%s is not of a sweep by this program", directory, BH_MANIFEST_NAME);
    }
    int status = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && status == 0; i++) {
        json_t *was = json_object_get(theirs, keys[i][0]), *is = json_object_get(mine, keys[i][0]);
        if (json_equal(was, is) || (was == NULL && is == NULL)) /* only some sweeps replay a log */
            continue;
        char *before = json_dumps(was, JSON_ENCODE_ANY | JSON_COMPACT);
        char *now = json_dumps(is, JSON_ENCODE_ANY | JSON_COMPACT);
        bool are_short = before != NULL && now != NULL && strlen(before) < 120 && strlen(now) < 120;
        status = bh_fail(err, BH_ERROR_INPUT,
                         "%s: %s changed since the sweep began%s%s%s%s; what is done cannot be mixed with what would "
                         "follow: undo the change, or sweep into another folder",
                         directory, keys[i][1], are_short ? ": it was " : "", are_short ? before : "",
                         are_short ? ", now it is " : "", are_short ? now : "");
        free(before);
        free(now);
    }
    json_decref(theirs);
    return status;
}

int bh_manifest_publish(const char *directory, const struct bh_plan *plan, int *was_there, struct bh_error *err)
{
    json_t *mine = create(plan);
    char *text = mine == NULL ? NULL : json_dumps(mine, JSON_INDENT(1)), *found = NULL;
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
    json_t *mine = create(plan);
    int status = compare(directory, mine, found, err);
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
    char seed[24], replicas[24];
    size_t i, used = 0;
    json_array_foreach(list, i, pair)
    {
        settings[used].path = json_string_value(json_array_get(pair, 0));
        settings[used].value = json_string_value(json_array_get(pair, 1));
        used += settings[used].path != NULL && settings[used].value != NULL;
    }
    /* --seed and --replicas are the campaign's business, and no settings of the study. */
    unsigned long long was_seed = (unsigned long long)json_integer_value(json_object_get(manifest, "seed"));
    unsigned long long most = (unsigned long long)json_integer_value(json_object_get(manifest, "replicas"));
    snprintf(seed, sizeof seed, "%llu", was_seed);
    snprintf(replicas, sizeof replicas, "%llu", most);
    settings[used++] = (struct bh_setting){"seed", seed};
    if (!json_is_true(json_object_get(manifest, "precise")))
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
