/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Starts QEMU: translation only, one thread, time counted in instructions, so that equal runs are equal. */
#include "lab/node/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORDS = 96, FD_SAID = 3, FD_REPORT, FD_CONTROL, FD_LIST };

struct words {
    char *word[MOST_WORDS];
    size_t count;
};

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct words *words, const char *format, ...)
{
    va_list arguments;
    BH_BUG_ASSERT(words->count + 1 < MOST_WORDS);
    va_start(arguments, format);
    words->word[words->count++] = bh_print_text_v(format, arguments);
    va_end(arguments);
}

static void add_all(struct words *words, const char *text)
{
    char *copy = bh_copy_text(text), *rest = copy, *word;
    while ((word = strsep(&rest, " ")) != NULL)
        add(words, "%s", word);
    free(copy);
}

static void put_words(struct words *words, const struct bh_machine_start *start)
{
    unsigned long mib = (unsigned long)start->node->memory_mib;
    add(words, "%s", start->lab->qemu);
    /* An instruction is two nanoseconds: virtual time goes on with instructions alone, and jumps when idle. */
    add_all(words, "-M pc,memory-backend=ram0 -accel tcg,thread=single -icount shift=1,sleep=off "
                   "-rtc base=2026-01-01,clock=vm -seed 1 -cpu qemu64,+svm,+npt,+rdtscp -smp 1 -nodefaults "
                   "-no-user-config -no-reboot -display none");
    add_all(words, "-m");
    add(words, "%lu", mib);
    add_all(words, "-object");
    add(words, "memory-backend-file,id=ram0,size=%luM,mem-path=ram,share=on", mib);
    add_all(words, "-serial stdio -chardev");
    add(words, "file,id=report,path=/proc/self/fd/%d", FD_REPORT);
    add_all(words, "-device isa-debugcon,iobase=0xe9,chardev=report -device pvpanic -action panic=pause -chardev");
    add(words, "socket,id=control,fd=%d", FD_CONTROL);
    add_all(words, "-mon chardev=control,mode=control -kernel");
    add(words, "%s", start->lab->kernel);
    add_all(words, "-initrd");
    add(words, "%s", start->disk);
    add_all(words, "-append");
    add(words, "%s", start->command_line);
    if (start->plugin != NULL) {
        add_all(words, "-incoming defer -S -plugin");
        char list[24] = "";
        if (start->list >= 0)
            snprintf(list, sizeof list, ",list=%d", FD_LIST);
        add(words, "file=%s/inject.so,out=%d%s%s%s", start->lab->folder, FD_SAID, list,
            *start->plugin == '\0' ? "" : ",", start->plugin);
    }
}

/* Descriptors go to places above those that they are to have, then down: none is overwritten before it was moved. */
static void place(int *descriptor)
{
    *descriptor = fcntl(*descriptor, F_DUPFD, 32);
    if (*descriptor < 0)
        _exit(127);
}

static void become_qemu(const struct bh_machine_start *start, int control, char *const *words, pid_t parent)
{
    struct rlimit work = {.rlim_cur = start->cpu_s, .rlim_max = start->cpu_s + 1}, no_core = {0, 0};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0); /* Ctrl-C comes to the one who started it, who then ends it */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setrlimit(RLIMIT_CPU, &work);
    setrlimit(RLIMIT_CORE, &no_core);
    int console = start->console, report = start->report, said = start->said, list = start->list,
        nothing = open("/dev/null", O_RDWR);
    place(&console);
    place(&report);
    place(&control);
    place(&nothing);
    if (said >= 0)
        place(&said);
    if (list >= 0)
        place(&list);
    dup2(nothing, STDIN_FILENO);
    dup2(console, STDOUT_FILENO);
    dup2(console, STDERR_FILENO);
    dup2(said >= 0 ? said : nothing, FD_SAID);
    dup2(report, FD_REPORT);
    dup2(control, FD_CONTROL);
    if (list >= 0)
        dup2(list, FD_LIST);
    close_range(list >= 0 ? FD_LIST + 1 : FD_LIST, ~0U, 0);
    if (chdir(start->folder) != 0)
        _exit(127);
    if (start->plugin != NULL) {
        char *preload = bh_print_text("%s/private_memory.so", start->lab->folder);
        setenv("LD_PRELOAD", preload, 1);
    }
    execv(words[0], words);
    _exit(127);
}

int bh_machine_start(struct bh_machine *machine, const struct bh_machine_start *start, struct bh_error *err)
{
    struct words words = {.count = 0};
    int ends[2];
    *machine = (struct bh_machine){0};
    int before = personality(0xffffffff);
    /* What is put into QEMU's own process is to find it at the same addresses each time. */
    if (start->node->stack == BH_LAB_QEMU && personality((unsigned long)before | ADDR_NO_RANDOMIZE) < 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot switch off the randomization of QEMU's addresses: %s",
                       strerror(errno));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "no socket for QEMU: %s", strerror(errno));
    put_words(&words, start);
    fflush(NULL);
    pid_t parent = getpid();
    machine->pid = fork();
    if (machine->pid == 0)
        become_qemu(start, ends[1], words.word, parent);
    personality((unsigned long)before);
    for (size_t i = 0; i < words.count; i++)
        free(words.word[i]);
    close(ends[1]);
    FILE *stream = machine->pid < 0 ? NULL : fdopen(ends[0], "r+");
    if (stream == NULL) {
        close(ends[0]);
        machine->pid = machine->pid < 0 ? 0 : machine->pid;
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot start QEMU: %s", strerror(errno));
    }
    return bh_qmp_begin(&machine->qmp, stream, err);
}

int bh_machine_end(struct bh_machine *machine)
{
    int status = 0;
    if (machine->pid > 0) {
        kill(machine->pid, SIGKILL);
        while (waitpid(machine->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (machine->qmp.stream != NULL)
        fclose(machine->qmp.stream);
    *machine = (struct bh_machine){0};
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : status;
}
