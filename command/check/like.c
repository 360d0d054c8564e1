/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a scenario, and entries of its catalog, have from others that they are like. */
#include "command/check/parts.h"
#include "models/base/error.h"
#include "models/base/wrap.h"
#include "models/catalog/lookup.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

static const char *const sections[][2] = {
    {"systems", "system"}, {"policies", "policy"}, {"applications", "application"}};

/* Adds to {FILE: [PATH, ...]} what at or below the node was written elsewhere; from the command line, it is no file's. */
static void add_paths(json_t *object, const struct bh_node *node, const char *own)
{
    const char *file = bh_node_place(node).file;
    char path[256];
    if (strcmp(file, own) != 0 && strncmp(file, "--", 2) != 0) {
        if (json_object_get(object, file) == NULL)
            json_object_set_new(object, file, json_array());
        json_array_append_new(json_object_get(object, file), json_string(bh_node_path(node, path, sizeof path)));
        return;
    }
    for (size_t i = 0; i < bh_node_count(node); i++)
        add_paths(object, bh_node_item(node, i), own);
}

static json_t *files(const struct bh_check *check)
{
    const struct bh_node *root = bh_document_root(check->scenario->document);
    json_t *object = json_object();
    if (bh_node_find(root, "like") != NULL)
        add_paths(object, root, check->study->file);
    return object;
}

static bool is_equal(const struct bh_node *one, const struct bh_node *other)
{
    char *left = bh_node_print_json(one), *right = other == NULL ? NULL : bh_node_print_json(other);
    bool equal = right != NULL && strcmp(left, right) == 0;
    free(left);
    free(right);
    return equal;
}

/* [{entry, like, differs: [KEY, ...]}] */
static json_t *entries(const struct bh_check *check)
{
    const struct bh_node *root = bh_catalog_root(check->scenario->catalog);
    json_t *list = json_array();
    for (size_t s = 0; s < BH_COUNT(sections); s++) {
        const struct bh_node *section = bh_node_find(root, sections[s][0]);
        for (size_t i = 0; i < bh_node_count(section); i++) {
            const struct bh_node *entry = bh_node_item(section, i), *like = bh_node_find(entry, "like");
            if (like == NULL)
                continue;
            const struct bh_node *other = bh_node_find(section, bh_node_text(like, NULL));
            json_t *differs = json_array();
            for (size_t k = 0; k < bh_node_count(entry); k++)
                if (bh_node_item(entry, k) != like &&
                    !is_equal(bh_node_item(entry, k), bh_node_find(other, bh_node_key(entry, k))))
                    json_array_append_new(differs, json_string(bh_node_key(entry, k)));
            char *name = bh_print_text("%s %s", sections[s][1], bh_node_key(section, i));
            json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "entry", name, "like", bh_node_text(like, NULL),
                                                  "differs", differs));
            free(name);
        }
    }
    return list;
}

json_t *bh_check_like_json(const struct bh_check *check)
{
    return json_pack("{s:o, s:o}", "files", files(check), "entries", entries(check));
}

/* HEAD and the list's texts, in lines that fit. */
static void print_list(char *head, const json_t *list, FILE *stream)
{
    size_t count = json_array_size(list);
    const char **words = bh_allocate(count + 1, sizeof *words);
    for (size_t i = 0; i < count; i++)
        words[i] = json_string_value(json_array_get(list, i));
    char *texts = bh_join_texts(words, count, ", "), *line = bh_print_text("%s%s", head, texts);
    fputs("  ", stream);
    bh_wrap_write(line, BH_CHECK_WIDTH, 4, stream);
    free(words);
    free(texts);
    free(line);
    free(head);
}

void bh_check_print_like(const struct bh_check *check, FILE *stream)
{
    json_t *all = bh_check_like_json(check), *keys;
    const json_t *from = json_object_get(all, "files"), *list = json_object_get(all, "entries");
    const char *file;
    if (json_object_size(from) > 0 || json_array_size(list) > 0)
        fputs("\nWhat is like something else\n", stream);
    json_object_foreach((json_t *)json_object_get(all, "files"), file, keys)
    {
        print_list(bh_print_text("from %s: ", file), keys, stream);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        print_list(bh_print_text("%s: like %s, but for ", json_string_value(json_object_get(entry, "entry")),
                                 json_string_value(json_object_get(entry, "like"))),
                   json_object_get(entry, "differs"), stream);
    }
    json_decref(all);
}
