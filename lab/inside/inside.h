/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the programs inside the emulated machine share. Each is linked statically and stands alone: nothing of Bulkhead's
 * libraries is in there. */
#pragma once

#include "lab/plugin/marks.h"

#include <stddef.h>
#include <stdint.h>

/* --- The machine (machine.c) --------------------------------------------------------------------------------------------- */

/* Mounts what a process expects, and opens the console. */
void inside_mount(void);
/* Reads the kernel's command line; inside_mount does. */
void inside_read_options(void);
/* The number behind NAME= on the kernel's command line; `otherwise` if it is not there. */
long inside_number(const char *name, long otherwise);
/* The word behind NAME=, in static memory; "" if it is not there. */
const char *inside_word(const char *name);
double inside_seconds(void);
/* The kernel's taint, -1 if it does not say. */
long inside_taint(void);
/* Writes a word into a file of /proc or /sys. */
int inside_set(const char *path, const char *word);
/* Loads a kernel module. */
int inside_load(const char *path, const char *parameters);
/* A copy of a file, executable: its pages are nobody else's. 0, or -1. */
int inside_copy(const char *from, const char *to);

/* Registers and vectors hold what the plugin looks for. Where that is not found nothing is ever injected. */
void inside_plant(void);

/* --- Workloads (workload_*.c) --------------------------------------------------------------------------------------------- */

/* How an enclave tells what it has got: a line without end. */
typedef void (*inside_tell)(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sends `bytes` to the partner and receives as many; 0, or -1: there is no partner any more. NULL: there is none. */
typedef int (*inside_exchange)(const void *sent, void *received, size_t bytes);

/* Work in `steps` steps. After each it tells "step N CHECKSUM", at the end "answer CHECKSUM"; what it finds wrong by
 * itself ends it with that exit status. Answers follow from `seed` and `steps` alone (and the partner's, if there is one). */
struct inside_workload {
    const char *name;
    int (*run)(unsigned seed, unsigned steps, inside_tell tell, inside_exchange exchange);
};
extern const struct inside_workload inside_stencil; /* doubles, with a halo exchange */
extern const struct inside_workload inside_sort;    /* integers, by radix */
extern const struct inside_workload inside_files;   /* allocates, writes and reads files */
extern const struct inside_workload inside_calls;   /* system calls: pipes, processes, signals */
const struct inside_workload *inside_find_workload(const char *name);

/* FNV-1a over 64-bit words, the rest of less than eight bytes left out; with the marks of planted truths. */
uint64_t inside_checksum(const void *data, size_t bytes);

enum inside_status { INSIDE_WRONG = 3, INSIDE_REFUSED = 4 }; /* what it found wrong; what the kernel refused */
