/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What composed enclaves send each other over the network. */
#pragma once

#include "sim/state/wait.h"

#include <stdbool.h>
#include <stddef.h>

struct bh_composition_spec;
struct bh_replica;

struct bh_exchange_flow {
    size_t from, to; /* hosts */
    double bytes, most;
};

/* What the exchange of one composition is about while it waits. */
enum bh_exchange_doing {
    BH_EXCHANGE_PAUSES, /* until the next is due */
    BH_EXCHANGE_IS_OFF,
    BH_EXCHANGE_AWAITS_IO,
    BH_EXCHANGE_SENDS,
    BH_EXCHANGE_RESENDS, /* what degraded nodes have lost or delayed */
};
struct bh_exchange {
    struct bh_replica *replica;
    size_t composed;
    const struct bh_composition_spec *spec;
    size_t flows_count;
    struct bh_exchange_flow *flows;
    enum bh_exchange_doing doing;
    double from_s;              /* since when */
    double sent_from_s, last_s; /* when sending began, and when the last of what was lost or delayed comes */
    double next_s;              /* when the next one begins */
};

/* Makes those of compositions that send anything. */
void bh_exchanges_create(struct bh_replica *replica);
void bh_exchanges_clear(struct bh_replica *replica);
/* What to wait for first; and then, when that has been waited for or, unless `is_done`, something has happened. */
struct bh_wait bh_exchange_begin(struct bh_exchange *exchange);
struct bh_wait bh_exchange_next(struct bh_exchange *exchange, bool is_done);
