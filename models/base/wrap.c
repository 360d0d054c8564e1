/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/base/wrap.h"

#include "models/base/utf8.h"

#include <string.h>

void bh_wrap_write(const char *text, int columns, int indent, FILE *stream)
{
    int column = indent;
    while (*text != '\0') {
        int length = (int)strcspn(text, " "), wide = (int)bh_utf8_count_of(text, (size_t)length);
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
