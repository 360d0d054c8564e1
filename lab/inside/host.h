/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The agent of the emulated host: what its files share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { HOST_ENCLAVES = 2, HOST_LINE = 1024 };

/* An enclave as its host sees it: a process, or a guest's VMM, whose lines come through a pipe. */
struct host_enclave {
    unsigned number;
    pid_t pid;
    int lines, go; /* what it says; what it waits for */
    bool is_ready, is_over, is_alive;
    double heard_s, worked_s; /* when it was heard last, and the work it had done then */
    long steps;               /* that it has told of */
    char line[HOST_LINE];
    size_t length;
};

/* Tells the driver, by a port that QEMU writes to a file: no kernel has a part in it. */
void host_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What differs between hosts of processes (host_process.c) and of guests (host_guests.c): each program has one of them.
 * Before any enclave is there; 0, or -1 with errno. */
int host_prepare(void);
#define HOST_ENCLAVE "enclave" /* name of the program that an enclave runs, whose one argument is its number */
/* What an enclave runs once it has a program of its own; does not return. */
void host_become(unsigned number);
/* What the child that is to be an enclave runs: it says "ready" and waits for a line. Does not return. */
void host_run(unsigned number);
/* In every restored machine, before anything is counted: what the plugin must be told. */
void host_mark(void);
/* All have ended: what is to be said of ways between them. Ends in bounded time whatever the kernel does. */
void host_look(void);

/* Has a child do something that may never end, and takes the line that it says, for `wait_s` at most; false: it said none. */
bool host_try(void (*what)(int answer), char *line, size_t room, double wait_s);
