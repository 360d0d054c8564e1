/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts of the file system in JSON. */
#ifndef BH_COMMAND_JSON_TEXT_H
#define BH_COMMAND_JSON_TEXT_H

#include <jansson.h>

/* A file's name, which may be no UTF-8: null then. A new reference. */
json_t *bh_json_file_name(const char *name);

#endif
