/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds of application. */
#include "models/catalog/application_kinds.h"

#include <string.h>

#define ROW(row, ...) {__VA_ARGS__},
const struct bh_application_kind bh_application_kinds[BH_APPLICATION_KINDS_COUNT] = {BH_APPLICATION_KINDS(ROW)};

#define NAME(row, name, ...) " " name
const char bh_application_kind_names[] = "" BH_APPLICATION_KINDS(NAME);

const struct bh_application_kind *bh_application_kind_find(const char *name)
{
    for (size_t k = 0; k < BH_APPLICATION_KINDS_COUNT; k++)
        if (strcmp(bh_application_kinds[k].name, name) == 0)
            return &bh_application_kinds[k];
    return NULL;
}

const struct bh_application_kind *bh_application_kind_of_losses(bool loses_parts)
{
    size_t k = 0;
    while (bh_application_kinds[k].loses_parts != loses_parts)
        k++;
    return &bh_application_kinds[k];
}
