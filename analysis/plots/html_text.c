/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes texts sign by sign. */
#include "analysis/plots/html_text.h"

#include "analysis/reader/markup.h"
#include "models/base/error.h"

#include <stdlib.h>
#include <string.h>

void bh_html_text(FILE *stream, const char *text)
{
    static const struct {
        char sign;
        const char *text;
    } references[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    char *line = bh_markup(text, BH_TABLE_TEXT);
    for (const char *sign = line; *sign != '\0'; sign++) {
        const char *shown = NULL;
        for (size_t i = 0; i < BH_COUNT(references); i++)
            shown = *sign == references[i].sign ? references[i].text : shown;
        if (shown != NULL)
            fputs(shown, stream);
        else
            fputc(*sign, stream);
    }
    free(line);
}

void bh_html_lines(FILE *stream, const char *text)
{
    char *copy = bh_copy_text(text), *line = copy, *end;
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        bh_html_text(stream, line);
        fputc('\n', stream);
    }
    bh_html_text(stream, line);
    free(copy);
}
