/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes and compares manifests. */
#include "lab/study/manifest.h"

#include "models/base/random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static void add_identity(json_t *object, const char *key, uint64_t identity)
{
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, identity);
    json_object_set_new(object, key, json_string(text));
}

void bh_lab_manifest_name(json_t *record, const struct bh_snapshot *snapshot)
{
    json_object_set_new(record, "qemu", json_string(snapshot->lab->qemu_version));
    json_object_set_new(record, "kernel", json_string(snapshot->lab->release));
    json_object_set_new(record, "kernel-build", json_string(snapshot->lab->build));
    add_identity(record, "snapshot", snapshot->identity);
    add_identity(record, "memory", snapshot->memory);
}

/* Of what the run without fault said: what agent and console did, and how many instructions each zone had. */
static uint64_t identity_of(const struct bh_golden *golden)
{
    uint64_t identity =
        bh_identity_join(XXH3_64bits(golden->run.console, golden->run.console_length), bh_identity(golden->run.report));
    identity = bh_identity_join(identity, golden->instructions);
    /* All zones together are not counted by older plugins. */
    return bh_identity_join(identity, XXH3_64bits(golden->in_zone, BH_LAB_ANY * sizeof *golden->in_zone));
}

static json_t *manifest_of(const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                           const struct bh_golden *golden)
{
    json_t *manifest = json_object();
    add_identity(manifest, "study", study->identity);
    json_object_set_new(manifest, "node", json_string(study->node->name));
    json_object_set_new(manifest, "stack", json_string(bh_lab_stack_names[study->node->stack]));
    bh_lab_manifest_name(manifest, snapshot);
    add_identity(manifest, "golden", identity_of(golden));
    return manifest;
}

static int compare(const char *path, const json_t *mine, const json_t *there, struct bh_error *err)
{
    static const char builds[] = "node, or of other builds of QEMU, kernel or agents";
    static const struct {
        const char *key, *what;
        bool is_new; /* folders of older programs have none */
    } keys[] = {
        {"study", "study", false},
        {"node", builds, false},
        {"qemu", builds, false},
        {"kernel", builds, false},
        {"kernel-build", builds, true},
        {"snapshot", builds, false},
        {"memory", "boot of the node, which came out otherwise, so that no trial is the same here", true},
        {"golden", "boot of the node, whose run without fault went otherwise, so that no trial is the same here", true},
    };
    for (size_t i = 0; i < BH_COUNT(keys); i++) {
        const char *own = json_string_value(json_object_get(mine, keys[i].key)),
                   *other = json_string_value(json_object_get(there, keys[i].key));
        if (other == NULL && keys[i].is_new)
            continue;
        if (other == NULL || strcmp(own, other) != 0)
            return bh_fail(err, BH_ERROR_INPUT,
                           "%s: found %s %s, expected %s: the folder holds injections of another %s; give a new one",
                           path, keys[i].key, other == NULL ? "nothing" : other, own, keys[i].what);
    }
    return 0;
}

static int check(const char *folder, const json_t *mine, bool is_made, struct bh_error *err)
{
    char *path = bh_print_text("%s/manifest.json", folder);
    json_t *there = json_load_file(path, 0, NULL);
    int status = 0;
    if (there != NULL)
        status = compare(path, mine, there, err);
    else if (access(path, F_OK) == 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: found no JSON", path);
    else if (!is_made)
        status = bh_fail(err, BH_ERROR_INPUT, "no %s, which says what the injections there were made with", path);
    else if (json_dump_file(mine, path, JSON_INDENT(2)) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s", path);
    json_decref(there);
    free(path);
    return status;
}

int bh_lab_manifest_check(const char *folder, const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                          const struct bh_golden *golden, struct bh_error *err)
{
    json_t *mine = manifest_of(study, snapshot, golden);
    int status = check(folder, mine, false, err);
    json_decref(mine);
    return status;
}

int bh_lab_manifest_make(const char *folder, const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                         const struct bh_golden *golden, struct bh_error *err)
{
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return bh_fail(err, BH_ERROR_INPUT, "cannot make %s: %s", folder, strerror(errno));
    json_t *mine = manifest_of(study, snapshot, golden);
    int status = check(folder, mine, true, err);
    json_decref(mine);
    return status;
}
