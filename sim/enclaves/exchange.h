/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What composed enclaves send each other over the network. */
#ifndef BH_SIM_ENCLAVES_EXCHANGE_H
#define BH_SIM_ENCLAVES_EXCHANGE_H

#include <stddef.h>

struct bh_error;
struct bh_replica;

/* Creates the actors of compositions that send anything. */
int bh_exchanges_start(struct bh_replica *replica, struct bh_error *err);
void bh_exchange_wake(struct bh_replica *replica, size_t composed);
void bh_exchanges_wake(struct bh_replica *replica);
void bh_exchanges_clear(struct bh_replica *replica);

#endif
