/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* libarchive uncompresses. */
#include "sim/scenario/compressed_text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 16 };

/* A file that is there but cannot be opened or uncompressed, in libarchive's words, which are not always telling. */
static int fail(struct archive *archive, const char *path, struct bh_error *err)
{
    const char *text = archive_error_string(archive);
    return bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the file, which may be damaged or cut off%s%s", path,
                   text != NULL ? ": " : "", text != NULL ? text : "");
}

static int open_file(struct archive *archive, const char *path, struct bh_error *err)
{
    struct archive_entry *entry;
    struct stat facts;
    if (stat(path, &facts) != 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the file: %s", path, strerror(errno));
    if (S_ISDIR(facts.st_mode))
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the file: %s", path, strerror(EISDIR));
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    if (archive_read_open_filename(archive, path, BLOCK) != ARCHIVE_OK)
        return fail(archive, path, err);
    int status = archive_read_next_header(archive, &entry);
    if (status == ARCHIVE_EOF)
        return bh_fail(err, BH_ERROR_INPUT, "%s: the file is empty", path);
    if (status != ARCHIVE_OK)
        return fail(archive, path, err);
    return 0;
}

char *bh_text_file_read(const char *path, size_t most_bytes, size_t *length, struct bh_error *err)
{
    struct archive *archive = archive_read_new();
    size_t room = BLOCK;
    la_ssize_t got = 0;
    char *text = bh_allocate(room + 1, 1);
    *length = 0;
    int status = open_file(archive, path, err);
    while (status == 0 && (got = archive_read_data(archive, text + *length, room - *length)) > 0) {
        *length += (size_t)got;
        if (*length > most_bytes)
            status = bh_fail(err, BH_ERROR_INPUT, "%s: found more than %zu MiB of text; expected a smaller file", path,
                             most_bytes >> 20);
        else if (*length == room)
            text = bh_reallocate(text, (room *= 2) + 1, 1);
    }
    if (status == 0 && got < 0)
        status = fail(archive, path, err);
    archive_read_free(archive);
    if (status == 0) {
        text[*length] = '\0';
        return text;
    }
    free(text);
    return NULL;
}
