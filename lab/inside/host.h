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
    double heard_s;
    long steps; /* that it has told of */
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
/* Starts an enclave, which says "ready" and waits. */
int host_start(struct host_enclave *enclave);
/* It is ready: has it wait for good. */
void host_hold(const struct host_enclave *enclave);
/* From here on it works. */
int host_go(const struct host_enclave *enclave);
/* All have ended: what is to be said of ways between them. */
void host_look(const struct host_enclave *enclaves, size_t count);
