/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors of an enclave, and which of them its data or a checkpoint holds. */
#include "sim/state/silent_set.h"

#include "models/catalog/application.h"
#include "models/catalog/lookup.h"
#include "models/catalog/zone_numbers.h"

#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
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
    struct shared *own = bh_reallocate(NULL, 1, sizeof *own + room * sizeof *set->place);
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

static const struct bh_error_numbers *numbers_of(const struct bh_replica *replica)
{
    const struct bh_catalog *catalog = replica->setup->scenario->catalog;
    return bh_catalog_errors(catalog);
}

static void add(struct bh_enclave *enclave, struct bh_silent_error error)
{
    struct bh_silent *silent = &enclave->silent;
    error.since_s = enclave->replica->now_s;
    error.position_s = bh_enclave_position_s(enclave);
    error.signal_s = INFINITY;
    silent->list = bh_grow(silent->list, silent->count, sizeof *silent->list);
    silent->list[silent->count] = error;
    bh_silent_set_add(&silent->present, silent->count++);
}

static size_t add_looks(struct bh_replica *replica)
{
    replica->looks = bh_grow(replica->looks, replica->looks_count, sizeof *replica->looks);
    replica->looks[replica->looks_count] = (struct bh_silent_looks){.last_s = -INFINITY};
    return replica->looks_count++;
}

uint64_t bh_silent_look(struct bh_replica *replica, const struct bh_silent_error *error)
{
    struct bh_silent_looks *looks = &replica->looks[error->looks];
    looks->count += replica->now_s > looks->last_s + BH_ONE_MOMENT_S;
    looks->last_s = replica->now_s;
    return looks->count - 1;
}

void bh_silent_begin(struct bh_enclave *enclave, const struct bh_copy *copy)
{
    const struct bh_replica *replica = enclave->replica;
    bool is_verified = enclave->setup->verification.rule != BH_VERIFY_NEVER;
    if (enclave->phase == BH_PHASE_DONE)
        return;
    uint64_t identity = bh_identity_join(copy->error->identity, copy->error->node->zone_key[copy->zone]);
    identity = bh_identity_join(identity, copy->generation);
    if (is_verified)
        copy->error->copies++; /* its application extent is not yet known */
    add(enclave, (struct bh_silent_error){
                     .error = is_verified ? copy->error : NULL,
                     .identity = identity,
                     .looks = add_looks(enclave->replica),
                     .cause = bh_cause_of_silence(replica, copy),
                     .matters = bh_random_uniform(&replica->random, BH_PURPOSE_MATTERS, identity, 0, 0) <
                                numbers_of(replica)->matters.value,
                 });
    bh_silent_share(enclave);
}

static bool holds(const struct bh_enclave *enclave, uint64_t identity)
{
    const struct bh_silent *silent = &enclave->silent;
    for (size_t i = 0; i < silent->present.count; i++)
        if (silent->list[silent->present.place[i]].identity == identity)
            return true;
    return false;
}

/* Data of an enclave that is down are those of the state that it will return to. */
static bool has_data(const struct bh_enclave *enclave)
{
    return bh_enclave_is_there(enclave) &&
           (bh_enclave_application(enclave)->kind->loses_parts || bh_enclave_runs(enclave, 0));
}

static void take(struct bh_enclave *enclave, const struct bh_silent_error *from)
{
    struct bh_cause_key cause = from->cause;
    cause.boundary = BH_ENCLAVE_ENCLAVE;
    add(enclave, (struct bh_silent_error){
                     .identity = from->identity, .looks = from->looks, .cause = cause, .matters = from->matters});
    bh_silent_share(enclave);
}

static void carry(struct bh_replica *replica, struct bh_enclave *from, struct bh_enclave *to, size_t count)
{
    double carries = numbers_of(replica)->carries.value;
    uint64_t way = bh_identity_join(bh_identity(from->setup->spec->name), bh_identity(to->setup->spec->name));
    for (size_t i = 0; i < count; i++) {
        const struct bh_silent_error error = from->silent.list[from->silent.present.place[i]]; /* the list may move */
        if (!holds(to, error.identity) &&
            bh_random_uniform(&replica->random, BH_PURPOSE_CARRIES, error.identity, way, 0) < carries)
            take(to, &error);
    }
}

/* All send what they had before. */
void bh_silent_carry(struct bh_replica *replica, size_t number)
{
    const struct bh_composed *composed = &bh_compositions_of(replica)->composed[number];
    size_t members = composed->members_count, *count = bh_allocate(members + 1, sizeof *count);
    for (size_t m = 0; m < members; m++)
        count[m] = has_data(&replica->enclaves[composed->member[m]])
                       ? replica->enclaves[composed->member[m]].silent.present.count
                       : 0;
    for (size_t m = 0; m < members; m++)
        for (size_t n = 0; n < members && count[m] > 0; n++)
            if (m != n && has_data(&replica->enclaves[composed->member[n]]))
                carry(replica, &replica->enclaves[composed->member[m]], &replica->enclaves[composed->member[n]],
                      count[m]);
    free(count);
}

void bh_silent_share(struct bh_enclave *enclave)
{
    struct bh_replica *replica = enclave->replica;
    const struct bh_compositions *compositions = bh_compositions_of(replica);
    if (compositions->count == 0)
        return;
    for (size_t i = compositions->first_of[enclave->index]; i < compositions->first_of[enclave->index + 1]; i++)
        if (bh_composition_spec_of(replica, compositions->of[i])->over == BH_OVER_SHARED_MEMORY &&
            replica->composing[compositions->of[i]].clock.is_on)
            bh_silent_carry(replica, compositions->of[i]);
}

bool bh_silent_is_wrong(const struct bh_silent *silent)
{
    for (size_t i = 0; i < silent->present.count; i++)
        if (silent->list[silent->present.place[i]].matters)
            return true;
    return false;
}

void bh_silent_clear(struct bh_enclave *enclave)
{
    free(enclave->silent.list);
    bh_silent_set_clear(&enclave->silent.present);
    bh_silent_set_clear(&enclave->silent.awaited);
    enclave->silent = (struct bh_silent){0};
}
