/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Operators on x86-64 instructions. Only forms that compilers write often are known; all others are left alone. */
#include "lab/study/mutation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOP = 0x90, JUMP_SHORT = 0xeb, JUMP_NEAR = 0xe9, CALL = 0xe8, MEMORY_LIMIT = 0xc0 };

/* Length of the prefixes that may stand before: 66, then REX. */
static size_t prefixes(const struct bh_lab_code *code)
{
    size_t at = code->bytes[0] == 0x66 && code->size > 1;
    return at + (at + 1 < code->size && (code->bytes[at] & 0xf0) == 0x40);
}

/* mov to memory, of a register or an immediate. */
static bool is_store(const struct bh_lab_code *code)
{
    size_t at = prefixes(code);
    if (at + 1 >= code->size || code->bytes[at + 1] >= MEMORY_LIMIT)
        return false;
    unsigned char operation = code->bytes[at];
    bool is_immediate = (operation == 0xc6 || operation == 0xc7) && (code->bytes[at + 1] & 0x38) == 0;
    return operation == 0x88 || operation == 0x89 || is_immediate;
}

static bool mutate_branch(const struct bh_lab_code *code, bool is_taken, unsigned char *mutated)
{
    bool is_short = code->size == 2 && (code->bytes[0] & 0xf0) == 0x70,
         is_near = code->size == 6 && code->bytes[0] == 0x0f && (code->bytes[1] & 0xf0) == 0x80;
    if (!is_short && !is_near)
        return false;
    if (!is_taken)
        memset(mutated, NOP, code->size);
    else if (is_short)
        mutated[0] = JUMP_SHORT;
    else {
        /* A byte shorter, and so behind a nop: what is jumped over is counted from the same end. */
        mutated[0] = NOP;
        mutated[1] = JUMP_NEAR;
    }
    return true;
}

/* An immediate that is one more: of arithmetic and comparisons with a byte, of moves into registers and memory. */
static bool mutate_immediate(const struct bh_lab_code *code, unsigned char *mutated)
{
    size_t at = prefixes(code);
    if (at >= code->size)
        return false;
    unsigned char operation = code->bytes[at];
    bool is_wide = code->bytes[0] != 0x66 && at + 5 <= code->size;
    if ((operation == 0x83 || operation == 0x80 || operation == 0xc6) && at + 2 < code->size)
        mutated[code->size - 1]++;
    else if (is_wide &&
             (operation == 0xc7 || operation == 0x81 || ((operation & 0xf8) == 0xb8 && at + 5 == code->size)))
        mutated[code->size - 4]++;
    else
        return false;
    return true;
}

bool bh_lab_mutate(const struct bh_lab_code *code, enum bh_lab_fault fault, unsigned char mutated[BH_MUTATION_BYTES])
{
    static const unsigned char nop_of_five[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
    memcpy(mutated, code->bytes, BH_MUTATION_BYTES);
    switch (fault) {
    case BH_LAB_MISSING_CALL:
        memcpy(mutated, nop_of_five, sizeof nop_of_five);
        return code->size == sizeof nop_of_five && code->bytes[0] == CALL;
    case BH_LAB_MISSING_STORE:
        memset(mutated, NOP, code->size);
        return is_store(code);
    case BH_LAB_MISSING_CHECK:
        return mutate_branch(code, false, mutated);
    case BH_LAB_MISSING_CODE:
        return mutate_branch(code, true, mutated);
    case BH_LAB_WRONG_OPERAND:
        return mutate_immediate(code, mutated);
    case BH_LAB_BUG:
        mutated[0] = 0x0f; /* ud2 */
        mutated[1] = 0x0b;
        return code->size >= 2;
    case BH_LAB_REGISTER:
    case BH_LAB_VECTOR:
    case BH_LAB_EXIT_REGISTER:
    case BH_LAB_EXIT_BLOCK:
    case BH_LAB_MEMORY:
    case BH_LAB_CODE:
    case BH_LAB_NONE:
    case BH_LAB_FAULTS:
        break;
    }
    return false;
}

static int by_place(const void *left, const void *right)
{
    const struct bh_lab_code *a = left, *b = right;
    if (a->zone != b->zone)
        return a->zone < b->zone ? -1 : 1;
    return a->address < b->address ? -1 : a->address > b->address;
}

struct bh_lab_code *bh_lab_code_read(const char *said, size_t *count)
{
    static const char begin[] = "place ";
    enum { LINE_MOST = sizeof "place 12345 0123456789abcdef" + 2 * BH_MUTATION_BYTES };
    struct bh_lab_code *codes = NULL;
    size_t found = 0, kept = 0, room = 0;
    for (const char *line = said; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        char bytes[2 * BH_MUTATION_BYTES + 1], copy[LINE_MOST] = "";
        struct bh_lab_code code = {0};
        if (strncmp(line, begin, strlen(begin)) != 0)
            continue;
        strncat(copy, line, LINE_MOST - 1); /* sscanf would measure the whole rest of the text */
        if (sscanf(copy, "place %u %" SCNx64 " %32[0-9a-f]", &code.zone, &code.address, bytes) != 3)
            continue;
        for (const char *two = bytes; two[0] != '\0' && two[1] != '\0'; two += 2) {
            char digits[3] = {two[0], two[1], '\0'};
            code.bytes[code.size++] = (unsigned char)strtoul(digits, NULL, 16);
        }
        if (found == room)
            codes = bh_reallocate(codes, room = room == 0 ? 4096 : 2 * room, sizeof *codes);
        codes[found++] = code;
    }
    if (found > 0)
        qsort(codes, found, sizeof *codes, by_place);
    for (size_t i = 0; i < found; i++)
        if (kept == 0 || by_place(&codes[kept - 1], &codes[i]) != 0)
            codes[kept++] = codes[i];
    *count = kept;
    return codes;
}
