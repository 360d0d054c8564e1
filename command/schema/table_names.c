/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What tables of keys are called, in a schema and in a manual. */
#include "command/schema/parts.h"
#include "models/base/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *bh_schema_name(const struct bh_keys *keys)
{
    static const char *const articles[] = {"a ", "an ", "the "};
    const char *what = keys->what;
    for (size_t i = 0; i < BH_COUNT(articles); i++)
        if (strncmp(what, articles[i], strlen(articles[i])) == 0)
            what += strlen(articles[i]);
    char *name = bh_copy_text(what);
    for (char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            *c = *c == '(' || *c == ',' ? '\0' : '-';
    for (size_t length = strlen(name); length > 0 && name[length - 1] == '-'; length--)
        name[length - 1] = '\0';
    return name;
}

json_t *bh_schema_refer(struct bh_schema *schema, const struct bh_keys *keys)
{
    char *name = bh_schema_name(keys),
         *place = bh_print_text("#/definitions/%s%s", schema->is_part ? "part-of-" : "", name);
    json_t *reference = json_pack("{s:s}", "$ref", place);
    bool is_there = false;
    for (size_t i = 0; i < schema->pending_count; i++)
        is_there = is_there || (schema->pending[i] == keys && schema->pending_is_part[i] == schema->is_part);
    BH_BUG_ASSERT(is_there || schema->pending_count < BH_SCHEMA_TABLES_MOST);
    if (!is_there) {
        schema->pending_is_part[schema->pending_count] = schema->is_part;
        schema->pending[schema->pending_count++] = keys;
    }
    free(place);
    free(name);
    return reference;
}
