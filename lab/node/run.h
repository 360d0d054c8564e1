/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One run of a node from its snapshot, watched to its end. */
#pragma once

#include "lab/node/snapshot.h"

#include <stddef.h>

/* How a run ended. All but the last two follow from snapshot and plugin's arguments alone. */
enum bh_run_end {
    BH_RUN_DONE,    /* the host's agent said all that it had to say */
    BH_RUN_LIMIT,   /* it executed more instructions than it was given */
    BH_RUN_RESET,   /* the host began again, or QEMU ended */
    BH_RUN_STILL,   /* the processor waits for what never comes */
    BH_RUN_REFUSED, /* the plugin does not find the processor's state where it looks for it */
    BH_RUN_WEDGED,  /* QEMU worked on without a result, and was killed */
};
extern const char *const bh_run_end_names[]; /* ends with NULL */

/* What was said on the host's serial line, by its agent, and by the plugin. All owned. */
struct bh_run {
    enum bh_run_end end;
    char *console, *report, *said;
    size_t console_length;
    int vmm; /* how QEMU itself ended, as wait(2) says it; 0: well, or it was ended here */
};

/* `fault`: the plugin's arguments. `list`: a descriptor of bits of memory, read from where it stands (lab/plugin/bits.h); -1: none. */
int bh_run_from(const struct bh_snapshot *snapshot, const char *fault, int list, struct bh_run *run,
                struct bh_error *err);
/* The plugin is not of this program's version. */
int bh_run_fail_of_version(const struct bh_laboratory *lab, struct bh_error *err);
void bh_run_free(struct bh_run *run);
