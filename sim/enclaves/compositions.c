/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compositions that begin and end, and what follows from it: channels, guards, and partners that wait. */
#include "sim/enclaves/compositions.h"

#include "models/catalog/policy.h"
#include "sim/errors/live_errors.h"
#include "sim/state/enclave_kind.h"
#include "sim/state/enclave_state.h"
#include "sim/state/enclave_told.h"
#include "sim/state/guards_now.h"
#include "sim/state/protecting.h"
#include "sim/state/replica_state.h"
#include "sim/state/waiting.h"

#include <math.h>
#include <stdlib.h>

/* An enclave whose guards never differ is protected from start to end. */
static void start_protection(struct bh_replica *replica, struct bh_enclave *enclave)
{
    static const struct bh_protection_rule always = {.when = BH_PROTECT_ALWAYS};
    const struct bh_node_setup *node = enclave->setup->node;
    const struct bh_compositions *compositions = bh_compositions_of(replica);
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
}

/* Room for times grows as they come. */
void bh_composing_exchanged(struct bh_replica *replica, size_t number)
{
    struct bh_composing *composing = &replica->composing[number];
    if (composing->exchanges_count == composing->exchanges_room) {
        composing->exchanges_room = 2 * composing->exchanges_room + 16;
        composing->exchanged_s =
            bh_reallocate(composing->exchanged_s, composing->exchanges_room, sizeof *composing->exchanged_s);
    }
    composing->exchanged_s[composing->exchanges_count++] = replica->now_s;
    bh_silent_carry(replica, number);
}

/* When an enclave first took data in an exchange after a time, of data that it still has; INFINITY: it did not. */
static double first_taken_s(const struct bh_composing *composing, double after_s, const struct bh_enclave *by)
{
    double first_s = INFINITY;
    for (size_t i = composing->exchanges_count; i-- > 0 && composing->exchanged_s[i] > after_s;) {
        double time_s = composing->exchanged_s[i];
        if (time_s <= by->back_to_s || time_s >= by->back_s)
            first_s = time_s;
    }
    return first_s;
}

/* Up to when the states of a member are free of what another has done since `after_s`. Over shared memory that is taken at
 * once, while they are composed. */
static double clean_until_s(const struct bh_replica *replica, size_t number, double after_s,
                            const struct bh_enclave *member)
{
    const struct bh_composing *composing = &replica->composing[number];
    const struct bh_composition_spec *spec = bh_composition_spec_of(replica, number);
    bool is_on = composing->clock.is_on, was_on = is_on || composing->opened_s > after_s;
    if ((is_on && bh_composition_tie(spec) == BH_TIE_TOGETHER) || (was_on && spec->over == BH_OVER_SHARED_MEMORY))
        return after_s;
    return first_taken_s(composing, after_s, member);
}

static double newest_time_s(const struct bh_enclave *enclave)
{
    const struct bh_saved_state *newest = bh_checkpoint_newest(enclave, NULL);
    return newest != NULL ? newest->time_s : -INFINITY;
}

/* Who is told, and the time that none of its states may be newer than. */
struct telling {
    struct bh_replica *replica;
    double *until_s; /* per enclave; INFINITY: not told */
    size_t *next, count;
};

static void tell_members(struct telling *telling, size_t number, size_t teller)
{
    struct bh_replica *replica = telling->replica;
    const struct bh_composed *composed = &bh_compositions_of(replica)->composed[number];
    for (size_t m = 0; m < composed->members_count; m++) {
        size_t member = composed->member[m];
        struct bh_enclave *enclave = &replica->enclaves[member];
        if (member == teller || !bh_enclave_is_there(enclave) || enclave->kind->go_back == NULL)
            continue;
        double until_s = clean_until_s(replica, number, newest_time_s(&replica->enclaves[teller]), enclave);
        if (until_s >= telling->until_s[member])
            continue;
        if (isinf(telling->until_s[member]) && telling->until_s[member] > 0.0)
            bh_checkpoint_go_further(enclave, until_s);
        else
            bh_checkpoint_drop_newer(enclave, until_s);
        telling->until_s[member] = until_s;
        telling->next = bh_reallocate(telling->next, telling->count + 1, sizeof *telling->next);
        telling->next[telling->count++] = member;
    }
}

void bh_composing_tell(struct bh_replica *replica, size_t found, long cause)
{
    const struct bh_compositions *compositions = bh_compositions_of(replica);
    size_t enclaves = replica->setup->enclaves_count;
    if (compositions->count == 0)
        return;
    struct telling telling = {replica, bh_allocate(enclaves, sizeof(double)), bh_allocate(1, sizeof(size_t)), 1};
    for (size_t e = 0; e < enclaves; e++)
        telling.until_s[e] = e == found ? -INFINITY : INFINITY;
    telling.next[0] = found;
    for (size_t n = 0; n < telling.count; n++) {
        size_t teller = telling.next[n];
        for (size_t i = compositions->first_of[teller]; i < compositions->first_of[teller + 1]; i++)
            tell_members(&telling, compositions->of[i], teller);
    }
    for (size_t e = 0; e < enclaves; e++)
        if (e != found && !(isinf(telling.until_s[e]) && telling.until_s[e] > 0.0)) {
            replica->enclaves[e].is_told = true;
            bh_enclave_return(&replica->enclaves[e], telling.until_s[e], cause);
        }
    free(telling.until_s);
    free(telling.next);
}

void bh_composing_start(struct bh_replica *replica)
{
    const struct bh_compositions *compositions = bh_compositions_of(replica);
    replica->composing = bh_allocate(compositions->count + 1, sizeof *replica->composing);
    for (size_t c = 0; c < compositions->count; c++) {
        const struct bh_composition_spec *spec = bh_composition_spec_of(replica, c);
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

void bh_composing_end(struct bh_replica *replica)
{
    for (size_t c = 0; replica->composing != NULL && c < bh_compositions_of(replica)->count; c++)
        free(replica->composing[c].exchanged_s);
    free(replica->composing);
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
    for (size_t c = 0; c < bh_compositions_of(replica)->count; c++)
        schedule_turn(replica, c);
}

void bh_composing_turn(struct bh_replica *replica, size_t number)
{
    const struct bh_composed *composed = &bh_compositions_of(replica)->composed[number];
    struct bh_composing *composing = &replica->composing[number];
    double time_s = composing->clock.until_s;
    bh_composition_clock_turn(&composing->clock, &replica->random);
    composing->opened_s = time_s;
    for (size_t m = 0; m < composed->members_count; m++) {
        struct bh_enclave *enclave = &replica->enclaves[composed->member[m]];
        enum bh_protection_phase before = enclave->protection.phase;
        bh_protection_compose(&enclave->protection, time_s, composing->clock.is_on);
        bh_protecting_follow(replica, enclave, enclave->protection.phase != before);
    }
    for (size_t m = 0; m < composed->members_count; m++)
        bh_composing_review(replica, composed->member[m]);
    if (composing->clock.is_on)
        bh_errors_look_again(replica, number);
    if (composing->clock.is_on && bh_composition_spec_of(replica, number)->over == BH_OVER_SHARED_MEMORY)
        bh_silent_carry(replica, number);
    bh_composing_look(replica, number);
    schedule_turn(replica, number);
}
