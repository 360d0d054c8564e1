/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compositions that begin and end, and what follows from it: channels, guards, and partners that wait. */
#include "sim/enclaves/compositions.h"

#include "sim/state/replica_state.h"

#include <math.h>
#include <simgrid/engine.h>
#include <stdlib.h>

static const struct bh_compositions *compositions_of(const struct bh_replica *replica)
{
    return &replica->setup->scenario->compositions;
}

static const struct bh_composition_spec *spec_of(const struct bh_replica *replica, size_t composed)
{
    const struct bh_compositions *compositions = compositions_of(replica);
    return &compositions->specs[compositions->composed[composed].spec];
}

/* --- Protection ----------------------------------------------------------------------------------------------------- */

/* An enclave whose guards never differ is protected from start to end. */
static void start_protection(struct bh_replica *replica, struct bh_enclave *enclave)
{
    static const struct bh_protection_rule always = {.when = BH_PROTECT_ALWAYS};
    const struct bh_node_setup *node = enclave->setup->node;
    const struct bh_compositions *compositions = compositions_of(replica);
    size_t tenant = enclave->setup->spec->tenant, index = (size_t)enclave->index;
    const struct bh_protection_rule *rule = node->has_two_levels[tenant] ? &node->stack.own[tenant]->protect : &always;
    unsigned composed = 0;
    for (size_t i = 0; compositions->count > 0 && i < compositions->first_of[index + 1] - compositions->first_of[index];
         i++)
        composed += replica->composing[compositions->of[compositions->first_of[index] + i]].clock.is_on;
    enclave->protection = bh_protection_start(rule, node->switch_s[tenant],
                                              bh_compositions_degree(replica->setup->scenario, index), composed);
    enclave->protection_due_s = INFINITY;
}

/* Schedules the next change of an enclave's guards, and has it look again if they changed. */
static void follow_up(struct bh_replica *replica, struct bh_enclave *enclave, bool has_changed)
{
    double next_s = bh_protection_next_s(&enclave->protection);
    if (next_s != enclave->protection_due_s && !isinf(next_s))
        bh_event_queue_push(
            &replica->queue,
            (struct bh_event){.time_s = next_s, .kind = BH_EVENT_PROTECTION, .index = (uint64_t)enclave->index});
    enclave->protection_due_s = next_s;
    if (has_changed)
        bh_enclave_retime(enclave);
}

void bh_protecting_advance(struct bh_replica *replica, size_t index, double time_s)
{
    struct bh_enclave *enclave = &replica->enclaves[index];
    enclave->protection_due_s = INFINITY;
    follow_up(replica, enclave, bh_protection_advance(&enclave->protection, time_s));
}

static void see_error(struct bh_replica *replica, struct bh_enclave *enclave)
{
    enum bh_protection_phase before = enclave->protection.phase;
    bh_protection_error(&enclave->protection, simgrid_get_clock());
    follow_up(replica, enclave, enclave->protection.phase != before);
}

void bh_protecting_see(struct bh_replica *replica, const struct bh_partition *partition, int owner)
{
    const struct bh_partition_class *class = &replica->setup->scenario->partitions.class[partition->class];
    for (size_t t = 0; t < class->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[partition->enclave[t]];
        if (enclave->protection.rule.when == BH_PROTECT_ERRORS && (owner < 0 || owner == enclave->index))
            see_error(replica, enclave);
    }
}

/* --- Guards that are on -------------------------------------------------------------------------------------------- */

const struct bh_guard_level *bh_guard_now(const struct bh_replica *replica, const struct bh_partition *partition,
                                          int tenant, enum bh_boundary boundary)
{
    const struct bh_node_setup *node = &replica->setup->nodes[partition->class];
    size_t tenants = node->model->tree->tenants_count;
    bool is_on = false;
    if (tenant >= 0)
        is_on = bh_protection_is_on(&replica->enclaves[partition->enclave[tenant]].protection);
    for (size_t t = 0; tenant < 0 && t < tenants; t++) /* what all share is protected as long as one of them is */
        is_on = is_on || bh_protection_is_on(&replica->enclaves[partition->enclave[t]].protection);
    size_t row = tenant >= 0 ? (size_t)tenant : tenants;
    return is_on ? node->guarded[row][boundary] : node->bare[row][boundary];
}

const struct bh_guard_level *bh_guard_on_channel(const struct bh_replica *replica, const struct bh_partition *partition,
                                                 size_t number)
{
    const struct bh_zone_tree *tree = replica->setup->nodes[partition->class].model->tree;
    const struct bh_channel *channel = &tree->channels[number];
    int from = tree->zones[channel->from].enclave, to = tree->zones[channel->to].enclave;
    if (channel->type->bypasses_guards)
        return NULL;
    from = from >= 0 ? from : to;
    to = to >= 0 ? to : from;
    const struct bh_guard_level *one = bh_guard_now(replica, partition, from, channel->type->boundary), *other;
    if (from == to)
        return one;
    other = bh_guard_now(replica, partition, to, channel->type->boundary);
    return other != NULL && (one == NULL || other->strength > one->strength) ? other : one;
}

const struct bh_composing *bh_composing_of_channel(const struct bh_replica *replica,
                                                   const struct bh_partition *partition, size_t number)
{
    static const struct bh_composing never = {.opened_s = INFINITY};
    const struct bh_node_setup *node = &replica->setup->nodes[partition->class];
    int link = node->model->tree->channels[number].link;
    if (link < 0)
        return NULL;
    const size_t *tenant = node->links[link].tenant;
    size_t composed = bh_compositions_find(compositions_of(replica), node->link_spec[link],
                                           partition->enclave[tenant[0]], partition->enclave[tenant[1]]);
    return composed != SIZE_MAX ? &replica->composing[composed] : &never;
}

/* --- Who waits ------------------------------------------------------------------------------------------------------ */

void bh_composing_gather(const struct bh_replica *replica, unsigned ties, bool *in)
{
    const struct bh_compositions *compositions = compositions_of(replica);
    size_t enclaves = replica->setup->enclaves_count, count = 0;
    if (compositions->count == 0)
        return;
    size_t *found = bh_allocate(enclaves, sizeof *found);
    for (size_t e = 0; e < enclaves; e++)
        if (in[e])
            found[count++] = e;
    for (size_t next = 0; next < count; next++)
        for (size_t i = compositions->first_of[found[next]]; i < compositions->first_of[found[next] + 1]; i++) {
            size_t number = compositions->of[i];
            const struct bh_composed *composed = &compositions->composed[number];
            if (!replica->composing[number].clock.is_on || !(bh_composition_tie(spec_of(replica, number)) & ties))
                continue;
            for (size_t m = 0; m < composed->members_count; m++)
                if (!in[composed->member[m]]) {
                    in[composed->member[m]] = true;
                    found[count++] = composed->member[m];
                }
        }
    free(found);
}

static size_t set_waiting(struct bh_enclave *enclave, bool waits)
{
    bool begins = waits && !enclave->awaits_partner;
    if (enclave->awaits_partner != waits) {
        enclave->awaits_partner = waits;
        bh_enclave_retime(enclave);
    }
    return begins && bh_enclave_is_there(enclave);
}

/* Whether any other enclave that is composed with one by such ties is out, or does lost work again. */
static bool is_any_other(const struct bh_replica *replica, size_t enclave, unsigned ties,
                         bool (*is)(const struct bh_enclave *))
{
    size_t enclaves = replica->setup->enclaves_count, count = 0;
    bool *in = bh_allocate(enclaves, sizeof *in);
    in[enclave] = true;
    bh_composing_gather(replica, ties, in);
    for (size_t e = 0; e < enclaves; e++)
        count += in[e] && e != enclave && is(&replica->enclaves[e]);
    free(in);
    return count > 0;
}

/* With `restart: alone` an enclave that does lost work again needs nobody for it, since what the others sent is kept; they
 * wait for it. So of enclaves that wait for each other one always goes on. */
static bool has_to_wait(const struct bh_replica *replica, size_t enclave, bool is_other_out)
{
    if (!replica->has_alone)
        return is_other_out;
    if (bh_enclave_is_behind(&replica->enclaves[enclave]))
        return is_any_other(replica, enclave, BH_TIES_TIGHT & ~BH_TIE_ALONE, bh_enclave_is_out);
    return is_other_out || is_any_other(replica, enclave, BH_TIE_ALONE, bh_enclave_is_behind);
}

/* An enclave waits while any other that it is tightly composed with, also by way of others, is out. */
size_t bh_composing_review(struct bh_replica *replica, size_t enclave)
{
    size_t enclaves = replica->setup->enclaves_count, out = 0, begun = 0;
    if (!replica->has_tight)
        return 0;
    bool *in = bh_allocate(enclaves, sizeof *in);
    in[enclave] = true;
    bh_composing_gather(replica, BH_TIES_TIGHT, in);
    for (size_t e = 0; e < enclaves; e++)
        out += in[e] && bh_enclave_is_out(&replica->enclaves[e]);
    for (size_t e = 0; e < enclaves; e++)
        if (in[e])
            begun += set_waiting(&replica->enclaves[e],
                                 has_to_wait(replica, e, out > (size_t)bh_enclave_is_out(&replica->enclaves[e])));
    free(in);
    if (replica->has_signalled)
        bh_bed_wake(&replica->injector_bed); /* which wakes them; it may be an enclave that found this out */
    return begun;
}

void bh_composing_return(struct bh_replica *replica, size_t failed, double state_s, long cause)
{
    size_t enclaves = replica->setup->enclaves_count;
    if (!replica->has_together)
        return;
    bool *in = bh_allocate(enclaves, sizeof *in);
    in[failed] = true;
    bh_composing_gather(replica, BH_TIE_TOGETHER, in);
    for (size_t e = 0; e < enclaves; e++)
        if (in[e] && e != failed)
            bh_enclave_return(&replica->enclaves[e], state_s, cause);
    free(in);
    if (replica->has_signalled)
        bh_bed_wake(&replica->injector_bed); /* which wakes them; it may be an enclave that returns */
}

/* --- Clocks ----------------------------------------------------------------------------------------------------------- */

void bh_composing_start(struct bh_replica *replica)
{
    const struct bh_compositions *compositions = compositions_of(replica);
    replica->composing = bh_allocate(compositions->count + 1, sizeof *replica->composing);
    for (size_t c = 0; c < compositions->count; c++) {
        const struct bh_composition_spec *spec = spec_of(replica, c);
        replica->composing[c].clock =
            bh_composition_clock_start(&spec->law, &replica->random, compositions->composed[c].identity);
        replica->composing[c].opened_s = -INFINITY;
        replica->has_tight = replica->has_tight || spec->is_tight;
        replica->has_alone = replica->has_alone || bh_composition_tie(spec) == BH_TIE_ALONE;
        replica->has_together = replica->has_together || bh_composition_tie(spec) == BH_TIE_TOGETHER;
    }
    for (size_t e = 0; e < replica->setup->enclaves_count; e++)
        start_protection(replica, &replica->enclaves[e]);
}

static void schedule_turn(struct bh_replica *replica, size_t composed)
{
    double until_s = replica->composing[composed].clock.until_s;
    if (!isinf(until_s))
        bh_event_queue_push(&replica->queue,
                            (struct bh_event){.time_s = until_s, .kind = BH_EVENT_COMPOSITION, .index = composed});
}

void bh_composing_schedule(struct bh_replica *replica)
{
    for (size_t c = 0; c < compositions_of(replica)->count; c++)
        schedule_turn(replica, c);
}

void bh_composing_turn(struct bh_replica *replica, size_t number)
{
    const struct bh_composed *composed = &compositions_of(replica)->composed[number];
    struct bh_composing *composing = &replica->composing[number];
    double time_s = composing->clock.until_s;
    bh_composition_clock_turn(&composing->clock, &replica->random);
    composing->opened_s = time_s;
    for (size_t m = 0; m < composed->members_count; m++) {
        struct bh_enclave *enclave = &replica->enclaves[composed->member[m]];
        enum bh_protection_phase before = enclave->protection.phase;
        bh_protection_compose(&enclave->protection, time_s, composing->clock.is_on);
        follow_up(replica, enclave, enclave->protection.phase != before);
    }
    for (size_t m = 0; m < composed->members_count; m++)
        bh_composing_review(replica, composed->member[m]);
    if (composing->clock.is_on)
        bh_errors_look_again(replica, number);
    bh_exchange_wake(replica, number);
    schedule_turn(replica, number);
}
