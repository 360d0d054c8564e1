/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Text that is no UTF-8 made such. */
#include "models/base/utf8_repair.h"

#include "models/base/error.h"
#include "models/base/utf8.h"

#include <string.h>

char *bh_utf8_repair(const char *text)
{
    static const char stand_in[] = "\uFFFD";
    char *copy = bh_allocate(strlen(text) + 1, sizeof stand_in), *end = copy;
    while (*text != '\0') {
        uint32_t code_point;
        size_t length = bh_utf8_decode(text, &code_point), shown = length > 0 ? length : sizeof stand_in - 1;
        memcpy(end, length > 0 ? text : stand_in, shown);
        end += shown;
        text += length > 0 ? length : 1;
    }
    *end = '\0';
    return copy;
}
