/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Bits of memory, many in one run: each is watched from its time on until its byte is used for the first time, or flipped at
 * its time. Which they are stands in told.h's `list`: a line each, "AT ADDRESS BIT", by AT, the number of instructions that
 * were counted before. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qemu_plugin_tb;

/* Where a block's code lies in the machine's memory: in one page, or in two. */
struct bh_bits_code {
    struct {
        uint64_t address;
        size_t size; /* bytes; 0: none */
    } parts[2];
};

/* Reads the list; false: it is none, or none was told. */
bool bh_bits_begin(void);
/* Whether memory is watched: then blocks are to tell what they touch. */
bool bh_bits_are_watched(void);
/* Has the block's instructions tell what they read and write, and notes where they lie. */
void bh_bits_translate(struct qemu_plugin_tb *tb, struct bh_bits_code *code);
/* A block runs, of this zone; `instructions`: executed so far. */
void bh_bits_run(const struct bh_bits_code *code, unsigned zone, uint64_t instructions);
/* So many were counted, with those of the block that runs: bits whose time has come are watched from now on, or flipped. */
void bh_bits_reach(uint64_t counted);
