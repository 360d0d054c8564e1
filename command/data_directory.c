/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds the data folder of a program that may be installed, moved, or still in its build tree. */
#include "command/data_directory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODELS_DATA "models/data"

bool bh_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Whether FOLDER holds the models' data. */
static int holds_data(const char *folder)
{
    char *path = bh_print_text("%s/%s", folder, MODELS_DATA);
    int holds = bh_is_folder(path);
    free(path);
    return holds;
}

/* The folder of the running program; NULL where /proc does not tell. */
static char *program_directory(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return bh_copy_text(path[0] != '\0' ? path : "/");
}

/* The source tree, if `program` is a build tree: configure leaves config.status there. make gives the way from the
 * build tree to the source tree, mostly a relative one. */
static char *source_directory(const char *program)
{
    char *mark = bh_print_text("%s/config.status", program);
    int is_build_tree = access(mark, F_OK) == 0;
    free(mark);
    if (!is_build_tree)
        return NULL;
    if (BH_SOURCE_DIRECTORY[0] == '/')
        return bh_copy_text(BH_SOURCE_DIRECTORY);
    return bh_print_text("%s/%s", program, BH_SOURCE_DIRECTORY);
}

/* The path without "..", so that messages and provenance are readable; takes ownership of `path`. */
static char *without_detours(char *path)
{
    char *real = realpath(path, NULL);
    if (real == NULL)
        return path;
    free(path);
    return real;
}

char *bh_data_directory(struct bh_error *err)
{
    const char *chosen = getenv("BULKHEAD_DATA");
    if (chosen != NULL && chosen[0] != '\0') {
        if (holds_data(chosen))
            return without_detours(bh_copy_text(chosen));
        bh_fail(err, BH_ERROR_INPUT, "BULKHEAD_DATA=%s: found no %s there", chosen, MODELS_DATA);
        return NULL;
    }

    char *program = program_directory();
    char *candidates[] = {
        program != NULL ? source_directory(program) : NULL,
        program != NULL ? bh_print_text("%s/../share/bulkhead", program) : NULL,
        bh_copy_text(BH_INSTALLED_DIRECTORY),
    };
    enum { CANDIDATES = BH_COUNT(candidates) };
    char *found = NULL;
    for (size_t i = 0; i < CANDIDATES && found == NULL; i++)
        if (candidates[i] != NULL && holds_data(candidates[i]))
            found = without_detours(bh_copy_text(candidates[i]));
    if (found == NULL)
        bh_fail(err, BH_ERROR_INPUT, "found no %s in %s or %s; set BULKHEAD_DATA to the folder that holds it",
                MODELS_DATA, candidates[1] != NULL ? candidates[1] : "the program's folder", candidates[2]);
    for (size_t i = 0; i < CANDIDATES; i++)
        free(candidates[i]);
    free(program);
    return found;
}

char *bh_cache_directory(void)
{
    const char *chosen = getenv("BULKHEAD_CACHE"), *caches = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (chosen != NULL)
        return chosen[0] != '\0' ? bh_copy_text(chosen) : NULL;
    if (caches != NULL && caches[0] == '/') /* others the XDG base directory specification asks to ignore */
        return bh_print_text("%s/bulkhead", caches);
    return home != NULL && home[0] == '/' ? bh_print_text("%s/.cache/bulkhead", home) : NULL;
}

char *bh_models_directory(struct bh_error *err)
{
    char *folder = bh_data_directory(err);
    if (folder == NULL)
        return NULL;
    char *path = bh_print_text("%s/%s", folder, MODELS_DATA);
    free(folder);
    return path;
}
