/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/base/wrap.h"

#include <string.h>

/* Characters, not bytes: those that continue one begin with the bits 10. */
static int characters(const char *text, int length)
{
    int count = 0;
    for (int i = 0; i < length; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

void bh_wrap_write(const char *text, int columns, int indent, FILE *stream)
{
    int column = indent;
    while (*text != '\0') {
        int length = (int)strcspn(text, " "), wide = characters(text, length);
        if (column > indent && column + 1 + wide > columns) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', stream);
            column++;
        }
        fprintf(stream, "%.*s", length, text);
        column += wide;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', stream);
}
