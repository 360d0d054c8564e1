/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Hashes of files: platforms with what they include, and the catalog. */
#include "sim/campaign/parts.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* --- Digests ---------------------------------------------------------------------------------------------------------- */

struct bh_digest {
    XXH3_state_t *state;
};

struct bh_digest *bh_digest_begin(void)
{
    struct bh_digest *digest = bh_allocate(1, sizeof *digest);
    digest->state = XXH3_createState();
    BH_BUG_ASSERT(digest->state != NULL);
    XXH3_128bits_reset(digest->state);
    return digest;
}

void bh_digest_add(struct bh_digest *digest, const void *bytes, size_t length)
{
    uint64_t size = length;
    XXH3_128bits_update(digest->state, &size, sizeof size);
    XXH3_128bits_update(digest->state, bytes, length);
}

void bh_digest_add_text(struct bh_digest *digest, const char *text)
{
    bh_digest_add(digest, text, strlen(text));
}

void bh_digest_add_identity(struct bh_digest *digest, struct bh_identity identity)
{
    bh_digest_add(digest, &identity, sizeof identity);
}

struct bh_identity bh_digest_end(struct bh_digest *digest)
{
    XXH128_hash_t hash = XXH3_128bits_digest(digest->state);
    XXH3_freeState(digest->state);
    free(digest);
    return (struct bh_identity){hash.high64, hash.low64};
}

/* --- Files ------------------------------------------------------------------------------------------------------------ */

/* All bytes of a file, with a NUL behind; NULL with err set. */
static char *read_bytes(const char *path, size_t *length, struct bh_error *err)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t count;
    *length = 0;
    if (file != NULL)
        do {
            bytes = bh_reallocate(bytes, *length + 65537, 1);
            count = fread(bytes + *length, 1, 65536, file);
            *length += count;
        } while (count > 0);
    if (file == NULL || ferror(file)) {
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the file: %s", path, strerror(errno));
        free(bytes);
        bytes = NULL;
    } else {
        bytes[*length] = '\0';
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

static struct bh_identity hash_bytes(const char *bytes, size_t length)
{
    struct bh_digest *digest = bh_digest_begin();
    bh_digest_add(digest, bytes, length);
    return bh_digest_end(digest);
}

int bh_identity_of_file(const char *path, struct bh_identity *bytes, struct bh_error *err)
{
    size_t length;
    char *text = read_bytes(path, &length, err);
    if (text == NULL)
        return -1;
    *bytes = hash_bytes(text, length);
    free(text);
    return 0;
}

void bh_identities_add_file(struct bh_identities *files, const char *path, struct bh_identity bytes)
{
    for (size_t i = 0; i < files->files_count; i++)
        if (strcmp(files->files[i].path, path) == 0)
            return;
    files->files = bh_reallocate(files->files, files->files_count + 1, sizeof *files->files);
    files->files[files->files_count++] = (struct bh_opened_file){bh_copy_text(path), bytes};
}

/* --- Platforms ------------------------------------------------------------------------------------------------------------ */

/* What a platform's XML names in attributes called file or *_file (<include file>, <trace file>, speed_file,
 * availability_file and others): SimGrid opens it beside the platform, or from the working directory. */
static const char *next_file(const char *at, char **name)
{
    for (; (at = strstr(at, "file")) != NULL; at += 4) {
        const char *rest = at + 4;
        while (isspace((unsigned char)*rest))
            rest++;
        if (*rest++ != '=')
            continue;
        while (isspace((unsigned char)*rest))
            rest++;
        char quote = *rest;
        const char *end = quote == '"' || quote == '\'' ? strchr(rest + 1, quote) : NULL;
        if (end == NULL)
            continue;
        *name = bh_print_text("%.*s", (int)(end - rest - 1), rest + 1);
        return end;
    }
    return NULL;
}

static char *find_beside(const char *platform, const char *name)
{
    const char *slash = strrchr(platform, '/');
    char *beside = *name == '/' || slash == NULL ? bh_copy_text(name)
                                                 : bh_print_text("%.*s%s", (int)(slash - platform + 1), platform, name);
    if (access(beside, R_OK) == 0)
        return beside;
    free(beside);
    return bh_copy_text(name);
}

enum { MOST_INCLUDES_DEEP = 16 };

static int add_platform(struct bh_digest *digest, const char *path, int depth, struct bh_identities *files,
                        struct bh_error *err)
{
    size_t length;
    char *text = read_bytes(path, &length, err), *name;
    if (text == NULL)
        return -1;
    struct bh_identity own = hash_bytes(text, length);
    bh_digest_add_identity(digest, own);
    if (files != NULL)
        bh_identities_add_file(files, path, own);
    int status = 0;
    for (const char *at = text; status == 0 && depth < MOST_INCLUDES_DEEP && (at = next_file(at, &name)) != NULL;) {
        char *other = find_beside(path, name);
        bh_digest_add_text(digest, name);
        if (access(other, R_OK) == 0) /* what is not there SimGrid complains of */
            status = add_platform(digest, other, depth + 1, files, err);
        free(other);
        free(name);
    }
    free(text);
    return status;
}

int bh_identity_of_platform(const char *path, struct bh_identities *files, struct bh_identity *bytes,
                            struct bh_error *err)
{
    struct bh_digest *digest = bh_digest_begin();
    int status = add_platform(digest, path, 0, files, err);
    *bytes = bh_digest_end(digest);
    return status;
}

/* --- The catalog ---------------------------------------------------------------------------------------------------------- */

static int is_yaml(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

/* In the order of bytes, whatever the locale. */
static int compare_entries(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int add_folder(struct bh_digest *digest, const char *directory, struct bh_error *err)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_yaml, compare_entries), status = 0;
    if (count < 0)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the folder: %s", directory, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = bh_print_text("%s/%s", directory, entries[i]->d_name);
        struct bh_identity bytes;
        if (status == 0 && (status = bh_identity_of_file(path, &bytes, err)) == 0) {
            bh_digest_add_text(digest, entries[i]->d_name);
            bh_digest_add_identity(digest, bytes);
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    return status;
}

int bh_identity_of_catalog(const char *directory, struct bh_identity *bytes, struct bh_error *err)
{
    struct bh_digest *digest = bh_digest_begin();
    char *systems = bh_print_text("%s/systems", directory);
    int status = add_folder(digest, directory, err);
    if (status == 0)
        status = add_folder(digest, systems, err);
    *bytes = bh_digest_end(digest);
    free(systems);
    return status;
}
