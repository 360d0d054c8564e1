/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Output files that appear whole or not at all. */
#include "sim/results/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bh_results_place {
    char *target; /* symbolic links followed */
    char *folder;
    char *temporary;
    bool committed;
};

enum { MOST_TRIES = 100 };

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return bh_copy_text(".");
    return slash == path ? bh_copy_text("/") : bh_print_text("%.*s", (int)(slash - path), path);
}

int bh_results_check_path(const char *path, struct bh_error *err)
{
    struct stat facts;
    size_t length = strlen(path);
    if (length == 0)
        return bh_fail(err, BH_ERROR_INPUT, "the path of the results is empty");
    if (stat(path, &facts) == 0) {
        if (S_ISDIR(facts.st_mode))
            return bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: it is a folder", path);
        if (!S_ISREG(facts.st_mode))
            return bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: it is no regular file", path);
    } else if (path[length - 1] == '/') {
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: it names a folder", path);
    } else if (errno != ENOENT && errno != ENOTDIR) {
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: %s", path, strerror(errno));
    }
    char *folder = folder_of(path);
    int status = 0;
    if (stat(folder, &facts) != 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: folder %s: %s", path, folder, strerror(errno));
    else if (!S_ISDIR(facts.st_mode))
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: %s is no folder", path, folder);
    else if (access(folder, W_OK | X_OK) != 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: folder %s: %s", path, folder, strerror(errno));
    free(folder);
    return status;
}

/* Makes an empty file of an unused name, with the permissions that the user's mask gives new files. */
static int make_temporary(struct bh_results_place *place)
{
    for (int try = 0; try < MOST_TRIES; try++) {
        free(place->temporary);
        place->temporary = bh_print_text("%s.partial-%ld-%d", place->target, (long)getpid(), try);
        int file = open(place->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (file >= 0) {
            close(file);
            return 0;
        }
        if (errno != EEXIST)
            break;
    }
    int reason = errno;
    free(place->temporary);
    place->temporary = NULL;
    errno = reason;
    return -1;
}

struct bh_results_place *bh_results_place_create(const char *path, struct bh_error *err)
{
    if (bh_results_check_path(path, err) != 0)
        return NULL;
    struct bh_results_place *place = bh_allocate(1, sizeof *place);
    char *resolved = realpath(path, NULL);
    place->target = bh_copy_text(resolved != NULL ? resolved : path);
    free(resolved);
    place->folder = folder_of(place->target);
    if (make_temporary(place) != 0) {
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot write results: %s", path, strerror(errno));
        bh_results_place_destroy(place);
        return NULL;
    }
    return place;
}

const char *bh_results_place_temporary(const struct bh_results_place *place)
{
    return place->temporary;
}

static int sync_path(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0)
        return -1;
    int status = fsync(file);
    int reason = errno;
    close(file);
    errno = reason;
    return status;
}

int bh_results_place_commit(struct bh_results_place *place, struct bh_error *err)
{
    if (sync_path(place->temporary, O_RDONLY) != 0 || rename(place->temporary, place->target) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write results: %s", place->target, strerror(errno));
    place->committed = true;
    /* A folder that cannot be synced (some network file systems) still holds the file. */
    (void)sync_path(place->folder, O_RDONLY | O_DIRECTORY);
    return 0;
}

void bh_results_place_destroy(struct bh_results_place *place)
{
    if (place == NULL)
        return;
    if (place->temporary != NULL && !place->committed)
        unlink(place->temporary);
    free(place->temporary);
    free(place->folder);
    free(place->target);
    free(place);
}
