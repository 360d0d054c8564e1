/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One file of records, to which everybody appends. */
#include "models/containment/kept_answers.h"

#include "models/base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

enum { FILE_BYTES_MOST = 16 << 20, DAYS_UNTOUCHED_MOST = 30 };
static const char file_prefix[] = "chains-";

/* What stands before the bytes of an answer. The sum is over the question and them: what was cut short, or never got to the
 * disk, does not fit it. */
struct record {
    uint64_t mark, length;
    XXH128_hash_t question;
    uint64_t sum;
};
static const uint64_t record_mark = UINT64_C(0xb417d5a9c0ffe11e);

struct known {
    XXH128_hash_t question;
    const char *bytes;
    size_t length;
    UT_hash_handle hh;
};

/* The program's one: where answers are kept, and what was there when it first asked. */
static struct {
    char *folder; /* NULL: nowhere */
    char *path;   /* of the file in it, once something was asked for; NULL: none */
    char *bytes;
    size_t length;
    struct known *known;
} kept;

static uint64_t sum_of(XXH128_hash_t question, const void *bytes, size_t length)
{
    return XXH3_64bits_withSeed(bytes, length, question.low64 ^ question.high64);
}

/* --- The file -------------------------------------------------------------------------------------------------------- */

/* Of the program's own bytes and the libraries' that compute for it; false: they cannot be read. */
static bool identify_program(uint64_t *identity)
{
    struct stat file;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    void *bytes = self >= 0 && fstat(self, &file) == 0
                      ? mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, self, 0)
                      : MAP_FAILED;
    if (self >= 0)
        close(self);
    if (bytes == MAP_FAILED)
        return false;
    char *libraries = bh_print_text("%s %s", gnu_get_libc_version(), gsl_version);
    *identity = XXH3_64bits_withSeed(bytes, (size_t)file.st_size, XXH3_64bits(libraries, strlen(libraries)));
    free(libraries);
    munmap(bytes, (size_t)file.st_size);
    return true;
}

static void make_folders(const char *folder)
{
    char *path = bh_copy_text(folder);
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
    free(path);
}

/* Other programs' files that nothing was added to for long. */
static void remove_old(const char *folder)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    time_t now = time(NULL);
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        struct stat file;
        if (strncmp(entry->d_name, file_prefix, strlen(file_prefix)) == 0 &&
            fstatat(dirfd(directory), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
            difftime(now, file.st_mtime) > DAYS_UNTOUCHED_MOST * 86400.0)
            unlinkat(dirfd(directory), entry->d_name, 0);
    }
    if (directory != NULL)
        closedir(directory);
}

static void forget(void)
{
    struct known *known, *next;
    HASH_ITER(hh, kept.known, known, next)
    {
        HASH_DEL(kept.known, known);
        free(known);
    }
    free(kept.bytes);
    free(kept.path);
    free(kept.folder);
    memset(&kept, 0, sizeof kept);
}

void bh_kept_answers_use(const char *folder)
{
    forget();
    kept.folder = folder != NULL ? bh_copy_text(folder) : NULL;
}

/* Opened anew each time, since a lock belongs to what was opened, which a fork would share. -1: it cannot be. */
static int open_locked(int flags, int lock)
{
    int file = open(kept.path, flags | O_CLOEXEC, 0600);
    if (file >= 0 && flock(file, lock) != 0) {
        close(file);
        return -1;
    }
    return file;
}

/* --- Reading --------------------------------------------------------------------------------------------------------- */

static void read_all(void)
{
    struct stat file;
    int from = open_locked(O_RDONLY, LOCK_SH);
    if (from < 0)
        return;
    bool is_ours = fstat(from, &file) == 0 && file.st_uid == geteuid();
    if (is_ours && file.st_size > 0 && file.st_size <= FILE_BYTES_MOST) {
        kept.bytes = bh_allocate((size_t)file.st_size, 1);
        ssize_t got = read(from, kept.bytes, (size_t)file.st_size);
        kept.length = got > 0 ? (size_t)got : 0;
    }
    close(from);
}

/* Goes from mark to mark, so that a record which was cut short costs only itself. */
static void find_records(void)
{
    struct record record;
    const char *at = kept.bytes, *end = kept.bytes + kept.length;
    while (at != NULL && (at = memmem(at, (size_t)(end - at), &record_mark, sizeof record_mark)) != NULL &&
           (size_t)(end - at) >= sizeof record) {
        memcpy(&record, at, sizeof record);
        const char *bytes = at + sizeof record;
        if (record.length > (size_t)(end - bytes) || record.sum != sum_of(record.question, bytes, record.length)) {
            at++;
            continue;
        }
        struct known *known = bh_allocate(1, sizeof *known), *before;
        *known = (struct known){.question = record.question, .bytes = bytes, .length = record.length};
        HASH_REPLACE(hh, kept.known, question, sizeof known->question, known, before);
        free(before);
        at = bytes + record.length;
    }
}

const void *bh_kept_answers_find(XXH128_hash_t question, size_t *length)
{
    struct known *known;
    uint64_t identity;
    if (kept.folder != NULL && kept.path == NULL && identify_program(&identity)) {
        kept.path = bh_print_text("%s/%s%016llx", kept.folder, file_prefix, (unsigned long long)identity);
        read_all();
        find_records();
    }
    HASH_FIND(hh, kept.known, &question, sizeof question, known);
    if (known == NULL)
        return NULL;
    *length = known->length;
    return known->bytes;
}

/* --- Adding ---------------------------------------------------------------------------------------------------------- */

static void append(int to, const void *bytes, size_t length)
{
    struct stat file;
    if (fstat(to, &file) != 0 || (size_t)file.st_size + length > FILE_BYTES_MOST)
        return;
    if (write(to, bytes, length) != (ssize_t)length && ftruncate(to, file.st_size) != 0)
        return; /* what is there of it does not fit its sum */
}

void bh_kept_answers_add(XXH128_hash_t question, const void *bytes, size_t length)
{
    if (kept.path == NULL)
        return;
    int to = open_locked(O_WRONLY | O_APPEND, LOCK_EX);
    if (to < 0 && errno == ENOENT) {
        make_folders(kept.folder);
        remove_old(kept.folder);
        to = open_locked(O_WRONLY | O_APPEND | O_CREAT, LOCK_EX);
    }
    if (to < 0)
        return;
    struct record record = {record_mark, length, question, sum_of(question, bytes, length)};
    char *whole = bh_allocate(sizeof record + length, 1);
    memcpy(whole, &record, sizeof record);
    memcpy(whole + sizeof record, bytes, length);
    append(to, whole, sizeof record + length);
    free(whole);
    close(to);
}
