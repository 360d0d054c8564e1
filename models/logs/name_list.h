/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names by number, in the order in which they were first met. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bh_name_list;

enum { BH_NO_NAME = UINT32_MAX }; /* a record that does not say */

struct bh_name_list *bh_name_list_create(void);
/* The number of a name, entered if new. Empty names are BH_NO_NAME. */
uint32_t bh_name_list_number(struct bh_name_list *list, const char *name);
/* The number of a name that is there, or BH_NO_NAME. */
uint32_t bh_name_list_find(const struct bh_name_list *list, const char *name);
const char *bh_name_list_text(const struct bh_name_list *list, uint32_t number);
size_t bh_name_list_count(const struct bh_name_list *list);
void bh_name_list_destroy(struct bh_name_list *list);
