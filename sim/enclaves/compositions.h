/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compositions at run time: clocks that turn. All called by the injector but where it says otherwise. */
#pragma once

#include <stddef.h>

struct bh_replica;

/* Before the actors start: clocks at time 0, and every enclave's protection. Frees what that took. */
void bh_composing_start(struct bh_replica *replica);
void bh_composing_end(struct bh_replica *replica);
/* Schedules what comes of itself. */
void bh_composing_schedule(struct bh_replica *replica);
/* A composition begins or ends at its clock's time. */
void bh_composing_turn(struct bh_replica *replica, size_t composed);

/* An enclave has failed and is to return to its newest state: those that restart together with it are told to return to
 * none that is newer. By any actor. */
void bh_composing_return(struct bh_replica *replica, size_t enclave, double state_s, long cause);

/* An exchange is over: wrong data goes with it. */
void bh_composing_exchanged(struct bh_replica *replica, size_t composed);
/* An enclave has found wrong data and returned to its newest state: all that took data from it since that state return to one
 * of before, and likewise those that took data from them; and those that restart together with any. */
void bh_composing_tell(struct bh_replica *replica, size_t enclave, long cause);
