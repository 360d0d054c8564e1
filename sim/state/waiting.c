/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Who waits for a partner. */
#include "sim/state/waiting.h"

#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/replica_state.h"

#include <stdlib.h>

void bh_composing_gather(const struct bh_replica *replica, unsigned ties, bool *in)
{
    const struct bh_compositions *compositions = bh_compositions_of(replica);
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
            if (!replica->composing[number].clock.is_on ||
                !(bh_composition_tie(bh_composition_spec_of(replica, number)) & ties))
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
    return begun;
}
