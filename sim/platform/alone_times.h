/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How long traffic takes that is alone, for all processes that come of one: each asks SimGrid once for all. */
#pragma once

#include <stdint.h>

struct bh_alone_times;

struct bh_alone_times *bh_alone_times_create(void);
void bh_alone_times_destroy(struct bh_alone_times *times);

/* Keys are hashes of what flows and where (never 0). NAN: not known. */
double bh_alone_times_find(const struct bh_alone_times *times, uint64_t key);
/* What does not find room is not kept. */
void bh_alone_times_keep(struct bh_alone_times *times, uint64_t key, double takes_s);
