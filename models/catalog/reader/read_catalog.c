/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads the folder of parameter files into one tree of numbers with dotted paths, and that into a catalog. */
#include "models/catalog/reader/read_catalog.h"

#include "models/catalog/catalog.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/machine.h"
#include "models/catalog/policy.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/reader/read_interval.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/document/document_like.h"
#include "models/document/document_read.h"
#include "models/document/document_set.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sections in the order in which they are read: later ones name things of earlier ones. */
static const struct section {
    const char *name;
    bool in_extra; /* a scenario may define entries of its own */
    int (*read)(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err);
    const char *what; /* entries may be like others: an entry, and its keys; else NULL */
    const struct bh_keys *keys;
} sections[] = {
    {"rates", false, bh_read_rates, NULL, NULL}, /* which numbers of the others they replace */
    {"zones", false, bh_read_zones, NULL, NULL},
    {"errors", false, bh_read_errors, NULL, NULL},
    {"components", true, bh_read_components, NULL, NULL},
    {"channels", true, bh_read_channels, NULL, NULL},
    {"guards", true, bh_read_guards, NULL, NULL},
    {"domains", true, bh_read_domains, NULL, NULL},
    {"memory", false, bh_read_memory, NULL, NULL},
    {"faults", true, bh_read_faults, NULL, NULL},
    {"applications", true, bh_read_applications, "application", &bh_application_keys},
    {"recovery", false, bh_read_recovery, NULL, NULL},
    {"systems", true, bh_read_systems, "system", &bh_system_keys},
    {"policies", true, bh_read_policies, "policy", &bh_policy_keys},
};
enum { SECTIONS = BH_COUNT(sections) };

/* --- Merging files into one tree ----------------------------------------------------------------------------------- */

/* DIRECTORY/NAME.yaml, whose only key is NAME. */
static int merge_section(struct bh_document *merged, const char *directory, const char *name, struct bh_error *err)
{
    const char *const keys[] = {name, NULL};
    char *path = bh_print_text("%s/%s.yaml", directory, name);
    struct bh_document *file = bh_document_read(path, err);
    free(path);
    if (!file)
        return -1;
    const struct bh_node *root = bh_document_root(file);
    const struct bh_node *section = NULL;
    if (!bh_node_expect(root, BH_NODE_MAP, name, err) && !bh_node_check_keys(root, keys, err))
        section = bh_node_need(root, name, err);
    const int result = section ? bh_document_set_node(merged, name, section, false, err) : -1;
    bh_document_destroy(file);
    return result;
}

/* Puts map `key`: value into the section `section` of the merged tree, in place of what is there. */
static int merge_entry(struct bh_document *merged, const char *section, const char *key, const struct bh_node *value,
                       struct bh_error *err)
{
    if (*key == '\0' || strchr(key, '.'))
        return bh_fail_at(err, bh_node_place(value), "found the name `%s`, expected one without dots", key);
    char *path = bh_print_text("%s.%s", section, key);
    const int result = bh_document_set_node(merged, path, value, false, err);
    free(path);
    return result;
}

/* DIRECTORY/systems/NAME.yaml, which says `system: NAME`. */
static int merge_system(struct bh_document *merged, const char *directory, const char *file_name, struct bh_error *err)
{
    char *path = bh_print_text("%s/systems/%s", directory, file_name);
    struct bh_document *file = bh_document_read(path, err);
    free(path);
    if (!file)
        return -1;
    const struct bh_node *root = bh_document_root(file);
    int result = bh_node_expect(root, BH_NODE_MAP, "system", err);
    const char *name = result ? NULL : bh_read_text(root, "system", err);
    if (name) {
        const size_t length = strlen(name);
        if (strncmp(file_name, name, length) != 0 || strcmp(file_name + length, ".yaml") != 0)
            result = bh_fail_at(err, bh_node_place(bh_node_find(root, "system")),
                                "found system `%s`, expected the file's own name, %s", name, file_name);
        else
            result = merge_entry(merged, "systems", name, root, err);
    } else {
        result = -1;
    }
    bh_document_destroy(file);
    return result;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_system_file(const char *name)
{
    const size_t length = strlen(name);
    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

/* In the order of their names, so that a catalog does not depend on the file system. */
static int merge_systems(struct bh_document *merged, const char *directory, struct bh_error *err)
{
    char *path = bh_print_text("%s/systems", directory);
    if (bh_document_set(merged, "systems", "{}", path, err)) {
        free(path);
        return -1;
    }
    DIR *folder = opendir(path);
    if (!folder) {
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot read this folder of virtualization systems: %s", path,
                strerror(errno));
        free(path);
        return -1;
    }
    free(path);

    char **names = NULL;
    size_t count = 0, room = 0;
    for (struct dirent *item = readdir(folder); item; item = readdir(folder)) {
        if (!is_system_file(item->d_name))
            continue;
        if (count == room) {
            room = 2 * room + 16;
            names = bh_reallocate(names, room, sizeof *names);
        }
        names[count++] = bh_copy_text(item->d_name);
    }
    closedir(folder);
    if (count > 0)
        qsort(names, count, sizeof *names, compare_texts);

    int result = 0;
    for (size_t i = 0; i < count && !result; i++)
        result = merge_system(merged, directory, names[i], err);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return result;
}

/* Guard levels stand under their boundary, one level deeper than other entries. */
static int merge_extra_guards(struct bh_document *merged, const struct bh_node *guards, struct bh_error *err)
{
    if (bh_node_check_keys(guards, bh_boundary_names, err))
        return -1;
    for (size_t i = 0; i < bh_node_count(guards); i++) {
        const struct bh_node *levels = bh_node_item(guards, i);
        if (bh_node_expect(levels, BH_NODE_MAP, bh_node_key(guards, i), err))
            return -1;
        char *path = bh_print_text("guards.%s", bh_node_key(guards, i));
        int result = 0;
        if (!bh_node_find_path(bh_document_root(merged), path))
            result = bh_document_set_node(merged, path, levels, false, err);
        else
            for (size_t j = 0; j < bh_node_count(levels) && !result; j++)
                result = merge_entry(merged, path, bh_node_key(levels, j), bh_node_item(levels, j), err);
        free(path);
        if (result)
            return -1;
    }
    return 0;
}

static int merge_extra(struct bh_document *merged, const struct bh_node *extra, struct bh_error *err)
{
    const char *keys[SECTIONS + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < SECTIONS; i++)
        if (sections[i].in_extra)
            keys[count++] = sections[i].name;
    if (bh_node_expect(extra, BH_NODE_MAP, "define", err) || bh_node_check_keys(extra, keys, err))
        return -1;
    for (size_t i = 0; i < bh_node_count(extra); i++) {
        const char *section = bh_node_key(extra, i);
        const struct bh_node *entries = bh_node_item(extra, i);
        if (bh_node_expect(entries, BH_NODE_MAP, section, err))
            return -1;
        if (strcmp(section, "guards") == 0) {
            if (merge_extra_guards(merged, entries, err))
                return -1;
            continue;
        }
        for (size_t j = 0; j < bh_node_count(entries); j++)
            if (merge_entry(merged, section, bh_node_key(entries, j), bh_node_item(entries, j), err))
                return -1;
    }
    return 0;
}

/* --- The catalog --------------------------------------------------------------------------------------------------- */

/* A file of a parametric machine. */
struct machine_file {
    char *path;
    struct bh_document *document;
};

struct bh_catalog_files {
    char *directory;
    struct bh_document *merged;
    size_t machines_count;
    struct machine_file *machines;
};

static int merge_all(struct bh_document *merged, const char *directory, struct bh_error *err)
{
    for (size_t i = 0; i < SECTIONS; i++)
        if (strcmp(sections[i].name, "systems") != 0 && merge_section(merged, directory, sections[i].name, err))
            return -1;
    return merge_systems(merged, directory, err);
}

struct bh_catalog_files *bh_catalog_files_read(const char *directory, struct bh_error *err)
{
    struct bh_catalog_files *files = bh_allocate(1, sizeof *files);
    files->directory = bh_copy_text(directory);
    files->merged = bh_document_parse("{}", 2, directory, err);
    if (files->merged && merge_all(files->merged, directory, err) == 0)
        return files;
    bh_catalog_files_destroy(files);
    return NULL;
}

void bh_catalog_files_destroy(struct bh_catalog_files *files)
{
    if (!files)
        return;
    for (size_t i = 0; i < files->machines_count; i++) {
        free(files->machines[i].path);
        bh_document_destroy(files->machines[i].document);
    }
    free(files->machines);
    bh_document_destroy(files->merged);
    free(files->directory);
    free(files);
}

static const struct bh_document *find_machine(struct bh_catalog_files *files, const char *path, struct bh_error *err)
{
    for (size_t i = 0; i < files->machines_count; i++)
        if (strcmp(files->machines[i].path, path) == 0)
            return files->machines[i].document;
    struct bh_document *document = bh_document_read(path, err);
    if (!document)
        return NULL;
    files->machines = bh_reallocate(files->machines, files->machines_count + 1, sizeof *files->machines);
    files->machines[files->machines_count++] = (struct machine_file){bh_copy_text(path), document};
    return document;
}

/* The file of a parametric machine becomes the section `platform`. */
static int read_machine(struct bh_catalog_reader *reader, const struct bh_document *file, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    int result = bh_document_set_node(catalog->document, "platform", bh_document_root(file), false, err);
    catalog->machine = bh_allocate(1, sizeof *catalog->machine);
    return result ? result
                  : bh_read_machine(reader, bh_node_find(bh_document_root(catalog->document), "platform"),
                                    catalog->machine, err);
}

static int read_all(struct bh_catalog_reader *reader, struct bh_catalog_files *files, const struct bh_node *overrides,
                    const struct bh_node *extra, const char *machine, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (extra && merge_extra(catalog->document, extra, err))
        return -1;
    const struct bh_node *root = bh_document_root(catalog->document);
    if (overrides) {
        /* Kept beside the sections, so that their places live as long as the catalog. */
        if (bh_node_expect(overrides, BH_NODE_MAP, "models", err) ||
            bh_document_set_node(catalog->document, "overrides", overrides, false, err))
            return -1;
        reader->overrides = bh_node_find(root, "overrides");
    }
    for (size_t i = 0; i < SECTIONS; i++)
        if (sections[i].keys != NULL &&
            bh_document_fill_section(catalog->document, bh_node_find(root, sections[i].name), sections[i].what,
                                     sections[i].keys, err))
            return -1;
    for (size_t i = 0; i < SECTIONS; i++)
        if (sections[i].read(reader, bh_node_find(root, sections[i].name), err))
            return -1;
    const struct bh_document *file = machine ? find_machine(files, machine, err) : NULL;
    if (machine && (!file || read_machine(reader, file, err)))
        return -1;
    catalog->rates = reader->rates_name;
    catalog->rates_description = reader->rates_description;
    return bh_rates_check(reader, err) || bh_parameter_check_overrides(reader, err) || bh_intervals_link(reader, err);
}

struct bh_catalog *bh_catalog_create(struct bh_catalog_files *files, const struct bh_node *overrides,
                                     const struct bh_node *extra, const char *machine, struct bh_error *err)
{
    struct bh_catalog_reader reader = {.catalog = bh_allocate(1, sizeof *reader.catalog)};
    reader.catalog->directory = bh_copy_text(files->directory);
    reader.catalog->document = bh_document_copy(files->merged);
    const int result = read_all(&reader, files, overrides, extra, machine, err);
    free(reader.links);
    if (result == 0)
        return reader.catalog;
    bh_catalog_destroy(reader.catalog);
    return NULL;
}

struct bh_catalog *bh_catalog_read(const char *directory, const struct bh_node *overrides, const struct bh_node *extra,
                                   const char *machine, struct bh_error *err)
{
    struct bh_catalog_files *files = bh_catalog_files_read(directory, err);
    struct bh_catalog *catalog = files ? bh_catalog_create(files, overrides, extra, machine, err) : NULL;
    bh_catalog_files_destroy(files);
    return catalog;
}

static void clear_system(struct bh_system *system)
{
    for (size_t i = 0; system->zones && i < system->zones_count; i++) {
        free(system->zones[i].components);
        free(system->zones[i].needs);
        free(system->zones[i].roles);
    }
    free(system->zones);
    free(system->channels);
    free(system->mechanisms);
    free(system->alone);
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++)
        free(system->offered[boundary]);
}

void bh_catalog_destroy(struct bh_catalog *catalog)
{
    if (!catalog)
        return;
    for (size_t i = 0; catalog->systems && i < catalog->systems_count; i++)
        clear_system(&catalog->systems[i]);
    for (size_t i = 0; catalog->policies && i < catalog->policies_count; i++)
        free(catalog->policies[i].named);
    for (size_t i = 0; i < catalog->texts_count; i++)
        free(catalog->texts[i]);
    free(catalog->texts);
    free(catalog->machine);
    free(catalog->components);
    free(catalog->channel_types);
    free(catalog->guards);
    free(catalog->systems);
    free(catalog->domains);
    free(catalog->faults);
    free(catalog->applications);
    free(catalog->policies);
    free(catalog->parameters);
    free(catalog->open);
    free(catalog->words);
    bh_document_destroy(catalog->document);
    free(catalog->directory);
    free(catalog);
}
