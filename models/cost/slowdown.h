/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What virtualization and guards cost an application, from its profile and the platform's own numbers. */
#pragma once

#include "models/cost/noise.h"
#include "models/words/words.h"

#include <stdint.h>

struct bh_application;
struct bh_component;
struct bh_guard_level;
struct bh_system;

/* What the models need to know of the machine. */
struct bh_network {
    double latency_s;      /* one way between nodes */
    double node_bandwidth; /* bytes per second and node */
    double
        contention; /* native communication takes so many times as long, since others use the links; 1: nobody does */
};

/* Wall-clock seconds per native compute second, in the ledger's parts; noise comes on top. */
struct bh_slowdown {
    double compute;        /* 1 + the native communication of a step / the step */
    double virtualization; /* may be negative */
    double guards;
    double degraded;       /* while a zone that a part is in, or needs, is degraded; else 0 */
    double guard_memory;   /* that guards hold for a guest, as a share of its own */
    struct bh_noise noise; /* per step */
    /* What of it is communication, by which a process is carried out step by step: seconds per step, guards included (0:
     * none is reckoned with), what is added to each message's latency, and the share of bandwidth that is left. */
    double communication_s, added_latency_s, bandwidth_left;
};

/* Per step of length s (native compute), with N nodes, network latency L and bandwidth B:
 *   communication(l, x) = m (L + l) + h / (B (1 - x)) + 2 k ceil(log2 N) (L + l)
 * for m halo messages, h halo bytes, k collectives, added latency l and lost bandwidth x; then
 *   compute        = 1 + c communication(0, 0) / s, with contention c
 *   virtualization = v + e t + [communication(l_v, x_v) - communication(0, 0)] / s
 *   guards         = (1 + v) g + e t_g + [communication(l_v + l_g, x_v + x_g) - communication(l_v, x_v)] / s
 * with v, t, l_v, x_v the system's slowdown, exit time, latency, bandwidth loss, e VM exits per second (0 without
 * guests), and g, t_g, l_g, x_g the sums over the guards that are on. A loss-tolerant service has no collectives and
 * waits for nobody: N = 1. Guards hold the sum of their shares of memory; native nodes have no guests. A native
 * enclave beside guests (`guest_kernel` NULL where the system has one) is as on native nodes. The noise is that of the host kernel and, in a guest, of the guest kernel. */
struct bh_slowdown bh_slowdown_of(const struct bh_application *application, const struct bh_system *system,
                                  const struct bh_guard_level *const guard[BH_BOUNDARIES],
                                  const struct bh_component *host_kernel, const struct bh_component *guest_kernel,
                                  struct bh_network network, uint64_t nodes);

/* What a degraded zone does to the parts that are in it, or need it: computing takes `slowdown` times longer, so many messages are lost,
 * each of which is sent again after a time, and all come later. */
struct bh_degradation {
    double slowdown, loss, resend_s, delay_s;
};

/* Where the slowest part is degraded so: with l and x the latency and lost bandwidth that there are without,
 *   degraded = slowdown (all - communication(l, x) / s)
 *            + [communication(l + delay + resend loss / (1 - loss), 1 - (1 - x) (1 - loss)) - communication(l, x)] / s.
 * Noise is as ever. */
struct bh_slowdown bh_slowdown_degraded(const struct bh_slowdown *whole, const struct bh_application *application,
                                        struct bh_network network, uint64_t nodes,
                                        const struct bh_degradation *degradation);

/* By which messages come later on average. */
static inline double bh_degradation_latency_s(const struct bh_degradation *degradation)
{
    return degradation->delay_s + degradation->resend_s * degradation->loss / (1.0 - degradation->loss);
}

/* All of it but noise. */
static inline double bh_slowdown_sum(const struct bh_slowdown *slowdown)
{
    return slowdown->compute + slowdown->virtualization + slowdown->guards + slowdown->degraded;
}

/* Adds what mechanisms cost that a policy relies on, a fraction c of computing: guards += (1 + v) c. */
void bh_slowdown_add_mechanisms(struct bh_slowdown *slowdown, const struct bh_system *system, double cost);
