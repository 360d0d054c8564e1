/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How the catalog's tests read it: the shipped data or another folder's, with overrides and definitions. */
#pragma once

#include "models/catalog/lookup.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/document/document.h"
#include "models/document/document_read.h"
#include "tests/support/helper.h"

#include "models/catalog/catalog.h"

#include <string.h>

static inline char *shipped_directory(void)
{
    return bh_print_text("%s/models/data", bh_test_data());
}

static inline struct bh_document *parse(const char *text, const char *name)
{
    struct bh_error err = {0};
    struct bh_document *document = text ? bh_document_parse(text, strlen(text), name, &err) : NULL;
    if (text && !document)
        fail_msg("%s", err.text);
    return document;
}

/* The catalog of a folder with overrides and definitions given as YAML text, or NULL. */
static inline struct bh_catalog *read_with(const char *directory, const char *overrides, const char *extra,
                                           struct bh_error *err)
{
    struct bh_document *set = parse(overrides, "set.yaml");
    struct bh_document *define = parse(extra, "define.yaml");
    struct bh_catalog *catalog = bh_catalog_read(directory, set ? bh_document_root(set) : NULL,
                                                 define ? bh_document_root(define) : NULL, NULL, err);
    /* The catalog keeps nothing of them. */
    bh_document_destroy(set);
    bh_document_destroy(define);
    return catalog;
}

static inline struct bh_catalog *read_shipped(const char *overrides, const char *extra, struct bh_error *err)
{
    char *directory = shipped_directory();
    struct bh_catalog *catalog = read_with(directory, overrides, extra, err);
    free(directory);
    return catalog;
}

static inline struct bh_catalog *need_shipped(const char *overrides, const char *extra)
{
    struct bh_error err = {0};
    struct bh_catalog *catalog = read_shipped(overrides, extra, &err);
    if (!catalog)
        fail_msg("%s", err.text);
    return catalog;
}

static inline const struct bh_system *need_system(const struct bh_catalog *catalog, const char *name)
{
    struct bh_error err = {0};
    const struct bh_system *system = bh_catalog_system(catalog, name, (struct bh_place){.file = "test"}, &err);
    if (!system)
        fail_msg("%s", err.text);
    return system;
}

static inline const struct bh_parameter *need_parameter(const struct bh_catalog *catalog, const char *path)
{
    struct bh_error err = {0};
    const struct bh_parameter *found = bh_catalog_parameter(catalog, path, (struct bh_place){.file = "test"}, &err);
    if (!found)
        fail_msg("%s", err.text);
    return found;
}

/* 1 with a report unless an input error was met that says `expected` and names `place`; all of a table is tried. */
static inline int wrong_message(const struct bh_catalog *catalog, const struct bh_error *err, const char *place,
                                const char *expected, const char *what)
{
    if (!catalog && err->code == BH_ERROR_INPUT && strstr(err->text, expected) && strstr(err->text, place))
        return 0;
    print_error("%s\nfound: %s\nexpected: ...%s...%s...\n", what, catalog ? "(accepted)" : err->text, place, expected);
    return 1;
}
