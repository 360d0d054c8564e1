/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "models/base/utf8.h"

#include <string.h>

size_t bh_utf8_decode(const char *text, uint32_t *code_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length;
    if (bytes[0] == 0)
        return 0;
    if (bytes[0] < 0x80)
        length = 1;
    else if ((bytes[0] & 0xE0) == 0xC0)
        length = 2;
    else if ((bytes[0] & 0xF0) == 0xE0)
        length = 3;
    else if ((bytes[0] & 0xF8) == 0xF0)
        length = 4;
    else
        return 0;
    uint32_t value = length == 1 ? bytes[0] : bytes[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3F);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code_point = value;
    return length;
}

bool bh_utf8_is_unsafe(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) || code_point == 0x061C ||
           (code_point >= 0x200B && code_point <= 0x200F) || (code_point >= 0x2028 && code_point <= 0x202E) ||
           (code_point >= 0x2060 && code_point <= 0x206F) || code_point == 0xFEFF;
}

bool bh_utf8_is_printable(const char *text)
{
    uint32_t code_point = 0;
    for (size_t length; *text; text += length) {
        length = bh_utf8_decode(text, &code_point);
        if (length == 0 || bh_utf8_is_unsafe(code_point))
            return false;
    }
    return true;
}

size_t bh_utf8_count_of(const char *text, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80; /* what continues one */
    return count;
}

size_t bh_utf8_count(const char *text)
{
    return bh_utf8_count_of(text, strlen(text));
}
