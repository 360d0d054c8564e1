/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Follows guests' exits and what is handed over at them. */
#include "lab/plugin/exits.h"

#include "lab/plugin/marks.h"
#include "lab/plugin/state.h"
#include "lab/plugin/told.h"

#include <inttypes.h>
#include <string.h>
#define XXH_INLINE_ALL /* the plugin links nothing */
#include <xxhash.h>

/* Fields of the control block that tell of an exit, and of the state that is saved behind them. */
enum {
    CONTROL_BLOCK = 4096, /* bytes */
    AT_EXIT_CODE = 0x70,
    AT_EXIT_1 = 0x78,
    AT_EXIT_2 = 0x80,
    AT_SAVED_CR3 = 0x550,
    AT_SAVED_RAX = 0x5f8,
};
/* In the order of bh_lab_exit_field_names. */
static const size_t fields[BH_LAB_EXIT_FIELDS] = {0x60 /* virtual interrupts */,
                                                  0x68 /* interrupt shadow */,
                                                  AT_EXIT_CODE,
                                                  AT_EXIT_1,
                                                  AT_EXIT_2,
                                                  0x88 /* interrupted event */,
                                                  0x4d0 /* EFER */,
                                                  0x548 /* CR4 */,
                                                  AT_SAVED_CR3,
                                                  0x558 /* CR0 */,
                                                  0x570 /* RFLAGS */,
                                                  0x578 /* RIP */,
                                                  0x5d8 /* RSP */,
                                                  AT_SAVED_RAX,
                                                  0x640 /* CR2 */};

enum {
    EXIT_INTERRUPT = 0x60,
    EXIT_NMI,
    EXIT_VIRTUAL_INTERRUPT = 0x64,
    EXIT_CPUID = 0x72,
    EXIT_HLT = 0x78,
    EXIT_PORT = 0x7b
};
enum { EXIT_MSR = 0x7c, EXIT_HYPERCALL = 0x81 };
enum { RCX = 1, RDX = 2, RBX = 3, RSI = 6, GUESTS = 2 };
/* Of each guest's exits, so many are told of; a guest that turns round would go on without end. */
enum { MOST_TOLD = 20000 };

/* Whose control blocks are whose: learnt where a guest's code runs. Block 0: none was seen yet. */
static struct {
    uint64_t block, cr3;
    uint64_t count, told;
    bool is_proven;
} guests[GUESTS];
static uint64_t control_block; /* by which a guest was entered last; 0: by one that is not in memory */
static bool is_entered;

bool bh_exits_is_entry(const unsigned char *code, size_t size)
{
    static const unsigned char entry[] = {0x0f, 0x01, 0xd8};
    return size == sizeof entry && memcmp(code, entry, sizeof entry) == 0;
}

void bh_exits_enter(uint64_t address)
{
    is_entered = true;
    control_block = bh_machine_has(address, CONTROL_BLOCK) ? address : 0;
}

void bh_exits_inside(unsigned guest, uint64_t cr3)
{
    if (guest != BH_LAB_GUEST_KERNEL_0 && guest != BH_LAB_GUEST_KERNEL_1)
        return;
    guests[guest - BH_LAB_GUEST_KERNEL_0].block = control_block;
    guests[guest - BH_LAB_GUEST_KERNEL_0].cr3 = cr3;
}

unsigned bh_exits_leave(void)
{
    bool was_entered = is_entered;
    is_entered = false;
    for (unsigned i = 0; i < GUESTS && was_entered && control_block != 0; i++)
        if (guests[i].block == control_block)
            return BH_LAB_GUEST_KERNEL_0 + i;
    return BH_LAB_OTHER;
}

static unsigned char *field_at(size_t at)
{
    return bh_machine_memory() + control_block + at;
}

static uint64_t field(size_t at)
{
    uint64_t value;
    memcpy(&value, field_at(at), sizeof value);
    return value;
}

uint64_t bh_exits_code(void)
{
    return field(AT_EXIT_CODE);
}

/* What the host is given to act upon: why, and the registers that this asks it to look at. */
static uint64_t handed_over(const char *state, uint64_t code)
{
    enum { MOST_VALUES = 7 };
    uint64_t rax = field(AT_SAVED_RAX), rcx = bh_state_register(state, RCX), rdx = bh_state_register(state, RDX);
    uint64_t values[MOST_VALUES] = {code, field(AT_EXIT_1)};
    switch (code) {
    case EXIT_PORT:
        /* A write: as many bytes of rax as bits 4 to 6 say. What else stands there is where the guest goes on. */
        if ((values[1] & 1) == 0)
            values[2] = rax & (values[1] & 0x10 ? 0xff : values[1] & 0x20 ? 0xffff : UINT32_MAX);
        break;
    case EXIT_MSR:
        values[2] = rcx & UINT32_MAX;
        if (values[1] != 0) {
            values[3] = rax & UINT32_MAX;
            values[4] = rdx & UINT32_MAX;
        }
        break;
    case EXIT_CPUID:
        values[2] = rax & UINT32_MAX;
        values[3] = rcx & UINT32_MAX;
        break;
    case EXIT_HYPERCALL:
        values[2] = rax;
        values[3] = bh_state_register(state, RBX);
        values[4] = rcx;
        values[5] = rdx;
        values[6] = bh_state_register(state, RSI);
        break;
    case EXIT_HLT:
        break;
    default:
        values[2] = field(AT_EXIT_2);
    }
    return XXH3_64bits(values, sizeof values);
}

bool bh_exits_count(const char *state, unsigned guest, uint64_t *number)
{
    unsigned which = guest - BH_LAB_GUEST_KERNEL_0;
    uint64_t code = bh_exits_code();
    /* The block is known by the guest's page tables in it. Later a guest may be left just after it has taken others. */
    if (!guests[which].is_proven && field(AT_SAVED_CR3) != guests[which].cr3)
        return false;
    guests[which].is_proven = true;
    *number = guests[which].count++;
    /* An interrupt of the host's leaves a guest that has nothing to say. */
    bool is_own = code != EXIT_INTERRUPT && code != EXIT_NMI && code != EXIT_VIRTUAL_INTERRUPT;
    if (bh_told.exits != 0 && is_own && guests[which].told < MOST_TOLD) {
        guests[which].told++;
        bh_say("exit %u %" PRIx64 " %" PRIx64 "\n", guest, code, handed_over(state, code));
    }
    return true;
}

uint64_t bh_exits_flip(uint64_t which, uint64_t bit)
{
    uint64_t old = field(fields[which]);
    field_at(fields[which])[bit / 8] ^= (unsigned char)(1U << bit % 8);
    return old;
}

void bh_exits_say(void)
{
    bh_say("exits %" PRIu64 " %" PRIu64 "\n", guests[0].count, guests[1].count);
}
