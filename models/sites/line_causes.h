/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a line of a log means: a failure and of which error zone, a boot, a shutdown that was asked for, or nothing. */
#pragma once

enum bh_line_kind {
    BH_LINE_NOTHING,
    BH_LINE_FAILURE,
    BH_LINE_BOOT,      /* the host starts */
    BH_LINE_PLANNED,   /* somebody asks for the end that follows */
    BH_LINE_CORRECTED, /* an error that took nothing down */
};

struct bh_line_cause {
    enum bh_line_kind kind;
    const char *cause;
    char detail[32]; /* "Xid 79"; empty: none */
    int zone;        /* 1 host kernel, 2 VMM process, 3 guest kernel, 4 process */
    int rank;        /* of causes in one failure the lowest is what it was */
};

/* A line behind its time and host. */
struct bh_line_cause bh_line_cause_of(const char *message);
