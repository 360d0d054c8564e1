/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* A plugin of QEMU's translator: counts instructions by zone and injects one fault at the k-th of a zone.
 *
 * Written from docs/devel/tcg-plugins of QEMU 7.2; its header is not packaged, so that qemu.h has the prototypes in use. The
 * state of the emulated processor is no part of that interface: its address is taken from rbp, in which code that is
 * translated for x86-64 has it, and the offsets in use are held against values that the machine plants before anything is
 * counted (MARK_CHECK). Where they are not found there, the plugin says so and injects nothing.
 * Arguments: told.h. */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/plugin/bits.h"
#include "lab/plugin/exits.h"
#include "lab/plugin/marks.h"
#include "lab/plugin/modules.h"
#include "lab/plugin/own_process.h"
#include "lab/plugin/qemu.h"
#include "lab/plugin/state.h"
#include "lab/plugin/told.h"
#include "lab/plugin/zones.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

/* --- What it was told, and what it knows ---------------------------------------------------------------------------------- */

/* Whether the fault is one of QEMU's own process. */
static bool is_of_vmm(void)
{
    return bh_told.guest != 0 && bh_told.zone == BH_LAB_VMM_0;
}

/* ... and of what a guest hands over. */
static bool is_of_exit(void)
{
    return bh_told.fault == BH_FAULT_EXIT_REGISTER || bh_told.fault == BH_FAULT_EXIT_BLOCK;
}

static qemu_plugin_id_t self;
static bool is_checked, is_refused, is_open, is_injected;
static uint64_t instructions, seen_in_zone[BH_LAB_ZONES], activated;
static size_t vectors_at; /* of the first 16 bytes of xmm0, 0 before it was found */
static size_t vector_stride;
/* Of each guest's kernel the most instructions in a row without interrupts, and where the last of them was: millions of them
 * where a lock is waited for are QEMU's nested SVM, which takes interrupts where there are none (doc/laboratory.md). */
static struct {
    uint64_t now, most, rip;
} dark[BH_LAB_ZONES];

/* The one who reads what is said ends QEMU. Nothing of the machine goes on meanwhile. */
static void stand_still(void)
{
    for (;;)
        pause();
}

/* --- Marks ---------------------------------------------------------------------------------------------------------------- */

/* A long nop whose displacement is MARK_BASE + number: 0f 1f 84 00 and four bytes. 0: none. */
static unsigned mark_number(const struct qemu_plugin_insn *insn)
{
    static const unsigned char begin[] = {0x0f, 0x1f, 0x84, 0x00};
    unsigned char bytes[8];
    if (qemu_plugin_insn_size(insn) != sizeof bytes)
        return 0;
    memcpy(bytes, qemu_plugin_insn_data(insn), sizeof bytes);
    uint32_t number;
    memcpy(&number, bytes + 4, sizeof number);
    if (memcmp(bytes, begin, sizeof begin) != 0 || number <= BH_LAB_MARK_BASE || number > BH_LAB_MARK_BASE + 0xff)
        return 0;
    return number - BH_LAB_MARK_BASE;
}

/* rax, rbx, ... hold BH_LAB_PLANTED + their number, but for rsp and rbp; xmm0 and xmm1 hold two more. */
static bool check_offsets(const char *state, uint64_t rip)
{
    for (unsigned i = 0; i < BH_REGISTERS; i++)
        if (i != 4 && i != 5 && bh_state_get(state, BH_AT_REGISTERS + 8 * i) != BH_LAB_PLANTED + i)
            return false;
    if (bh_state_get(state, BH_AT_RIP) != rip || (bh_state_flags(state) & (BH_HIDDEN_LEVEL | BH_HIDDEN_GUEST)) != 3)
        return false;
    if (bh_state_get(state, BH_AT_CR3) == 0 || (bh_state_get(state, BH_AT_CR3) & 0xfff) != 0 ||
        (bh_state_get(state, BH_AT_CR0) & 0x80000001) != 0x80000001)
        return false;
    for (size_t at = BH_AT_CR3; at + 16 < BH_STATE_BYTES && vectors_at == 0; at += 8)
        if (bh_state_get(state, at) == BH_LAB_PLANTED + 0x100 && bh_state_get(state, at + 8) == BH_LAB_PLANTED + 0x100)
            vectors_at = at;
    for (size_t at = vectors_at + 16; vectors_at != 0 && at < vectors_at + 65; at += 8)
        if (bh_state_get(state, at) == BH_LAB_PLANTED + 0x101 &&
            bh_state_get(state, at + 8) == BH_LAB_PLANTED + 0x101) {
            vector_stride = at - vectors_at;
            return true;
        }
    return false;
}

/* --- Faults --------------------------------------------------------------------------------------------------------------- */

/* What a block of translated instructions is known by here. */
struct block {
    uint64_t rip;
    unsigned char *code; /* where its first byte lies in the emulated memory; NULL: in none */
    unsigned count;      /* instructions */
    unsigned mark;
    bool has_planted;         /* holds the place of a planted fault */
    bool is_entry;            /* begins with what enters a guest */
    uint32_t said;            /* a bit for each zone that was told to execute it: programs share pages, and so blocks */
    struct place *places;     /* of `count`, where they are asked for */
    struct bh_bits_code lies; /* where bits of memory are watched */
};

/* An instruction in the emulated memory. */
struct place {
    uint64_t address; /* UINT64_MAX: not in there */
    unsigned char bytes[BH_MOST_PLANTED];
    size_t size;
};

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

/* Code that was changed is translated anew; QEMU forgets our callbacks with it. */
static void begin_again(qemu_plugin_id_t id)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
}

static void flip(unsigned char *byte)
{
    *byte ^= (unsigned char)(1U << (bh_told.bit % 8));
}

static void inject(char *state, const struct block *block, unsigned zone)
{
    size_t at = bh_told.fault == BH_FAULT_VECTOR ? vectors_at + bh_told.index * vector_stride + bh_told.bit / 64 * 8
                : bh_told.index == BH_LAB_RIP    ? (size_t)BH_AT_RIP
                                                 : BH_AT_REGISTERS + 8 * bh_told.index;
    uint64_t old = 0, code = is_of_exit() ? bh_exits_code() : 0;
    is_injected = true;
    switch ((enum bh_fault)bh_told.fault) {
    case BH_FAULT_NONE:
        break;
    case BH_FAULT_REGISTER:
    case BH_FAULT_VECTOR:
    case BH_FAULT_EXIT_REGISTER:
        old = bh_state_get(state, at);
        bh_state_put(state, at, old ^ UINT64_C(1) << bh_told.bit % 64);
        break;
    case BH_FAULT_EXIT_BLOCK:
        old = bh_exits_flip(bh_told.index, bh_told.bit);
        break;
    case BH_FAULT_MEMORY:
        if (bh_machine_memory() == NULL)
            bh_say("refused no memory\n");
        else {
            old = bh_machine_memory()[bh_told.address];
            flip(bh_machine_memory() + bh_told.address);
        }
        break;
    case BH_FAULT_CODE:
        if (block->code != NULL) {
            old = block->code[bh_told.bit / 8];
            flip(block->code + bh_told.bit / 8);
        }
        break;
    case BH_FAULT_PLANTED:
        if (bh_machine_memory() == NULL)
            bh_say("refused no memory\n");
        else
            memcpy(bh_machine_memory() + bh_told.address, bh_told.bytes, bh_told.bytes_count);
        break;
    }
    bh_say("injected %" PRIu64 " zone %u rip %" PRIx64 " old %" PRIx64 " cr3 %" PRIx64 "\n", instructions, zone,
           block->rip, old, bh_state_get(state, BH_AT_CR3));
    if (is_of_exit())
        bh_say("struck exit %" PRIx64 "\n", code);
    if (bh_told.fault != BH_FAULT_NONE)
        qemu_plugin_reset(self, begin_again);
}

/* --- What happens at each block -------------------------------------------------------------------------------------------- */

static void watch_dark(const char *state, unsigned zone, const struct block *block)
{
    dark[zone].now = (bh_state_get(state, BH_AT_FLAGS) & BH_FLAG_INTERRUPTS) != 0 ? 0 : dark[zone].now + block->count;
    if (dark[zone].now > dark[zone].most) {
        dark[zone].most = dark[zone].now;
        dark[zone].rip = block->rip;
    }
}

/* Of guests' kernels, and of their exits. */
static void say_guests(void)
{
    for (unsigned zone = BH_LAB_GUEST_KERNEL_0; zone <= BH_LAB_GUEST_KERNEL_1; zone++)
        if (dark[zone].most > 0)
            bh_say("dark %u %" PRIu64 " %" PRIx64 "\n", zone, dark[zone].most, dark[zone].rip);
    bh_exits_say();
}

static void meet_mark(const char *state, const struct block *block)
{
    switch (block->mark) {
    case BH_LAB_MARK_CHECK:
        if (!is_checked && !check_offsets(state, block->rip)) {
            is_refused = true;
            bh_say("refused offsets\n");
            stand_still();
        }
        if (!is_checked)
            bh_say("checked vectors at %zu by %zu\n", vectors_at, vector_stride);
        is_checked = true;
        break;
    case BH_LAB_MARK_NETWORK:
        if (!is_open)
            bh_modules_learn(bh_state_get(state, BH_AT_REGISTERS + 8 * 3),
                             bh_state_get(state, BH_AT_REGISTERS + 8 * 1));
        break;
    case BH_LAB_MARK_OPEN:
        is_open = true;
        break;
    case BH_LAB_MARK_CLOSE:
        is_open = false;
        bh_zones_forget_enclaves();
        break;
    case BH_LAB_MARK_END:
        say_guests();
        bh_say("done %" PRIu64 " activated %" PRIu64, instructions, activated);
        for (unsigned zone = 0; zone < BH_LAB_ZONES; zone++)
            bh_say(" %" PRIu64, seen_in_zone[zone]);
        bh_say("\n");
        stand_still();
        break;
    default:
        if (block->mark >= BH_LAB_MARK_ZONE && block->mark < BH_LAB_MARK_ZONE + BH_LAB_ZONES)
            bh_zones_learn(state, block->mark - BH_LAB_MARK_ZONE);
    }
}

static void say_places(const struct block *block, unsigned zone)
{
    for (size_t i = 0; i < block->count; i++) {
        const struct place *place = &block->places[i];
        char bytes[2 * BH_MOST_PLANTED + 1] = "";
        for (size_t k = 0; k < place->size; k++)
            snprintf(bytes + 2 * k, 3, "%02x", place->bytes[k]);
        if (place->address != UINT64_MAX)
            bh_say("place %u %" PRIx64 " %s\n", zone, place->address, bytes);
    }
}

static void meet_limit(const char *state, unsigned zone)
{
    say_guests();
    bh_say("limit %" PRIu64 " activated %" PRIu64 " zone %u rip %" PRIx64 " interrupts %d\n", instructions, activated,
           zone, bh_state_get(state, BH_AT_RIP), (bh_state_get(state, BH_AT_FLAGS) & BH_FLAG_INTERRUPTS) != 0);
    stand_still();
}

/* QEMU works for all that runs in it: it is struck after an instruction of any zone. */
static void count_for_vmm(const struct block *block)
{
    static uint64_t next_sample;
    uint64_t before = seen_in_zone[BH_LAB_VMM_0];
    seen_in_zone[BH_LAB_VMM_0] += block->count;
    if (bh_told.sample != 0 && before >= next_sample) {
        next_sample += bh_told.sample;
        bh_own_sample();
    }
    if (!is_injected && is_of_vmm() && bh_told.at < seen_in_zone[BH_LAB_VMM_0]) {
        is_injected = true;
        bh_own_strike(instructions);
    }
}

/* Guests enter and leave; a fault may strike what the one that was left has handed over. */
static void follow_guests(char *state, unsigned zone, const struct block *block)
{
    uint64_t number;
    if (block->is_entry) {
        bh_exits_enter(bh_state_register(state, 0));
        return;
    }
    if ((bh_state_flags(state) & BH_HIDDEN_GUEST) != 0) {
        bool is_process = zone == BH_LAB_GUEST_PROCESS_0 || zone == BH_LAB_GUEST_PROCESS_1;
        bh_exits_inside(is_process ? zone - BH_LAB_GUEST_PROCESS_0 + BH_LAB_GUEST_KERNEL_0 : zone,
                        bh_state_get(state, BH_AT_CR3));
        return;
    }
    unsigned left = bh_exits_leave();
    if (left == BH_LAB_OTHER || !is_open || !is_checked)
        return;
    bool is_known = bh_exits_count(state, left, &number);
    if (!is_known && !is_injected) {
        bh_say("refused exits\n");
        stand_still();
    }
    if (is_known && !is_injected && is_of_exit() && left == bh_told.zone && number == bh_told.at)
        inject(state, block, left);
}

/* Whether the fault is due in this block, which has just been counted. With a list of bits there is no other fault. */
static bool is_time_in(unsigned zone, const struct block *block)
{
    if (bh_told.list != 0)
        return false;
    uint64_t seen = seen_in_zone[bh_told.zone];
    return (zone == bh_told.zone || bh_told.zone == BH_LAB_ANY) && seen - block->count <= bh_told.at &&
           bh_told.at < seen;
}

/* `state` comes from rbp by way of enter_block below. */
__attribute__((used)) static void bh_lab_block_runs(unsigned cpu, void *context, char *state)
{
    (void)cpu;
    struct block *block = context;
    instructions += block->count;
    unsigned zone = bh_zones_now(state);
    if (bh_told.guest == 0) {
        if (zone == BH_LAB_GUEST_KERNEL_0 || zone == BH_LAB_GUEST_KERNEL_1)
            watch_dark(state, zone, block);
        follow_guests(state, zone, block);
    }
    if (block->mark != 0)
        meet_mark(state, block);
    if (block->has_planted && is_injected)
        activated++;
    if (bh_bits_are_watched())
        bh_bits_run(&block->lies, zone, instructions);
    if (is_open && is_checked) {
        seen_in_zone[zone] += block->count;
        seen_in_zone[BH_LAB_ANY] += block->count;
        bh_bits_reach(seen_in_zone[BH_LAB_ANY]);
        if (block->places != NULL && (block->said >> zone & 1) == 0)
            say_places(block, zone);
        block->said |= UINT32_C(1) << zone;
        if (!is_injected && bh_told.mark == 0 && !is_of_exit() && is_time_in(zone, block))
            inject(state, block, zone);
        if (bh_told.guest != 0)
            count_for_vmm(block);
    }
    if (!is_injected && bh_told.mark != 0 && block->mark == bh_told.mark && zone == bh_told.zone)
        inject(state, block, zone);
    if (instructions >= bh_told.limit)
        meet_limit(state, zone);
}

/* QEMU calls with two arguments; rbp still has the processor's state. */
extern void bh_lab_enter_block(unsigned cpu, void *context);
__asm__(".text\n"
        ".type bh_lab_enter_block, @function\n"
        "bh_lab_enter_block:\n"
        "    mov %rbp, %rdx\n"
        "    jmp bh_lab_block_runs\n"
        ".size bh_lab_enter_block, . - bh_lab_enter_block\n");

/* Where the block's instructions lie, and what they are now. */
static struct place *find_places(struct qemu_plugin_tb *tb, size_t count)
{
    struct place *places = calloc(count, sizeof *places);
    if (places == NULL)
        _exit(1);
    for (size_t i = 0; i < count; i++) {
        const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const unsigned char *code = qemu_plugin_insn_haddr(insn);
        places[i].size = qemu_plugin_insn_size(insn);
        places[i].address = code == NULL ? UINT64_MAX : (uint64_t)(code - bh_machine_memory());
        if (places[i].size > BH_MOST_PLANTED)
            places[i].address = UINT64_MAX;
        else
            memcpy(places[i].bytes, qemu_plugin_insn_data(insn), places[i].size);
    }
    return places;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    struct block *block = calloc(1, sizeof *block);
    if (block == NULL)
        _exit(1);
    const struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0);
    block->rip = qemu_plugin_insn_vaddr(first);
    block->code = qemu_plugin_insn_haddr(first);
    block->count = (unsigned)qemu_plugin_tb_n_insns(tb);
    block->mark = mark_number(first);
    block->is_entry = bh_exits_is_entry(qemu_plugin_insn_data(first), qemu_plugin_insn_size(first));
    if (bh_told.fault == BH_FAULT_PLANTED && !is_of_vmm() && bh_machine_memory() != NULL)
        for (size_t i = 0; i < block->count && !block->has_planted; i++)
            block->has_planted =
                qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, i)) == bh_machine_memory() + bh_told.address;
    if (bh_told.places != 0 && bh_machine_memory() != NULL)
        block->places = find_places(tb, block->count);
    if (bh_bits_are_watched())
        bh_bits_translate(tb, &block->lies);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, bh_lab_enter_block, PLUGIN_NO_REGISTERS, block);
}

/* --- Beginning and end ------------------------------------------------------------------------------------------------------ */

static void end(qemu_plugin_id_t id, void *context)
{
    (void)id;
    (void)context;
    bh_say("ended %" PRIu64 " activated %" PRIu64 "\n", instructions, activated);
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
                                                               char **argv)
{
    (void)info;
    self = id;
    for (int i = 0; i < argc; i++)
        if (!bh_told_read(argv[i])) {
            fprintf(stderr, "inject: no such argument: %s\n", argv[i]);
            return -1;
        }
    if (bh_told.index > BH_LAB_RIP || (bh_told.fault == BH_FAULT_EXIT_BLOCK && bh_told.index >= BH_LAB_EXIT_FIELDS) ||
        bh_told.zone >= BH_LAB_ZONES) {
        fprintf(stderr, "inject: a zone or register that there is none of\n");
        return -1;
    }
    if (bh_told.list != 0 && !bh_bits_begin()) {
        fprintf(stderr, "inject: no list of bits of memory\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, end, NULL);
    return 0;
}
