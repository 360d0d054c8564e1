/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads the logs of a store. */
#include "sim/store/store_view.h"

#include "sim/store/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

uint64_t bh_record_check(struct bh_record_head head, const void *payload)
{
    head.check = 0;
    uint64_t parts[2] = {XXH3_64bits(&head, sizeof head), XXH3_64bits(payload, head.length)};
    return XXH3_64bits(parts, sizeof parts);
}

/* The record at `at`, or NULL if what is there is none. *end is where it ends. */
static const struct bh_record_head *record_at(const struct bh_store_log *log, size_t at, size_t *end)
{
    const struct bh_record_head *head = (const void *)((const char *)log->bytes + at);
    if (log->length - at < sizeof *head || head->magic != BH_RECORD_MAGIC ||
        head->length > log->length - at - sizeof *head)
        return NULL;
    *end = at + sizeof *head + head->length + (-head->length & 7);
    if (*end > log->length || bh_record_check(*head, head + 1) != head->check)
        return NULL;
    return head;
}

/* Where the next valid record begins, at `at` or later; the length of the log without any. */
static size_t find_record(const struct bh_store_log *log, size_t at, size_t *end)
{
    while (at < log->length && record_at(log, at, end) == NULL)
        at += 8;
    return at < log->length ? at : log->length;
}

static void find_ranges(struct bh_store_log *log)
{
    size_t end = 0;
    log->valid = log->ranges_count = 0;
    for (size_t at = find_record(log, 0, &end); at < log->length; at = find_record(log, end, &end)) {
        if (log->ranges_count == 0 || at != log->valid) {
            log->ranges = bh_reallocate(log->ranges, log->ranges_count + 1, sizeof *log->ranges);
            log->ranges[log->ranges_count++].from = at;
        }
        log->ranges[log->ranges_count - 1].to = log->valid = end;
    }
}

int bh_store_log_map(struct bh_store_log *log, const char *path, struct bh_error *err)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        bh_fail(err, BH_ERROR_SYSTEM, "cannot read %s: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return -1;
    }
    log->length = (size_t)status.st_size;
    log->age_s = difftime(time(NULL), status.st_mtime);
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    log->is_running = fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    log->bytes = log->length > 0 ? mmap(NULL, log->length, PROT_READ, MAP_SHARED, file, 0) : NULL;
    int cause = errno;
    close(file);
    if (log->bytes == MAP_FAILED) {
        log->bytes = NULL;
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot read %s: %s", path, strerror(cause));
    }
    find_ranges(log);
    return 0;
}

void bh_store_log_unmap(struct bh_store_log *log)
{
    if (log->bytes != NULL)
        munmap(log->bytes, log->length);
    log->bytes = NULL;
    free(log->ranges);
    log->ranges = NULL;
    log->ranges_count = 0;
}

static int compare_logs(const void *left, const void *right)
{
    const struct bh_store_log *a = left, *b = right;
    if (a->shards != b->shards)
        return a->shards < b->shards ? -1 : 1;
    return (a->shard > b->shard) - (a->shard < b->shard);
}

static int add_log(struct bh_store_view *view, const char *directory, const char *name, struct bh_error *err)
{
    size_t shard, shards;
    int end = 0;
    if (sscanf(name, "shard-%zu-of-%zu.log%n", &shard, &shards, &end) != 2 || end == 0 || name[end] != '\0')
        return 0;
    view->logs = bh_reallocate(view->logs, view->logs_count + 1, sizeof *view->logs);
    struct bh_store_log *log = &view->logs[view->logs_count++];
    *log = (struct bh_store_log){.name = bh_print_text("%s/%s", directory, name), .shard = shard, .shards = shards};
    return bh_store_log_map(log, log->name, err);
}

int bh_store_view_open(struct bh_store_view *view, const char *directory, struct bh_error *err)
{
    *view = (struct bh_store_view){0};
    DIR *folder = opendir(directory);
    if (folder == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "cannot read the folder %s: %s", directory, strerror(errno));
    int status = 0;
    for (struct dirent *entry; status == 0 && (entry = readdir(folder)) != NULL;)
        status = add_log(view, directory, entry->d_name, err);
    closedir(folder);
    if (status != 0) {
        bh_store_view_close(view);
        return -1;
    }
    if (view->logs_count > 0)
        qsort(view->logs, view->logs_count, sizeof *view->logs, compare_logs);
    return 0;
}

int bh_store_log_visit(const struct bh_store_log *log, bh_record_visit *visit, void *context, struct bh_error *err)
{
    for (size_t i = 0; i < log->ranges_count; i++)
        for (size_t at = log->ranges[i].from; at < log->ranges[i].to;) {
            const struct bh_record_head *head = (const void *)((const char *)log->bytes + at);
            if (visit(context, head, head + 1, err) != 0)
                return -1;
            at += sizeof *head + head->length + (-head->length & 7);
        }
    return 0;
}

char *bh_store_log_damage(const struct bh_store_log *log)
{
    size_t places = 0, bytes = 0, end = 0;
    for (size_t i = 0; i < log->ranges_count; end = log->ranges[i++].to) {
        places += log->ranges[i].from > end;
        bytes += log->ranges[i].from - end;
    }
    if (!log->is_running && log->length > end) {
        places++;
        bytes += log->length - end;
    }
    if (places == 0)
        return NULL;
    return bh_print_text("%zu bytes in %zu place%s are damaged and left out", bytes, places, places > 1 ? "s" : "");
}

int bh_store_view_visit(const struct bh_store_view *view, bh_record_visit *visit, void *context, struct bh_error *err)
{
    for (size_t i = 0; i < view->logs_count; i++)
        if (bh_store_log_visit(&view->logs[i], visit, context, err) != 0)
            return -1;
    return 0;
}

void bh_store_view_close(struct bh_store_view *view)
{
    for (size_t i = 0; i < view->logs_count; i++) {
        bh_store_log_unmap(&view->logs[i]);
        free(view->logs[i].name);
    }
    free(view->logs);
    *view = (struct bh_store_view){0};
}
