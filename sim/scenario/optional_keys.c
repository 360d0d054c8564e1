/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Keys that many parts of a scenario have: optional ones, names of things, counts of nodes. */
#include "sim/scenario/optional_keys.h"

#include "models/document/document_get.h"

#include <stdlib.h>
#include <string.h>

const void *bh_choose_named(const struct bh_node *node, const void *items, size_t count, size_t size, const char *what,
                            struct bh_error *err)
{
    const char **names = bh_allocate(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        memcpy(&names[i], (const char *)items + i * size, sizeof names[i]);
    int choice = bh_node_choice(node, names, what, err);
    free(names);
    return choice < 0 ? NULL : (const char *)items + (size_t)choice * size;
}

int bh_optional_quantity(const struct bh_node *map, const char *key, enum bh_dimension dimension, double *value,
                         struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    return node == NULL ? 0 : bh_node_quantity(node, dimension, value, err);
}

int bh_optional_count(const struct bh_node *map, const char *key, uint64_t least, uint64_t most, uint64_t *value,
                      struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    return node == NULL ? 0 : bh_node_count_value(node, least, most, value, err);
}

int bh_optional_bool(const struct bh_node *map, const char *key, bool *value, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    return node == NULL ? 0 : bh_node_bool(node, value, err);
}

int bh_optional_text(const struct bh_node *map, const char *key, const char **value, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    if (node == NULL)
        return 0;
    *value = bh_node_text(node, err);
    return *value == NULL ? -1 : 0;
}

int bh_read_nodes(const struct bh_node *node, uint64_t least, uint64_t *count, double *share, struct bh_error *err)
{
    const char *text = bh_node_text(node, err);
    if (text == NULL)
        return -1;
    if (strchr(text, '%') == NULL)
        return bh_node_count_value(node, least, (uint64_t)1 << 40, count, err);
    return bh_node_quantity(node, BH_DIMENSION_PROBABILITY, share, err);
}
