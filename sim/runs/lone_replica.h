/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One replica in this process, which loads its platform for it. */
#pragma once

#include "sim/replica/replica.h"

struct bh_point;
struct bh_setup;

/* Of a setup of the point. SimGrid is spent after that: no other replica runs in this process. */
int bh_lone_replica_run(const struct bh_point *point, const struct bh_setup *setup, struct bh_replica_options options,
                        struct bh_replica_record *record, struct bh_error *err);
