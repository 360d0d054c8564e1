/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The machine as its first process sees it: file systems, options of the kernel's command line, modules. */
#include "lab/inside/inside.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char command_line[4096];

void inside_mount(void)
{
    static const struct {
        const char *type, *place;
    } systems[] = {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        mkdir(systems[i].place, 0755);
        mount(systems[i].type, systems[i].place, systems[i].type, 0, NULL);
    }
    int console = open("/dev/console", O_RDWR);
    for (int stream = 0; stream < 3 && console >= 0; stream++)
        dup2(console, stream);
    if (console > 2)
        close(console);
    inside_read_options();
    setvbuf(stdout, NULL, _IOLBF, 0);
}

void inside_read_options(void)
{
    int file = open("/proc/cmdline", O_RDONLY);
    ssize_t length = file < 0 ? 0 : read(file, command_line, sizeof command_line - 1);
    command_line[length > 0 ? length : 0] = '\0';
    if (file >= 0)
        close(file);
}

const char *inside_word(const char *name)
{
    static char word[256];
    char key[64];
    int length = snprintf(key, sizeof key, " %s=", name);
    const char *found = strstr(command_line, key);
    word[0] = '\0';
    if (found != NULL)
        snprintf(word, sizeof word, "%.*s", (int)strcspn(found + length, " \n"), found + length);
    return word;
}

long inside_number(const char *name, long otherwise)
{
    const char *word = inside_word(name);
    return *word == '\0' ? otherwise : strtol(word, NULL, 10);
}

double inside_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

long inside_taint(void)
{
    char text[32] = "";
    int file = open("/proc/sys/kernel/tainted", O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    return length <= 0 ? -1 : strtol(text, NULL, 10);
}

int inside_set(const char *path, const char *word)
{
    int file = open(path, O_WRONLY);
    ssize_t length = file < 0 ? -1 : write(file, word, strlen(word));
    if (file >= 0)
        close(file);
    return length == (ssize_t)strlen(word) ? 0 : -1;
}

int inside_load(const char *path, const char *parameters)
{
    int file = open(path, O_RDONLY);
    long status = file < 0 ? -1 : syscall(SYS_finit_module, file, parameters, 0);
    if (file >= 0)
        close(file);
    return status == 0 ? 0 : -1;
}

int inside_copy(const char *from, const char *to)
{
    static char buffer[65536];
    int source = open(from, O_RDONLY | O_CLOEXEC), target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    ssize_t count = -1;
    while (source >= 0 && target >= 0 && (count = read(source, buffer, sizeof buffer)) > 0)
        if (write(target, buffer, (size_t)count) != count)
            break;
    if (source >= 0)
        close(source);
    if (target >= 0)
        close(target);
    return count == 0 ? 0 : -1;
}

/* rax to r15 as the processor numbers them: rax rcx rdx rbx - - rsi rdi r8 ... r15. */
void inside_plant(void)
{
    static const uint64_t values[] __attribute__((aligned(16))) = {BH_LAB_PLANTED + 0x100, BH_LAB_PLANTED + 0x100,
                                                                   BH_LAB_PLANTED + 0x101, BH_LAB_PLANTED + 0x101};
#define PLANT(number, name) "leaq " #number "(%%rax), %%" #name "\n"
    __asm__ volatile("movdqa (%0), %%xmm0\n"
                     "movdqa 16(%0), %%xmm1\n"
                     "movabsq %1, %%rax\n" PLANT(1, rcx) PLANT(2, rdx) PLANT(3, rbx) PLANT(6, rsi) PLANT(7, rdi)
                         PLANT(8, r8) PLANT(9, r9) PLANT(10, r10) PLANT(11, r11) PLANT(12, r12) PLANT(13, r13)
                             PLANT(14, r14) PLANT(15, r15) "jmp 1f\n1: nopl %c2(%%rax,%%rax,1)\n"
                     :
                     : "r"(values), "i"(BH_LAB_PLANTED), "i"(BH_LAB_MARK_BASE + BH_LAB_MARK_CHECK)
                     : "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "xmm0", "xmm1", "memory");
}
