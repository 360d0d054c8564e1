/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* An enclave without guests: a process of the host with a /tmp of its own. */
#include "lab/inside/host.h"
#include "lab/inside/inside.h"

#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static void tell(const char *format, ...)
{
    char line[HOST_LINE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    line[length++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(INSIDE_REFUSED);
}

/* A value in r12 that nothing else depends on: what becomes of a fault there is told. */
static void look_at_planted(void)
{
    register uint64_t kept __asm__("r12") = BH_LAB_PLANTED;
    __asm__ volatile("jmp 1f\n1: nopl %c1(%%rax,%%rax,1)" : "+r"(kept) : "i"(BH_LAB_MARK_BASE + BH_LAB_MARK_PLANTED));
    if (kept != BH_LAB_PLANTED)
        tell("planted %016llx", (unsigned long long)kept);
}

/* The kernel keeps a file's pages once, for all that run it: enclaves that are to share nothing run copies. */
void host_run(unsigned number)
{
    static const char all[] = "/init", own[] = "/tmp/program";
    char word[] = {number == 0 ? '0' : '1', '\0'};
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/tmp", "tmpfs", 0, NULL) != 0)
        _exit(INSIDE_REFUSED);
    bool is_shared = strcmp(inside_word("lab.programs"), "shared") == 0;
    if (is_shared || inside_copy(all, own) == 0)
        execl(is_shared ? all : own, HOST_ENCLAVE, word, (char *)NULL);
    _exit(INSIDE_REFUSED);
}

void host_become(unsigned number)
{
    const struct inside_workload *workload = inside_find_workload(inside_word("lab.workload"));
    char byte;
    if (workload == NULL)
        _exit(INSIDE_REFUSED);
    tell("ready");
    if (read(STDIN_FILENO, &byte, 1) != 1)
        _exit(INSIDE_REFUSED);
    if (number == 0)
        BH_LAB_MARK(BH_LAB_MARK_ZONE + BH_LAB_PROCESS_0);
    else
        BH_LAB_MARK(BH_LAB_MARK_ZONE + BH_LAB_PROCESS_1);
    look_at_planted();
    _exit(workload->run(number + 1, (unsigned)inside_number("lab.steps", 6), tell, NULL));
}

int host_prepare(void)
{
    return 0;
}

void host_mark(void)
{
}

void host_look(void)
{
}
