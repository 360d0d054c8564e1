/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Filling maps from those that they are like. */
#include "models/document/document_like.h"

#include "models/document/document_get.h"
#include "models/document/keys.h"
#include "models/document/parts.h"

#include <stdlib.h>
#include <string.h>

/* --- One map from another -------------------------------------------------------------------------------------------- */

/* How two maps of one form become one: by these keys, with these values by name, or with anything. */
struct way {
    bool is_one_thing;
    const struct bh_keys *keys;
    const struct bh_form *named;
};

static struct way way_of(const struct bh_form *form)
{
    if (!bh_form_is_filled(form))
        return (struct way){.is_one_thing = true};
    for (size_t i = 0; form->kind == BH_FORM_ANY_OF && form->any[i] != NULL; i++)
        if (form->any[i]->kind == BH_FORM_MAP)
            return (struct way){.keys = form->any[i]->keys};
    return (struct way){.keys = form->keys, .named = form->kind == BH_FORM_NAMED ? form->of : NULL};
}

static void fill(struct bh_document *document, struct bh_node *map, const struct bh_node *other, struct way way);

/* The other's keys come first, since of settings of one number the last counts. */
static void add_rest(struct bh_document *document, struct bh_node *map, const struct bh_node *other, struct way way)
{
    struct bh_node own = *map;
    map->count = map->capacity = 0;
    map->keys = map->items = NULL;
    for (size_t i = 0; i < other->count; i++) {
        const char *name = other->keys[i]->text;
        const struct bh_key *row = way.keys != NULL ? bh_keys_find(way.keys, name) : NULL;
        struct bh_node *mine = bh_node_find(&own, name);
        if (mine == NULL && !(row != NULL && bh_key_is_own(name)))
            bh_node_append(document, map, bh_node_copy(document, other->keys[i]),
                           bh_node_copy(document, other->items[i]));
        struct way below = row != NULL         ? way_of(&row->form)
                           : way.named != NULL ? way_of(way.named)
                                               : (struct way){.is_one_thing = way.keys != NULL};
        if (mine != NULL && !below.is_one_thing)
            fill(document, mine, other->items[i], below);
    }
    for (size_t k = 0; k < own.count; k++)
        bh_node_append(document, map, own.keys[k], own.items[k]);
}

static void fill(struct bh_document *document, struct bh_node *map, const struct bh_node *other, struct way way)
{
    if (map->kind == BH_NODE_MAP && other->kind == BH_NODE_MAP)
        add_rest(document, map, other, way);
}

void bh_document_fill(struct bh_document *document, struct bh_node *map, const struct bh_node *other,
                      const struct bh_keys *keys)
{
    fill(document, map, other, (struct way){.keys = keys});
}

/* --- Entries of a section -------------------------------------------------------------------------------------------- */

enum state { UNTOUCHED, BEGUN, FILLED };

struct section {
    struct bh_document *document;
    struct bh_node *map;
    const char *what;
    const struct bh_keys *keys;
    const char **names;
    enum state *states;
};

/* "`a` is like `b`, `b` is like `a`" */
static int fail_circle(const struct section *section, size_t entry, struct bh_error *err)
{
    char *chain = bh_copy_text("");
    size_t at = entry;
    do {
        const struct bh_node *like = bh_node_find(section->map->items[at], "like");
        bh_add_text(&chain, ", ", "`%s` is like `%s`", section->names[at], like->text);
        for (size_t i = 0; i < section->map->count; i++)
            if (strcmp(section->names[i], like->text) == 0) {
                at = i;
                break;
            }
    } while (at != entry && strlen(chain) < 400);
    bh_node_fail(bh_node_find(section->map->items[entry], "like"), err,
                 "found a circle: %s; expected a %s that is like none of them", chain, section->what);
    free(chain);
    return -1;
}

static int fill_entry(struct section *section, size_t entry, struct bh_error *err)
{
    struct bh_node *map = section->map->items[entry];
    const struct bh_node *like = bh_node_find(map, "like");
    if (section->states[entry] == BEGUN)
        return fail_circle(section, entry, err);
    if (section->states[entry] == FILLED || like == NULL)
        return 0;
    section->states[entry] = BEGUN;
    int other = bh_node_choice(like, section->names, section->what, err);
    if (other < 0 || fill_entry(section, (size_t)other, err) != 0)
        return -1;
    bh_document_fill(section->document, map, section->map->items[other], section->keys);
    section->states[entry] = FILLED;
    return 0;
}

int bh_document_fill_section(struct bh_document *document, struct bh_node *map, const char *what,
                             const struct bh_keys *keys, struct bh_error *err)
{
    if (map == NULL || map->kind != BH_NODE_MAP)
        return 0; /* for the section's reader to say */
    struct section section = {document,
                              map,
                              what,
                              keys,
                              bh_allocate(map->count + 1, sizeof(char *)),
                              bh_allocate(map->count + 1, sizeof(enum state))};
    int status = 0;
    for (size_t i = 0; i < map->count; i++)
        section.names[i] = map->keys[i]->text;
    for (size_t i = 0; i < map->count && status == 0; i++)
        if (map->items[i]->kind == BH_NODE_MAP)
            status = fill_entry(&section, i, err);
    free(section.names);
    free(section.states);
    return status;
}
