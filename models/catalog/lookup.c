/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Things of the catalog by name. */
#include "models/catalog/lookup.h"

#include "models/base/nearest_name.h"
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/catalog/zone_choice.h"
#include "models/document/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bh_fail_unknown(const char *what, const char *name, const char *const *known, size_t count, struct bh_place place,
                    struct bh_error *err)
{
    const char *nearest = bh_nearest_name(name, known, count);
    if (nearest)
        return bh_fail_at(err, place, "found %s `%s`, expected a known one; did you mean `%s`?", what, name, nearest);

    /* A long list helps nobody: parameters number in the hundreds. */
    char list[400] = "";
    size_t length = 0;
    for (size_t i = 0; i < count && length < sizeof list - 1; i++) {
        const int written = snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? ", " : "", known[i]);
        length += written > 0 ? (size_t)written : 0;
    }
    if (length < sizeof list - 1)
        return bh_fail_at(err, place, "found %s `%s`, expected one of: %s", what, name, count > 0 ? list : "(none)");
    return bh_fail_at(err, place, "found %s `%s`, expected a known one", what, name);
}

/* Position of the item called `name` in an array of structures that have their name at `offset`; -1 with an error. */
static long find_by_name(const char *what, const void *items, size_t count, size_t size, size_t offset,
                         const char *name, struct bh_place place, struct bh_error *err)
{
    const char **names = bh_allocate(count + 1, sizeof *names);
    long found = -1;
    for (size_t i = 0; i < count; i++) {
        memcpy(&names[i], (const char *)items + i * size + offset, sizeof names[i]);
        if (strcmp(names[i], name) == 0)
            found = (long)i;
    }
    if (found < 0)
        bh_fail_unknown(what, name, names, count, place, err);
    free(names);
    return found;
}

#define BH_LOOKUP(type, function, array, what)                                                                         \
    const struct type *function(const struct bh_catalog *catalog, const char *name, struct bh_place place,             \
                                struct bh_error *err)                                                                  \
    {                                                                                                                  \
        const long index = find_by_name(what, catalog->array, catalog->array##_count, sizeof *catalog->array,          \
                                        offsetof(struct type, name), name, place, err);                                \
        return index < 0 ? NULL : &catalog->array[index];                                                              \
    }

BH_LOOKUP(bh_system, bh_catalog_system, systems, "system")
BH_LOOKUP(bh_policy, bh_catalog_policy, policies, "policy")
BH_LOOKUP(bh_application, bh_catalog_application, applications, "application")
BH_LOOKUP(bh_component, bh_catalog_component, components, "component")
BH_LOOKUP(bh_fault_class, bh_catalog_fault, faults, "fault class")
BH_LOOKUP(bh_domain, bh_catalog_domain, domains, "domain")
BH_LOOKUP(bh_channel_type, bh_catalog_channel, channel_types, "channel type")

const struct bh_parameter *bh_catalog_parameter(const struct bh_catalog *catalog, const char *path,
                                                struct bh_place place, struct bh_error *err)
{
    const char **paths = bh_allocate(catalog->parameters_count + catalog->open_count + 1, sizeof *paths);
    const struct bh_parameter *found = NULL;
    for (size_t i = 0; i < catalog->parameters_count && !found; i++) {
        paths[i] = catalog->parameters[i]->path;
        if (strcmp(paths[i], path) == 0)
            found = catalog->parameters[i];
    }
    for (size_t i = 0; i < catalog->open_count && !found; i++)
        paths[catalog->parameters_count + i] = catalog->open[i].path;
    if (!found)
        bh_fail_unknown("parameter", path, paths, catalog->parameters_count + catalog->open_count, place, err);
    free(paths);
    return found;
}

const struct bh_word *bh_catalog_word(const struct bh_catalog *catalog, const char *path)
{
    for (size_t i = 0; i < catalog->words_count; i++)
        if (strcmp(catalog->words[i].path, path) == 0)
            return &catalog->words[i];
    return NULL;
}

const struct bh_guard_level *bh_catalog_guard(const struct bh_catalog *catalog, enum bh_boundary boundary,
                                              const char *name, struct bh_place place, struct bh_error *err)
{
    /* Levels are grouped by boundary, so those of one stand together. */
    size_t first = 0;
    while (first < catalog->guards_count && catalog->guards[first].boundary != boundary)
        first++;
    size_t count = 0;
    while (first + count < catalog->guards_count && catalog->guards[first + count].boundary == boundary)
        count++;

    char what[64];
    snprintf(what, sizeof what, "%s guard level", bh_boundary_names[boundary]);
    const long index = find_by_name(what, catalog->guards + first, count, sizeof *catalog->guards,
                                    offsetof(struct bh_guard_level, name), name, place, err);
    return index < 0 ? NULL : &catalog->guards[first + (size_t)index];
}

const struct bh_parameter *const *bh_catalog_parameters(const struct bh_catalog *catalog, size_t *count)
{
    *count = catalog->parameters_count;
    return catalog->parameters;
}

const struct bh_open_number *bh_catalog_open_numbers(const struct bh_catalog *catalog, size_t *count)
{
    *count = catalog->open_count;
    return catalog->open;
}

const struct bh_system *bh_catalog_systems(const struct bh_catalog *catalog, size_t *count)
{
    *count = catalog->systems_count;
    return catalog->systems;
}

const struct bh_word *bh_catalog_words(const struct bh_catalog *catalog, size_t *count)
{
    *count = catalog->words_count;
    return catalog->words;
}

const struct bh_node *bh_catalog_root(const struct bh_catalog *catalog)
{
    return bh_document_root(catalog->document);
}

const struct bh_zone_numbers *bh_catalog_zones(const struct bh_catalog *catalog)
{
    return catalog->zones;
}

const struct bh_error_numbers *bh_catalog_errors(const struct bh_catalog *catalog)
{
    return &catalog->errors;
}

/* Entries that begin with their name, and whose names those are that are kept. */
struct entries {
    const char *section;
    const void *items;
    size_t count, size;
    bool (*is_kept)(const void *item);
};

static bool is_kernel(const void *item)
{
    return ((const struct bh_component *)item)->is_kernel;
}

static bool lands_in_no_zone(const void *item)
{
    const struct bh_fault_class *fault = item;
    return fault->landing == BH_LANDING_NODE || fault->landing == BH_LANDING_STORAGE;
}

static const char **names_of(const struct entries *entries)
{
    const char **names = bh_allocate(entries->count + 1, sizeof *names);
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        const char *item = (const char *)entries->items + i * entries->size;
        if (entries->is_kept == NULL || entries->is_kept(item))
            memcpy(&names[kept++], item, sizeof *names);
    }
    return names;
}

static const char **guards_of(const struct bh_catalog *catalog, const char *boundary)
{
    const char **names = bh_allocate(catalog->guards_count + 1, sizeof *names);
    size_t kept = 0;
    for (size_t i = 0; i < catalog->guards_count; i++)
        if (strcmp(bh_boundary_names[catalog->guards[i].boundary], boundary) == 0)
            names[kept++] = catalog->guards[i].name;
    return names;
}

const char **bh_catalog_names(const struct bh_catalog *catalog, const char *section)
{
#define ENTRIES(section, array, is_kept)                                                                               \
    {                                                                                                                  \
        section, catalog->array, catalog->array##_count, sizeof *catalog->array, is_kept                               \
    }
    static const char guards[] = "guards.";
    const struct entries all[] = {
        ENTRIES("systems", systems, NULL),
        ENTRIES("policies", policies, NULL),
        ENTRIES("applications", applications, NULL),
        ENTRIES("components", components, NULL),
        ENTRIES("components.kernels", components, is_kernel),
        ENTRIES("channels", channel_types, NULL),
        ENTRIES("domains", domains, NULL),
        ENTRIES("faults", faults, NULL),
        ENTRIES("faults.whole", faults, lands_in_no_zone),
    };
    for (size_t i = 0; i < BH_COUNT(all); i++)
        if (strcmp(section, all[i].section) == 0)
            return names_of(&all[i]);
    if (strncmp(section, guards, sizeof guards - 1) == 0)
        return guards_of(catalog, section + sizeof guards - 1);
    BH_BUG_ASSERT(strcmp(section, "zones") == 0);
    return bh_zone_names(catalog);
}
