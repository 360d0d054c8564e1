/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What an enclave or an exchange waits for next. Nothing below sim/replica sleeps: who runs a replica arranges it. */
#pragma once

#include "sim/platform/transfer.h"

enum bh_wait_for {
    BH_WAIT_NOTHING,  /* it goes on at once */
    BH_WAIT_TIME,     /* or a signal before that */
    BH_WAIT_TRANSFER, /* of a checkpoint's bytes to or from storage */
    BH_WAIT_FLOWS,    /* of an exchange */
    BH_WAIT_NO_MORE,  /* it is over */
};

/* Small enough to be returned in two registers, where most instants of a replica hand one over. */
struct bh_wait {
    double until_s; /* INFINITY: until a signal. A transfer is not over before this */
    enum bh_wait_for what;
    enum bh_direction direction; /* of a transfer; its bytes are the enclave's `moving_bytes` */
};

static inline struct bh_wait bh_wait_until(double until_s)
{
    return (struct bh_wait){.what = BH_WAIT_TIME, .until_s = until_s};
}

/* Nothing to wait for. */
static inline struct bh_wait bh_wait_no_time(void)
{
    return (struct bh_wait){.what = BH_WAIT_NOTHING};
}
