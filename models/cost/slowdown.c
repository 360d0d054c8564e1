/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The price of virtualization and guards for a bulk-synchronous application. */
#include "models/cost/slowdown.h"

#include "models/catalog/application.h"
#include "models/catalog/system.h"

#include <math.h>

/* Costs of the guards that are on, summed over the boundaries. */
struct guard_costs {
#define COST(member, ...) double member;
    BH_GUARD_COSTS(COST)
};

static struct guard_costs sum_guards(const struct bh_guard_level *const guard[BH_BOUNDARIES])
{
    struct guard_costs costs = {0};
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        if (guard[b] == NULL)
            continue;
#define ADD(member, ...) costs.member += guard[b]->member.value;
        BH_GUARD_COSTS(ADD)
    }
    return costs;
}

/* Guards never take the whole link. */
static double bandwidth_left(double lost)
{
    return fmax(1.0 - lost, 0.01);
}

static double communication_s(const struct bh_application *application, struct bh_network network, uint64_t nodes,
                              double added_latency_s, double lost_bandwidth)
{
    double latency_s = network.latency_s + added_latency_s;
    double stages = nodes > 1 ? ceil(log2((double)nodes)) : 0.0;
    return application->halo_messages.value * latency_s +
           application->halo_bytes.value / (network.node_bandwidth * bandwidth_left(lost_bandwidth)) +
           2.0 * application->collectives.value * stages * latency_s;
}

static void add_noise(struct bh_noise *noise, const struct bh_component *kernel)
{
    if (kernel == NULL || kernel->noise_share.value <= 0.0)
        return;
    noise->source[noise->count++] = (struct bh_noise_source){kernel->noise_share.value, kernel->noise_is_bounded};
    noise->extrapolated = noise->extrapolated || (double)noise->nodes > kernel->noise_measured_nodes.value;
}

struct bh_slowdown bh_slowdown_of(const struct bh_application *application, const struct bh_system *system,
                                  const struct bh_guard_level *const guard[BH_BOUNDARIES],
                                  const struct bh_component *host_kernel, const struct bh_component *guest_kernel,
                                  struct bh_network network, uint64_t nodes)
{
    /* Native beside guests: nothing of the system's or its guests' guards lies between the processes and the host's kernel. */
    const bool has_guest = system->guest_kernel != NULL && guest_kernel != NULL;
    const bool is_bare = system->guest_kernel != NULL && guest_kernel == NULL;
    const struct bh_guard_level *own[BH_BOUNDARIES];
    for (int b = 0; b < BH_BOUNDARIES; b++)
        own[b] = is_bare && b == BH_GUEST_HOST ? NULL : guard[b];
    struct guard_costs guards = sum_guards(own);
    const double latency_s = is_bare ? 0.0 : system->latency_s.value;
    const double bandwidth_loss = is_bare ? 0.0 : system->bandwidth_loss.value;
    uint64_t waiting = application->kind->is_coupled ? nodes : 1;
    double step_s = application->step_s.value;
    double exits_per_s = has_guest ? application->exits_per_s.value : 0.0;
    double slow = is_bare ? 0.0 : system->compute_slowdown.value;
    double native_s = communication_s(application, network, waiting, 0.0, 0.0);
    double system_s = communication_s(application, network, waiting, latency_s, bandwidth_loss);
    double guarded_s = communication_s(application, network, waiting, latency_s + guards.latency_s,
                                       bandwidth_loss + guards.bandwidth_loss);
    struct bh_slowdown slowdown = {
        .compute = 1.0 + network.contention * native_s / step_s,
        .virtualization = slow + exits_per_s * system->exit_time_s.value + (system_s - native_s) / step_s,
        .guards =
            (1.0 + slow) * guards.compute_slowdown + exits_per_s * guards.exit_time_s + (guarded_s - system_s) / step_s,
        .guard_memory = has_guest ? guards.memory_share : 0.0,
        .noise = {.nodes = waiting},
        .communication_s = guarded_s + (network.contention - 1.0) * native_s,
        .added_latency_s = latency_s + guards.latency_s,
        .bandwidth_left = bandwidth_left(bandwidth_loss + guards.bandwidth_loss),
    };
    slowdown.noise.step_s = step_s * (slowdown.compute + slowdown.virtualization + slowdown.guards);
    add_noise(&slowdown.noise, host_kernel);
    if (has_guest)
        add_noise(&slowdown.noise, guest_kernel);
    return slowdown;
}

struct bh_slowdown bh_slowdown_degraded(const struct bh_slowdown *whole, const struct bh_application *application,
                                        struct bh_network network, uint64_t nodes,
                                        const struct bh_degradation *degradation)
{
    struct bh_slowdown slow = *whole;
    double step_s = application->step_s.value;
    slow.degraded = degradation->slowdown * (bh_slowdown_sum(whole) - whole->communication_s / step_s);
    if (whole->communication_s <= 0.0)
        return slow;
    uint64_t waiting = application->kind->is_coupled ? nodes : 1;
    slow.added_latency_s += bh_degradation_latency_s(degradation);
    slow.bandwidth_left *= 1.0 - degradation->loss;
    double longer_s =
        communication_s(application, network, waiting, slow.added_latency_s, 1.0 - slow.bandwidth_left) -
        communication_s(application, network, waiting, whole->added_latency_s, 1.0 - whole->bandwidth_left);
    slow.communication_s += longer_s;
    slow.degraded += longer_s / step_s;
    return slow;
}

void bh_slowdown_add_mechanisms(struct bh_slowdown *slowdown, const struct bh_system *system, double cost)
{
    double before = slowdown->compute + slowdown->virtualization + slowdown->guards;
    slowdown->guards += (1.0 + system->compute_slowdown.value) * cost;
    slowdown->noise.step_s *= (slowdown->compute + slowdown->virtualization + slowdown->guards) / before;
}
