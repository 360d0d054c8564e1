/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* The emulated processor's state and the emulated memory, where QEMU has them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Offsets of CPUX86State in QEMU 7.2; inject.c proves them. */
enum {
    BH_AT_REGISTERS = 0,
    BH_AT_RIP = 128,
    BH_AT_FLAGS = 136,
    BH_AT_HIDDEN = 176,
    BH_AT_CR0 = 424,
    BH_AT_CR3 = 448,
    BH_STATE_BYTES = 16384
};
enum { BH_HIDDEN_LEVEL = 3, BH_HIDDEN_GUEST = 1 << 21, BH_FLAG_INTERRUPTS = 1 << 9 };
enum { BH_REGISTERS = 16 };

static inline uint64_t bh_state_get(const char *state, size_t at)
{
    uint64_t value;
    memcpy(&value, state + at, sizeof value);
    return value;
}

static inline void bh_state_put(char *state, size_t at, uint64_t value)
{
    memcpy(state + at, &value, sizeof value);
}

/* A general register, as the processor numbers them. */
static inline uint64_t bh_state_register(const char *state, unsigned number)
{
    return bh_state_get(state, (size_t)BH_AT_REGISTERS + 8 * number);
}

static inline uint32_t bh_state_flags(const char *state)
{
    return (uint32_t)bh_state_get(state, BH_AT_HIDDEN);
}

/* A private mapping of the snapshot's file, from the machine's address 0 on; NULL: there is none. */
unsigned char *bh_machine_memory(void);
/* Whether so many bytes from this address of the machine on are in there. */
bool bh_machine_has(uint64_t address, size_t bytes);
