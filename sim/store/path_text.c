/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Escapes what is no text in a path, as URIs do. */
#include "sim/store/path_text.h"

#include "models/base/error.h"
#include "models/base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *bh_path_escape(const char *path)
{
    char *text = bh_allocate(3 * strlen(path) + 1, 1), *end = text;
    for (size_t length; *path != '\0'; path += length) {
        uint32_t code_point;
        length = bh_utf8_decode(path, &code_point);
        if (length == 0 || bh_utf8_is_unsafe(code_point) || code_point == '%') {
            end += sprintf(end, "%%%02X", (unsigned char)*path);
            length = 1;
        } else {
            memcpy(end, path, length);
            end += length;
        }
    }
    *end = '\0';
    return text;
}

char *bh_path_unescape(const char *text)
{
    char *path = bh_allocate(strlen(text) + 1, 1), *end = path;
    while (*text != '\0') {
        char digits[3] = "";
        if (*text == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2])) {
            memcpy(digits, text + 1, 2);
            *end++ = (char)strtoul(digits, NULL, 16);
            text += 3;
        } else {
            *end++ = *text++;
        }
    }
    *end = '\0';
    return path;
}
