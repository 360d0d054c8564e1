/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names of files are bytes, and JSON takes UTF-8 alone; its whole numbers have a sign. */
#include "command/json_text.h"

#include <math.h>
#include <stdio.h>

json_t *bh_json_file_name(const char *name)
{
    json_t *string = json_string(name);
    return string != NULL ? string : json_null();
}

json_t *bh_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *bh_json_whole(uint64_t number)
{
    char text[24];
    if (number <= INT64_MAX)
        return json_integer((json_int_t)number);
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return json_string(text);
}
