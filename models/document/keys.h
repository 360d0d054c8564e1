/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Tables of keys: what a file may say, declared once. Readers refuse what no row declares; manual and JSON Schema are
 * written from the same rows. */
#pragma once

#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/document/document.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value looks like. */
enum bh_form_kind {
    BH_FORM_TEXT,           /* any single value */
    BH_FORM_NAME,           /* letters, digits, '-' and '_' */
    BH_FORM_COLOUR,         /* "#rrggbb" */
    BH_FORM_MARK,           /* "circle", or "circle 2" */
    BH_FORM_YES_NO,         /* */
    BH_FORM_COUNT,          /* a whole number from least to most */
    BH_FORM_QUANTITY,       /* a number with the unit of its dimension */
    BH_FORM_SCALAR_OF_PATH, /* what the number or key of the catalog or scenario at a path takes: anything, but single */
    BH_FORM_CHOICE,         /* one of `words` */
    BH_FORM_ENTRY,          /* the name of an entry of the catalog's `section` */
    BH_FORM_PATH,           /* dotted: the way to a key of a scenario */
    BH_FORM_NUMBER,         /* {value, unit, status, source, range} of `dimension` */
    BH_FORM_MAP,            /* a map with `keys` */
    BH_FORM_LIST,           /* of `of`, from least to most of them (most 0: any number) */
    BH_FORM_NAMED,          /* a map from names to `of`: of `section` or the file's own, those of `words` among them */
    BH_FORM_SETTINGS,       /* a map from paths of the catalog's numbers, dotted or nested, to values */
    BH_FORM_ANY_OF,         /* one of the forms of `any` */
    BH_FORM_TIMING,         /* {DISTRIBUTION: its numbers} */
    BH_FORM_ANYTHING,
};

struct bh_keys;
struct bh_form {
    enum bh_form_kind kind;
    enum bh_dimension dimension;
    bool is_above_0; /* quantities, numbers: 0 is refused */
    bool is_set;     /* lists: no item twice */
    uint64_t least, most;
    const char *const *words; /* NULL-terminated */
    const char *section;
    const struct bh_keys *keys;
    const struct bh_form *of;
    const struct bh_form *const *any; /* NULL-terminated */
};

struct bh_key {
    const char *name;
    const char *usual; /* what it is where the key is absent; "": `meaning` says; NULL: it must be there */
    struct bh_form form;
    const char *meaning; /* a sentence or two */
};

/* What keys of one map ask of each other. */
enum bh_rule {
    BH_NOT_BOTH,           /* `one`, `other` */
    BH_BOTH_OR_NONE,       /* */
    BH_ONE_OR_OTHER,       /* exactly one is there */
    BH_ONLY_WITH,          /* `one` only where `other` is */
    BH_ONLY_WHERE,         /* `one` only where the key `other` is `word` */
    BH_NEVER_WHERE,        /* `one` never where the key `other` is `word` */
    BH_NEEDED_WHERE,       /* `one` must be there where `other` is `word` */
    BH_ONE_WITH_ELSE_MORE, /* the list `one` has a single item where `other` is there, else two or more */
    BH_TAKEN_AT,           /* items of the list `one`, if no maps, are what is taken at the path `other` */
    BH_NEEDED_WITH_ITEMS,  /* the map `one`, if there, has the key `word` where the list `other` has items */
    BH_ONE_ITEM_WITHOUT,   /* an item of the list at the path `one` lacks the key `other` */
    /* Paths from the map on, `*` for every item; with `word` the path of a list: from each of its items on. */
    BH_NOT_BELOW, /* the value at `one` is that at `other` or more */
    BH_ABOVE,     /* it is more */
};
struct bh_key_rule {
    enum bh_rule rule;
    const char *one, *other, *word;
};

/* The keys of one map: rows up to one without a name; likewise rules, or NULL. */
struct bh_keys {
    const char *what; /* "an enclave" */
    const char *meaning;
    const struct bh_key *rows;
    const struct bh_key_rule *rules;
    size_t most; /* keys at once; 0: any number */
};

/* Ways to write a form. */
#define BH_TEXT                                                                                                        \
    {                                                                                                                  \
        .kind = BH_FORM_TEXT                                                                                           \
    }
#define BH_NAME                                                                                                        \
    {                                                                                                                  \
        .kind = BH_FORM_NAME                                                                                           \
    }
#define BH_COLOUR                                                                                                      \
    {                                                                                                                  \
        .kind = BH_FORM_COLOUR                                                                                         \
    }
#define BH_MARK                                                                                                        \
    {                                                                                                                  \
        .kind = BH_FORM_MARK                                                                                           \
    }
#define BH_YES_NO                                                                                                      \
    {                                                                                                                  \
        .kind = BH_FORM_YES_NO                                                                                         \
    }
#define BH_PATH                                                                                                        \
    {                                                                                                                  \
        .kind = BH_FORM_PATH                                                                                           \
    }
#define BH_TIMING                                                                                                      \
    {                                                                                                                  \
        .kind = BH_FORM_TIMING                                                                                         \
    }
#define BH_ONE_VALUE                                                                                                   \
    {                                                                                                                  \
        .kind = BH_FORM_SCALAR_OF_PATH                                                                                 \
    }
#define BH_SETTINGS                                                                                                    \
    {                                                                                                                  \
        .kind = BH_FORM_SETTINGS                                                                                       \
    }
#define BH_COUNT_FROM(a, b)                                                                                            \
    {                                                                                                                  \
        .kind = BH_FORM_COUNT, .least = (a), .most = (b)                                                               \
    }
#define BH_QUANTITY(what)                                                                                              \
    {                                                                                                                  \
        .kind = BH_FORM_QUANTITY, .dimension = BH_DIMENSION_##what                                                     \
    }
#define BH_ABOVE_0(what)                                                                                               \
    {                                                                                                                  \
        .kind = BH_FORM_QUANTITY, .dimension = BH_DIMENSION_##what, .is_above_0 = true                                 \
    }
#define BH_NUMBER(what)                                                                                                \
    {                                                                                                                  \
        .kind = BH_FORM_NUMBER, .dimension = BH_DIMENSION_##what                                                       \
    }
#define BH_NUMBER_ABOVE_0(what)                                                                                        \
    {                                                                                                                  \
        .kind = BH_FORM_NUMBER, .dimension = BH_DIMENSION_##what, .is_above_0 = true                                   \
    }
#define BH_CHOICE(names)                                                                                               \
    {                                                                                                                  \
        .kind = BH_FORM_CHOICE, .words = (names)                                                                       \
    }
#define BH_ENTRY(of)                                                                                                   \
    {                                                                                                                  \
        .kind = BH_FORM_ENTRY, .section = (of)                                                                         \
    }
#define BH_MAP(table)                                                                                                  \
    {                                                                                                                  \
        .kind = BH_FORM_MAP, .keys = &(table)                                                                          \
    }
#define BH_LIST(a, b, item)                                                                                            \
    {                                                                                                                  \
        .kind = BH_FORM_LIST, .least = (a), .most = (b), .of = &(item)                                                 \
    }
#define BH_SET(a, b, item)                                                                                             \
    {                                                                                                                  \
        .kind = BH_FORM_LIST, .least = (a), .most = (b), .of = &(item), .is_set = true                                 \
    }
#define BH_NAMED(item)                                                                                                 \
    {                                                                                                                  \
        .kind = BH_FORM_NAMED, .of = &(item)                                                                           \
    }
#define BH_ANY(forms)                                                                                                  \
    {                                                                                                                  \
        .kind = BH_FORM_ANY_OF, .any = (forms)                                                                         \
    }

/* A row's number of the catalog needs a unit where its dimension has one. */
bool bh_dimension_has_unit(enum bh_dimension dimension);

/* Whether two maps of this form become one, where what holds one of them is like what holds the other: else the form is one
 * thing, taken whole or not at all. */
bool bh_form_is_filled(const struct bh_form *form);

/* What is like another takes all its keys over but those that say who it is and how it is shown. */
bool bh_key_is_own(const char *name);

/* The names of all rows, and NULL after them; BH_BUG_ASSERT holds that there is room. */
void bh_keys_names(const struct bh_keys *keys, const char **names, size_t room);
/* The row of a key, or NULL. */
const struct bh_key *bh_keys_find(const struct bh_keys *keys, const char *name);

/* The node must be a map, each of its keys declared. */
int bh_keys_check_names(const struct bh_node *map, const struct bh_keys *keys, struct bh_error *err);

/* The node must be a map, each of its keys declared, and what must be there be there; single values of a plain form
 * (texts, counts, yes or no, quantities) are of that form. What keys ask of each other is for the reader to say. */
int bh_keys_check(const struct bh_node *map, const struct bh_keys *keys, struct bh_error *err);
