/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Compositions that begin and end, and what follows from it: channels, guards, and partners that wait. */
#include "sim/enclaves/compositions.h"

#include "models/catalog/policy.h"
#include "sim/errors/live_errors.h"
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
    bh_composing_look(replica, number);
    schedule_turn(replica, number);
}
