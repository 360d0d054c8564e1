/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From a file, or a text, to a document. */
#include "models/document/document_read.h"

#include "models/document/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bh_document *bh_document_parse(const char *text, size_t length, const char *name, struct bh_error *err)
{
    if (length > BH_DOCUMENT_BYTES) {
        bh_fail_at(err, (struct bh_place){name, 1, 1, NULL},
                   "larger than 1 MiB; expected a YAML file of at most 1 MiB");
        return NULL;
    }
    char *copy = bh_allocate(length + 1, 1);
    if (length > 0)
        memcpy(copy, text, length);
    struct bh_document *document = bh_document_create();
    struct bh_source *source = bh_source_add(document, name, copy, length);
    document->root = bh_document_build(document, source, 0, err);
    if (!document->root) {
        bh_document_destroy(document);
        return NULL;
    }
    return document;
}

/* Reads at most one byte more than is allowed, which tells that it is too much, into memory that grows with the file.
 * Returns the number, or -1 with errno set. */
static ssize_t read_bytes(const char *path, char **buffer)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    size_t used = 0, room = 0;
    ssize_t count = 0;
    while (used <= BH_DOCUMENT_BYTES) {
        if (used == room) {
            room = room > 0 ? 2 * room : 1 << 14;
            *buffer = bh_reallocate(*buffer, room, 1);
        }
        size_t most = room < BH_DOCUMENT_BYTES + 1 ? room : BH_DOCUMENT_BYTES + 1;
        count = read(file, *buffer + used, most - used);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        used += (size_t)count;
    }
    int saved = errno;
    close(file);
    errno = saved;
    return count < 0 ? -1 : (ssize_t)used;
}

struct bh_document *bh_document_read(const char *path, struct bh_error *err)
{
    char *buffer = NULL;
    struct bh_document *document = NULL;
    ssize_t length = read_bytes(path, &buffer);
    if (length >= 0)
        document = bh_document_parse(buffer, (size_t)length, path, err);
    else if (errno == EISDIR)
        bh_fail_at(err, (struct bh_place){.file = path}, "is a directory; expected a YAML file");
    else
        bh_fail_at(err, (struct bh_place){.file = path}, "cannot be read: %s", strerror(errno));
    free(buffer);
    return document;
}
