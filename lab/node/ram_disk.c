/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Initial RAM disks by libarchive. */
#include "lab/node/ram_disk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MOST_FOLDERS = 64 };

struct bh_ram_disk {
    struct archive *archive;
    char *path, *fresh;
    char *folders[MOST_FOLDERS]; /* that are in there */
    size_t folders_count;
    int64_t entries;
    bool failed;
};

static int refuse(struct bh_ram_disk *disk, struct bh_error *err)
{
    disk->failed = true;
    return bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s: %s", disk->fresh, archive_error_string(disk->archive));
}

/* All else of an entry is fixed, so that equal contents give equal bytes. */
static struct archive_entry *begin_entry(struct bh_ram_disk *disk, const char *name, mode_t type, mode_t mode,
                                         int64_t bytes)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, mode);
    archive_entry_set_size(entry, bytes);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_nlink(entry, 1);
    archive_entry_set_ino64(entry, ++disk->entries);
    return entry;
}

static int write_entry(struct bh_ram_disk *disk, struct archive_entry *entry, struct bh_error *err)
{
    int status = archive_write_header(disk->archive, entry);
    archive_entry_free(entry);
    return status == ARCHIVE_OK ? 0 : refuse(disk, err);
}

int bh_ram_disk_add_folder(struct bh_ram_disk *disk, const char *name, struct bh_error *err)
{
    for (size_t i = 0; i < disk->folders_count; i++)
        if (strcmp(disk->folders[i], name) == 0)
            return 0;
    BH_BUG_ASSERT(disk->folders_count < MOST_FOLDERS);
    disk->folders[disk->folders_count++] = bh_copy_text(name);
    return write_entry(disk, begin_entry(disk, name, AE_IFDIR, 0755, 0), err);
}

struct bh_ram_disk *bh_ram_disk_create(const char *path, struct bh_error *err)
{
    struct bh_ram_disk *disk = bh_allocate(1, sizeof *disk);
    disk->path = bh_copy_text(path);
    disk->fresh = bh_print_text("%s.new", path);
    disk->archive = archive_write_new();
    archive_write_set_format_cpio_newc(disk->archive);
    archive_write_add_filter_none(disk->archive);
    bool is_open = archive_write_open_filename(disk->archive, disk->fresh) == ARCHIVE_OK;
    if (!is_open)
        refuse(disk, err);
    if (is_open && bh_ram_disk_add_folder(disk, "dev", err) == 0) {
        struct archive_entry *console = begin_entry(disk, "dev/console", AE_IFCHR, 0600, 0);
        archive_entry_set_rdev(console, makedev(5, 1));
        write_entry(disk, console, err);
    }
    if (!disk->failed)
        return disk;
    bh_ram_disk_close(disk, err);
    return NULL;
}

static int add_folders_of(struct bh_ram_disk *disk, const char *name, struct bh_error *err)
{
    char *folder = bh_copy_text(name);
    int status = 0;
    for (char *slash = strchr(folder, '/'); slash != NULL && status == 0; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = bh_ram_disk_add_folder(disk, folder, err);
        *slash = '/';
    }
    free(folder);
    return status;
}

int bh_ram_disk_add(struct bh_ram_disk *disk, const char *name, const char *file, struct bh_error *err)
{
    struct stat about;
    char buffer[65536];
    int status = 0;
    FILE *stream = fopen(file, "rb");
    if (stream == NULL || fstat(fileno(stream), &about) != 0) {
        status = bh_fail(err, BH_ERROR_INPUT, "cannot read %s: %s", file, strerror(errno));
        goto out;
    }
    if (add_folders_of(disk, name, err) != 0 ||
        write_entry(disk, begin_entry(disk, name, AE_IFREG, 0755, about.st_size), err) != 0) {
        status = -1;
        goto out;
    }
    size_t count;
    while ((count = fread(buffer, 1, sizeof buffer, stream)) > 0 && status == 0)
        if (archive_write_data(disk->archive, buffer, count) != (la_ssize_t)count)
            status = refuse(disk, err);
    if (ferror(stream))
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot read %s: %s", file, strerror(errno));
out:
    disk->failed = disk->failed || status != 0;
    if (stream != NULL)
        fclose(stream);
    return status;
}

int bh_ram_disk_close(struct bh_ram_disk *disk, struct bh_error *err)
{
    if (archive_write_close(disk->archive) != ARCHIVE_OK && !disk->failed)
        refuse(disk, err);
    archive_write_free(disk->archive);
    int status = disk->failed ? -1 : 0;
    if (status == 0 && rename(disk->fresh, disk->path) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s: %s", disk->path, strerror(errno));
    if (status != 0)
        unlink(disk->fresh);
    for (size_t i = 0; i < disk->folders_count; i++)
        free(disk->folders[i]);
    free(disk->path);
    free(disk->fresh);
    free(disk);
    return status;
}
