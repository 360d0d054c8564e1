/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A guest's first process: runs the workload in a child, and tells by the serial line how that ended. */
#include "lab/inside/guest_ways.h"
#include "lab/inside/inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static void work(long number)
{
    const struct inside_workload *workload = inside_find_workload(inside_word("lab.workload"));
    struct termios serial;
    char byte;
    if (workload == NULL || tcgetattr(STDIN_FILENO, &serial) != 0)
        _exit(INSIDE_REFUSED);
    int status;
    const struct inside_ways *ways = guest_ways_open((unsigned)number, &status);
    if (status != 0)
        _exit(INSIDE_REFUSED);
    serial.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSANOW, &serial);
    tell("ready");
    /* The host's agent sends a line once the snapshot is taken, and in every machine that is restored from it. */
    if (read(STDIN_FILENO, &byte, 1) != 1)
        _exit(INSIDE_REFUSED);
    if (number == 0)
        BH_LAB_MARK(BH_LAB_MARK_ZONE + BH_LAB_GUEST_PROCESS_0);
    else
        BH_LAB_MARK(BH_LAB_MARK_ZONE + BH_LAB_GUEST_PROCESS_1);
    exit(workload->run((unsigned)number + 1, (unsigned)inside_number("lab.steps", 4), tell, ways));
}

int main(int argc, char **argv)
{
    static const char own[] = "/tmp/program";
    if (argc > 0 && strcmp(argv[0], own) == 0) {
        inside_read_options();
        setvbuf(stdout, NULL, _IOLBF, 0);
        work(inside_number("lab.number", 0));
    }
    inside_mount();
    if (guest_ways_prepare() != 0)
        tell("guest has no network: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        /* A program of its own: pages of a file are those of all that run it. */
        if (inside_copy("/init", own) == 0)
            execl(own, own, (char *)NULL);
        _exit(INSIDE_REFUSED);
    }
    int status = 0;
    while (waitpid(child, &status, 0) != child)
        ;
    if (WIFSIGNALED(status))
        tell("guest over signal %d taint %ld", WTERMSIG(status), inside_taint());
    else
        tell("guest over exit %d taint %ld", WEXITSTATUS(status), inside_taint());
    for (;;)
        pause();
}
