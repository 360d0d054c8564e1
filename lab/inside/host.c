/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The emulated host's first process: starts the enclaves, has the machine stopped for its snapshot, then reports what
 * becomes of them and of itself. */
#include "lab/inside/host.h"
#include "lab/inside/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PORT_REPORT = 0xe9, PORT_STOP = 0x505, STOP = 1 };

void host_report(const char *format, ...)
{
    char line[HOST_LINE + 64];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2)
        length = (int)sizeof line - 2;
    line[length++] = '\n';
    for (int i = 0; i < length; i++)
        outb((unsigned char)line[i], PORT_REPORT);
}

static void take_line(struct host_enclave *enclave, char *line)
{
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';
    if (strcmp(line, "ready") == 0)
        enclave->is_ready = true;
    host_report("%u %s", enclave->number, line);
    enclave->steps += strncmp(line, "step ", 5) == 0;
    if (strncmp(line, "guest over", 10) == 0)
        enclave->is_over = true;
    /* With panic=-1 a guest begins again. */
    if (strstr(line, "Kernel panic - not syncing") != NULL)
        kill(enclave->pid, SIGKILL);
}

/* Seconds of work that a process has done; 0 if nobody knows. */
static double worked_s(pid_t pid)
{
    clockid_t clock;
    struct timespec work;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &work) != 0)
        return 0.0;
    return (double)work.tv_sec + 1e-9 * (double)work.tv_nsec;
}

/* How it ended. One that a kernel in trouble holds never does, whatever it is told. */
static void bury(struct host_enclave *enclave)
{
    int status = 0;
    pid_t ended = 0;
    for (unsigned i = 0; i < 200 && (ended = waitpid(enclave->pid, &status, WNOHANG)) == 0; i++)
        usleep(1000);
    enclave->is_alive = false;
    if (ended != enclave->pid)
        host_report("%u unkillable", enclave->number);
    else if (WIFSIGNALED(status))
        host_report("%u signal %d", enclave->number, WTERMSIG(status));
    else
        host_report("%u exit %d", enclave->number, WEXITSTATUS(status));
}

/* What an enclave said; at its end how it ended. */
static void hear(struct host_enclave *enclave)
{
    ssize_t count = read(enclave->lines, enclave->line + enclave->length, HOST_LINE - 1 - enclave->length);
    if (count <= 0) {
        bury(enclave);
        return;
    }
    enclave->heard_s = inside_seconds();
    enclave->worked_s = worked_s(enclave->pid);
    enclave->length += (size_t)count;
    char *begin = enclave->line, *end;
    while ((end = memchr(begin, '\n', enclave->length - (size_t)(begin - enclave->line))) != NULL) {
        *end = '\0';
        take_line(enclave, begin);
        begin = end + 1;
    }
    enclave->length -= (size_t)(begin - enclave->line);
    memmove(enclave->line, begin, enclave->length);
    if (enclave->length == HOST_LINE - 1)
        enclave->length = 0;
}

/* Hears all that live for `wait_ms` at most. */
static void hear_all(struct host_enclave *enclaves, size_t count, int wait_ms)
{
    struct pollfd polled[HOST_ENCLAVES];
    for (size_t i = 0; i < count; i++)
        polled[i] = (struct pollfd){.fd = enclaves[i].is_alive ? enclaves[i].lines : -1, .events = POLLIN};
    if (poll(polled, (nfds_t)count, wait_ms) <= 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (polled[i].revents != 0)
            hear(&enclaves[i]);
}

static bool all_ready(const struct host_enclave *enclaves, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!enclaves[i].is_ready || !enclaves[i].is_alive)
            return false;
    return true;
}

/* One that waits for a partner is silent without working: it has time until the partner has been given up, and more. */
static bool is_silent(const struct host_enclave *enclave, double hang_s, double wait_s)
{
    double silent_s = inside_seconds() - enclave->heard_s;
    return silent_s > hang_s + 2.0 * wait_s ||
           (silent_s > hang_s && worked_s(enclave->pid) - enclave->worked_s > hang_s);
}

/* Until each has ended, or been silent for so long, or told of so many more steps than it has, that it has hung. */
static void run_enclaves(struct host_enclave *enclaves, size_t count, double hang_s, double wait_s, long most_steps)
{
    size_t left = count;
    while (left > 0) {
        left = 0;
        hear_all(enclaves, count, (int)(hang_s * 250.0) + 1);
        for (size_t i = 0; i < count; i++) {
            struct host_enclave *enclave = &enclaves[i];
            if (enclave->is_alive && !enclave->is_over &&
                (is_silent(enclave, hang_s, wait_s) || enclave->steps > most_steps)) {
                host_report("%u hung", enclave->number);
                kill(enclave->pid, SIGKILL);
                enclave->is_over = true;
            }
            left += enclave->is_alive && !enclave->is_over;
        }
    }
}

bool host_try(void (*what)(int answer), char *line, size_t room, double wait_s)
{
    int ends[2];
    size_t length = 0;
    pid_t child = pipe(ends) != 0 ? -1 : fork();
    if (child < 0)
        return false;
    if (child == 0) {
        close(ends[0]);
        what(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    double end_s = inside_seconds() + wait_s;
    bool is_whole = false;
    while (!is_whole && length < room) {
        int left_ms = (int)(1e3 * (end_s - inside_seconds()));
        struct pollfd polled = {.fd = ends[0], .events = POLLIN};
        ssize_t count = left_ms > 0 && poll(&polled, 1, left_ms) > 0 ? read(ends[0], line + length, room - length) : 0;
        if (count <= 0)
            break;
        length += (size_t)count;
        is_whole = line[length - 1] == '\n';
    }
    if (is_whole)
        line[length - 1] = '\0';
    kill(child, SIGKILL);
    close(ends[0]);
    return is_whole;
}

/* A file written and read back. */
static void check_file(int answer)
{
    static unsigned char wrote[32768], back[32768];
    for (size_t i = 0; i < sizeof wrote; i++)
        wrote[i] = (unsigned char)(i * 7 + i / 256);
    int file = open("/tmp/check", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file >= 0 && write(file, wrote, sizeof wrote) == (ssize_t)sizeof wrote &&
        pread(file, back, sizeof back, 0) == (ssize_t)sizeof back && memcmp(wrote, back, sizeof wrote) == 0 &&
        write(answer, "well\n", 5) != 5)
        _exit(1);
}

/* A fixed test of the host itself, done by a child. */
static bool is_well(void)
{
    char line[8];
    return host_try(check_file, line, sizeof line, 0.5) && strcmp(line, "well") == 0;
}

/* A child that is told to go through one pipe and tells through another. */
static int start(struct host_enclave *enclave)
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
        host_run(enclave->number);
    }
    close(lines[1]);
    close(go[0]);
    enclave->lines = lines[0];
    enclave->go = go[1];
    return 0;
}

static void agent(void)
{
    struct host_enclave enclaves[HOST_ENCLAVES] = {{0}};
    size_t count = HOST_ENCLAVES;
    double hang_s = 1e-3 * (double)inside_number("lab.hang_ms", 60),
           wait_s = 1e-3 * (double)inside_number("lab.wait_ms", 0);
    if (ioperm(PORT_REPORT, 1, 1) != 0 || ioperm(PORT_STOP, 1, 1) != 0)
        _exit(1);
    if (host_prepare() != 0)
        host_report("host cannot prepare: %s", strerror(errno));
    for (size_t i = 0; i < count; i++) {
        struct host_enclave *enclave = &enclaves[i];
        enclave->number = (unsigned)i;
        if (start(enclave) != 0) {
            host_report("host cannot start %zu: %s", i, strerror(errno));
            _exit(1);
        }
        enclave->is_alive = true;
        /* One after the other: guests that boot together take far longer than one and then the other. */
        while (enclave->is_alive && !enclave->is_ready)
            hear_all(enclaves, i + 1, 1000);
    }
    host_report(all_ready(enclaves, count) ? "snapshot" : "host failed");
    outb(STOP, PORT_STOP);

    /* From here on in every restored machine. */
    inside_plant();
    host_mark();
    BH_LAB_MARK(BH_LAB_MARK_ZONE + BH_LAB_HOST_AGENT);
    BH_LAB_MARK(BH_LAB_MARK_OPEN);
    for (size_t i = 0; i < count; i++) {
        enclaves[i].heard_s = inside_seconds();
        enclaves[i].worked_s = worked_s(enclaves[i].pid);
        if (write(enclaves[i].go, "g\n", 2) != 2)
            host_report("host cannot start %zu", i);
    }
    run_enclaves(enclaves, count, hang_s, wait_s, 4 * inside_number("lab.steps", 4));
    host_look();
    BH_LAB_MARK(BH_LAB_MARK_CLOSE);
    bool well = is_well();
    host_report("host taint %ld check %s", inside_taint(), well ? "right" : "wrong");
    host_report("done");
    BH_LAB_MARK(BH_LAB_MARK_END);
    _exit(0);
}

int main(int argc, char **argv)
{
    /* The kernel gives its first process words of the command line that it does not know itself. */
    if (argc == 2 && strcmp(argv[0], HOST_ENCLAVE) == 0) {
        inside_read_options();
        host_become(argv[1][0] == '0' ? 0 : 1);
    }
    inside_mount();
    /* Where the first process dies Linux panics; where the agent dies it has only died. */
    pid_t child = fork();
    if (child == 0)
        agent();
    ioperm(PORT_REPORT, 1, 1);
    int status = 0;
    while (waitpid(child, &status, 0) != child)
        ;
    host_report("host agent-ended %x", (unsigned)status);
    BH_LAB_MARK(BH_LAB_MARK_END);
    reboot(RB_AUTOBOOT);
    for (;;)
        pause();
}
