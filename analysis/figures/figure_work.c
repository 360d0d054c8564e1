/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Makes and removes the hidden folder of a figure. */
#include "analysis/figures/figure_work.h"

#include "models/base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_FILES = 12, SIGNALS = 3, RANDOM_SIGNS = 6 };
static const int signals[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

/* What a signal's handler needs is made before it can come. */
static struct {
    char *path, *files[MOST_FILES];
    size_t files_count;
    int lock;    /* the folder, held open and locked: others see that it is in use */
    pid_t owner; /* a child between fork and exec has the handler too */
    volatile pid_t child;
    struct sigaction before[SIGNALS];
} work = {.lock = -1};

/* Only what is safe in a handler. */
static void remove_files(void)
{
    for (size_t i = 0; i < work.files_count; i++)
        unlink(work.files[i]);
    rmdir(work.path);
}

static void stop(int number)
{
    int status;
    if (work.child > 0 && getpid() == work.owner) {
        kill(work.child, SIGKILL);
        while (waitpid(work.child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (getpid() == work.owner)
        remove_files();
    /* Its course: as if there had been no handler. */
    signal(number, SIG_DFL);
    raise(number);
}

/* The mask before is left in `before`. */
static void block_signals(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, before);
}

/* Signals that are ignored, as under nohup, stay so. */
static void handle_signals(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &work.before[i]);
        if (work.before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

/* The folder, open and locked, or -1 if somebody works in it. gnuplot inherits the lock: whoever kills this process alone
 * leaves it to gnuplot's end. */
static int lock_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) != 0) {
        close(folder);
        folder = -1;
    }
    return folder;
}

static void remove_left_over(const char *path, const char *name, const char *const *suffixes, size_t suffixes_count)
{
    int lock = lock_folder(path);
    if (lock < 0)
        return;
    for (size_t i = 0; i < suffixes_count; i++) {
        char *file = bh_print_text("%s/%s%s", path, name, suffixes[i]);
        unlink(file);
        free(file);
    }
    rmdir(path); /* not if it holds what is not ours */
    close(lock);
}

static void remove_all_left_over(const char *folder, const char *name, const char *const *suffixes,
                                 size_t suffixes_count)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    size_t length = strlen(name);
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        const char *own = entry->d_name;
        if (strlen(own) != length + 2 + RANDOM_SIGNS || own[0] != '.' || strncmp(own + 1, name, length) != 0 ||
            own[length + 1] != '-')
            continue;
        char *path = bh_print_text("%s/%s", folder, own);
        remove_left_over(path, name, suffixes, suffixes_count);
        free(path);
    }
    if (entries != NULL)
        closedir(entries);
}

const char *bh_figure_work_begin(const char *folder, const char *name, const char *const *suffixes,
                                 size_t suffixes_count)
{
    BH_BUG_ASSERT(work.path == NULL && suffixes_count <= MOST_FILES);
    sigset_t before;
    remove_all_left_over(folder, name, suffixes, suffixes_count);
    char *path = bh_print_text("%s/.%s-XXXXXX", folder, name);
    block_signals(&before);
    if (mkdtemp(path) == NULL) {
        int reason = errno;
        free(path);
        path = NULL;
        sigprocmask(SIG_SETMASK, &before, NULL);
        errno = reason;
        return NULL;
    }
    work.path = path;
    work.lock = lock_folder(path);
    work.child = 0;
    for (work.files_count = 0; work.files_count < suffixes_count; work.files_count++)
        work.files[work.files_count] = bh_print_text("%s/%s%s", path, name, suffixes[work.files_count]);
    work.owner = getpid();
    handle_signals();
    sigprocmask(SIG_SETMASK, &before, NULL);
    return work.path;
}

/* A signal between fork and note would leave the child at work in a folder that is gone. */
pid_t bh_figure_work_fork(void)
{
    sigset_t before;
    block_signals(&before);
    pid_t child = fork();
    work.child = child > 0 ? child : 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return child;
}

void bh_figure_work_forget(void)
{
    work.child = 0;
}

void bh_figure_work_end(void)
{
    sigset_t before;
    block_signals(&before);
    remove_files();
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &work.before[i], NULL);
    if (work.lock >= 0)
        close(work.lock);
    for (size_t i = 0; i < work.files_count; i++)
        free(work.files[i]);
    free(work.path);
    work.path = NULL;
    work.lock = -1;
    work.files_count = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
}
