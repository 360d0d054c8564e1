/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What host and guests ask of their kernels' networks. Nothing here needs programs or names. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* Addresses on the bridge: 10.0.0.1 of the host, 10.0.0.10 and 10.0.0.11 of the guests. */
enum { NETWORK_HOST = 1, NETWORK_GUEST = 10, NETWORK_PORT = 5000 };
struct sockaddr_in network_address(unsigned which, unsigned port);

/* Has an interface up, with an address unless that is 0. 0, or -1 with errno. */
int network_up(const char *interface, unsigned which);
/* Neither receiving nor sending, connecting and accepting with it, waits for longer. */
int network_wait(int socket, long wait_ms);
/* Whether that address answers an echo request of a thousand bytes with the same bytes, the second time at the latest. */
bool network_answers(unsigned which, long wait_ms);
