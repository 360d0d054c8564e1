/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* An error is a value with text that the caller hands in; functions fill it and return -1 or NULL. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdnoreturn.h>

/* What went wrong decides the exit status of the command: input errors end with 2, all others with 1. */
enum bh_error_code {
    BH_ERROR_NONE = 0,
    BH_ERROR_INPUT,   /* what the user gave is wrong: a file, a key, a value, an option */
    BH_ERROR_SYSTEM,  /* the machine refused: files, memory, processes */
    BH_ERROR_NUMERIC, /* a numerical method did not converge or left its range */
};

/* One line of text is the rule; errors in YAML input add the source line and a caret. */
struct bh_error {
    enum bh_error_code code;
    char text[1536];
};

/* Where a piece of input stands. `line_text` may be NULL; all pointers are borrowed. Lines and columns count from 1. */
struct bh_place {
    const char *file;
    unsigned line;
    unsigned column;
    const char *line_text;
};

/* Fills *err (which may be NULL) with a formatted text and returns -1, so that `return bh_fail(err, ...)` is one line.
 * A first error is kept: filling an error that is set already changes nothing. The text is one line and safe for a
 * terminal, whatever the arguments hold. */
int bh_fail(struct bh_error *err, enum bh_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Hands on the error `cause` as it is, with the excerpt that it may have. */
int bh_fail_again(struct bh_error *err, const struct bh_error *cause);

/* As bh_fail with BH_ERROR_INPUT, preceded by "FILE:LINE:COLUMN: " and followed by the source line and a caret. */
int bh_fail_at(struct bh_error *err, struct bh_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A bug of ours, never bad input: says how to report it and aborts. */
noreturn void bh_bug(const char *file, int line, const char *condition);
#define BH_BUG_ASSERT(condition) ((condition) ? (void)0 : bh_bug(__FILE__, __LINE__, #condition))

/* Elements of an array, never of a pointer. */
#define BH_COUNT(array) (sizeof(array) / sizeof *(array))

/* Allocation that cannot fail quietly: a NULL from the allocator ends the program with one message and status 1.
 * Memory is zeroed. The caller frees with free(). */
void *bh_allocate(size_t count, size_t size);
void *bh_reallocate(void *memory, size_t count, size_t size);
/* Room for one more than the `count` that are there, of a list that only ever grows so: it doubles at powers of 2. */
static inline void *bh_grow(void *memory, size_t count, size_t size)
{
    return (count & (count - 1)) != 0 ? memory : bh_reallocate(memory, count > 0 ? 2 * count : 1, size);
}
char *bh_copy_text(const char *text);
/* printf into fresh memory, owned by the caller. */
char *bh_print_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *bh_print_text_v(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
/* printf behind what `*text` holds, which is freed for it; `between` comes first unless that was "". */
void bh_add_text(char **text, const char *between, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Words with `between` between each two, in fresh memory of the caller's; "" of none. */
char *bh_join_texts(const char *const *words, size_t count, const char *between);
