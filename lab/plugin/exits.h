/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What a guest hands over to its host: at each exit its registers, and the control block in which the processor says why it was left.
 * Offsets and codes after AMD64 Architecture Programmer's Manual, volume 2, appendices B and C. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether these bytes enter a guest (VMRUN); the block of instructions that begins with them does. */
bool bh_exits_is_entry(const unsigned char *code, size_t size);
/* A guest is entered by the control block at this address of the machine. */
void bh_exits_enter(uint64_t control_block);
/* A block of a guest's runs; `guest`: the zone of its kernel; others are left alone. */
void bh_exits_inside(unsigned guest, uint64_t cr3);
/* A block of the host's runs that does not enter a guest. If it is the first after a guest was left, the zone of that guest's
 * kernel; else BH_LAB_OTHER. */
unsigned bh_exits_leave(void);

/* The guest's exit, from 0; with `exits` told, says what was handed over. False: the control block is not where it should be. */
bool bh_exits_count(const char *state, unsigned guest, uint64_t *number);
/* Of the exit that was counted last: why the guest was left. */
uint64_t bh_exits_code(void);
/* Flips a bit of one of the control block's fields (BH_LAB_EXIT_FIELDS of them); returns what stood there. */
uint64_t bh_exits_flip(uint64_t field, uint64_t bit);
/* How many exits each guest had. */
void bh_exits_say(void);
