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

/* Ways out of where it runs. Each returns 0 or a status of below. */
struct inside_ways {
    /* Sends `bytes` to the partner and receives as many; *checksum: of what came. */
    int (*exchange)(unsigned step, const void *sent, void *received, size_t bytes, uint64_t *checksum);
    /* Writes to a disk, waits until it is there, and reads it back. */
    int (*store)(unsigned step, const void *data, size_t bytes);
};

/* Work in `steps` steps. After each it tells "step N CHECKSUM", at the end "answer CHECKSUM"; what it finds wrong by
 * itself ends it with that exit status. Answers follow from `seed` and `steps` alone, and of those that use ways from the partner's.
 * `ways`: NULL where there are none. */
struct inside_workload {
    const char *name;
    int (*run)(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways);
};
extern const struct inside_workload inside_stencil; /* doubles */
extern const struct inside_workload
    inside_exchange;                              /* the same; each step edges go to the partner, and all to a disk */
extern const struct inside_workload inside_sort;  /* integers, by radix */
extern const struct inside_workload inside_files; /* allocates, writes and reads files */
extern const struct inside_workload inside_calls; /* system calls: pipes, processes, signals */
const struct inside_workload *inside_find_workload(const char *name);

/* FNV-1a over 64-bit words, the rest of less than eight bytes left out; with the marks of planted truths. */
uint64_t inside_checksum(const void *data, size_t bytes);

/* What it found wrong; what the kernel refused; that there is no partner any more, which ends nothing. */
enum inside_status { INSIDE_WRONG = 3, INSIDE_REFUSED = 4, INSIDE_LOST = 5 };
