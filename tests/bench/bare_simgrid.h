/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The least that SimGrid itself needs for what replicas do: the yardstick of the benchmark. */
#pragma once

#include <simgrid/forward.h>

/* An actor that computes and checkpoints by sleeping on a condition variable, and an injector that wakes it at random
 * times, on one host. Returns events seen: failures, restarts, checkpoints. Runs SimGrid to its end: once a process. */
double bh_bare_events(sg_host_t host, double work_s, double interval_s, double checkpoint_s, double restart_s,
                      double mtti_s);

/* As many times: one transfer between two hosts, then one disk write of as many bytes. */
void bh_bare_transfers(sg_host_t from, sg_host_t to, sg_disk_t disk, double bytes, unsigned times);
