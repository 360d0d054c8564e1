/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Uncertainty as a posterior: each value of its axis is one joint draw, which sets several numbers at once. */

#include "models/base/error.h"
#include "models/base/path.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/document/document_read.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS_BY_DEFAULT = 16 };

/* Relative to the folder of the scenario. */
static struct bh_document *read_file(const struct bh_study *study, const struct bh_node *node, struct bh_error *err)
{
    const char *name = bh_node_text(node, err);
    if (name == NULL)
        return NULL;
    char *path = bh_path_beside(study->file, name);
    struct bh_error own = {0};
    struct bh_document *document = bh_document_read(path, &own);
    if (document == NULL)
        bh_node_fail(node, err, "%s", own.text);
    free(path);
    return document;
}

/* One setting per number, from a list as long as that of the numbers. */
static int read_settings(const struct bh_study *study, const struct bh_node *list, struct bh_axis_value *value,
                         struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, "numbers", err) != 0)
        return -1;
    size_t count = study->posterior.paths_count;
    if (bh_node_count(list) != count)
        return bh_node_fail(list, err, "found %zu numbers; expected %zu, one for each path in `numbers`",
                            bh_node_count(list), count);
    value->paths = bh_allocate(count, sizeof *value->paths);
    value->values = bh_allocate(count, sizeof *value->values);
    value->settings_count = count;
    for (size_t i = 0; i < count; i++) {
        value->paths[i] = study->posterior.paths[i];
        value->values[i] = bh_node_item(list, i);
    }
    return 0;
}

static int read_paths(struct bh_study *study, const struct bh_node *root, struct bh_error *err)
{
    const struct bh_node *numbers = bh_node_need(root, "numbers", err);
    if (numbers == NULL || bh_node_expect(numbers, BH_NODE_LIST, "numbers", err) != 0)
        return -1;
    if (bh_node_count(numbers) == 0)
        return bh_node_fail(numbers, err, "found none; expected the paths of numbers of the catalog");
    study->posterior.paths = bh_allocate(bh_node_count(numbers), sizeof *study->posterior.paths);
    for (size_t i = 0; i < bh_node_count(numbers); i++) {
        const char *path = bh_node_text(bh_node_item(numbers, i), err);
        if (path == NULL)
            return -1;
        study->posterior.paths[study->posterior.paths_count++] = bh_print_text("models.%s", path);
        for (size_t j = 0; j < i; j++)
            if (strcmp(study->posterior.paths[j], study->posterior.paths[i]) == 0)
                return bh_node_fail(bh_node_item(numbers, i), err, "the number `%s` is there twice", path);
    }
    return 0;
}

/* Evenly over all that the file holds, so that every chain that drew them has its part. */
static int read_draws(struct bh_study *study, const struct bh_node *root, const struct bh_node *wish,
                      struct bh_error *err)
{
    const struct bh_node *draws = bh_node_need(root, "draws", err);
    if (draws == NULL || bh_node_expect(draws, BH_NODE_LIST, "draws", err) != 0)
        return -1;
    size_t all = bh_node_count(draws);
    if (all < 2)
        return bh_node_fail(draws, err, "found %zu draws; expected two at least", all);
    uint64_t count = all < DRAWS_BY_DEFAULT ? all : DRAWS_BY_DEFAULT;
    if (wish != NULL && bh_node_count_value(wish, 2, all, &count, err) != 0)
        return -1;
    struct bh_axis *axis = &study->uncertainty;
    axis->values = bh_allocate(count, sizeof *axis->values);
    study->posterior.labels = bh_allocate(count, sizeof *study->posterior.labels);
    for (size_t v = 0; v < count; v++) {
        size_t at = (2 * v + 1) * all / (2 * count);
        axis->values[v].label = study->posterior.labels[v] = bh_print_text("draw-%zu", at + 1);
        axis->values[v].number = NAN;
        axis->count++;
        if (read_settings(study, bh_node_item(draws, at), &axis->values[v], err) != 0)
            return -1;
    }
    return 0;
}

int bh_posterior_read(struct bh_study *study, const struct bh_node *map, struct bh_error *err)
{
    const struct bh_node *file = bh_node_find(map, "posterior");
    if ((study->posterior.document = read_file(study, file, err)) == NULL)
        return -1;
    const struct bh_node *root = bh_document_root(study->posterior.document), *source, *center;
    if (bh_keys_check(root, &bh_posterior_keys, err) != 0 || (source = bh_node_need(root, "source", err)) == NULL ||
        (study->posterior.source = bh_node_text(source, err)) == NULL || read_paths(study, root, err) != 0 ||
        (center = bh_node_need(root, "center", err)) == NULL ||
        read_settings(study, center, &study->posterior.center, err) != 0)
        return -1;
    return read_draws(study, root, bh_node_find(map, "draws"), err);
}

void bh_posterior_release(struct bh_study *study)
{
    struct bh_posterior *posterior = &study->posterior;
    for (size_t i = 0; i < posterior->paths_count; i++)
        free(posterior->paths[i]);
    for (size_t v = 0; posterior->labels != NULL && v < study->uncertainty.count; v++)
        free(posterior->labels[v]);
    free(posterior->paths);
    free(posterior->labels);
    free(posterior->center.paths);
    free(posterior->center.values);
    bh_document_destroy(posterior->document);
}
