/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Records in memory order: writer and reader are the same program on the same machine. */
#include "sim/replica/record_bytes.h"

#include "sim/replica/replica.h"

#include <string.h>

/* An empty array may be NULL, which fwrite must not be given. */
static void put(const void *array, size_t count, size_t size, FILE *out)
{
    if (count > 0)
        fwrite(array, size, count, out);
}

void bh_record_write(const struct bh_replica_record *record, FILE *out)
{
    fwrite(&record->is_sure, sizeof record->is_sure, 1, out);
    fwrite(&record->tallies, sizeof record->tallies, 1, out);
    fwrite(&record->enclaves_count, sizeof record->enclaves_count, 1, out);
    put(record->enclaves, record->enclaves_count, sizeof *record->enclaves, out);
    fwrite(&record->causes.count, sizeof record->causes.count, 1, out);
    put(record->causes.cause, record->causes.count, sizeof *record->causes.cause, out);
}

/* What is left to read. */
struct rest {
    const unsigned char *bytes;
    size_t length;
};

static int take(struct rest *rest, void *into, size_t size, struct bh_error *err)
{
    if (rest->length < size)
        return bh_fail(err, BH_ERROR_SYSTEM, "a replica's record was cut short: %zu bytes are missing",
                       size - rest->length);
    if (size > 0)
        memcpy(into, rest->bytes, size);
    rest->bytes += size;
    rest->length -= size;
    return 0;
}

static void *take_array(struct rest *rest, size_t *count, size_t size, struct bh_error *err)
{
    if (take(rest, count, sizeof *count, err) != 0)
        return NULL;
    if (*count > rest->length / size) {
        bh_fail(err, BH_ERROR_SYSTEM, "a replica's record was cut short");
        return NULL;
    }
    void *array = bh_allocate(*count > 0 ? *count : 1, size);
    take(rest, array, *count * size, err);
    return array;
}

int bh_record_read(struct bh_replica_record *record, const void *bytes, size_t length, struct bh_error *err)
{
    struct rest rest = {bytes, length};
    *record = (struct bh_replica_record){0};
    if (take(&rest, &record->is_sure, sizeof record->is_sure, err) != 0 ||
        take(&rest, &record->tallies, sizeof record->tallies, err) != 0)
        return -1;
    record->enclaves = take_array(&rest, &record->enclaves_count, sizeof *record->enclaves, err);
    if (record->enclaves == NULL)
        return -1;
    record->causes.cause = take_array(&rest, &record->causes.count, sizeof *record->causes.cause, err);
    if (record->causes.cause == NULL) {
        bh_replica_record_clear(record);
        return -1;
    }
    return 0;
}
