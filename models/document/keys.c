/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Holds maps of a file against tables of keys. */
#include "models/document/keys.h"

#include "models/document/document_get.h"

#include <string.h>

enum { KEYS_MOST = 64 };

bool bh_dimension_has_unit(enum bh_dimension dimension)
{
    return strcmp(bh_dimension_unit(dimension), "1") != 0;
}

const struct bh_key *bh_keys_find(const struct bh_keys *keys, const char *name)
{
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

bool bh_form_is_filled(const struct bh_form *form)
{
    size_t maps = 0; /* words beside one map: two maps are both of its kind */
    for (size_t i = 0; form->kind == BH_FORM_ANY_OF && form->any[i] != NULL; i++)
        maps += form->any[i]->kind == BH_FORM_MAP;
    return maps == 1 || form->kind == BH_FORM_MAP || form->kind == BH_FORM_NAMED || form->kind == BH_FORM_SETTINGS ||
           form->kind == BH_FORM_ANYTHING;
}

bool bh_key_is_own(const char *name)
{
    static const char *const own[] = {"like",  "scenario",    "system", "bulkhead",
                                      "title", "description", "colour", "mark"};
    for (size_t i = 0; i < BH_COUNT(own); i++)
        if (strcmp(own[i], name) == 0)
            return true;
    return false;
}

void bh_keys_names(const struct bh_keys *keys, const char **names, size_t room)
{
    size_t count = 0;
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++) {
        BH_BUG_ASSERT(count + 1 < room);
        names[count++] = row->name;
    }
    names[count] = NULL;
}

static int check_value(const struct bh_node *node, const struct bh_form *form, struct bh_error *err)
{
    bool flag;
    uint64_t count;
    double value;
    switch (form->kind) {
    case BH_FORM_TEXT:
    case BH_FORM_NAME:
        return bh_node_text(node, err) == NULL ? -1 : 0;
    case BH_FORM_YES_NO:
        return bh_node_bool(node, &flag, err);
    case BH_FORM_COUNT:
        return bh_node_count_value(node, form->least, form->most, &count, err);
    case BH_FORM_QUANTITY:
        return bh_node_quantity(node, form->dimension, &value, err);
    case BH_FORM_COLOUR:
    case BH_FORM_MARK:
    case BH_FORM_SCALAR_OF_PATH:
    case BH_FORM_CHOICE:
    case BH_FORM_ENTRY:
    case BH_FORM_PATH:
    case BH_FORM_NUMBER:
    case BH_FORM_MAP:
    case BH_FORM_LIST:
    case BH_FORM_NAMED:
    case BH_FORM_SETTINGS:
    case BH_FORM_ANY_OF:
    case BH_FORM_TIMING:
    case BH_FORM_ANYTHING:
        return 0;
    }
    return 0;
}

int bh_keys_check_names(const struct bh_node *map, const struct bh_keys *keys, struct bh_error *err)
{
    const char *known[KEYS_MOST + 1];
    if (bh_node_expect(map, BH_NODE_MAP, keys->what, err) != 0)
        return -1;
    bh_keys_names(keys, known, KEYS_MOST + 1);
    return bh_node_check_keys(map, known, err);
}

int bh_keys_check(const struct bh_node *map, const struct bh_keys *keys, struct bh_error *err)
{
    const char *needed[KEYS_MOST + 1];
    size_t count = 0;
    if (bh_keys_check_names(map, keys, err) != 0)
        return -1;
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++)
        if (row->usual == NULL)
            needed[count++] = row->name;
    needed[count] = NULL;
    if (bh_node_need_keys(map, needed, err) != 0)
        return -1;
    for (const struct bh_key *row = keys->rows; row->name != NULL; row++) {
        const struct bh_node *value = bh_node_find(map, row->name);
        if (value != NULL && check_value(value, &row->form, err) != 0)
            return -1;
    }
    return 0;
}
