/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes, compares and follows a store's manifest. */
#include "sim/store/manifest.h"

#include "config.h"
#include "models/document/document_print.h"
#include "revision.h"
#include "sim/campaign/command_line.h"
#include "sim/scenario/scenario.h"
#include "sim/store/parts.h"
#include "sim/store/path_text.h"
#include "sim/store/store.h"

#include <jansson.h>
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

static json_t *settings(const struct bh_campaign *campaign, struct bh_error *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < campaign->study->settings_count; i++) {
        const struct bh_setting *setting = &campaign->study->settings[i];
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

static json_t *create(const struct bh_campaign *campaign, struct bh_error *err)
{
    json_t *own = settings(campaign, err), *read = document(campaign->document, err),
           *scenario = document(campaign->study->document, err);
    if (own == NULL || read == NULL || scenario == NULL) {
        json_decref(own);
        json_decref(read);
        json_decref(scenario);
        return NULL;
    }
    char *path = absolute(campaign->file), *file = bh_path_escape(path);
    char *options = bh_path_escape(bh_identity_simgrid_options()); /* any bytes, as those of paths */
    json_t *object = json_pack(
        "{s:i, s:s, s:s?, s:s?, s:o, s:{s:s, s:s, s:o}, s:o, s:I, s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:s}",
        "format", 3, "file", file, "given_seed", campaign->seed, "given_replicas", campaign->most, "settings", own,
        "program", "version", PACKAGE_VERSION, "revision", BH_REVISION, "identity",
        identity(campaign->identities->program), "seed", whole(campaign->first->seed), "replicas",
        (json_int_t)campaign->replicas, "precise", (int)campaign->precision.is_on, "points",
        (json_int_t)campaign->points, "policies", (json_int_t)campaign->first->policies_count, "models",
        identity(campaign->identities->models), "files", files(campaign->identities), "identity",
        all_points(campaign->identities), "shared", identity(campaign->identities->base), "axes",
        bh_manifest_axes(campaign), "campaign", read, "scenario", scenario, "simgrid_options", options);
    BH_BUG_ASSERT(object != NULL);
    free(options);
    free(path);
    free(file);
    return object;
}

/* --- Comparison --------------------------------------------------------------------------------------------------------- */

static json_t *parse(const char *directory, const char *text, struct bh_error *err)
{
    json_t *theirs = json_loads(text, 0, NULL);
    if (json_is_object(theirs) && json_integer_value(json_object_get(theirs, "format")) == 3)
        return theirs;
    json_decref(theirs);
    bh_fail(err, BH_ERROR_INPUT, "%s/%s is not of a sweep by this version of the program", directory, BH_MANIFEST_NAME);
    return NULL;
}

static int compare(const char *directory, const struct bh_campaign *campaign, json_t *mine, json_t *theirs,
                   struct bh_error *err)
{
    /* In the order in which a user would look, and whether a campaign that has grown would show there. */
    static const struct {
        const char *key, *what;
        bool may_grow;
    } keys[] = {
        {"campaign", "the campaign", true},
        {"settings", "the settings of the command line (--set)", false},
        {"scenario", "the scenario", true},
        {"seed", "the seed", false},
        {"replicas", "the number of replicas", true},
        {"precise", "how the number of replicas is chosen", true},
        {"models", "the models' numbers", false},
        {"files", NULL, false},
        {"simgrid_options", BH_MANIFEST_OPTIONS, false},
        {"program", "the program", false},
        {"points", "the points", true},
        {"policies", "the policies", false},
        {"identity", "a value at its points, or a file that they open,", false},
    };
    char *command = bh_campaign_command(campaign, "sweep", directory);
    char *growing = bh_print_text("undo the change, or sweep into another folder; a campaign that has only grown: %s "
                                  "--extend",
                                  command);
    int status = 0;
    for (size_t i = 0; i < BH_COUNT(keys) && status == 0; i++) {
        json_t *was = json_object_get(theirs, keys[i].key), *is = json_object_get(mine, keys[i].key);
        if (keys[i].what == NULL)
            status = bh_manifest_compare_files(directory, was, is, err);
        else if (!json_equal(was, is))
            status = bh_manifest_fail_changed(
                directory, keys[i].what, was, is,
                keys[i].may_grow ? growing : "undo the change, or sweep into another folder", err);
    }
    free(command);
    free(growing);
    return status;
}

/* --- In the folder ------------------------------------------------------------------------------------------------------ */

/* What --resume and --extend would go on with. */
static int expect_sweep(const char *directory, const struct bh_campaign *campaign, enum bh_manifest_mode mode,
                        struct bh_error *err)
{
    struct bh_error reading = {0};
    char *text = bh_store_read_text(directory, BH_MANIFEST_NAME, &reading);
    bool is_folder = access(directory, F_OK) == 0;
    if (text != NULL) {
        free(text);
        return 0;
    }
    if (reading.code != BH_ERROR_NONE)
        return bh_fail_again(err, &reading);
    char *command = bh_campaign_command(campaign, "sweep", directory);
    bh_fail(err, BH_ERROR_INPUT, "%s: %s %s, so that there is nothing to go on with; to begin: %s",
            mode == BH_MANIFEST_EXTEND ? "--extend" : "--resume", directory,
            is_folder ? "holds no sweep" : "does not exist", command);
    free(command);
    return -1;
}

/* 1: the manifest that is there is equal; 0: it differs, with *theirs and the cause in `why`; -1: it cannot be read. */
static int look(const char *directory, const struct bh_campaign *campaign, json_t *mine, json_t **theirs,
                struct bh_error *why, struct bh_error *err)
{
    struct bh_error reading = {0};
    char *found = bh_store_read_text(directory, BH_MANIFEST_NAME, &reading);
    *theirs = NULL;
    if (found == NULL)
        return reading.code != BH_ERROR_NONE ? bh_fail_again(err, &reading)
                                             : bh_fail(err, BH_ERROR_INPUT, "this folder holds no sweep");
    *theirs = parse(directory, found, err);
    free(found);
    if (*theirs == NULL)
        return -1;
    return compare(directory, campaign, mine, *theirs, why) == 0 ? 1 : 0;
}

/* Shards that extend at the same time agree: one puts the manifest there, the others find it equal. It is looked at under
 * the lock, so that nobody else's larger campaign is lost. */
static int extend(const char *directory, const struct bh_campaign *campaign, json_t *mine, const char *text,
                  struct bh_error *err)
{
    enum { TRIES = 20, PAUSE_US = 100000 };
    for (int i = 0; i < TRIES; i++) {
        struct bh_error why = {0}, locking = {0};
        json_t *theirs;
        int lock = bh_store_try_lock(directory, &locking), status = look(directory, campaign, mine, &theirs, &why, err);
        if (status == 0)
            status = bh_manifest_check_extension(directory, campaign, theirs, mine, err);
        if (status == 0 && locking.code != BH_ERROR_NONE)
            status = bh_fail_again(err, &locking);
        if (status == 0 && lock >= 0)
            status = bh_store_replace(directory, BH_MANIFEST_NAME, text, err) == 0 ? 1 : -1;
        json_decref(theirs);
        if (lock >= 0)
            close(lock);
        if (status != 0)
            return status < 0 ? -1 : 0;
        usleep(PAUSE_US);
    }
    return bh_fail(err, BH_ERROR_INPUT,
                   "%s: --extend: another process is at work in this folder; wait for it, or end it", directory);
}

static int put(const char *directory, const struct bh_campaign *campaign, json_t *mine, const char *text,
               int *was_there, struct bh_error *err)
{
    char *found = NULL;
    int status = bh_store_publish(directory, BH_MANIFEST_NAME, text, &found, err);
    json_t *theirs = status < 0 ? NULL : parse(directory, found, err);
    if (status >= 0) {
        *was_there = status;
        status = theirs == NULL ? -1 : compare(directory, campaign, mine, theirs, err);
    }
    json_decref(theirs);
    free(found);
    return status;
}

int bh_manifest_publish(const char *directory, const struct bh_campaign *campaign, enum bh_manifest_mode mode,
                        int *was_there, struct bh_error *err)
{
    if (mode != BH_MANIFEST_BEGIN && expect_sweep(directory, campaign, mode, err) != 0)
        return -1;
    json_t *mine = create(campaign, err);
    if (mine == NULL)
        return -1;
    char *text = json_dumps(mine, JSON_INDENT(1));
    BH_BUG_ASSERT(text != NULL);
    *was_there = 1;
    int status = mode == BH_MANIFEST_EXTEND ? extend(directory, campaign, mine, text, err)
                                            : put(directory, campaign, mine, text, was_there, err);
    json_decref(mine);
    free(text);
    return status;
}

static int check(const char *directory, const struct bh_campaign *campaign, struct bh_error *err)
{
    json_t *mine = create(campaign, err), *theirs = NULL;
    int status = mine == NULL ? -1 : look(directory, campaign, mine, &theirs, err, err);
    json_decref(theirs);
    json_decref(mine);
    return status == 1 ? 0 : -1;
}

struct bh_campaign *bh_manifest_plan(const char *directory, const char *data_directory, struct bh_error *err)
{
    char *text = bh_store_read_text(directory, BH_MANIFEST_NAME, err);
    json_t *manifest = text == NULL ? NULL : json_loads(text, 0, NULL), *pair;
    const char *file = json_string_value(json_object_get(manifest, "file"));
    struct bh_campaign *campaign = NULL;
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
    campaign = bh_campaign_read(path, data_directory, settings, used, err);
    free(path);
    free(settings);
    json_decref(manifest);
    if (campaign != NULL && check(directory, campaign, err) != 0) {
        bh_campaign_destroy(campaign);
        return NULL;
    }
    return campaign;
}
