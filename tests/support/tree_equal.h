/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether two trees hold the same, places aside. */
#pragma once

#include "models/document/document.h"
#include "models/document/document_get.h"

#include <string.h>

static inline bool bh_test_trees_are_equal(const struct bh_node *left, const struct bh_node *right)
{
    if (bh_node_kind(left) != bh_node_kind(right) || bh_node_count(left) != bh_node_count(right))
        return false;
    if (bh_node_kind(left) == BH_NODE_SCALAR) {
        const char *left_text = bh_node_text(left, NULL), *right_text = bh_node_text(right, NULL);
        return left_text && right_text ? strcmp(left_text, right_text) == 0 : left_text == right_text;
    }
    for (size_t i = 0; i < bh_node_count(left); i++) {
        if (bh_node_kind(left) == BH_NODE_MAP && strcmp(bh_node_key(left, i), bh_node_key(right, i)) != 0)
            return false;
        if (!bh_test_trees_are_equal(bh_node_item(left, i), bh_node_item(right, i)))
            return false;
    }
    return true;
}
