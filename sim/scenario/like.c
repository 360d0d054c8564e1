/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finding scenarios, and filling one from another. */
#include "sim/scenario/like.h"

#include "config.h"
#include "models/base/path.h"
#include "models/document/document_get.h"
#include "models/document/document_like.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"
#include "models/document/document_set.h"
#include "sim/scenario/scenario_keys.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_file(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && !S_ISDIR(what.st_mode) && access(path, R_OK) == 0;
}

/* A path that is then freed, or with .yaml behind it: whichever is there. */
static char *try_path(char *plain)
{
    if (is_file(plain))
        return plain;
    char *ended = bh_print_text("%s.yaml", plain);
    free(plain);
    if (is_file(ended))
        return ended;
    free(ended);
    return NULL;
}

char *bh_scenario_find(const char *name, const char *beside, const char *data_directory)
{
    bool is_relative = name[0] != '/';
    char *found = NULL;
    if (*name == '\0')
        return NULL;
    if (is_relative && beside != NULL)
        found = try_path(bh_path_beside(beside, name));
    if (found == NULL)
        found = try_path(bh_copy_text(name));
    if (found == NULL && is_relative)
        found = try_path(bh_print_text("%s/../../experiments/%s", data_directory, name));
    return found;
}

/* --- Versions -------------------------------------------------------------------------------------------------------- */

static uint64_t number_of(const unsigned version[3])
{
    return ((uint64_t)version[0] * 100000 + version[1]) * 100000 + version[2];
}

/* Nothing has changed its meaning since 0.1.0, the first version that read scenarios; what one will change, it refuses or keeps
 * here. */
static int check_version(const struct bh_node *root, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(root, "bulkhead");
    const char *text = node == NULL ? "" : bh_node_text(node, err);
    unsigned own[3] = {0}, its[3] = {0};
    char rest;
    if (node == NULL || text == NULL)
        return text == NULL ? -1 : 0;
    if (strspn(text, "0123456789.") != strlen(text) ||
        sscanf(text, "%5u.%5u.%5u%c", &its[0], &its[1], &its[2], &rest) != 3)
        return bh_node_fail(node, err, "found `%.60s`; expected a version, as in %s", text, PACKAGE_VERSION);
    sscanf(PACKAGE_VERSION, "%5u.%5u.%5u", &own[0], &own[1], &own[2]);
    if (number_of(its) > number_of(own))
        return bh_node_fail(
            node, err,
            "found %s, which is later than this program, %s, and may mean something else by what it says; "
            "expected %s or earlier",
            text, PACKAGE_VERSION, PACKAGE_VERSION);
    if (number_of(its) < number_of((const unsigned[3]){0, 1, 0}))
        return bh_node_fail(node, err, "found %s; expected a version from 0.1.0, the first, to this one, %s", text,
                            PACKAGE_VERSION);
    return 0;
}

/* --- Like another ---------------------------------------------------------------------------------------------------- */

/* Those that are being filled, the innermost first. */
struct chain {
    const char *file, *real;
    const struct chain *outer;
};

/* A file that a scenario names, if it is beside it, by its whole path: who is like it may stand elsewhere. */
static int find_beside(struct bh_document *document, const char *path, struct bh_error *err)
{
    struct bh_node *root = bh_document_root(document);
    const struct bh_node *node = bh_node_find_path(root, path);
    const char *name = node == NULL ? NULL : bh_node_text(node, NULL), *file = bh_document_name(document);
    if (name == NULL || *name == '/' || *name == '\0')
        return 0;
    char *beside = bh_path_beside(file, name), *real = realpath(beside, NULL);
    int status = 0;
    if (real != NULL && is_file(real)) {
        char *value = bh_print_quoted(real);
        status = bh_document_set(document, path, value, file, err);
        if (status == 0)
            bh_document_place_as(document, bh_node_find_path(root, path), node);
        free(value);
    }
    free(real);
    free(beside);
    return status;
}

/* "c.yaml, which b.yaml is like, which a.yaml is like" */
static int fail_circle(const struct bh_node *like, const struct chain *chain, struct bh_error *err)
{
    char *files = bh_copy_text(chain->file);
    for (const struct chain *link = chain->outer; link != NULL && strlen(files) < 400; link = link->outer) {
        bh_add_text(&files, "", ", which %s is like", link->file);
    }
    bh_node_fail(like, err, "found a circle: this is %s; expected a scenario that is like none of them", files);
    free(files);
    return -1;
}

static int fill(struct bh_document *document, const struct chain *outer, const char *data_directory,
                struct bh_error *err)
{
    struct bh_node *root = bh_document_root(document);
    const struct bh_node *like = NULL;
    if (bh_node_kind(root) == BH_NODE_MAP) {
        if (check_version(root, err) != 0)
            return -1;
        like = bh_node_find(root, "like");
    }
    if (like == NULL)
        return 0;
    const char *name = bh_node_text(like, err), *file = bh_document_name(document);
    if (name == NULL)
        return -1;
    char *real = realpath(file, NULL), *path = bh_scenario_find(name, file, data_directory);
    const struct chain chain = {file, real != NULL ? real : file, outer};
    char *other_real = path != NULL ? realpath(path, NULL) : NULL;
    struct bh_document *other = NULL;
    int status = -1;
    if (other_real == NULL) {
        bh_node_fail(like, err,
                     "found `%.200s`, which cannot be read; expected a scenario beside this one, or the name of an "
                     "experiment of Bulkhead's",
                     name);
        goto out;
    }
    for (const struct chain *link = &chain; link != NULL; link = link->outer)
        if (strcmp(link->real, other_real) == 0) {
            fail_circle(like, &chain, err);
            goto out;
        }
    if ((other = bh_document_read(path, err)) == NULL ||
        bh_keys_check_names(bh_document_root(other), &bh_scenario_keys, err) != 0 ||
        fill(other, &chain, data_directory, err) != 0 || find_beside(other, "platform.file", err) != 0 ||
        find_beside(other, "faults.recorded.log", err) != 0 || find_beside(other, "uncertainty.posterior", err) != 0)
        goto out;
    bh_document_fill(document, root, bh_document_root(other), &bh_scenario_keys);
    status = 0;
out:
    bh_document_destroy(other);
    free(other_real);
    free(path);
    free(real);
    return status;
}

int bh_scenario_fill(struct bh_document *document, const char *data_directory, struct bh_error *err)
{
    return fill(document, NULL, data_directory, err);
}
