/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Messages with a live error in them, of compositions that `restart: alone`: what partners sent is kept, and an enclave that does
 * lost work again gets it once more, as wrong as it was. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_composing;
struct bh_copy;
struct bh_enclave;
struct bh_replica;
struct bh_saved_copy;

/* Whether what a copy sends over a composition comes to nothing: its enclave does lost work again, and the partner has had
 * all that already. */
bool bh_messages_are_had(const struct bh_replica *replica, const struct bh_copy *copy, const struct bh_composing *over);
/* An error has come to a partner, and left a copy there; `key` is of its way. Does nothing where messages are not kept. */
void bh_messages_keep(struct bh_replica *replica, const struct bh_copy *left, const struct bh_composing *over,
                      uint64_t key);

/* The enclave has returned to a state of a position (native compute seconds), which was complete at a time: what came later is
 * to come again. */
void bh_messages_rewind(struct bh_enclave *enclave, double work_s, double time_s);
/* Position at which the next comes again; INFINITY: none does. */
double bh_messages_next_s(const struct bh_enclave *enclave);
/* Takes one that is to come again at the enclave's position or before, and says what it leaves; false: there is none. */
bool bh_messages_take(struct bh_enclave *enclave, struct bh_saved_copy *copy);
/* An error of a lineage takes the enclave down. What has brought one in twice is asked for anew. */
void bh_messages_fall_again(struct bh_enclave *enclave, uint64_t lineage);
