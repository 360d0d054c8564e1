/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Preloaded into QEMU: what it would share with the snapshot's memory file it gets as a private copy, page by page when it
 * writes. QEMU leaves memory out of what it saves only if it is shared; restored machines must not write into the file. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

typedef void *(*map_function)(void *, size_t, int, int, int, off_t);

static void *map(const char *name, void *at, size_t length, int protection, int flags, int file, off_t offset)
{
    static const char memory[] = "/ram";
    map_function next = (map_function)dlsym(RTLD_NEXT, name);
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t found = file >= 0 && (flags & MAP_SHARED) != 0 ? readlink(link, path, sizeof path - 1) : -1;
    path[found > 0 ? found : 0] = '\0';
    if (found >= (ssize_t)sizeof memory && strcmp(path + found - (ssize_t)sizeof memory + 1, memory) == 0)
        flags = (flags & ~(MAP_SHARED | MAP_SHARED_VALIDATE)) | MAP_PRIVATE | MAP_NORESERVE;
    return next(at, length, protection, flags, file, offset);
}

void *mmap(void *at, size_t length, int protection, int flags, int file, off_t offset)
{
    return map("mmap", at, length, protection, flags, file, offset);
}

void *mmap64(void *at, size_t length, int protection, int flags, int file, off_t offset)
{
    return map("mmap64", at, length, protection, flags, file, offset);
}
