/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors of an enclave, and which of them its data or a checkpoint holds. */
#include "sim/state/silent_set.h"

#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Before the places that sets share: a set has the first so many of them. */
struct shared {
    size_t sets; /* that share them */
    size_t count, room;
};

static struct shared *shared_of(const struct bh_silent_set *set)
{
    return (struct shared *)set->place - 1;
}

void bh_silent_set_clear(struct bh_silent_set *set)
{
    if (set->place != NULL && --shared_of(set)->sets == 0)
        free(shared_of(set));
    *set = (struct bh_silent_set){0};
}

void bh_silent_set_copy(struct bh_silent_set *to, const struct bh_silent_set *from)
{
    struct bh_silent_set copy = *from;
    if (from->place != NULL)
        shared_of(from)->sets++;
    bh_silent_set_clear(to);
    *to = copy;
}

/* Places of its own, with room for more. */
static void part(struct bh_silent_set *set)
{
    size_t room = 2 * set->count + 8;
    struct shared *own = bh_allocate(1, sizeof *own + room * sizeof *set->place);
    *own = (struct shared){.sets = 1, .count = set->count, .room = room};
    size_t *place = (size_t *)(own + 1), count = set->count;
    if (count > 0)
        memcpy(place, set->place, count * sizeof *place);
    bh_silent_set_clear(set);
    *set = (struct bh_silent_set){count, place};
}

void bh_silent_set_add(struct bh_silent_set *set, size_t place)
{
    /* Behind those that it has, others may have put theirs. */
    if (set->place == NULL || shared_of(set)->count != set->count || set->count == shared_of(set)->room)
        part(set);
    set->place[set->count++] = place;
    shared_of(set)->count = set->count;
}

bool bh_silent_set_is_known_bad(const struct bh_silent *silent, const struct bh_silent_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (silent->list[set->place[i]].is_signalled)
            return true;
    return false;
}

void bh_silent_begin(struct bh_enclave *enclave, const struct bh_copy *copy)
{
    struct bh_silent *silent = &enclave->silent;
    bool is_verified = enclave->setup->verification.rule != BH_VERIFY_NEVER;
    if (enclave->phase == BH_PHASE_DONE)
        return;
    uint64_t identity = bh_identity_join(copy->error->identity, copy->error->node->zone_key[copy->zone]);
    silent->list = bh_reallocate(silent->list, silent->count + 1, sizeof *silent->list);
    silent->list[silent->count] = (struct bh_silent_error){
        .error = is_verified ? copy->error : NULL,
        .identity = bh_identity_join(identity, copy->generation),
        .cause = bh_cause_of_silence(enclave->replica, copy),
        .since_s = enclave->replica->now_s,
        .position_s = bh_enclave_position_s(enclave),
        .signal_s = INFINITY,
    };
    if (is_verified)
        copy->error->copies++; /* its application extent is not yet known */
    bh_silent_set_add(&silent->present, silent->count++);
}

void bh_silent_clear(struct bh_enclave *enclave)
{
    free(enclave->silent.list);
    bh_silent_set_clear(&enclave->silent.present);
    bh_silent_set_clear(&enclave->silent.awaited);
    enclave->silent = (struct bh_silent){0};
}
