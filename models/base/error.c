/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors as text that is safe to show on a terminal, whatever the input held, and allocation that cannot fail
 * quietly. */
#include "models/base/error.h"

#include "models/base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shares of bh_error.text, in bytes. Together with separators and the caret's line they stay below its size. */
enum { FILE_BYTES = 200, MESSAGE_BYTES = 760, EXCERPT_BYTES = 320, EXCERPT_COLUMNS = 90, INDENT = 4 };

/* Text being put together in a buffer of fixed size, always NUL-terminated. */
struct line {
    char *text;
    size_t size, used;
};

/* Appends one character or, for what is unsafe or malformed, a stand-in. Returns the bytes consumed, 0 if full. */
static size_t put_character(struct line *line, const char *text)
{
    uint32_t code_point = 0;
    size_t length = bh_utf8_decode(text, &code_point);
    const char *shown = text;
    size_t shown_length = length;

    if (length == 0 || bh_utf8_is_unsafe(code_point)) {
        shown = *text == '\t' ? " " : "?";
        shown_length = 1;
        length = length == 0 ? 1 : length;
    }
    if (line->used + shown_length >= line->size)
        return 0;
    memcpy(line->text + line->used, shown, shown_length);
    line->used += shown_length;
    line->text[line->used] = '\0';
    return length;
}

/* Appends at most `most` bytes of text; what is longer ends with "...". */
static void put_text(struct line *line, const char *text, size_t most)
{
    struct line part = {line->text + line->used, most, 0};
    if (line->size - line->used < most)
        part.size = line->size - line->used;
    while (*text) {
        size_t consumed = put_character(&part, text);
        if (consumed == 0)
            break;
        text += consumed;
    }
    if (*text && part.used > 3) {
        size_t cut = part.used - 3;
        while (cut > 0 && ((unsigned char)part.text[cut] & 0xC0) == 0x80)
            cut--;
        memcpy(part.text + cut, "...", 4);
        part.used = cut + 3;
    }
    line->used += part.used;
}

static size_t skip_character(const char *text)
{
    uint32_t code_point = 0;
    size_t length = bh_utf8_decode(text, &code_point);
    return length ? length : 1;
}

/* Appends the source line and a caret under the column. A long line is shown from a little before the column. */
static void put_excerpt(struct line *line, const struct bh_place *place)
{
    const char *source = place->line_text;
    size_t column = place->column > 0 ? place->column - 1 : 0;
    size_t length = 0; /* in characters, up to the column and one window beyond it */
    for (const char *end = source; *end && *end != '\n' && *end != '\r' && length < column + EXCERPT_COLUMNS; length++)
        end += skip_character(end);
    if (column > length)
        column = length;

    size_t first = length > EXCERPT_COLUMNS && column > EXCERPT_COLUMNS / 2 ? column - EXCERPT_COLUMNS / 2 : 0;
    for (size_t i = 0; i < first; i++)
        source += skip_character(source);

    line->used += (size_t)snprintf(line->text + line->used, line->size - line->used, "\n%*s%s", INDENT, "",
                                   first > 0 ? "..." : "");
    struct line part = {line->text + line->used, EXCERPT_BYTES, 0};
    size_t shown = 0;
    for (; *source && *source != '\n' && *source != '\r' && shown < EXCERPT_COLUMNS; shown++) {
        size_t consumed = put_character(&part, source);
        if (consumed == 0)
            break;
        source += consumed;
    }
    line->used += part.used;
    bool cut = *source && *source != '\n' && *source != '\r';
    size_t caret = column - first < shown ? column - first : shown;
    line->used += (size_t)snprintf(line->text + line->used, line->size - line->used, "%s\n%*s^", cut ? "..." : "",
                                   INDENT + (first > 0 ? 3 : 0) + (int)caret, "");
}

int bh_fail(struct bh_error *err, enum bh_error_code code, const char *format, ...)
{
    if (!err || err->code != BH_ERROR_NONE)
        return -1;
    char raw[2 * sizeof err->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);

    err->code = code;
    err->text[0] = '\0';
    put_text(&(struct line){err->text, sizeof err->text, 0}, raw, sizeof err->text);
    return -1;
}

int bh_fail_again(struct bh_error *err, const struct bh_error *cause)
{
    if (err != NULL && err->code == BH_ERROR_NONE)
        *err = *cause;
    return -1;
}

int bh_fail_at(struct bh_error *err, struct bh_place place, const char *format, ...)
{
    if (!err || err->code != BH_ERROR_NONE)
        return -1;
    char raw[2 * MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);

    struct line line = {err->text, sizeof err->text, 0};
    err->code = BH_ERROR_INPUT;
    err->text[0] = '\0';
    const char *file = place.file ? place.file : "input";
    size_t file_length = strlen(file);
    if (file_length >= FILE_BYTES) { /* the end of a long path tells more than its beginning */
        put_text(&line, "...", 4);
        file += file_length - FILE_BYTES + 8;
    }
    put_text(&line, file, FILE_BYTES);
    char position[32] = ": ";
    if (place.line > 0)
        snprintf(position, sizeof position, ":%u:%u: ", place.line, place.column);
    put_text(&line, position, sizeof position);
    put_text(&line, raw, MESSAGE_BYTES);
    if (place.line_text)
        put_excerpt(&line, &place);
    return -1;
}

noreturn void bh_bug(const char *file, int line, const char *condition)
{
    fprintf(stderr,
            "bulkhead: a bug in Bulkhead itself at %s:%d: expected %s.\n"
            "Please report this line together with the command and the files it was given.\n",
            file, line, condition);
    abort();
}

/* Leaves by _exit: with no memory left, handlers of other libraries must not run, least of all in a forked child. */
static noreturn void out_of_memory(void)
{
    fputs("bulkhead: out of memory\n", stderr);
    _exit(EXIT_FAILURE);
}

/* The C library's calloc() passes its cache of small pieces by, which malloc() and free() use. */
void *bh_allocate(size_t count, size_t size)
{
    enum { SMALL = 1024 };
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    void *memory = bytes > 0 && bytes <= SMALL ? malloc(bytes) : calloc(1, bytes ? bytes : 1);
    if (!memory)
        out_of_memory();
    return bytes <= SMALL ? memset(memory, 0, bytes) : memory;
}

void *bh_reallocate(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    void *moved = memory == NULL ? malloc(bytes ? bytes : 1) : realloc(memory, bytes ? bytes : 1);
    if (!moved)
        out_of_memory();
    return moved;
}

char *bh_copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(bh_allocate(size, 1), text, size);
}

char *bh_print_text_v(const char *format, va_list arguments)
{
    va_list again;
    BH_BUG_ASSERT(format != NULL);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    BH_BUG_ASSERT(length >= 0);
    char *text = bh_allocate((size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *bh_print_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = bh_print_text_v(format, arguments);
    va_end(arguments);
    return text;
}

void bh_add_text(char **text, const char *between, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *more = bh_print_text_v(format, arguments), *before = *text;
    va_end(arguments);
    *text = bh_print_text("%s%s%s", before, before[0] != '\0' ? between : "", more);
    free(before);
    free(more);
}

char *bh_join_texts(const char *const *words, size_t count, const char *between)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    BH_BUG_ASSERT(stream != NULL);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s%s", i > 0 ? between : "", words[i]);
    fclose(stream);
    return text;
}
