/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is kept of an injection: a line of JSON. A folder holds one log per shard. */
#pragma once

#include "lab/study/outcome.h"
#include "lab/study/study_file.h"
#include "lab/study/trial.h"

#include <stdint.h>

/* As it is read back. */
struct bh_lab_record {
    uint64_t number, instructions, identity; /* ... of the console's bytes and the report's */
    unsigned zone;
    enum bh_lab_fault fault;
    enum bh_lab_next next;
    enum bh_run_end end;
    struct bh_lab_outcome outcome;
};

/* The line, with a line break behind; the caller frees. What was said is kept of those that had an effect; the snapshot says what
 * it was made with. */
char *bh_lab_record_print(const struct bh_lab_trial *trial, const struct bh_snapshot *snapshot,
                          const struct bh_run *run, const struct bh_lab_outcome *outcome, double cpu_s);
/* Whether the line is a record; half a line that a crash left is none. */
bool bh_lab_record_parse(const char *line, struct bh_lab_record *record);

/* All records of the folder, each trial once, by number; the caller frees *records. Nothing there is none. */
int bh_lab_records_read(const char *folder, struct bh_lab_record **records, size_t *count, struct bh_error *err);
