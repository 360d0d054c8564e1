/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Ways out of guests, as the host has them: a bridge with a port for each, and a disk of each. */
#pragma once

#include <stdbool.h>

/* Loads the modules, makes the bridge with the host's address, and the disks. 0, or -1 with errno. */
int host_ways_prepare(void);
/* Tells the plugin where these modules lie. */
void host_ways_mark(void);
/* Has a child look whether guests and host answer and how the bridge's ports are, and reports it. */
void host_ways_look(void);
/* The VMM's words for guest `number` behind those that all have, into `words`; how many. The texts are static. */
unsigned host_ways_words(unsigned number, char **words);
enum { HOST_WAYS_WORDS = 8 };
