/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What plugin, programs inside the machine and the driver agree on: zones, marks, planted values. */
#pragma once

/* Where an instruction belongs to. Code of the host in user mode is known by its page tables: the marks say whose. */
enum {
    BH_LAB_OTHER, /* nobody has said whose it is */
    BH_LAB_HOST_KERNEL,
    BH_LAB_HOST_MODULES, /* KVM's */
    BH_LAB_HOST_AGENT,
    BH_LAB_PROCESS_0,
    BH_LAB_PROCESS_1,
    BH_LAB_VMM_0,
    BH_LAB_VMM_1,
    BH_LAB_GUEST_KERNEL_0,
    BH_LAB_GUEST_KERNEL_1,
    BH_LAB_GUEST_PROCESS_0,
    BH_LAB_GUEST_PROCESS_1,
    BH_LAB_HOST_NETWORK, /* modules of the bridge and of guests' ports, whose places the host's agent tells */
    BH_LAB_ANY, /* all of them: where a bit of memory is drawn, of which it is not known yet who will read it */
    BH_LAB_ZONES
};

/* Where Linux without address randomization has its modules. */
#define BH_LAB_MODULES     0xffffffffc0000000ULL
#define BH_LAB_MODULES_END 0xffffffffff000000ULL

/* Behind the sixteen general registers. */
enum { BH_LAB_RIP = 16 };

/* How many fields of a guest's control block a fault may strike. */
enum { BH_LAB_EXIT_FIELDS = 15 };

/* A mark is a long nop with MARK_BASE + number in it, which begins a block of instructions. */
#define BH_LAB_MARK_BASE 0x4c420000
enum {
    BH_LAB_MARK_CHECK = 1, /* registers hold BH_LAB_PLANTED + their number: are the offsets right? */
    BH_LAB_MARK_OPEN,      /* from here on instructions are counted */
    BH_LAB_MARK_CLOSE,     /* up to here: all enclaves have ended */
    BH_LAB_MARK_END,       /* the machine has said all */
    BH_LAB_MARK_PLANTED, /* planted truths: a process will look at r12, and at nothing else that a fault here changes */
    BH_LAB_MARK_CHECKSUM,  /* r12 is the checksum of a result under way */
    BH_LAB_MARK_SHARED,    /* the first instruction of a function that all processes call */
    BH_LAB_MARK_NETWORK,   /* a module of the host's network lies from rbx to below rcx */
    BH_LAB_MARK_ZONE = 32, /* + zone: this page table's user code is of that zone */
};

#define BH_LAB_PLANTED 0x1234567800010000ULL

#define BH_LAB_TEXT_1(x) #x
#define BH_LAB_TEXT(x)   BH_LAB_TEXT_1(x)
/* The mark of a number that is known when compiled; a jump before it makes it begin a block. */
#define BH_LAB_MARK(number)                                                                                            \
    __asm__ volatile("jmp 1f\n1: nopl %c0(%%rax,%%rax,1)" : : "i"(BH_LAB_MARK_BASE + (number)) : "memory")
