/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Distributions in the catalog's files, each of their numbers with its unit, source and status. */
#include "models/catalog/fault_class.h"
#include "models/catalog/reader/parts.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/times/distribution_types.h"

#include <string.h>

/* The numbers of one part: `map` holds a_key and b_key. */
static int read_numbers(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix, size_t part,
                        struct bh_timing *timing, struct bh_error *err)
{
    const struct bh_distribution_type *type = timing->distribution.type;
    const char *keys[] = {type->a_key, type->b_key, NULL};
    if (bh_node_expect(map, BH_NODE_MAP, prefix, err) || bh_node_check_keys(map, keys, err) ||
        bh_parameter_read(reader, map, type->a_key, prefix, type->a_dimension, &timing->a[part], err))
        return -1;
    if (type->b_key != NULL &&
        bh_parameter_read(reader, map, type->b_key, prefix, type->b_dimension, &timing->b[part], err))
        return -1;
    timing->distribution.a[part] = timing->a[part].value;
    timing->distribution.b[part] = timing->b[part].value;
    return 0;
}

static int read_parts(struct bh_catalog_reader *reader, const struct bh_node *list, const char *prefix,
                      struct bh_timing *timing, struct bh_error *err)
{
    size_t count = bh_node_count(list);
    if (bh_node_expect(list, BH_NODE_LIST, prefix, err))
        return -1;
    if (count < 1 || count > BH_DISTRIBUTION_PARTS_MOST)
        return bh_fail_at(err, bh_node_place(list), "%s: found %zu parts, expected 1 to %d", prefix, count,
                          BH_DISTRIBUTION_PARTS_MOST);
    timing->distribution.parts = count;
    for (size_t i = 0; i < count; i++)
        if (read_numbers(reader, bh_node_item(list, i), bh_catalog_print(reader, "%s.%zu", prefix, i), i, timing, err))
            return -1;
    return 0;
}

int bh_timing_read(struct bh_catalog_reader *reader, const struct bh_node *node, const char *prefix,
                   struct bh_timing *timing, struct bh_error *err)
{
    struct bh_distribution *distribution = &timing->distribution;
    timing->place = bh_node_place(node);
    if (bh_node_expect(node, BH_NODE_MAP, prefix, err) || bh_node_check_keys(node, bh_distribution_names, err))
        return -1;
    if (bh_node_count(node) != 1)
        return bh_fail_at(err, timing->place, "%s: found %zu distributions, expected one", prefix, bh_node_count(node));
    for (size_t i = 0; bh_distribution_types[i] != NULL; i++)
        if (strcmp(bh_distribution_types[i]->name, bh_node_key(node, 0)) == 0)
            distribution->type = bh_distribution_types[i];
    const struct bh_node *numbers = bh_node_item(node, 0);
    const char *path = bh_catalog_print(reader, "%s.%s", prefix, distribution->type->name);
    distribution->parts = 1;
    if (distribution->type->has_parts ? read_parts(reader, numbers, path, timing, err)
                                      : read_numbers(reader, numbers, path, 0, timing, err))
        return -1;
    const char *expected = distribution->type->expected(distribution);
    return expected == NULL ? 0 : bh_fail_at(err, bh_node_place(numbers), "%s: expected %s", path, expected);
}
