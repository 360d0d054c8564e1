/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Enclaves with a guest each: a process of the host runs a VMM, by KVM, whose serial line comes through a pipe. */
#include "lab/inside/host.h"
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
    /* Without the filter a guest that turns round in a spin lock leaves to the host at every PAUSE, forty times slower. */
    snprintf(parameters, sizeof parameters, "npt=%ld pause_filter_count=0", inside_number("lab.npt", 1));
    return inside_load("/m/irqbypass.ko", "") != 0 || inside_load("/m/kvm.ko", "") != 0 ||
                   inside_load("/m/kvm-amd.ko", parameters) != 0
               ? -1
               : 0;
}

void host_hold(const struct host_enclave *enclave)
{
    (void)enclave; /* its process waits for a line */
}

int host_go(const struct host_enclave *enclave)
{
    return write(enclave->go, "g\n", 2) == 2 ? 0 : -1;
}

void host_look(const struct host_enclave *enclaves, size_t count)
{
    (void)enclaves;
    (void)count;
}

static void become_vmm(unsigned number)
{
    char key[32], memory[32], backend[128], line[768], workload[64], folder[32] = "/vmm", loader[64], program[64];
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
    snprintf(workload, sizeof workload, "%s", inside_word("lab.workload"));
    snprintf(line, sizeof line,
             "console=ttyS0 nokaslr panic=-1 mitigations=off random.trust_cpu=on edd=off cryptomgr.notests audit=0 "
             "apparmor=0 "
             "tsc=reliable no_timer_check i8042.nopnp i8042.noaux i8042.nokbd loglevel=4 oops=%s lab.number=%u "
             "lab.workload=%s "
             "lab.steps=%ld",
             inside_number("lab.guest_panics", 0) != 0 ? "panic" : "continue", number, workload,
             inside_number("lab.steps", 4));
    char *const words[] = {loader,        "--library-path",
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
                           line,          NULL};
    execv(words[0], words);
    _exit(INSIDE_REFUSED);
}

int host_start(struct host_enclave *enclave)
{
    int lines[2], go[2];
    if (pipe(lines) != 0 || pipe(go) != 0)
        return -1;
    enclave->pid = fork();
    if (enclave->pid < 0)
        return -1;
    if (enclave->pid == 0) {
        dup2(go[0], STDIN_FILENO);
        dup2(lines[1], STDOUT_FILENO);
        dup2(lines[1], STDERR_FILENO);
        for (int i = 0; i < 2; i++) {
            close(lines[i]);
            close(go[i]);
        }
        become_vmm(enclave->number);
    }
    close(lines[1]);
    close(go[0]);
    enclave->lines = lines[0];
    enclave->go = go[1];
    return 0;
}
