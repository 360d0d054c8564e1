/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A library to be loaded before the C library (LD_PRELOAD): writes to the file in $BH_SYNC_LOG, a line each, what a process
 * does to make files durable, in its order. Names are without their folders.
 *
 *   write NAME, sync NAME, link NAME, rename NAME (the new name), cut NAME
 *
 * With $BH_SYNC_FAILS=NAME syncing files whose names hold NAME fails (EIO); with $BH_FULL_AFTER=N writes of this process
 * beyond N bytes to files that belong to a sweep's folder fail (ENOSPC). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The last part of an open file's path, or "" where it has none. */
static void name_of(int file, char *name, size_t size)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    snprintf(name, size, "%s", path[0] == '/' ? last_part(path) : "");
}

/* By the system call, which is not watched. */
static void say(const char *what, const char *name)
{
    const char *log = getenv("BH_SYNC_LOG");
    char line[512];
    if (log == NULL || name[0] == '\0')
        return;
    int length = snprintf(line, sizeof line, "%s %s\n", what, name);
    int file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
}

static int sync_file(int file, long call)
{
    char name[256];
    const char *fails = getenv("BH_SYNC_FAILS");
    name_of(file, name, sizeof name);
    if (fails != NULL && strstr(name, fails) != NULL) {
        errno = EIO;
        return -1;
    }
    say("sync", name);
    return (int)syscall(call, file);
}

int fsync(int file)
{
    return sync_file(file, SYS_fsync);
}

int fdatasync(int file)
{
    return sync_file(file, SYS_fdatasync);
}

/* What is left of $BH_FULL_AFTER for the logs and the manifest of a sweep. */
static int is_full(const char *name, size_t length)
{
    static long left = -1;
    const char *after = getenv("BH_FULL_AFTER");
    if (after == NULL || (strstr(name, "shard-") == NULL && strstr(name, "sweep.json") == NULL))
        return 0;
    if (left < 0)
        left = atol(after);
    if ((long)length > left)
        return 1;
    left -= (long)length;
    return 0;
}

ssize_t write(int file, const void *bytes, size_t length)
{
    char name[256];
    name_of(file, name, sizeof name);
    if (is_full(name, length)) {
        errno = ENOSPC;
        return -1;
    }
    if (file > STDERR_FILENO)
        say("write", name);
    return syscall(SYS_write, file, bytes, length);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    char name[256];
    size_t length = 0;
    name_of(file, name, sizeof name);
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (is_full(name, length)) {
        errno = ENOSPC;
        return -1;
    }
    say("write", name);
    return syscall(SYS_writev, file, parts, count);
}

int ftruncate(int file, off_t length)
{
    char name[256];
    name_of(file, name, sizeof name);
    say("cut", name);
    return (int)syscall(SYS_ftruncate, file, length);
}

int link(const char *from, const char *to)
{
    say("link", last_part(to));
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int rename(const char *from, const char *to)
{
    say("rename", last_part(to));
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
