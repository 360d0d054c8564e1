/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Platform files prepared as a scenario's are. */
#pragma once

#include "models/catalog/catalog.h"
#include "models/catalog/reader/read_catalog.h"
#include "sim/platform/platform.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <unistd.h>

static inline char *prepare_platform(const char *path, uint64_t nodes, struct bh_place place, int *is_temporary,
                                     struct bh_error *err)
{
    if (!bh_platform_is_parametric(path) || access(path, R_OK) != 0)
        return bh_platform_prepare(path, NULL, nodes, place, is_temporary, err);
    char *directory = bh_print_text("%s/models/data", bh_test_data());
    struct bh_catalog *catalog = bh_catalog_read(directory, NULL, NULL, path, err);
    char *xml = catalog ? bh_platform_prepare(path, catalog->machine, nodes, place, is_temporary, err) : NULL;
    bh_catalog_destroy(catalog);
    free(directory);
    return xml;
}
