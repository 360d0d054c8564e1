/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A folder that is there whole or not at all. */
#include "command/site/parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Empty, or not there. */
static int check(const char *folder, struct bh_error *err)
{
    struct stat facts;
    if (lstat(folder, &facts) != 0)
        return errno == ENOENT
                   ? 0
                   : bh_fail(err, BH_ERROR_INPUT, "%s: cannot make the folder: %s", folder, strerror(errno));
    if (!S_ISDIR(facts.st_mode))
        return bh_fail(err, BH_ERROR_INPUT, "%s: is no folder", folder);
    DIR *stream = opendir(folder);
    if (stream == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the folder: %s", folder, strerror(errno));
    int status = 0;
    for (struct dirent *item; status == 0 && (item = readdir(stream)) != NULL;)
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            status = bh_fail(err, BH_ERROR_INPUT,
                             "%s: found a folder that is not empty; expected one that is, or is not there", folder);
    closedir(stream);
    return status;
}

char *bh_site_folder_begin(const char *folder, struct bh_error *err)
{
    char *plain = bh_copy_text(folder);
    for (size_t length = strlen(plain); length > 1 && plain[length - 1] == '/'; length--)
        plain[length - 1] = '\0';
    char *aside = bh_print_text("%s.%ld.new", plain, (long)getpid());
    int status = check(folder, err);
    if (status == 0 && mkdir(aside, 0777) != 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot make the folder: %s", folder, strerror(errno));
    free(plain);
    if (status == 0)
        return aside;
    free(aside);
    return NULL;
}

/* An empty folder gives way to another. */
int bh_site_folder_end(const char *aside, const char *folder, struct bh_error *err)
{
    if (rename(aside, folder) == 0)
        return 0;
    return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot put the folder in place: %s", folder, strerror(errno));
}

void bh_site_folder_drop(const char *aside)
{
    DIR *stream = opendir(aside);
    for (struct dirent *item; stream != NULL && (item = readdir(stream)) != NULL;)
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            unlinkat(dirfd(stream), item->d_name, 0);
    if (stream != NULL)
        closedir(stream);
    rmdir(aside);
}

FILE *bh_site_open(const char *folder, const char *name, struct bh_error *err)
{
    char *path = bh_print_text("%s/%s", folder, name);
    FILE *stream = fopen(path, "w");
    if (stream == NULL)
        bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write: %s", path, strerror(errno));
    free(path);
    return stream;
}

int bh_site_close(FILE *stream, const char *folder, const char *name, struct bh_error *err)
{
    bool failed = ferror(stream) != 0;
    if (fclose(stream) == 0 && !failed)
        return 0;
    return bh_fail(err, BH_ERROR_SYSTEM, "%s/%s: cannot write: %s", folder, name, strerror(errno));
}
