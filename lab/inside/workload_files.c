/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Allocates, writes and reads files, gives back: what asks most of a kernel's memory. */
#include "lab/inside/inside.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILES = 6, BYTES = 24576, PIECES = 24 };

static uint64_t fill(unsigned char *bytes, size_t count, uint64_t state)
{
    for (size_t i = 0; i < count; i += 8) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        memcpy(bytes + i, &state, 8);
    }
    return state;
}

static int write_and_read(unsigned number, const unsigned char *bytes, unsigned char *back)
{
    char name[32];
    snprintf(name, sizeof name, "/tmp/file%u", number);
    int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0)
        return INSIDE_REFUSED;
    int status = write(file, bytes, BYTES) == BYTES && pread(file, back, BYTES, 0) == BYTES ? 0 : INSIDE_REFUSED;
    close(file);
    if (unlink(name) != 0)
        status = INSIDE_REFUSED;
    return status != 0 || memcmp(bytes, back, BYTES) == 0 ? status : INSIDE_WRONG;
}

static int run(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways)
{
    (void)ways;
    uint64_t total = seed, state = seed;
    for (unsigned step = 0; step < steps; step++) {
        unsigned char *pieces[PIECES];
        uint64_t sum = 0;
        for (unsigned i = 0; i < PIECES; i++) {
            /* cppcheck-suppress invalidFunctionArg */
            pieces[i] = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (pieces[i] == MAP_FAILED)
                return INSIDE_REFUSED;
            if (i < FILES + 1)
                state = fill(pieces[i], BYTES, state);
            else
                pieces[i][0] = (unsigned char)i;
        }
        for (unsigned i = 0; i < FILES; i++) {
            int status = write_and_read(i, pieces[i], pieces[FILES]);
            if (status != 0)
                return status;
            sum ^= inside_checksum(pieces[FILES], BYTES);
        }
        for (unsigned i = 0; i < PIECES; i++)
            if ((i > FILES && pieces[i][0] != i) || munmap(pieces[i], BYTES) != 0)
                return INSIDE_WRONG;
        total = (total ^ sum) * 1099511628211U;
        tell("step %u %016" PRIx64, step, sum);
    }
    tell("answer %016" PRIx64, total);
    return 0;
}

const struct inside_workload inside_files = {.name = "files", .run = run};
