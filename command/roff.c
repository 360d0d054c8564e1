/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/roff.h"

#include <stdbool.h>
#include <string.h>

void bh_roff_print(const char *text, FILE *stream)
{
    bool is_code = false;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '`') {
            fputs(is_code ? "\\fR" : "\\fB", stream);
            is_code = !is_code;
        } else if (*c == '\\' && strchr("fe-", c[1]) == NULL)
            fputs("\\e", stream);
        else if (*c == '-' && (c == text || c[-1] != '\\'))
            fputs("\\-", stream);
        else if (*c == '\'')
            fputs("\\(aq", stream);
        else if (*c == '.' && (c == text || c[-1] == '\n'))
            fputs("\\&.", stream);
        else
            fputc(*c, stream);
    }
}
