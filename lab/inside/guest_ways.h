/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Ways out of a guest, as it has them: a network card and a disk, both by virtio. */
#pragma once

#include "lab/inside/inside.h"

/* The guest's first process: loads drivers, has the network up. 0, or -1. */
int guest_ways_prepare(void);
/* The one that works: the first guest waits for the other, which connects. NULL: none; then *status is not 0 if there should be. */
const struct inside_ways *guest_ways_open(unsigned number, int *status);
