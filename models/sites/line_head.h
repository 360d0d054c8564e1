/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stands before the message of a line: a time, and most often a host. */
#pragma once

#include "models/logs/moments.h"

#include <stdbool.h>

enum { BH_LINE_HOST_SIZE = 128 };

struct bh_line_head {
    struct bh_moment at;
    char host[BH_LINE_HOST_SIZE]; /* empty: the line does not say */
    const char *message;          /* in the text */
};

/* False: the line does not begin with a time that means something by itself. */
bool bh_line_head_read(const char *text, struct bh_line_head *line);
/* "[ 1234.567890] ...": a time that means something only to who knows when the host was booted. */
bool bh_line_is_since_boot(const char *text);
/* What `ras-mc-ctl --errors` prints between events: "Memory controller events:", "No PCIe AER errors.". */
bool bh_line_is_ras_heading(const char *text);
