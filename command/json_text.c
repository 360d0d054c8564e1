/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names of files are bytes, and JSON takes UTF-8 alone. */
#include "command/json_text.h"

json_t *bh_json_file_name(const char *name)
{
    json_t *string = json_string(name);
    return string != NULL ? string : json_null();
}
