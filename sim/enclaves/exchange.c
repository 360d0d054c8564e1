/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What composed enclaves send each other over the network: one actor per composition, a few flows per pair. */
#include "sim/enclaves/exchange.h"

#include "sim/platform/activity.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdlib.h>

/* Flows from one member to another, each between hosts at the same share of their nodes. */
enum { FLOWS_MOST = 4, ACTIVITIES_MOST = 1000 };

struct flow {
    size_t from, to; /* hosts */
    double bytes, most;
};

struct bh_exchange {
    struct bh_replica *replica;
    size_t composed;
    const struct bh_composition_spec *spec;
    size_t flows_count;
    struct flow *flows;
    struct bh_activity **activities;
    struct bh_bed bed;
    double next_s; /* when the next one begins */
    uint64_t used; /* activities so far: a fresh actor takes over after many */
};

static const struct bh_composed *composed_of(const struct bh_exchange *exchange)
{
    return &bh_compositions_of(exchange->replica)->composed[exchange->composed];
}

static size_t host_at(const struct bh_stands *stands, double share)
{
    uint64_t node = (uint64_t)(share * (double)stands->nodes);
    size_t s = 0;
    for (; s + 1 < stands->count && node >= stands->stand[s].nodes; s++)
        node -= stands->stand[s].nodes;
    return stands->stand[s].host;
}

/* Every node of `from` sends its volume, in equal parts to all partners. */
static void plan_flows(struct bh_exchange *exchange, const struct bh_enclave_setup *from,
                       const struct bh_enclave_setup *to, const struct bh_stands *stands)
{
    const struct bh_stands *here = &stands[from->spec->partition], *there = &stands[to->spec->partition];
    size_t most = here->count > there->count ? here->count : there->count;
    size_t flows = most < FLOWS_MOST ? most : FLOWS_MOST;
    double partners = (double)composed_of(exchange)->members_count - 1.0;
    double bytes = exchange->spec->volume_bytes * (double)from->nodes / partners;
    exchange->flows = bh_reallocate(exchange->flows, exchange->flows_count + flows, sizeof *exchange->flows);
    for (size_t i = 0; i < flows; i++) {
        double share = ((double)i + 0.5) / (double)flows;
        exchange->flows[exchange->flows_count++] = (struct flow){
            .from = host_at(here, share),
            .to = host_at(there, share),
            .bytes = bytes / (double)flows,
            .most = fmin(from->link_rate, to->link_rate) / (double)flows / partners,
        };
    }
}

static void plan(struct bh_exchange *exchange, const struct bh_stands *stands)
{
    const struct bh_composed *composed = composed_of(exchange);
    const struct bh_enclave_setup *enclaves = exchange->replica->setup->enclaves;
    for (size_t m = 0; m < composed->members_count; m++)
        for (size_t n = 0; n < composed->members_count; n++)
            if (m != n)
                plan_flows(exchange, &enclaves[composed->member[m]], &enclaves[composed->member[n]], stands);
    exchange->activities = bh_allocate(exchange->flows_count, sizeof *exchange->activities);
}

/* Data goes to and from those that run: not while one is out, nor before it came, nor after it went. */
static bool can_exchange(const struct bh_exchange *exchange)
{
    const struct bh_composed *composed = composed_of(exchange);
    for (size_t m = 0; m < composed->members_count; m++) {
        const struct bh_enclave *enclave = &exchange->replica->enclaves[composed->member[m]];
        bool replays = exchange->spec->restart == BH_RESTART_ALONE && bh_enclave_is_behind(enclave);
        if (!bh_enclave_is_there(enclave) || bh_enclave_is_out(enclave) || enclave->awaits_partner || replays)
            return false;
    }
    return exchange->replica->composing[exchange->composed].clock.is_on;
}

/* The member whose I/O is stopped for longest; NULL: everyone's gets through. */
static struct bh_enclave *cut_off_member(const struct bh_exchange *exchange)
{
    const struct bh_composed *composed = composed_of(exchange);
    struct bh_enclave *last = NULL;
    for (size_t m = 0; m < composed->members_count; m++) {
        struct bh_enclave *enclave = &exchange->replica->enclaves[composed->member[m]];
        if (bh_stops_is_down(enclave, BH_NEED_IO) &&
            (last == NULL || bh_stops_up_s(enclave, BH_NEED_IO) > bh_stops_up_s(last, BH_NEED_IO)))
            last = enclave;
    }
    return last;
}

/* Waits until the I/O of all members gets through. False if the composition ends before. */
static bool await_io(struct bh_exchange *exchange)
{
    const struct bh_composed *composed = composed_of(exchange);
    struct bh_replica *replica = exchange->replica;
    struct bh_enclave *cut_off = cut_off_member(exchange);
    for (size_t m = 0; m < composed->members_count; m++)
        replica->enclaves[composed->member[m]].held_for = cut_off;
    for (; cut_off != NULL; cut_off = cut_off_member(exchange)) {
        bh_bed_sleep(&exchange->bed, bh_stops_up_s(cut_off, BH_NEED_IO));
        if (replica->over || !replica->composing[exchange->composed].clock.is_on)
            return false;
    }
    return true;
}

/* Tight partners stop until all has arrived. */
static void hold_members(struct bh_exchange *exchange, bool begins)
{
    const struct bh_composed *composed = composed_of(exchange);
    for (size_t m = 0; exchange->spec->is_tight && m < composed->members_count; m++) {
        struct bh_enclave *enclave = &exchange->replica->enclaves[composed->member[m]];
        enclave->exchanges += begins ? 1 : -1U;
        bh_enclave_retime(enclave);
    }
    if (exchange->replica->has_signalled)
        bh_bed_wake(&exchange->replica->injector_bed);
}

static void send_all(struct bh_exchange *exchange)
{
    const struct bh_platform *platform = exchange->replica->platform;
    struct bh_tallies *tallies = &exchange->replica->tallies;
    hold_members(exchange, true);
    if (!await_io(exchange)) {
        hold_members(exchange, false);
        return;
    }
    double start_s = simgrid_get_clock();
    for (size_t i = 0; i < exchange->flows_count; i++) {
        const struct flow *flow = &exchange->flows[i];
        sg_host_t from = bh_platform_host(platform, flow->from), to = bh_platform_host(platform, flow->to);
        exchange->activities[i] = isinf(flow->most) ? bh_activity_send(from, to, flow->bytes)
                                                    : bh_activity_send_bounded(from, to, flow->bytes, flow->most);
        tallies->exchanged_bytes += flow->bytes;
    }
    for (size_t i = 0; i < exchange->flows_count; i++) {
        bh_activity_wait(exchange->activities[i]);
        bh_activity_free(exchange->activities[i]);
    }
    tallies->exchanges++;
    tallies->exchange_s += simgrid_get_clock() - start_s;
    hold_members(exchange, false);
    exchange->used += exchange->flows_count;
}

static int start(struct bh_exchange *exchange, struct bh_error *err);

/* The first exchange is a period after the composition begins. One that takes longer than a period delays the next. */
static void exchange_actor(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct bh_exchange *exchange = sg_actor_self_get_data();
    struct bh_replica *replica = exchange->replica;
    struct bh_error ignored = {0};
    while (!replica->over) {
        const struct bh_composing *composing = &replica->composing[exchange->composed];
        double period_s = exchange->spec->period_s, now_s = simgrid_get_clock();
        if (!composing->clock.is_on) {
            bh_bed_sleep(&exchange->bed, INFINITY);
            exchange->next_s = fmax(composing->opened_s, 0.0) + period_s;
            continue;
        }
        if (now_s < exchange->next_s && !bh_bed_sleep(&exchange->bed, exchange->next_s)) {
            exchange->next_s = fmax(exchange->next_s, composing->opened_s + period_s);
            continue;
        }
        if (can_exchange(exchange))
            send_all(exchange);
        exchange->next_s += period_s * fmax(1.0, ceil((simgrid_get_clock() - exchange->next_s) / period_s));
        if (exchange->used >= ACTIVITIES_MOST && start(exchange, &ignored) == 0)
            return;
    }
}

static int start(struct bh_exchange *exchange, struct bh_error *err)
{
    const char *argv[] = {"exchange"};
    sg_actor_t actor = sg_actor_init("exchange", bh_platform_host(exchange->replica->platform, 0));
    if (actor == NULL)
        return bh_fail(err, BH_ERROR_SYSTEM, "SimGrid made no actor for the composition `%s`", exchange->spec->name);
    exchange->used = 0;
    sg_actor_set_data(actor, exchange);
    sg_actor_start_(actor, exchange_actor, 1, argv);
    return 0;
}

int bh_exchanges_start(struct bh_replica *replica, struct bh_error *err)
{
    const struct bh_scenario *scenario = replica->setup->scenario;
    const struct bh_compositions *compositions = &scenario->compositions;
    struct bh_stands *stands = NULL;
    int status = 0;
    replica->exchanges = bh_allocate(compositions->count + 1, sizeof *replica->exchanges);
    for (size_t c = 0; c < compositions->count && status == 0; c++) {
        const struct bh_composition_spec *spec = &compositions->specs[compositions->composed[c].spec];
        if (!(spec->volume_bytes > 0) || spec->law.rule == BH_COMPOSED_NEVER)
            continue;
        if (stands == NULL)
            stands = bh_place(replica->platform, &scenario->partitions, scenario->placement);
        struct bh_exchange *exchange = replica->exchanges[c] = bh_allocate(1, sizeof *exchange);
        *exchange = (struct bh_exchange){.replica = replica,
                                         .composed = c,
                                         .spec = spec,
                                         .bed = bh_bed_create(2.0 * scenario->horizon_s),
                                         .next_s = spec->period_s};
        plan(exchange, stands);
        status = start(exchange, err);
    }
    bh_stands_free(stands, scenario->partitions.count);
    return status;
}

void bh_exchange_wake(struct bh_replica *replica, size_t composed)
{
    if (replica->exchanges[composed] != NULL)
        bh_bed_wake(&replica->exchanges[composed]->bed);
}

void bh_exchanges_wake(struct bh_replica *replica)
{
    for (size_t c = 0; c < replica->setup->scenario->compositions.count; c++)
        bh_exchange_wake(replica, c);
}

void bh_exchanges_clear(struct bh_replica *replica)
{
    size_t count = replica->exchanges != NULL ? replica->setup->scenario->compositions.count : 0;
    for (size_t i = 0; i < count; i++) {
        if (replica->exchanges[i] == NULL)
            continue;
        bh_bed_destroy(&replica->exchanges[i]->bed);
        free(replica->exchanges[i]->flows);
        free(replica->exchanges[i]->activities);
        free(replica->exchanges[i]);
    }
    free(replica->exchanges);
    replica->exchanges = NULL;
}
