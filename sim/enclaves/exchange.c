/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What composed enclaves send each other over the network: a few flows per pair, in each period. */
#include "sim/enclaves/exchange.h"

#include "models/cost/slowdown.h"
#include "sim/enclaves/compositions.h"
#include "sim/setup/setup.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>

/* Flows from one member to another, each between hosts at the same share of their nodes. */
enum { FLOWS_MOST = 4 };

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
        exchange->flows[exchange->flows_count++] = (struct bh_exchange_flow){
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

/* Tight partners stop until all has arrived. */
static void hold_members(struct bh_exchange *exchange, bool begins)
{
    const struct bh_composed *composed = composed_of(exchange);
    for (size_t m = 0; exchange->spec->is_tight && m < composed->members_count; m++) {
        struct bh_enclave *enclave = &exchange->replica->enclaves[composed->member[m]];
        enclave->exchanges += begins ? 1 : -1U;
        bh_enclave_retime(enclave);
    }
}

static const struct bh_composing *composing_of(const struct bh_exchange *exchange)
{
    return &exchange->replica->composing[exchange->composed];
}

static struct bh_wait begin(struct bh_exchange *exchange, enum bh_exchange_doing doing, enum bh_wait_for what,
                            double until_s)
{
    exchange->doing = doing;
    exchange->from_s = exchange->replica->now_s;
    return (struct bh_wait){.what = what, .until_s = until_s};
}

/* Up to the next one, or until the composition begins. One that takes longer than a period delays the next. */
static struct bh_wait await_next(struct bh_exchange *exchange)
{
    if (!composing_of(exchange)->clock.is_on)
        return begin(exchange, BH_EXCHANGE_IS_OFF, BH_WAIT_TIME, INFINITY);
    return begin(exchange, BH_EXCHANGE_PAUSES, BH_WAIT_TIME, exchange->next_s);
}

static struct bh_wait go_on(struct bh_exchange *exchange)
{
    double late_s = exchange->replica->now_s - exchange->next_s, period_s = exchange->spec->period_s;
    exchange->next_s += period_s * fmax(1.0, ceil(late_s / period_s));
    return await_next(exchange);
}

/* Waits until the I/O of all members gets through, and sends. */
static struct bh_wait send_all(struct bh_exchange *exchange)
{
    struct bh_enclave *cut_off = cut_off_member(exchange);
    if (cut_off != NULL)
        return begin(exchange, BH_EXCHANGE_AWAITS_IO, BH_WAIT_TIME, bh_stops_up_s(cut_off, BH_NEED_IO));
    for (size_t i = 0; i < exchange->flows_count; i++)
        exchange->replica->tallies.exchanged_bytes += exchange->flows[i].bytes;
    return begin(exchange, BH_EXCHANGE_SENDS, BH_WAIT_FLOWS, INFINITY);
}

/* Members wait with it for the I/O that is stopped for longest. */
static struct bh_wait come_due(struct bh_exchange *exchange)
{
    const struct bh_composed *composed = composed_of(exchange);
    if (!can_exchange(exchange))
        return go_on(exchange);
    hold_members(exchange, true);
    struct bh_enclave *cut_off = cut_off_member(exchange);
    for (size_t m = 0; m < composed->members_count; m++)
        exchange->replica->enclaves[composed->member[m]].held_for = cut_off;
    return send_all(exchange);
}

/* What is lost on a degraded node is sent again, and comes later: its bytes go 1 / (1 - loss) times, and the last message after
 * what it waits for. 0: no member has any. */
static double resend_s(const struct bh_exchange *exchange)
{
    const struct bh_composed *composed = composed_of(exchange);
    struct bh_degradation degradation = bh_setup_degradation(exchange->replica->setup);
    double sent_s = exchange->replica->now_s - exchange->from_s;
    for (size_t m = 0; m < composed->members_count; m++)
        if (bh_degraded_sends(&exchange->replica->enclaves[composed->member[m]]))
            return sent_s * degradation.loss / (1.0 - degradation.loss) + bh_degradation_latency_s(&degradation);
    return 0.0;
}

static void count_resends(struct bh_exchange *exchange, bool begins)
{
    const struct bh_composed *composed = composed_of(exchange);
    for (size_t m = 0; exchange->spec->is_tight && m < composed->members_count; m++) {
        struct bh_enclave *enclave = &exchange->replica->enclaves[composed->member[m]];
        enclave->resends += begins ? 1 : -1U;
        bh_enclave_retime(enclave);
    }
}

static struct bh_wait finish_sending(struct bh_exchange *exchange)
{
    struct bh_tallies *tallies = &exchange->replica->tallies;
    tallies->exchanges++;
    tallies->exchange_s += exchange->replica->now_s - exchange->sent_from_s;
    bh_composing_exchanged(exchange->replica, exchange->composed);
    hold_members(exchange, false);
    return go_on(exchange);
}

/* The first exchange is a period after the composition begins. */
struct bh_wait bh_exchange_next(struct bh_exchange *exchange, bool is_done)
{
    const struct bh_composing *composing = composing_of(exchange);
    bool is_over = exchange->replica->over;
    double period_s = exchange->spec->period_s;
    switch (exchange->doing) {
    case BH_EXCHANGE_IS_OFF:
        exchange->next_s = fmax(composing->opened_s, 0.0) + period_s;
        break;
    case BH_EXCHANGE_PAUSES:
        if (is_done && !is_over)
            return come_due(exchange);
        exchange->next_s = fmax(exchange->next_s, composing->opened_s + period_s);
        break;
    case BH_EXCHANGE_AWAITS_IO:
        if (!is_over && composing->clock.is_on)
            return send_all(exchange);
        hold_members(exchange, false);
        if (!is_over)
            return go_on(exchange);
        break;
    case BH_EXCHANGE_SENDS:
        exchange->sent_from_s = exchange->from_s;
        exchange->last_s = exchange->replica->now_s + (is_over ? 0.0 : resend_s(exchange));
        if (exchange->last_s > exchange->replica->now_s) {
            count_resends(exchange, true);
            return begin(exchange, BH_EXCHANGE_RESENDS, BH_WAIT_TIME, exchange->last_s);
        }
        if (!is_over)
            return finish_sending(exchange);
        finish_sending(exchange);
        break;
    case BH_EXCHANGE_RESENDS:
        if (!is_done && !is_over)
            return (struct bh_wait){.what = BH_WAIT_TIME, .until_s = exchange->last_s};
        count_resends(exchange, false);
        if (!is_over)
            return finish_sending(exchange);
        finish_sending(exchange);
        break;
    }
    return is_over ? (struct bh_wait){.what = BH_WAIT_NO_MORE} : await_next(exchange);
}

struct bh_wait bh_exchange_begin(struct bh_exchange *exchange)
{
    return await_next(exchange);
}

void bh_exchanges_create(struct bh_replica *replica)
{
    const struct bh_scenario *scenario = replica->setup->scenario;
    const struct bh_compositions *compositions = &scenario->compositions;
    struct bh_stands *stands = NULL;
    replica->exchanges = bh_allocate(compositions->count + 1, sizeof *replica->exchanges);
    for (size_t c = 0; c < compositions->count; c++) {
        const struct bh_composition_spec *spec = bh_composition_spec_of(replica, c);
        if (!(spec->volume_bytes > 0) || spec->law.rule == BH_COMPOSED_NEVER)
            continue;
        if (stands == NULL)
            stands = bh_place(replica->platform, &scenario->partitions, scenario->placement);
        struct bh_exchange *exchange = replica->exchanges[c] = bh_allocate(1, sizeof *exchange);
        *exchange = (struct bh_exchange){.replica = replica, .composed = c, .spec = spec, .next_s = spec->period_s};
        plan(exchange, stands);
    }
    bh_stands_free(stands, scenario->partitions.count);
}

void bh_exchanges_clear(struct bh_replica *replica)
{
    size_t count = replica->exchanges != NULL ? replica->setup->scenario->compositions.count : 0;
    for (size_t i = 0; i < count; i++) {
        if (replica->exchanges[i] != NULL)
            free(replica->exchanges[i]->flows);
        free(replica->exchanges[i]);
    }
    free(replica->exchanges);
    replica->exchanges = NULL;
}
