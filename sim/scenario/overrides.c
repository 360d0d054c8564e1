/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the catalog that a scenario, an axis or the command line sets. */
#include "sim/scenario/overrides.h"

#include "models/catalog/catalog.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/read_catalog.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "models/document/document_read.h"
#include "models/document/document_set.h"
#include "sim/platform/platform.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

const char *bh_models_path(const char *path)
{
    static const char prefix[] = "models.";
    return strncmp(path, prefix, sizeof prefix - 1) == 0 ? path + sizeof prefix - 1 : NULL;
}

void bh_overrides_release(struct bh_overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++)
        free(overrides->list[i].path);
    for (size_t i = 0; i < overrides->documents_count; i++)
        bh_document_destroy(overrides->documents[i]);
    free(overrides->list);
    free(overrides->documents);
    *overrides = (struct bh_overrides){0};
}

int bh_overrides_add(struct bh_overrides *overrides, const char *path, const struct bh_node *node, struct bh_error *err)
{
    return bh_overrides_add_computed(overrides, path, node, NULL, err);
}

int bh_overrides_add_computed(struct bh_overrides *overrides, const char *path, const struct bh_node *node,
                              const char *source, struct bh_error *err)
{
    if (bh_node_kind(node) != BH_NODE_SCALAR)
        return bh_fail_at(err, bh_node_place(node), "models.%s: found %s; expected a single value", path,
                          bh_node_kind(node) == BH_NODE_LIST ? "a list" : "a map");
    for (size_t i = 0; i < overrides->count; i++) {
        if (strcmp(overrides->list[i].path, path) == 0) {
            overrides->list[i].node = node;
            overrides->list[i].source = source;
            return 0;
        }
    }
    overrides->list = bh_reallocate(overrides->list, overrides->count + 1, sizeof *overrides->list);
    overrides->list[overrides->count++] = (struct bh_override){bh_copy_text(path), node, source};
    return 0;
}

static int add_below(struct bh_overrides *overrides, const char *prefix, const struct bh_node *map,
                     struct bh_error *err)
{
    for (size_t i = 0; i < bh_node_count(map); i++) {
        const struct bh_node *value = bh_node_item(map, i);
        char *path = bh_print_text("%s%s%s", prefix, *prefix ? "." : "", bh_node_key(map, i));
        int status = bh_node_kind(value) == BH_NODE_MAP ? add_below(overrides, path, value, err)
                                                        : bh_overrides_add(overrides, path, value, err);
        free(path);
        if (status != 0)
            return -1;
    }
    return 0;
}

int bh_overrides_add_map(struct bh_overrides *overrides, const struct bh_node *map, struct bh_error *err)
{
    if (bh_node_expect(map, BH_NODE_MAP, "models", err) != 0)
        return -1;
    return add_below(overrides, "", map, err);
}

/* A number that the catalog has not, but would take; NULL: it is none. */
static const struct bh_open_number *open_number(const struct bh_catalog *catalog, const char *path)
{
    size_t count;
    const struct bh_open_number *open = bh_catalog_open_numbers(catalog, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(open[i].path, path) == 0)
            return &open[i];
    return NULL;
}

/* Each value must be a number of the right dimension for a number that the catalog knows, or a word that it takes there.
 */
static int check(const struct bh_overrides *overrides, const struct bh_catalog *catalog, struct bh_error *err)
{
    for (size_t i = 0; i < overrides->count; i++) {
        const struct bh_override *override = &overrides->list[i];
        const struct bh_word *word = bh_catalog_word(catalog, override->path);
        if (word != NULL && bh_node_choice(override->node, word->known, override->path, err) < 0)
            return -1;
        if (word != NULL)
            continue;
        if (catalog->machine == NULL && strncmp(override->path, "platform.", strlen("platform.")) == 0)
            return bh_fail_at(
                err, bh_node_place(override->node),
                "models.%s: the platform is no parametric machine (.yaml), which alone has numbers to set",
                override->path);
        const struct bh_open_number *open = open_number(catalog, override->path);
        const struct bh_parameter *parameter =
            open != NULL ? NULL : bh_catalog_parameter(catalog, override->path, bh_node_place(override->node), err);
        double value;
        const char *text = bh_node_text(override->node, err);
        if ((open == NULL && parameter == NULL) || text == NULL)
            return -1;
        /* By its path in the catalog: from the command line, the node alone does not know it. */
        struct bh_error own = {0};
        if (bh_quantity_parse(text, NULL, open != NULL ? open->dimension : parameter->dimension, &value, &own) != 0)
            return bh_fail_at(err, bh_node_place(override->node), "models.%s: %s", override->path, own.text);
    }
    return 0;
}

/* The settings as one map from dotted path to value; such keys cannot be reached by path, so it is made as text. */
static struct bh_document *as_document(const struct bh_overrides *overrides, struct bh_error *err)
{
    char *text = bh_copy_text("{");
    for (size_t i = 0; i < overrides->count; i++) {
        const struct bh_override *override = &overrides->list[i];
        char *path = bh_print_quoted(override->path), *value = bh_print_quoted(bh_node_text(override->node, NULL)),
             *source = override->source != NULL ? bh_print_quoted(override->source) : NULL;
        if (source != NULL)
            bh_add_text(&text, "", "%s: {value: %s, source: %s}", path, value, source);
        else
            bh_add_text(&text, "", "%s: %s", path, value);
        bh_add_text(&text, "", "%s", i + 1 < overrides->count ? ",\n" : "}");
        free(path);
        free(value);
        free(source);
    }
    struct bh_document *document = bh_document_parse(text, strlen(text), "models", err);
    free(text);
    /* What the catalog finds wrong is told where it was written. */
    for (size_t i = 0; document != NULL && i < overrides->count; i++)
        bh_document_place_as(document, bh_node_item(bh_document_root(document), i), overrides->list[i].node);
    return document;
}

/* A catalog in which settings have their say; NULL: something is wrong with them, or with the catalog itself. */
static struct bh_catalog *create_overridden(const struct bh_overrides *overrides, struct bh_catalog_files *files,
                                            const struct bh_node *define, const char *machine, struct bh_error *err)
{
    struct bh_document *document = as_document(overrides, err);
    struct bh_catalog *catalog =
        document != NULL ? bh_catalog_create(files, bh_document_root(document), define, machine, err) : NULL;
    bh_document_destroy(document);
    if (catalog == NULL || check(overrides, catalog, err) == 0)
        return catalog;
    bh_catalog_destroy(catalog);
    return NULL;
}

/* Settings that are right take one reading. What is wrong with others is said best of the catalog without them. */
struct bh_catalog *bh_overrides_read_catalog(const struct bh_overrides *overrides, const struct bh_scenario *scenario,
                                             struct bh_catalog_files *files, struct bh_error *err)
{
    const struct bh_node *define = bh_node_find(bh_document_root(scenario->document), "define");
    const char *machine = bh_platform_is_parametric(scenario->platform_file) ? scenario->platform_file : NULL;
    if (overrides == NULL || overrides->count == 0)
        return bh_catalog_create(files, NULL, define, machine, err);
    struct bh_error own = {0};
    struct bh_catalog *catalog = create_overridden(overrides, files, define, machine, &own);
    if (catalog != NULL)
        return catalog;
    catalog = bh_catalog_create(files, NULL, define, machine, err);
    if (catalog != NULL && check(overrides, catalog, err) == 0)
        bh_fail_again(err, &own);
    bh_catalog_destroy(catalog);
    return NULL;
}
