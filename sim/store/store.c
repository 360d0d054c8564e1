/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Appends records to the log of a shard, locks it, and repairs its end. */
#include "sim/store/store.h"

#include "sim/store/parts.h"
#include "sim/store/store_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct bh_store {
    char *directory, *path;
    int log, lock;
    off_t length;
    bool is_new;
    struct bh_store_view memory; /* without a folder: the records */
};

/* Some cluster file systems know no locks; there the sweep goes on without. */
static bool is_without_locks(int cause)
{
    return cause == ENOLCK || cause == ENOSYS || cause == EOPNOTSUPP || cause == EINVAL;
}

/* Locks of the open file end with the last process that has it open, whatever ends that. The children of a process
 * that was killed a moment ago may still be dying, so the lock is tried for two seconds. */
static int take_lock(int file, short how, const char *what, const char *directory, struct bh_error *err)
{
    enum { TRIES = 20, PAUSE_US = 100000 };
    struct flock lock = {.l_type = how, .l_whence = SEEK_SET};
    for (int i = 0; i < TRIES; i++) {
        if (fcntl(file, F_OFD_SETLK, &lock) == 0 || is_without_locks(errno))
            return 0;
        if (errno != EAGAIN && errno != EACCES)
            return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot lock: %s", directory, strerror(errno));
        usleep(PAUSE_US);
    }
    return bh_fail(err, BH_ERROR_INPUT, "%s: another process is at work %s; wait for it, or end it", directory, what);
}

/* Whether the user named what cannot be, or the machine has no room or no health. */
static enum bh_error_code code_of(int cause)
{
    switch (cause) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return BH_ERROR_SYSTEM;
    default:
        return BH_ERROR_INPUT;
    }
}

/* 1: made now; 0: it was there; -1: failed. */
static int make_folder(const char *directory, struct bh_error *err)
{
    if (mkdir(directory, 0777) == 0)
        return 1;
    if (errno == EEXIST)
        return 0;
    return bh_fail(err, code_of(errno), "cannot make the folder %s: %s", directory, strerror(errno));
}

static int sync_folder(const char *directory, struct bh_error *err)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = folder < 0 || (fsync(folder) != 0 && errno != EINVAL);
    int cause = errno;
    if (folder >= 0)
        close(folder);
    return failed ? bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot make it durable: %s", directory, strerror(cause)) : 0;
}

static int open_file(const char *path, int flags, struct bh_error *err)
{
    int file = open(path, flags | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        return bh_fail(err, code_of(errno), "cannot write %s: %s", path, strerror(errno));
    return file;
}

/* Cuts the log after its last valid record. */
static int repair(struct bh_store *store, size_t *cut, struct bh_error *err)
{
    struct bh_store_log log = {.name = store->path};
    if (bh_store_log_map(&log, store->path, err) != 0)
        return -1;
    *cut = log.length - log.valid;
    store->length = (off_t)log.valid;
    store->is_new = log.valid == 0;
    bh_store_log_unmap(&log);
    if (*cut > 0 && ftruncate(store->log, store->length) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot cut a damaged end off: %s", store->path, strerror(errno));
    return 0;
}

/* A log per record, so that none of them moves. */
static void append_in_memory(struct bh_store *store, const struct bh_record_head *head, const void *payload)
{
    struct bh_store_view *view = &store->memory;
    size_t whole = sizeof *head + head->length + (-head->length & 7);
    struct bh_store_log log = {.bytes = bh_allocate(whole, 1), .length = whole, .valid = whole, .ranges_count = 1};
    log.ranges = bh_allocate(1, sizeof *log.ranges);
    *log.ranges = (struct bh_store_range){0, whole};
    memcpy(log.bytes, head, sizeof *head);
    memcpy((char *)log.bytes + sizeof *head, payload, head->length);
    view->logs = bh_reallocate(view->logs, view->logs_count + 1, sizeof *view->logs);
    view->logs[view->logs_count++] = log;
}

const struct bh_store_view *bh_store_in_memory(const struct bh_store *store)
{
    return &store->memory;
}

struct bh_store *bh_store_open(const char *directory, size_t shard, size_t shards, size_t *cut, struct bh_error *err)
{
    struct bh_store *store = bh_allocate(1, sizeof *store);
    store->log = store->lock = -1;
    if (directory == NULL)
        return store;
    store->directory = bh_copy_text(directory);
    store->path = bh_print_text("%s/shard-%zu-of-%zu.log", directory, shard, shards);
    char *lock = bh_print_text("%s/lock", directory);
    int status = make_folder(directory, err) < 0 ? -1 : 0;
    if (status == 0)
        status = (store->lock = open_file(lock, O_RDWR, err)) >= 0 ? 0 : -1;
    /* A whole sweep is alone; shards are alone with their log. */
    if (status == 0)
        status = take_lock(store->lock, shards == 1 ? F_WRLCK : F_RDLCK, "in this folder", directory, err);
    if (status == 0)
        status = (store->log = open_file(store->path, O_RDWR | O_APPEND, err)) >= 0 ? 0 : -1;
    if (status == 0)
        status = take_lock(store->log, F_WRLCK, "on this shard", directory, err);
    if (status == 0)
        status = repair(store, cut, err);
    if (status == 0)
        status = sync_folder(directory, err);
    free(lock);
    if (status == 0)
        return store;
    bh_store_close(store);
    return NULL;
}

int bh_store_try_lock(const char *directory, struct bh_error *err)
{
    char *path = bh_print_text("%s/lock", directory);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = open_file(path, O_RDWR, err);
    free(path);
    if (file < 0 || fcntl(file, F_OFD_SETLK, &lock) == 0 || is_without_locks(errno))
        return file;
    if (errno != EAGAIN && errno != EACCES)
        bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot lock: %s", directory, strerror(errno));
    close(file);
    return -1;
}

bool bh_store_is_new(const struct bh_store *store)
{
    return store->is_new;
}

int bh_store_append(struct bh_store *store, struct bh_record_head head, const void *payload, struct bh_error *err)
{
    static const char zeros[8];
    head.magic = BH_RECORD_MAGIC;
    if (store->directory == NULL) {
        append_in_memory(store, &head, payload);
        return 0;
    }
    head.check = bh_record_check(head, payload);
    struct iovec parts[] = {{&head, sizeof head}, {(void *)payload, head.length}, {(void *)zeros, -head.length & 7}};
    size_t whole = sizeof head + head.length + (-head.length & 7), done = 0;
    while (done < whole) {
        struct iovec rest[3];
        size_t skip = done;
        for (int i = 0; i < 3; i++) {
            size_t over = skip < parts[i].iov_len ? skip : parts[i].iov_len;
            rest[i] = (struct iovec){(char *)parts[i].iov_base + over, parts[i].iov_len - over};
            skip -= over;
        }
        ssize_t count = writev(store->log, rest, 3);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            int cause = count < 0 ? errno : ENOSPC;
            if (ftruncate(store->log, store->length) != 0)
                cause = errno; /* the reader cuts it off then */
            return bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s: %s", store->path, strerror(cause));
        }
        done += (size_t)count;
    }
    store->length += (off_t)whole;
    return 0;
}

int bh_store_sync(struct bh_store *store, struct bh_error *err)
{
    if (store->directory == NULL || fdatasync(store->log) == 0 || errno == EINVAL)
        return 0;
    return bh_fail(err, BH_ERROR_SYSTEM, "cannot make %s durable: %s", store->path, strerror(errno));
}

void bh_store_close(struct bh_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->memory.logs_count; i++) {
        free(store->memory.logs[i].bytes);
        free(store->memory.logs[i].ranges);
    }
    free(store->memory.logs);
    if (store->log >= 0)
        close(store->log);
    if (store->lock >= 0)
        close(store->lock);
    free(store->path);
    free(store->directory);
    free(store);
}

/* --- Texts ------------------------------------------------------------------------------------------------------------ */

char *bh_store_read_text(const char *directory, const char *name, struct bh_error *err)
{
    char *path = bh_print_text("%s/%s", directory, name), *text = NULL;
    FILE *file = fopen(path, "rb");
    size_t length = 0, count;
    if (file == NULL) {
        if (errno != ENOENT)
            bh_fail(err, BH_ERROR_INPUT, "cannot read %s: %s", path, strerror(errno));
        free(path);
        return NULL;
    }
    do {
        text = bh_reallocate(text, length + 65537, 1);
        count = fread(text + length, 1, 65536, file);
        length += count;
    } while (count > 0);
    text[length] = '\0';
    if (ferror(file)) {
        bh_fail(err, BH_ERROR_INPUT, "cannot read %s: %s", path, strerror(errno));
        free(text);
        text = NULL;
    }
    fclose(file);
    free(path);
    return text;
}

static int write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    size_t length = strlen(text), done = 0;
    if (file < 0)
        return -1;
    while (done < length) {
        ssize_t count = write(file, text + done, length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        done += (size_t)count;
    }
    int status = done == length && fsync(file) == 0 ? 0 : -1;
    int cause = errno;
    close(file);
    errno = cause;
    return status;
}

/* A name beside NAME that no other process uses; owned by the caller. */
static char *name_aside(const char *directory, const char *name)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    char *aside = bh_print_text("%s/.%s.%s.%ld", directory, name, host, (long)getpid());
    unlink(aside); /* of a process that was killed and had our number */
    return aside;
}

int bh_store_replace(const char *directory, const char *name, const char *text, struct bh_error *err)
{
    char *path = bh_print_text("%s/%s", directory, name), *aside = name_aside(directory, name);
    int status = 0;
    if (write_text(aside, text) != 0 || rename(aside, path) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
    else
        status = sync_folder(directory, err);
    unlink(aside);
    free(aside);
    free(path);
    return status;
}

int bh_store_publish(const char *directory, const char *name, const char *text, char **found, struct bh_error *err)
{
    char *path = bh_print_text("%s/%s", directory, name), *temporary = name_aside(directory, name);
    *found = NULL;
    bool is_there = access(path, F_OK) == 0;
    int made = make_folder(directory, err);
    if (made >= 0) {
        /* link fails if the name is taken; where there are no links, rename does for the first of them. */
        if (!is_there && write_text(temporary, text) != 0)
            bh_fail(err, code_of(errno), "cannot write in the folder %s: %s", directory, strerror(errno));
        else if (!is_there && link(temporary, path) != 0 && errno != EEXIST && rename(temporary, path) != 0)
            bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
        else if (is_there || sync_folder(directory, err) == 0)
            *found = bh_store_read_text(directory, name, err);
        unlink(temporary);
        if (made == 1 && *found == NULL)
            rmdir(directory); /* unless something is in it */
    }
    free(temporary);
    free(path);
    return *found == NULL ? -1 : is_there ? 1 : 0;
}
