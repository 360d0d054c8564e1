/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that write the formats down share; nobody else includes it. */
#pragma once

#include "models/document/keys.h"

#include <jansson.h>
#include <stdio.h>

struct bh_catalog;

/* A format: what is known of it by name, and what its files look like. */
struct bh_format {
    const char *name, *title, *about;
    const struct bh_form *form;
    bool has_define; /* what it names of the catalog is of the catalog, unless it defines entries of its own */
    const struct bh_keys *const *others; /* further tables of its manual, NULL-terminated; or NULL */
    void (*more)(FILE *stream);          /* the rest of its manual, or NULL */
};

enum { BH_SCHEMA_TABLES_MOST = 200 };

/* A JSON Schema under construction. */
struct bh_schema {
    json_t *definitions;
    size_t pending_count; /* tables that were referred to, each once: bh_schema_of defines them */
    const struct bh_keys *pending[BH_SCHEMA_TABLES_MOST];
    bool pending_is_part[BH_SCHEMA_TABLES_MOST];
    bool is_part; /* maps made now are filled from others that they are like: nothing must be there */
    const struct bh_catalog *catalog;
    const struct bh_form *scenario; /* whose keys paths lead to */
};

/* The whole, a new reference; `scenario` is what paths lead into. */
json_t *bh_schema_of(const struct bh_format *format, const struct bh_form *scenario, const struct bh_catalog *catalog);

/* forms.c: a value of the form, a new reference. Maps are definitions, which it refers to. */
json_t *bh_schema_form(struct bh_schema *schema, const struct bh_form *form);
/* Words as they are, and as readers of YAML turn them: `no` into false, 3 into a number. */
json_t *bh_schema_words(const char *const *words);
json_t *bh_schema_quantity(enum bh_dimension dimension, bool is_above_0);

/* {"$ref": ...} to the definition of a table. */
json_t *bh_schema_refer(struct bh_schema *schema, const struct bh_keys *keys);

/* relations.c: a rule between values at paths of `form`, a map; what holds of enclaves on the same nodes, and of what else
 * one place of a scenario asks of another, where nothing varies. New references. */
json_t *bh_schema_relation(struct bh_schema *schema, const struct bh_form *form, const struct bh_key_rule *rule);
json_t *bh_schema_same_nodes(const struct bh_catalog *catalog);
/* Some value at a path is of the form `below`, which is taken over; `*`: in a list, `+`: in a map. */
json_t *bh_schema_at(const char *path, json_t *below);
/* Not both; taken over. */
json_t *bh_schema_never(json_t *one, json_t *other);

/* known_relations.c: what the catalog at hand asks of a scenario in which nothing varies, beyond names. A new reference. */
json_t *bh_schema_known_relations(const struct bh_catalog *catalog);

/* known_names.c: what the catalog at hand says of a form beyond `bh_schema_form`: names and paths that there are. A new
 * reference, or NULL: nothing. */
json_t *bh_schema_known(struct bh_schema *schema, const struct bh_form *form);

/* words.c: a form in words, as in "a time above 0, or one of young, daly, exact"; what keys ask of each other, as a
 * sentence. Owned by the caller. */
char *bh_form_words(const struct bh_form *form);
char *bh_rule_words(const struct bh_key_rule *rule);

/* manual.c: the format's manual page, as roff; it points at those of `all`, up to one without a name. */
void bh_manual_print(const struct bh_format *format, const struct bh_format *all, FILE *stream);

/* What failure logs hold; what a SimGrid platform may say: sections of a manual. */
void bh_manual_print_logs(FILE *stream);
void bh_manual_print_properties(FILE *stream);

/* A table's name, which no other of a format has: "enclave". Owned by the caller. */
char *bh_schema_name(const struct bh_keys *keys);
