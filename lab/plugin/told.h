/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What the plugin is told by its arguments, and how it answers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bh_fault {
    BH_FAULT_NONE,
    BH_FAULT_REGISTER,
    BH_FAULT_VECTOR,
    BH_FAULT_MEMORY,
    BH_FAULT_CODE,
    BH_FAULT_PLANTED,
    BH_FAULT_EXIT_REGISTER,
    BH_FAULT_EXIT_BLOCK
};
enum { BH_MOST_PLANTED = 16 };

/* Arguments are these names, each with a number, but for bytes=HEX and fault=NAME. */
struct bh_told {
    uint64_t out; /* the descriptor that it answers to */
    uint64_t zone, at, fault, index, bit, address, mark, limit;
    uint64_t places; /* say each instruction that a zone executes, once */
    uint64_t sample; /* say QEMU's own instructions, of a sample begun every so many instructions of the guest */
    uint64_t guest;  /* the whole machine is a guest, and QEMU its VMM */
    uint64_t exits;  /* say what guests hand over at each of their exits */
    uint64_t list;   /* the descriptor that bits of memory are read from (bits.h); 0: none */
    uint64_t flips;  /* flip them; else they are watched */
    uint64_t after;  /* in the VMM: so many of its own instructions after `at` */
    unsigned char bytes[BH_MOST_PLANTED];
    size_t bytes_count;
};
extern struct bh_told bh_told;

/* Takes NAME=VALUE; false: there is no such argument. */
bool bh_told_read(const char *word);

/* One line, at once. */
void bh_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
