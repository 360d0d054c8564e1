/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A replica's record as bytes, for the pipe between processes of the same program. */
#pragma once

#include "models/base/error.h"

#include <stddef.h>
#include <stdio.h>

struct bh_replica_record;

/* Writes the record; errors are the stream's own. */
void bh_record_write(const struct bh_replica_record *record, FILE *out);
/* Reads what the above wrote; fails with BH_ERROR_SYSTEM when it is cut short. The record's arrays are the caller's. */
int bh_record_read(struct bh_replica_record *record, const void *bytes, size_t length, struct bh_error *err);
