/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Hosts that are turned off and on, virtual machines that are destroyed and boot. */
#include "models/catalog/recovery.h"
#include "sim/platform/platform.h"
#include "sim/process/parts.h"
#include "sim/setup/questions.h"
#include "sim/setup/setup.h"
#include "sim/state/machine.h"
#include "sim/state/replica_state.h"

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/vm.h>
#include <stdlib.h>

static double now_s(void)
{
    return simgrid_get_clock();
}

static bool is_due(double time_s)
{
    return time_s - now_s() < bh_instant_s(now_s());
}

static void create_machine(struct bh_seat *seat, size_t guest)
{
    char *name = bh_print_text("guest-%llu.%zu", (unsigned long long)seat->slot, guest);
    seat->guest[guest].machine = sg_vm_create_core(seat->host, name);
    sg_vm_start(seat->guest[guest].machine);
    seat->guest[guest].life++;
    struct bh_traced_name in = bh_host_traced(seat);
    bh_trace_create(seat->fleet->trace, bh_guest_traced(seat, guest), &in, name);
    bh_trace_state(seat->fleet->trace, bh_guest_traced(seat, guest), "boots");
    free(name);
}

static void come_up(struct bh_seat *seat, size_t guest)
{
    seat->guest[guest].power = BH_POWER_ON;
    if (seat->tree->guest_has_kernel[guest])
        bh_trace_state(seat->fleet->trace, bh_guest_traced(seat, guest), "up");
    bh_jobs_come(seat->fleet, seat);
}

/* --- Down ---------------------------------------------------------------------------------------------------------- */

static void destroy_guest(struct bh_seat *seat, size_t guest)
{
    struct bh_guest *lost = &seat->guest[guest];
    bh_jobs_lose(seat->fleet, seat, guest, NULL, false);
    if (lost->machine != NULL) {
        sg_vm_destroy(lost->machine);
        bh_trace_destroy(seat->fleet->trace, bh_guest_traced(seat, guest));
    }
    *lost = (struct bh_guest){.power = BH_POWER_OFF, .kernel = lost->kernel, .life = lost->life};
}

static void turn_off(struct bh_seat *seat)
{
    for (size_t g = 0; g < seat->tree->guests_count; g++)
        destroy_guest(seat, g);
    seat->is_on = false;
    sg_host_turn_off(seat->host);
    bh_trace_state(seat->fleet->trace, bh_host_traced(seat), "off");
}

/* --- Up ------------------------------------------------------------------------------------------------------------ */

/* A node boots its guests as soon as it is up. */
static void turn_on(struct bh_seat *seat)
{
    const struct bh_fleet *fleet = seat->fleet;
    seat->host_number = fleet->host_of[bh_machine_node_in(fleet->replica->machine, seat->slot)];
    seat->host = bh_platform_host(fleet->platform, seat->host_number);
    if (!sg_host_is_on(seat->host))
        sg_host_turn_on(seat->host);
    seat->is_on = true;
    bh_trace_state(fleet->trace, bh_host_traced(seat), "on");
    for (size_t g = 0; g < seat->tree->guests_count; g++) {
        seat->guest[g].boots_s = now_s();
        if (!seat->tree->guest_has_kernel[g])
            come_up(seat, g);
    }
}

/* By the parts of its boot; later if the machine's account has it so, since it was lost again meanwhile. */
static double guest_up_s(const struct bh_seat *seat, size_t guest)
{
    const struct bh_fleet *fleet = seat->fleet;
    const struct bh_zone *kernel = &seat->tree->zones[seat->guest[guest].kernel];
    double up_s = seat->guest[guest].boots_s + seat->boot_s;
    if (kernel->enclave < 0)
        return up_s;
    const struct bh_partition *partition = bh_setup_partition(fleet->replica->setup, seat->slot);
    double booked_s =
        bh_machine_slot_ready_s(fleet->replica->machine, seat->slot, (int)partition->enclave[kernel->enclave]);
    return up_s > booked_s ? up_s : booked_s;
}

/* What is due now; when the next is. */
static double advance(struct bh_seat *seat)
{
    double next_s = INFINITY;
    if (!seat->is_on) {
        double node_s = bh_machine_slot_node_s(seat->fleet->replica->machine, seat->slot, seat->boot_s);
        if (!is_due(node_s))
            return node_s;
        turn_on(seat);
    }
    for (size_t g = 0; g < seat->tree->guests_count; g++) {
        struct bh_guest *guest = &seat->guest[g];
        if (guest->power == BH_POWER_OFF && is_due(guest->boots_s)) {
            create_machine(seat, g);
            guest->power = BH_POWER_BOOTS;
        }
        if (guest->power == BH_POWER_BOOTS && is_due(guest_up_s(seat, g)))
            come_up(seat, g);
        if (guest->power != BH_POWER_ON)
            next_s = fmin(next_s, guest->power == BH_POWER_OFF ? guest->boots_s : guest_up_s(seat, g));
    }
    return next_s;
}

static void run_firmware(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bh_seat *seat = sg_actor_self_get_data();
    for (;;)
        bh_bed_sleep(&seat->bed, advance(seat));
}

static void need_firmware(struct bh_seat *seat)
{
    if (seat->has_firmware) {
        bh_bed_wake(&seat->bed);
        return;
    }
    char *name = bh_print_text("firmware-%llu", (unsigned long long)seat->slot);
    const char *argv[] = {name};
    seat->has_firmware = true;
    seat->bed = bh_bed_create(seat->fleet->longest_s);
    sg_actor_t actor = sg_actor_init(name, seat->fleet->launcher);
    sg_actor_set_data(actor, seat);
    sg_actor_start_(actor, run_firmware, 1, argv);
    sg_actor_daemonize(actor);
    free(name);
}

/* --- Looking ------------------------------------------------------------------------------------------------------- */

void bh_seat_look(struct bh_seat *seat)
{
    const struct bh_replica *replica = seat->fleet->replica;
    bool is_whole = seat->is_on;
    if (seat->is_on && !bh_machine_is_up(replica->machine, seat->slot, 0, replica->now_s)) {
        turn_off(seat);
        is_whole = false;
    }
    for (size_t g = 0; seat->is_on && g < seat->tree->guests_count; g++) {
        struct bh_guest *guest = &seat->guest[g];
        if (!seat->tree->guest_has_kernel[g])
            continue;
        if (guest->power == BH_POWER_ON &&
            !bh_machine_is_up(replica->machine, seat->slot, guest->kernel, replica->now_s)) {
            destroy_guest(seat, g);
            guest->boots_s = replica->now_s + bh_setup_recovery(replica->setup)->detection_s.value;
        }
        is_whole = is_whole && guest->power == BH_POWER_ON;
    }
    if (!is_whole)
        need_firmware(seat);
}

/* --- Making -------------------------------------------------------------------------------------------------------- */

/* Without guests it is the node's own. */
static size_t kernel_of(const struct bh_zone_tree *tree, size_t guest)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if (tree->zones[z].guest == (int)guest && tree->zones[z].kind == BH_GUEST_KERNEL)
            return z;
    return 0;
}

static size_t processes_most(const struct bh_zone_tree *tree)
{
    size_t most = 1;
    for (size_t g = 0; g < tree->guests_count; g++) {
        size_t own = 0;
        for (size_t p = 0; p < tree->processes_count; p++)
            own += tree->zones[tree->process_zone[p]].guest == (int)g;
        most = own > most ? own : most;
    }
    return most * tree->guests_count;
}

void bh_seats_create(struct bh_fleet *fleet)
{
    const struct bh_setup *setup = fleet->replica->setup;
    fleet->seats_count = setup->scenario->nodes;
    fleet->seat = bh_allocate(fleet->seats_count, sizeof *fleet->seat);
    for (size_t s = 0; s < fleet->seats_count; s++) {
        const struct bh_node_setup *node = bh_setup_node(setup, bh_setup_partition(setup, s));
        const struct bh_zone_tree *tree = bh_node_setup_tree(node);
        struct bh_seat *seat = &fleet->seat[s];
        *seat = (struct bh_seat){.fleet = fleet, .slot = s, .tree = tree, .boot_s = node->guest_boot_s};
        seat->processes_most = processes_most(tree);
        seat->host_number = fleet->host_of[s];
        seat->host = bh_platform_host(fleet->platform, seat->host_number);
        seat->guest = bh_allocate(tree->guests_count, sizeof *seat->guest);
        for (size_t g = 0; g < tree->guests_count; g++)
            seat->guest[g].kernel = kernel_of(tree, g);
    }
}

/* Spares' hosts, too: they stand in for others. */
static void trace_hosts(const struct bh_fleet *fleet)
{
    const struct bh_scenario *scenario = fleet->replica->setup->scenario;
    bh_trace_begin(fleet->trace);
    for (size_t n = 0; n < scenario->nodes + scenario->spares; n++) {
        sg_host_t host = bh_platform_host(fleet->platform, fleet->host_of[n]);
        struct bh_traced_name name = {.kind = BH_TRACED_HOST, .part = {fleet->host_of[n]}};
        bh_trace_create(fleet->trace, name, NULL, sg_host_get_name(host));
        bh_trace_state(fleet->trace, name, "on");
    }
}

void bh_seats_start(struct bh_fleet *fleet)
{
    trace_hosts(fleet);
    for (size_t s = 0; s < fleet->seats_count; s++) {
        struct bh_seat *seat = &fleet->seat[s];
        seat->is_on = true;
        for (size_t g = 0; g < seat->tree->guests_count; g++) {
            if (seat->tree->guest_has_kernel[g])
                create_machine(seat, g);
            come_up(seat, g);
        }
    }
}

void bh_seats_destroy(struct bh_fleet *fleet)
{
    for (size_t s = 0; s < fleet->seats_count; s++) {
        free(fleet->seat[s].guest);
        if (fleet->seat[s].has_firmware)
            bh_bed_destroy(&fleet->seat[s].bed);
    }
    free(fleet->seat);
}
