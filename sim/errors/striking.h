/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Faults strike: what they hit, and the errors that they make there. */
#pragma once

#include "models/faults/streams.h"

#include <stddef.h>

struct bh_lasting_fault;
struct bh_replica;

/* A fault strikes: hardware that takes the node or the machine, or an error in a zone. */
void bh_errors_strike(struct bh_replica *replica, size_t source, const struct bh_fault *fault);
/* One that lasts and has struck before strikes again, now, at time_s, unless it is over. */
void bh_errors_strike_again(struct bh_replica *replica, struct bh_lasting_fault *lasting, double time_s);
void bh_errors_strike_by_script(struct bh_replica *replica, size_t line);
