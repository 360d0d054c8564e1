/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a guest hands over to its host at its exits, beside the run without fault. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Exits that an interrupt of the host's made are none: at them a guest hands nothing over. */
struct bh_lab_handed {
    bool differs;
    uint64_t same; /* so many exits came first at which the same was handed over */
    unsigned code; /* of the first at which it was not, as the processor tells it; 0: no further one came */
};

/* `said`, `golden`: what the plugin said in the run and in the one without fault. `guest`: the zone of the guest's kernel. */
struct bh_lab_handed bh_lab_compare_exits(const char *said, const char *golden, unsigned guest);
