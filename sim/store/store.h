/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where a sweep keeps what is done: a folder with one append-only log per shard, every record with a checksum. */
#pragma once

#include "models/base/error.h"
#include "sim/campaign/identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bh_record_kind {
    BH_RECORD_START = 1, /* a process began to write: count is its number of jobs */
    BH_RECORD_POINT,     /* rows of a point that replicas do not change: one per policy */
    BH_RECORD_REPLICAS,  /* rows of replicas [first, first + count): [replica][policy], then causes */
    BH_RECORD_FAILED,    /* what went wrong with such a unit (count 0: with its point), as text */
};

/* Header of a record; the payload follows, padded with zeros to a multiple of 8 bytes. Native byte order: a store is
 * for one kind of machine, and its results file is for all. */
struct bh_record_head {
    uint64_t magic;
    uint64_t kind;
    struct bh_identity identity; /* of the point */
    uint64_t point;              /* its number when it was written: for people, since a campaign may grow */
    uint64_t first, count;
    double spent_s;  /* by the worker; for `status` only */
    uint64_t length; /* of the payload, without padding */
    uint64_t check;  /* XXH3 of the above with check 0, and of the payload */
};

struct bh_store;
/* Opens the log of one shard for writing. The folder is made if it is not there. Takes a lock that ends with the
 * process: fails if another process writes this shard, or the whole. What follows the last valid record (the one under way
 * when a process was killed) is cut off; `*cut` says how many bytes. With `directory` NULL the store is in memory, for as
 * long as it is open. */
struct bh_store *bh_store_open(const char *directory, size_t shard, size_t shards, size_t *cut, struct bh_error *err);
/* Writes a record; on failure (a full disk) the log is as before. */
int bh_store_append(struct bh_store *store, struct bh_record_head head, const void *payload, struct bh_error *err);
/* Makes all records durable. */
int bh_store_sync(struct bh_store *store, struct bh_error *err);
/* Also for a child after a fork, which must not keep the lock. close(NULL) is safe. */
void bh_store_close(struct bh_store *store);
/* What a store in memory holds, as long as it is open and nothing more is written. */
struct bh_store_view;
const struct bh_store_view *bh_store_in_memory(const struct bh_store *store);
/* Whether the shard's log held records when it was opened. */
bool bh_store_is_new(const struct bh_store *store);

/* Puts TEXT into FOLDER/NAME unless there is such a file; durable, in one step. *found is then the text that is there
 * (the caller frees), which may be another process'. 1 if it was there before, 0 if not, -1 on failure. */
int bh_store_publish(const char *directory, const char *name, const char *text, char **found, struct bh_error *err);
/* Puts TEXT in the place of FOLDER/NAME; durable, in one step. */
int bh_store_replace(const char *directory, const char *name, const char *text, struct bh_error *err);
/* The lock of the whole folder, if nobody is at work there; closing it gives it back. -1 if somebody is, or, with err set,
 * if it cannot be taken at all. */
int bh_store_try_lock(const char *directory, struct bh_error *err);
/* The text of FOLDER/NAME, or NULL; `err` set unless it is merely not there. The caller frees. */
char *bh_store_read_text(const char *directory, const char *name, struct bh_error *err);
