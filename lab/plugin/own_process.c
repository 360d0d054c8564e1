/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Steps QEMU's own thread by the processor's trap flag: whatever it executes then, translated code, helpers, translator or device
 * models, can be struck at a chosen instruction. Signals' handlers run without that flag, and give back what they changed. */
#include "lab/plugin/own_process.h"

#include "lab/plugin/marks.h"
#include "lab/plugin/told.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { TRAP_FLAG = 1 << 8, MOST_REGIONS = 256, PAGE = 4096, SAMPLE = 12000 };

/* Parts of the address space that can be executed. */
static struct region {
    uint64_t begin, end, base; /* base: of the file's first page */
    char name[40];             /* of the file, without folders; "translated" for what QEMU writes itself */
} regions[MOST_REGIONS];
static size_t regions_count;
static const struct region *text; /* QEMU's */

static uint64_t left, guest_instructions;
static bool is_sampling, is_ready;
static uint64_t last;        /* the instruction before, while sampling */
static unsigned char *known; /* a bit for each byte of QEMU's text */

/* --- Where things lie --------------------------------------------------------------------------------------------------- */

/* Nothing is allocated: the state that QEMU's allocator is in is QEMU's. */
static void read_regions(void)
{
    static char maps[1 << 18];
    size_t length = 0;
    ssize_t count;
    uint64_t base = 0;
    char program[256], first_of[256] = "";
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while (file >= 0 && (count = read(file, maps + length, sizeof maps - 1 - length)) > 0)
        length += (size_t)count;
    if (file >= 0)
        close(file);
    count = readlink("/proc/self/exe", program, sizeof program - 1);
    program[count > 0 ? count : 0] = '\0';
    regions_count = 0;
    for (char *line = maps, *next; *line != '\0' && regions_count < MOST_REGIONS; line = next) {
        char *end = line + strcspn(line, "\n");
        next = end + (*end == '\n');
        *end = '\0';
        char *rest, *path = strpbrk(line, "/[");
        uint64_t begin = strtoull(line, &rest, 16), stop = strtoull(rest + 1, &rest, 16);
        if (path != NULL && strncmp(path, first_of, sizeof first_of - 1) != 0) {
            strncpy(first_of, path, sizeof first_of - 1);
            base = begin;
        }
        if (rest[3] != 'x')
            continue;
        struct region *region = &regions[regions_count++];
        *region = (struct region){begin, stop, path == NULL ? begin : base, "translated"};
        if (path != NULL)
            strncpy(region->name, strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1, sizeof region->name - 1);
        if (path != NULL && strcmp(path, program) == 0)
            text = region;
    }
}

static const struct region *region_of(uint64_t address)
{
    for (size_t i = 0; i < regions_count; i++)
        if (regions[i].begin <= address && address < regions[i].end)
            return &regions[i];
    return NULL;
}

static bool is_of_plugin(uint64_t address)
{
    static const struct region *own;
    own = own != NULL ? own : region_of((uint64_t)(uintptr_t)is_of_plugin);
    return own != NULL && own->begin <= address && address < own->end;
}

static bool make_writable(uint64_t address, size_t size)
{
    uint64_t begin = address / PAGE * PAGE;
    return mprotect((void *)(uintptr_t)begin, address + size - begin, PROT_READ | PROT_WRITE | PROT_EXEC) == 0;
}

/* --- The fault ---------------------------------------------------------------------------------------------------------- */

static void say_injected(uint64_t rip, uint64_t old)
{
    const struct region *region = region_of(rip);
    bh_say("injected %" PRIu64 " zone %u rip %" PRIx64 " old %" PRIx64 " in %s+%" PRIx64 "\n", guest_instructions,
           BH_LAB_VMM_0, rip, old, region == NULL ? "unknown" : region->name, region == NULL ? 0 : rip - region->base);
}

static uint64_t flip_vector(struct _libc_fpstate *vectors)
{
    enum { SOFTWARE = 464, HEADER = 512, HAS_VECTORS = 2, EXTENDED = 0x46505853 };
    uint32_t *word = &vectors->_xmm[bh_told.index].element[bh_told.bit / 32], old = *word, magic;
    *word ^= UINT32_C(1) << bh_told.bit % 32;
    /* Where vectors were as at the beginning, the kernel would put nothing back. */
    memcpy(&magic, (char *)vectors + SOFTWARE, sizeof magic);
    if (magic == EXTENDED)
        *((unsigned char *)vectors + HEADER) |= HAS_VECTORS;
    return old;
}

static void strike(ucontext_t *state)
{
    /* As the processor numbers them. */
    static const int places[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8,
                                 REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    greg_t *registers = state->uc_mcontext.gregs;
    uint64_t rip = (uint64_t)registers[REG_RIP], old = 0;
    unsigned char *code = (unsigned char *)(uintptr_t)(rip + bh_told.bit / 8);
    signal(SIGTRAP, SIG_DFL);
    registers[REG_EFL] &= ~TRAP_FLAG;
    switch ((enum bh_fault)bh_told.fault) {
    case BH_FAULT_REGISTER:
        old = (uint64_t)registers[places[bh_told.index]];
        registers[places[bh_told.index]] = (greg_t)(old ^ UINT64_C(1) << bh_told.bit % 64);
        break;
    case BH_FAULT_VECTOR:
        old = flip_vector(state->uc_mcontext.fpregs);
        break;
    case BH_FAULT_CODE:
        old = *code;
        if (make_writable((uint64_t)(uintptr_t)code, 1))
            *code ^= (unsigned char)(1U << bh_told.bit % 8);
        break;
    case BH_FAULT_NONE:
    case BH_FAULT_MEMORY:
    case BH_FAULT_PLANTED:
    case BH_FAULT_EXIT_REGISTER:
    case BH_FAULT_EXIT_BLOCK:
        break;
    }
    say_injected(rip, old);
}

static void plant(void)
{
    uint64_t place = text == NULL ? 0 : text->base + bh_told.address;
    if (text == NULL || place < text->begin || place + bh_told.bytes_count > text->end ||
        !make_writable(place, bh_told.bytes_count)) {
        bh_say("refused no text of QEMU\n");
        return;
    }
    uint64_t old = *(unsigned char *)(uintptr_t)place;
    memcpy((void *)(uintptr_t)place, bh_told.bytes, bh_told.bytes_count);
    say_injected(place, old);
}

/* --- Steps -------------------------------------------------------------------------------------------------------------- */

/* Bytes of an instruction that was executed before the one at `next`; 0: that cannot be told, since it went elsewhere. */
static size_t size_of(const unsigned char *code, uint64_t next)
{
    uint64_t way = next - (uint64_t)(uintptr_t)code;
    if (code[0] == 0xe8)
        return 5;
    if ((code[0] & 0xf0) == 0x70)
        return 2;
    if (code[0] == 0x0f && (code[1] & 0xf0) == 0x80)
        return 6;
    return way >= 1 && way < BH_MOST_PLANTED ? (size_t)way : 0;
}

static void note(uint64_t rip)
{
    static const char digits[] = "0123456789abcdef";
    char bytes[2 * BH_MOST_PLANTED + 1] = "";
    uint64_t at = last - text->begin;
    const unsigned char *code = (const unsigned char *)(uintptr_t)last;
    bool is_new = last != 0 && last < text->end && last >= text->begin && (known[at / 8] >> at % 8 & 1) == 0;
    size_t size = is_new ? size_of(code, rip) : 0;
    last = rip;
    if (size == 0)
        return;
    known[at / 8] |= (unsigned char)(1U << at % 8);
    for (size_t i = 0; i < size; i++) {
        bytes[2 * i] = digits[code[i] >> 4];
        bytes[2 * i + 1] = digits[code[i] & 15];
    }
    bh_say("place %u %" PRIx64 " %s\n", BH_LAB_VMM_0, (uint64_t)(uintptr_t)code - text->base, bytes);
}

static void step(int number, siginfo_t *about, void *context)
{
    (void)number;
    (void)about;
    ucontext_t *state = context;
    uint64_t rip = (uint64_t)state->uc_mcontext.gregs[REG_RIP];
    if (is_of_plugin(rip))
        return;
    if (is_sampling)
        note(rip);
    if (left-- > 0)
        return;
    if (is_sampling) {
        state->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
        last = 0;
    } else
        strike(state);
}

static void begin_steps(void)
{
    struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};
    sigset_t trap;
    sigaction(SIGTRAP, &action, NULL);
    sigemptyset(&trap);
    sigaddset(&trap, SIGTRAP);
    pthread_sigmask(SIG_UNBLOCK, &trap, NULL); /* QEMU leaves all signals to its main thread */
    __asm__ volatile("lea -128(%%rsp), %%rsp\n"
                     "pushfq\n"
                     "orq %0, (%%rsp)\n"
                     "popfq\n"
                     "lea 128(%%rsp), %%rsp"
                     :
                     : "i"(TRAP_FLAG)
                     : "memory", "cc");
}

static void make_ready(void)
{
    if (!is_ready)
        read_regions();
    is_ready = true;
}

void bh_own_strike(uint64_t instructions)
{
    make_ready();
    guest_instructions = instructions;
    left = bh_told.after;
    if (bh_told.fault == BH_FAULT_PLANTED)
        plant();
    else
        begin_steps();
}

void bh_own_sample(void)
{
    make_ready();
    if (known == NULL && text != NULL)
        known = calloc((text->end - text->begin) / 8 + 1, 1);
    if (known == NULL) {
        bh_say("refused no text of QEMU\n");
        return;
    }
    is_sampling = true;
    left = SAMPLE;
    begin_steps();
}
