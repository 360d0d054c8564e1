/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A hash table of names, and an array of them. */
#include "models/logs/name_list.h"

#include "models/base/error.h"
#include "models/base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct name {
    uint32_t number;
    UT_hash_handle hh;
    char text[];
};

struct bh_name_list {
    struct name *by_text;
    size_t count, room;
    struct name **by_number;
};

struct bh_name_list *bh_name_list_create(void)
{
    return bh_allocate(1, sizeof(struct bh_name_list));
}

void bh_name_list_destroy(struct bh_name_list *list)
{
    if (list == NULL)
        return;
    HASH_CLEAR(hh, list->by_text);
    for (size_t i = 0; i < list->count; i++)
        free(list->by_number[i]);
    free(list->by_number);
    free(list);
}

uint32_t bh_name_list_find(const struct bh_name_list *list, const char *name)
{
    struct name *found = NULL;
    HASH_FIND_STR(list->by_text, name, found);
    return found != NULL ? found->number : BH_NO_NAME;
}

/* Puts a question mark for every byte that is no text a terminal can be shown. */
static void clean(char *text)
{
    uint32_t code_point = 0;
    for (char *at = text; *at != '\0';) {
        size_t length = bh_utf8_decode(at, &code_point);
        if (length > 0 && !bh_utf8_is_unsafe(code_point))
            at += length;
        else
            *at++ = '?';
    }
}

static uint32_t enter(struct bh_name_list *list, const char *name)
{
    uint32_t known = bh_name_list_find(list, name);
    if (known != BH_NO_NAME)
        return known;
    if (list->count == list->room) {
        list->room = 2 * list->room + 64;
        list->by_number = bh_reallocate(list->by_number, list->room, sizeof *list->by_number);
    }
    size_t length = strlen(name);
    struct name *added = bh_allocate(1, sizeof *added + length + 1);
    memcpy(added->text, name, length + 1);
    added->number = (uint32_t)list->count;
    list->by_number[list->count++] = added;
    HASH_ADD_STR(list->by_text, text, added);
    return added->number;
}

uint32_t bh_name_list_number(struct bh_name_list *list, const char *name)
{
    if (*name == '\0')
        return BH_NO_NAME;
    uint32_t known = bh_name_list_find(list, name);
    if (known != BH_NO_NAME)
        return known;
    char *cleaned = bh_copy_text(name);
    clean(cleaned);
    uint32_t number = enter(list, cleaned);
    free(cleaned);
    return number;
}

const char *bh_name_list_text(const struct bh_name_list *list, uint32_t number)
{
    return number < list->count ? list->by_number[number]->text : "";
}

size_t bh_name_list_count(const struct bh_name_list *list)
{
    return list->count;
}
