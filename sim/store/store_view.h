/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads the logs of a store. */
#pragma once

#include "sim/store/store.h"

/* Called for each valid record in order of the log; the payload is aligned to 8 bytes and lives as long as the view. -1
 * with err set stops. */
typedef int bh_record_visit(void *context, const struct bh_record_head *head, const void *payload,
                            struct bh_error *err);

/* Bytes [from, to) of a log, which hold valid records one after the other. */
struct bh_store_range {
    size_t from, to;
};

/* The logs of a store in memory (mapped). What is damaged is passed over: records begin with a magic number at multiples
 * of 8 bytes, so that those behind it are found again. */
struct bh_store_view {
    size_t logs_count;
    struct bh_store_log {
        char *name; /* of the file */
        size_t shard, shards;
        void *bytes;
        size_t length, valid; /* bytes in all, and up to the end of the last valid record */
        size_t ranges_count;
        struct bh_store_range *ranges;
        double age_s;    /* since the last write */
        bool is_running; /* some process holds its lock */
    } * logs;
};
int bh_store_view_open(struct bh_store_view *view, const char *directory, struct bh_error *err);
int bh_store_view_visit(const struct bh_store_view *view, bh_record_visit *visit, void *context, struct bh_error *err);
int bh_store_log_visit(const struct bh_store_log *log, bh_record_visit *visit, void *context, struct bh_error *err);
void bh_store_view_close(struct bh_store_view *view);
/* What of a log is damaged, as "300 bytes in 2 places are damaged and left out"; NULL if nothing is. The end of a log that
 * is being written does not count. The caller frees. */
char *bh_store_log_damage(const struct bh_store_log *log);
