/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads logs, uncompressed by libarchive, and keeps what was made of them. */
#include "sim/scenario/recorded_logs.h"

#include "models/document/document_get.h"
#include "models/logs/formats.h"
#include "models/logs/reading.h"
#include "models/sites/site_log.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>
#include <xxhash.h>

/* --- Texts ----------------------------------------------------------------------------------------------------------- */

enum { BLOCK = 1 << 16 };

/* A file that is there but cannot be opened or uncompressed, in libarchive's words, which are not always telling. */
static int fail_reading(struct archive *archive, const char *path, struct bh_error *err)
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
        return fail_reading(archive, path, err);
    int status = archive_read_next_header(archive, &entry);
    if (status == ARCHIVE_EOF)
        return bh_fail(err, BH_ERROR_INPUT, "%s: the file is empty", path);
    if (status != ARCHIVE_OK)
        return fail_reading(archive, path, err);
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
        status = fail_reading(archive, path, err);
    archive_read_free(archive);
    if (status == 0) {
        text[*length] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

/* --- Logs ------------------------------------------------------------------------------------------------------------ */

struct kept {
    struct bh_recorded_log log;
    char *system; /* of the choice; NULL: all */
    struct bh_recorded_choice choice;
    struct bh_log_reading *reading;
    struct kept *next;
};

struct bh_recorded_logs {
    struct kept *kept;
};

struct bh_recorded_logs *bh_recorded_logs_create(void)
{
    return bh_allocate(1, sizeof(struct bh_recorded_logs));
}

void bh_recorded_logs_destroy(struct bh_recorded_logs *logs)
{
    struct kept *kept, *next;
    if (logs == NULL)
        return;
    LL_FOREACH_SAFE(logs->kept, kept, next)
    {
        bh_recorded_faults_destroy(kept->log.recorded);
        free(kept->log.file);
        free(kept->system);
        bh_log_reading_destroy(kept->reading);
        free(kept);
    }
    free(logs);
}

static bool is_same_moment(const struct bh_log_moment *left, const struct bh_log_moment *right)
{
    return left->is_given == right->is_given &&
           (!left->is_given || (left->is_offset == right->is_offset && left->s == right->s));
}

static bool is_same(const struct kept *kept, const char *file, const struct bh_recorded_choice *choice,
                    const struct bh_log_reading *reading)
{
    bool is_same_system = kept->system == NULL ? choice->system == NULL
                                               : choice->system != NULL && strcmp(kept->system, choice->system) == 0;
    return strcmp(kept->log.file, file) == 0 && is_same_system && kept->choice.nodes == choice->nodes &&
           is_same_moment(&kept->choice.begin, &choice->begin) && is_same_moment(&kept->choice.until, &choice->until) &&
           bh_log_reading_is_same(kept->reading, reading);
}

static struct bh_recorded_faults *read_log(const char *file, const struct bh_recorded_choice *choice,
                                           const struct bh_log_reading *reading, uint64_t *hash,
                                           const struct bh_node *at, struct bh_error *err)
{
    struct bh_error own = {0};
    size_t length;
    char *text = bh_text_file_read(file, BH_FAILURE_LOG_BYTES_MOST, &length, &own);
    if (text == NULL) {
        bh_node_fail(at, err, "%s", own.text);
        return NULL;
    }
    *hash = XXH3_64bits(text, length);
    struct bh_failure_log *log = bh_site_log_parse(text, length, file, reading, err);
    free(text);
    if (log == NULL)
        return NULL;
    struct bh_recorded_faults *recorded = bh_recorded_faults_create(log, choice, &own);
    if (recorded == NULL)
        bh_node_fail(at, err, "%s", own.text);
    return recorded;
}

const struct bh_recorded_log *bh_recorded_logs_get(struct bh_recorded_logs *logs, const char *file,
                                                   const struct bh_recorded_choice *choice,
                                                   struct bh_log_reading *reading, const struct bh_node *at,
                                                   struct bh_error *err)
{
    struct kept *kept;
    reading = reading != NULL ? reading : bh_log_reading_create();
    LL_FOREACH(logs->kept, kept)
    if (is_same(kept, file, choice, reading)) {
        bh_log_reading_destroy(reading);
        return &kept->log;
    }
    uint64_t hash;
    struct bh_recorded_faults *recorded = read_log(file, choice, reading, &hash, at, err);
    if (recorded == NULL) {
        bh_log_reading_destroy(reading);
        return NULL;
    }
    kept = bh_allocate(1, sizeof *kept);
    kept->log = (struct bh_recorded_log){bh_copy_text(file), hash, recorded};
    kept->choice = *choice;
    kept->reading = reading;
    kept->system = choice->system != NULL ? bh_copy_text(choice->system) : NULL;
    LL_PREPEND(logs->kept, kept);
    return &kept->log;
}
