/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Enclaves with a guest each: a process of the host runs a VMM, by KVM, whose serial line comes through a pipe. */
#include "lab/inside/host.h"
#include "lab/inside/host_ways.h"
#include "lab/inside/inside.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = 320 };

void host_become(unsigned number)
{
    (void)number;
    _exit(INSIDE_REFUSED);
}

/* The VMM and its libraries in a folder of its own: of files the kernel keeps pages once, for all that map them. */
static int copy_vmm(const char *folder)
{
    if (mkdir(folder, 0755) != 0)
        return -1;
    DIR *entries = opendir("/vmm");
    const struct dirent *entry;
    int status = entries == NULL ? -1 : 0;
    while (status == 0 && (entry = readdir(entries)) != NULL) {
        char from[NAME], to[NAME];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(from, sizeof from, "/vmm/%s", entry->d_name);
        snprintf(to, sizeof to, "%s/%s", folder, entry->d_name);
        status = inside_copy(from, to);
    }
    if (entries != NULL)
        closedir(entries);
    return status;
}

int host_prepare(void)
{
    char parameters[64];
    /* Without the filter a guest that turns round in a spin lock leaves to the host at every PAUSE, forty times slower. A guest
     * that is idle is not waited for in a loop. */
    snprintf(parameters, sizeof parameters, "npt=%ld pause_filter_count=0", inside_number("lab.npt", 1));
    return inside_load("/m/irqbypass.ko", "") != 0 || inside_load("/m/kvm.ko", "halt_poll_ns=0") != 0 ||
                   inside_load("/m/kvm-amd.ko", parameters) != 0
               ? -1
               : host_ways_prepare();
}

void host_mark(void)
{
    host_ways_mark();
}

void host_look(void)
{
    host_ways_look();
}

/* Options of the guest's kernel, and of its agent. */
static void write_options(char *line, size_t room, unsigned number)
{
    char workload[64], network[64];
    snprintf(workload, sizeof workload, "%s", inside_word("lab.workload"));
    snprintf(network, sizeof network, "%s", inside_word("lab.network"));
    snprintf(line, room,
             "console=ttyS0 nokaslr panic=-1 mitigations=off random.trust_cpu=on edd=off cryptomgr.notests audit=0 "
             "apparmor=0 ipv6.disable=1 tsc=reliable no_timer_check i8042.nopnp i8042.noaux i8042.nokbd loglevel=4 "
             "oops=%s lab.number=%u lab.workload=%s lab.steps=%ld lab.network=%s lab.wait_ms=%ld",
             inside_number("lab.guest_panics", 0) != 0 ? "panic" : "continue", number, workload,
             inside_number("lab.steps", 4), network, inside_number("lab.wait_ms", 0));
}

void host_run(unsigned number)
{
    char key[32], memory[32], backend[128], line[1024], folder[32] = "/vmm", loader[64], program[64];
    if (strcmp(inside_word("lab.programs"), "shared") != 0) {
        snprintf(folder, sizeof folder, "/tmp/vmm%u", number);
        if (copy_vmm(folder) != 0)
            _exit(INSIDE_REFUSED);
    }
    snprintf(loader, sizeof loader, "%s/ld-linux-x86-64.so.2", folder);
    snprintf(program, sizeof program, "%s/qemu", folder);
    snprintf(key, sizeof key, "lab.guest%u", number);
    long mib = inside_number(key, 128);
    snprintf(memory, sizeof memory, "%ld", mib);
    snprintf(backend, sizeof backend, "memory-backend-file,id=r,size=%ldM,mem-path=/tmp/memory%u,share=on", mib,
             number);
    write_options(line, sizeof line, number);
    char *words[40 + HOST_WAYS_WORDS] = {loader,        "--library-path",
                                         folder,        program,
                                         "-M",          "microvm,memory-backend=r",
                                         "-accel",      "kvm",
                                         "-cpu",        "host",
                                         "-m",          memory,
                                         "-object",     backend,
                                         "-nodefaults", "-no-user-config",
                                         "-display",    "none",
                                         "-no-reboot",  "-serial",
                                         "stdio",       "-L",
                                         "/fw",         "-kernel",
                                         "/g/vmlinuz",  "-initrd",
                                         "/g/initrd",   "-append",
                                         line};
    unsigned count = 0;
    while (words[count] != NULL)
        count++;
    host_ways_words(number, words + count);
    execv(words[0], words);
    _exit(INSIDE_REFUSED);
}
