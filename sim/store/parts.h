/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the writer and the reader of logs share; nobody else includes it. */
#ifndef BH_SIM_STORE_PARTS_H
#define BH_SIM_STORE_PARTS_H

#include "sim/store/store.h"

#define BH_RECORD_MAGIC UINT64_C(0x3264726f63655262) /* "bRecord2" */

uint64_t bh_record_check(struct bh_record_head head, const void *payload);
/* Maps a log and finds its valid parts. */
int bh_store_log_map(struct bh_store_log *log, const char *path, struct bh_error *err);
void bh_store_log_unmap(struct bh_store_log *log);

#endif
