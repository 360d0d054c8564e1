/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Hashes of files: platforms with what they include, and the catalog. */
#include "sim/campaign/parts.h"
#include "sim/platform/xml.h"

#include "models/base/path.h"
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

int bh_identity_of_file(const char *path, struct bh_identity *bytes, struct bh_error *err)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t length = 0, count;
    if (file != NULL)
        do {
            text = bh_reallocate(text, length + 65536, 1);
            count = fread(text + length, 1, 65536, file);
            length += count;
        } while (count > 0);
    int status = 0;
    if (file == NULL || ferror(file)) {
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot read the file: %s", path, strerror(errno));
    } else {
        struct bh_digest *digest = bh_digest_begin();
        bh_digest_add(digest, text, length);
        *bytes = bh_digest_end(digest);
    }
    free(text);
    if (file != NULL)
        fclose(file);
    return status;
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

static char *find_beside(const char *platform, const char *name)
{
    char *beside = bh_path_beside(platform, name);
    if (access(beside, R_OK) == 0)
        return beside;
    free(beside);
    return bh_copy_text(name);
}

struct naming {
    const char *platform;
    struct bh_digest *digest;
    struct bh_identities *files;
    struct bh_error *err;
};

static int add_bytes(const struct naming *naming, const char *path)
{
    struct bh_identity own;
    if (bh_identity_of_file(path, &own, naming->err) != 0)
        return -1;
    bh_digest_add_identity(naming->digest, own);
    if (naming->files != NULL)
        bh_identities_add_file(naming->files, path, own);
    return 0;
}

/* What a platform's XML names in attributes called file or *_file (<trace file>, speed_file and others): SimGrid opens it
 * beside the platform, or from the working directory. It includes no XML since 3.18. */
static int add_named(void *data, const struct bh_xml_tag *tag)
{
    const struct naming *naming = data;
    for (const char **at = tag->attributes; *at != NULL; at += 2) {
        size_t length = strlen(at[0]);
        if (length < 4 || strcmp(at[0] + length - 4, "file") != 0 || !*at[1])
            continue;
        char *other = find_beside(naming->platform, at[1]);
        bh_digest_add_text(naming->digest, at[1]);
        /* what is not there SimGrid complains of */
        int status = access(other, R_OK) == 0 ? add_bytes(naming, other) : 0;
        free(other);
        if (status != 0)
            return -1;
    }
    return 0;
}

int bh_identity_of_platform(const char *path, struct bh_identities *files, struct bh_identity *bytes,
                            struct bh_error *err)
{
    struct naming naming = {path, bh_digest_begin(), files, err};
    int status = add_bytes(&naming, path);
    /* A file that is no XML names none. */
    struct bh_error own = {0};
    naming.err = &own;
    if (status == 0 && bh_xml_read(path, add_named, &naming, NULL) != 0 && own.code != BH_ERROR_NONE)
        status = bh_fail_again(err, &own);
    *bytes = bh_digest_end(naming.digest);
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
