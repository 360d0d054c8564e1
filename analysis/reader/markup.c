/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes texts as themselves, sign by sign, for each format. */
#include "analysis/reader/markup.h"

#include "models/base/error.h"
#include "models/base/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void write_latex(FILE *stream, char sign)
{
    static const struct {
        char sign;
        const char *text;
    } texts[] = {{'\\', "\\textbackslash{}"},
                 {'~', "\\textasciitilde{}"},
                 {'^', "\\textasciicircum{}"},
                 {'<', "$<$"},
                 {'>', "$>$"},
                 {'|', "\\textbar{}"},
                 /* After a row's end this would begin an option of it. */
                 {'[', "{[}"},
                 {'*', "{*}"},
                 {'"', "\\char34{}"},
                 {'`', "\\char96{}"}};
    if (strchr("&%$#_{}", sign) != NULL) {
        fprintf(stream, "\\%c", sign);
        return;
    }
    for (size_t i = 0; i < BH_COUNT(texts); i++)
        if (texts[i].sign == sign) {
            fputs(texts[i].text, stream);
            return;
        }
    fputc(sign, stream);
}

/* CommonMark lets a backslash stand before any sign of punctuation. A bracket makes a link only with what follows it:
 * intervals stay legible. */
static void write_markdown(FILE *stream, char sign, char next)
{
    bool is_link = sign == ']' && strchr("([:", next) != NULL && next != '\0';
    bool is_entity = sign == '&' && next != ' ' && next != '\0';
    if (strchr("\\`|*_<~$#", sign) != NULL || is_link || is_entity)
        fputc('\\', stream);
    fputc(sign, stream);
}

static void write_sign(FILE *stream, const char *text, size_t length, enum bh_table_format format)
{
    if (length > 1 || format == BH_TABLE_TEXT)
        fwrite(text, 1, length, stream);
    else if (format == BH_TABLE_LATEX)
        write_latex(stream, *text);
    else
        write_markdown(stream, *text, text[1]);
}

void bh_markup_write(FILE *stream, const char *text, enum bh_table_format format)
{
    while (*text != '\0') {
        uint32_t sign = 0;
        size_t length = bh_utf8_decode(text, &sign);
        bool breaks = strchr("\t\n\v\f\r", *text) != NULL || sign == 0x85 || sign == 0x2028 || sign == 0x2029;
        if (length > 0 && breaks)
            fputc(' ', stream);
        else if (length == 0 || bh_utf8_is_unsafe(sign))
            fputs("\uFFFD", stream);
        else
            write_sign(stream, text, length, format);
        text += length > 0 ? length : 1;
    }
}

void bh_markup_write_lines(FILE *stream, const char *text)
{
    char *copy = bh_copy_text(text), *line = copy, *end;
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        bh_markup_write(stream, line, BH_TABLE_TEXT);
        fputc('\n', stream);
    }
    bh_markup_write(stream, line, BH_TABLE_TEXT);
    free(copy);
}

char *bh_markup(const char *text, enum bh_table_format format)
{
    char *marked = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&marked, &length);
    BH_BUG_ASSERT(stream != NULL);
    bh_markup_write(stream, text, format);
    fclose(stream);
    return marked;
}

void bh_markup_print(FILE *stream, enum bh_table_format table_format, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    BH_BUG_ASSERT(length >= 0);
    bh_markup_write(stream, text, table_format);
    free(text);
}
