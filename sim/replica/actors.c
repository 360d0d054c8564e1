/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* One actor per enclave and per exchange, which runs what the state machines of sim/enclaves ask for. */
#include "sim/replica/actors.h"

#include "sim/enclaves/enclave.h"
#include "sim/enclaves/exchange.h"
#include "sim/platform/activity.h"
#include "sim/platform/bed.h"
#include "sim/replica/parts.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdlib.h>

/* An actor hands over to a fresh one: finished activities stay in SimGrid's lists. */
enum { ACTIVITIES_MOST = 1000 };

/* Of an enclave or of an exchange. */
struct actor {
    struct bh_replica *replica;
    struct bh_enclave *enclave; /* NULL: of the exchange */
    struct bh_exchange *exchange;
    const char *name;
    struct bh_bed bed;
    struct bh_transfer *transfer;    /* of the enclave's checkpoints; owned. NULL: none goes to storage */
    struct bh_activity **activities; /* one per flow of the exchange */
    size_t used;                     /* activities of the SimGrid actor so far */
    struct bh_wait wait;
};

struct bh_actors {
    struct bh_bed injector;
    size_t count;
    struct actor *actor; /* enclaves in their order, then one per composition; of one that sends nothing: empty */
};

void bh_actors_look_at_clock(struct bh_replica *replica)
{
    replica->now_s = simgrid_get_clock();
}

static bool is_over(const struct actor *actor)
{
    return actor->enclave != NULL ? bh_enclave_is_over(actor->enclave) : actor->replica->over;
}

/* Of an enclave: false when signalled by then, since what strikes at the very end still strikes: a node lost at the instant
 * at which its checkpoint ends takes the checkpoint along. */
static bool sleep_until(struct actor *actor, double until_s)
{
    const struct bh_enclave *enclave = actor->enclave;
    if (enclave == NULL)
        return bh_bed_sleep(&actor->bed, until_s);
    while (!enclave->is_signalled && !is_over(actor))
        if (bh_bed_sleep(&actor->bed, until_s))
            return !enclave->is_signalled;
    return false;
}

static void wake_exchanges(struct bh_replica *replica)
{
    struct actor *first = &replica->actors->actor[replica->setup->enclaves_count];
    for (size_t c = 0; c < bh_compositions_of(replica)->count; c++) {
        bool is_to_look = replica->composing[c].is_to_look;
        replica->composing[c].is_to_look = false;
        if (is_to_look && first[c].exchange != NULL)
            bh_bed_wake(&first[c].bed);
    }
}

/* What an actor has done may concern the injector and exchanges. */
static void spread_news(struct bh_replica *replica)
{
    bool has_news = replica->has_news;
    replica->has_news = false;
    wake_exchanges(replica);
    if (has_news)
        bh_bed_wake(&replica->actors->injector);
}

bool bh_actors_sleep(struct bh_replica *replica, double until_s)
{
    bool has_news = replica->has_news;
    replica->has_news = false;
    bool is_done = !has_news && bh_bed_sleep(&replica->actors->injector, until_s);
    bh_actors_look_at_clock(replica);
    return is_done;
}

static void wake_enclave(struct actor *actor)
{
    if (!actor->enclave->is_signalled || actor->enclave->phase == BH_PHASE_DONE)
        return;
    if (actor->transfer != NULL && bh_transfer_is_active(actor->transfer))
        bh_transfer_interrupt(actor->transfer);
    else
        bh_bed_wake(&actor->bed);
}

bool bh_actors_wake(struct bh_replica *replica)
{
    bool has_signalled = replica->has_signalled;
    replica->has_signalled = false;
    wake_exchanges(replica);
    for (size_t e = 0; has_signalled && e < replica->setup->enclaves_count; e++)
        wake_enclave(&replica->actors->actor[e]);
    return has_signalled;
}

void bh_actors_end(struct bh_replica *replica)
{
    for (size_t c = 0; c < bh_compositions_of(replica)->count; c++)
        replica->composing[c].is_to_look = true;
    bh_actors_wake(replica);
}

static bool transfer(struct actor *actor)
{
    const struct bh_wait *wait = &actor->wait;
    actor->used += bh_transfer_activities(actor->transfer);
    if (is_over(actor) || !bh_transfer_run(actor->transfer, wait->direction, wait->bytes))
        return false;
    return simgrid_get_clock() >= wait->until_s || sleep_until(actor, wait->until_s);
}

static void send(struct actor *actor)
{
    const struct bh_exchange *exchange = actor->exchange;
    for (size_t i = 0; i < exchange->flows_count; i++) {
        const struct bh_exchange_flow *flow = &exchange->flows[i];
        sg_host_t from = bh_platform_host(actor->replica->platform, flow->from),
                  to = bh_platform_host(actor->replica->platform, flow->to);
        actor->activities[i] = isinf(flow->most) ? bh_activity_send(from, to, flow->bytes)
                                                 : bh_activity_send_bounded(from, to, flow->bytes, flow->most);
    }
    for (size_t i = 0; i < exchange->flows_count; i++) {
        bh_activity_wait(actor->activities[i]);
        bh_activity_free(actor->activities[i]);
    }
    actor->used += exchange->flows_count;
}

static bool arrange(struct actor *actor)
{
    bool is_done = true;
    if (actor->wait.what == BH_WAIT_NOTHING)
        return true;
    if (actor->wait.what == BH_WAIT_TRANSFER)
        is_done = transfer(actor);
    else if (actor->wait.what == BH_WAIT_FLOWS)
        send(actor);
    else
        is_done = sleep_until(actor, actor->wait.until_s);
    bh_actors_look_at_clock(actor->replica);
    return is_done;
}

static int start(struct actor *actor, struct bh_error *err);

static void run(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct actor *actor = sg_actor_self_get_data();
    struct bh_error ignored = {0}; /* then it goes on itself */
    while (actor->wait.what != BH_WAIT_NO_MORE) {
        bool is_done = arrange(actor);
        actor->wait = actor->enclave != NULL ? bh_enclave_next(actor->enclave, is_done)
                                             : bh_exchange_next(actor->exchange, is_done);
        spread_news(actor->replica);
        if (actor->wait.what != BH_WAIT_NO_MORE && actor->used >= ACTIVITIES_MOST && start(actor, &ignored) == 0)
            return;
    }
}

static int start(struct actor *actor, struct bh_error *err)
{
    const char *argv[] = {actor->name};
    sg_actor_t made = sg_actor_init(actor->name, bh_platform_host(actor->replica->platform, 0));
    if (made == NULL)
        return bh_fail(err, BH_ERROR_SYSTEM, "SimGrid made no actor for %s `%s`",
                       actor->enclave != NULL ? "enclave" : "the composition", actor->name);
    actor->used = 0;
    sg_actor_set_data(made, actor);
    sg_actor_start_(made, run, 1, argv);
    return 0;
}

static int make_enclaves(struct bh_replica *replica, struct bh_error *err)
{
    size_t enclaves = replica->setup->enclaves_count;
    struct bh_transfer **transfers = bh_allocate(enclaves, sizeof(struct bh_transfer *));
    int status = bh_replica_plan_transfers(replica, transfers, err);
    for (size_t e = 0; e < enclaves; e++)
        replica->actors->actor[e] = (struct actor){
            .replica = replica,
            .enclave = &replica->enclaves[e],
            .name = replica->setup->enclaves[e].spec->name,
            .bed = bh_bed_create(2.0 * replica->setup->scenario->horizon_s), /* the injector ends all sleeps */
            .transfer = transfers[e],
        };
    free(transfers);
    return status;
}

static void make_exchanges(struct bh_replica *replica)
{
    struct actor *actor = &replica->actors->actor[replica->setup->enclaves_count];
    bh_exchanges_create(replica);
    for (size_t c = 0; c < bh_compositions_of(replica)->count; c++) {
        struct bh_exchange *exchange = replica->exchanges[c];
        if (exchange == NULL)
            continue;
        actor[c] = (struct actor){
            .replica = replica,
            .exchange = exchange,
            .name = exchange->spec->name,
            .bed = bh_bed_create(2.0 * replica->setup->scenario->horizon_s),
            .activities = bh_allocate(exchange->flows_count, sizeof(struct bh_activity *)),
            .wait = bh_exchange_begin(exchange),
        };
    }
}

int bh_actors_start(struct bh_replica *replica, struct bh_error *err)
{
    size_t enclaves = replica->setup->enclaves_count, count = enclaves + bh_compositions_of(replica)->count;
    struct bh_actors *actors = replica->actors = bh_allocate(1, sizeof *actors);
    actors->injector = bh_bed_create(2.0 * replica->setup->scenario->horizon_s);
    actors->count = count;
    actors->actor = bh_allocate(count, sizeof *actors->actor);
    if (make_enclaves(replica, err) != 0)
        return -1;
    make_exchanges(replica);
    for (size_t a = 0; a < count; a++) { /* exchanges first */
        struct actor *actor = &actors->actor[(a + enclaves) % count];
        if (actor->replica != NULL && start(actor, err) != 0)
            return -1;
    }
    return 0;
}

void bh_actors_clear(struct bh_replica *replica)
{
    struct bh_actors *actors = replica->actors;
    if (actors == NULL)
        return;
    for (size_t a = 0; a < actors->count; a++) {
        bh_transfer_destroy(actors->actor[a].transfer);
        bh_bed_destroy(&actors->actor[a].bed);
        free(actors->actor[a].activities);
    }
    bh_exchanges_clear(replica);
    bh_bed_destroy(&actors->injector);
    free(actors->actor);
    free(actors);
}
