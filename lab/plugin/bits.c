/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Watches and flips bits of memory. What page tables are walked by and what devices read or write by themselves is not seen. */
#include "lab/plugin/bits.h"

#include "lab/plugin/qemu.h"
#include "lab/plugin/state.h"
#include "lab/plugin/told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Bits are found by the page that they are in; most accesses are to pages that none is in. */
enum { PAGE = 4096, NONE = UINT32_MAX };

struct bit {
    uint64_t at, address, since; /* since: instructions executed when its time came */
    unsigned bit;
    uint32_t next; /* in its page */
};

static struct bit *bits;
static size_t bits_count, reached;
static uint32_t *in_page; /* the first bit that is watched there */
static size_t pages;
static uint64_t now; /* instructions executed, with those of the block that runs */
static unsigned zone_now;

bool bh_bits_begin(void)
{
    size_t room = 0;
    struct bit bit = {0};
    FILE *list = bh_told.list == 0 ? NULL : fdopen((int)bh_told.list, "r");
    while (list != NULL && fscanf(list, "%" SCNu64 " %" SCNu64 " %u", &bit.at, &bit.address, &bit.bit) == 3) {
        if (bits_count == room) {
            room = 2 * room + 16;
            bits = realloc(bits, room * sizeof *bits);
            if (bits == NULL)
                _exit(1);
        }
        if (bit.address / PAGE >= pages)
            pages = bit.address / PAGE + 1;
        bits[bits_count++] = bit;
    }
    bool is_whole = list != NULL && feof(list) && bits_count > 0;
    if (list != NULL)
        fclose(list);
    in_page = malloc((pages + 1) * sizeof *in_page);
    if (in_page == NULL)
        _exit(1);
    for (size_t i = 0; i < pages; i++)
        in_page[i] = NONE;
    return is_whole;
}

bool bh_bits_are_watched(void)
{
    return bits_count > 0 && bh_told.flips == 0;
}

/* What is watched among these bytes, which are in one page, has been used. */
static void use(uint64_t address, size_t size, const char *how)
{
    if (address / PAGE >= pages)
        return;
    for (uint32_t *link = &in_page[address / PAGE]; *link != NONE;) {
        struct bit *bit = &bits[*link];
        if (bit->address < address || bit->address - address >= size) {
            link = &bit->next;
            continue;
        }
        bh_say("bit %zu %s %u %" PRIu64 "\n", (size_t)(bit - bits), how, zone_now, now - bit->since);
        *link = bit->next;
    }
}

static void meet_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *context)
{
    (void)cpu;
    (void)context;
    size_t left = (size_t)1 << qemu_plugin_mem_size_shift(info);
    while (left > 0) {
        size_t to_end = PAGE - address % PAGE, size = left < to_end ? left : to_end;
        const struct qemu_plugin_hwaddr *place = qemu_plugin_get_hwaddr(info, address);
        if (place != NULL && !qemu_plugin_hwaddr_is_io(place))
            use(qemu_plugin_hwaddr_phys_addr(place), size, qemu_plugin_mem_is_store(info) ? "overwritten" : "read");
        address += size;
        left -= size;
    }
}

void bh_bits_translate(struct qemu_plugin_tb *tb, struct bh_bits_code *code)
{
    size_t count = qemu_plugin_tb_n_insns(tb), part = 0;
    *code = (struct bh_bits_code){0};
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const unsigned char *at = qemu_plugin_insn_haddr(insn);
        qemu_plugin_register_vcpu_mem_cb(insn, meet_access, PLUGIN_NO_REGISTERS, PLUGIN_READS_AND_WRITES, NULL);
        if (at == NULL || bh_machine_memory() == NULL)
            continue;
        uint64_t address = (uint64_t)(at - bh_machine_memory());
        if (code->parts[part].size > 0 && address / PAGE != code->parts[part].address / PAGE && part == 0)
            part = 1;
        if (code->parts[part].size == 0)
            code->parts[part].address = address;
        code->parts[part].size = (size_t)(address - code->parts[part].address) + qemu_plugin_insn_size(insn);
    }
    for (part = 0; part < 2; part++) {
        size_t to_end = PAGE - code->parts[part].address % PAGE;
        if (code->parts[part].size > to_end)
            code->parts[part].size = to_end;
    }
}

void bh_bits_run(const struct bh_bits_code *code, unsigned zone, uint64_t instructions)
{
    zone_now = zone;
    now = instructions;
    for (size_t part = 0; part < 2; part++)
        use(code->parts[part].address, code->parts[part].size, "executed");
}

void bh_bits_reach(uint64_t counted)
{
    for (; reached < bits_count && bits[reached].at < counted; reached++) {
        struct bit *bit = &bits[reached];
        if (!bh_machine_has(bit->address, 1))
            continue;
        if (bh_told.flips != 0) {
            bh_machine_memory()[bit->address] ^= (unsigned char)(1U << bit->bit % 8);
            continue;
        }
        uint32_t *first = &in_page[bit->address / PAGE];
        bit->since = now;
        bit->next = *first;
        *first = (uint32_t)reached;
    }
}
