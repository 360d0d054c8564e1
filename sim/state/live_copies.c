/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors that are live, and their copies: lists and numbers, and who holds what. */
#include "sim/state/live_copies.h"

#include "models/catalog/application.h"
#include "models/node/zone_needs.h"
#include "sim/setup/questions.h"
#include "sim/state/enclave_state.h"
#include "sim/state/enclave_told.h"
#include "sim/state/replica_state.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Bits beyond those that have been set are zeros that nobody stored. */
bool bh_bits_has(const struct bh_bits *bits, size_t number)
{
    return number / 64 < bits->words && (bits->word[number / 64] >> (number % 64)) & 1;
}

void bh_bits_set(struct bh_bits *bits, size_t number)
{
    size_t words = number / 64 + 1;
    if (words > bits->words) {
        bits->word = bh_reallocate(bits->word, words, sizeof *bits->word);
        for (; bits->words < words; bits->words++)
            bits->word[bits->words] = 0;
    }
    bits->word[number / 64] |= UINT64_C(1) << (number % 64);
}

static void free_error(struct bh_live_error *error)
{
    free(error->lost.enclave);
    free(error->used.word);
    free(error->ways.word);
    free(error);
}

/* An error that is over, with its parts: room for the next. */
static void retire(struct bh_replica *replica, struct bh_live_error *error)
{
    for (struct bh_live_error *part = error, *next; part != NULL; part = next) {
        next = part == error ? error->parts : part->next_part;
        part->next_part = replica->idle_errors;
        replica->idle_errors = part;
    }
}

void bh_live_errors_clear(struct bh_replica *replica)
{
    for (struct bh_live_error *error = replica->idle_errors, *next; error != NULL; error = next) {
        next = error->next_part;
        free_error(error);
    }
    for (struct bh_copy *copy = replica->idle_copies, *next; copy != NULL; copy = next) {
        next = copy->next;
        free(copy);
    }
}

/* As new, from one that is over if that has room; its lists stay, empty. */
static struct bh_live_error *renew_error(struct bh_replica *replica, size_t zones)
{
    struct bh_live_error *error = replica->idle_errors;
    if (error == NULL || error->zones < zones) {
        error = bh_allocate(1, sizeof *error + zones * sizeof error->lives[0]);
        error->zones = zones;
        return error;
    }
    replica->idle_errors = error->next_part;
    size_t room = error->zones;
    struct bh_lost_enclaves lost = {0, error->lost.room, error->lost.enclave};
    free(error->used.word);
    free(error->ways.word);
    memset(error, 0, sizeof *error + room * sizeof error->lives[0]);
    error->zones = room;
    error->lost = lost;
    return error;
}

/* An error is one fault's doing on one node; on another node it has a part of its own, which hangs at this root. */
struct bh_live_error *bh_live_error_create(struct bh_replica *replica, int source, uint64_t identity, uint64_t slot,
                                           size_t origin)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_node_setup *node = &replica->setup->nodes[partition->class];
    size_t zones = node->model->tree->zones_count;
    struct bh_live_error *error = renew_error(replica, zones);
    error->partition = partition;
    error->node = node;
    error->source = source;
    error->identity = error->lineage = identity;
    error->slot = slot;
    error->origin = origin;
    error->root = error;
    return error;
}

/* The part of an error on a node: the root itself, or one of the list at it. NULL: it has not come there. */
static struct bh_live_error *find_on_slot(struct bh_live_error *root, uint64_t slot)
{
    struct bh_live_error *part = root;
    for (; part != NULL && part->slot != slot; part = part == root ? root->parts : part->next_part)
        ;
    return part;
}

/* A part draws by an identity of its own and counts as its root: one lineage, one record of how far it reached. */
static struct bh_live_error *add_part(struct bh_live_error *root, struct bh_live_error *part)
{
    part->root = root;
    part->lineage = root->lineage;
    part->next_part = root->parts;
    root->parts = part;
    return part;
}

struct bh_live_error *bh_live_error_on_slot(struct bh_replica *replica, struct bh_live_error *error, uint64_t slot,
                                            size_t zone)
{
    struct bh_live_error *root = error->root, *found = find_on_slot(root, slot);
    if (found != NULL)
        return found;
    uint64_t identity = bh_identity_join(root->identity, slot);
    return add_part(root, bh_live_error_create(replica, root->source, identity, slot, zone));
}

struct bh_live_error *bh_live_error_revive(struct bh_replica *replica, const struct bh_saved_copy *saved,
                                           unsigned restores, struct bh_live_error *first)
{
    struct bh_live_error *error = first != NULL ? find_on_slot(first, saved->slot) : NULL;
    if (error != NULL)
        return error;
    uint64_t identity = bh_identity_join(saved->identity, restores); /* fresh draws: it is another run */
    error = bh_live_error_create(replica, saved->source, identity, saved->slot, saved->zone);
    error->is_revived = true;
    error->lineage = saved->lineage;
    if (first != NULL)
        return add_part(first, error);
    replica->tallies.revivals++;
    return error;
}

/* A part that holds copies holds its root once, so that the root outlives all its parts. */
void bh_live_error_hold(struct bh_live_error *error)
{
    if (error->copies++ == 0 && error->root != error)
        error->root->copies++;
}

void bh_live_error_release(struct bh_replica *replica, struct bh_live_error *error)
{
    if (--error->copies > 0)
        return;
    if (error->root != error)
        bh_live_error_release(replica, error->root);
    else {
        bh_live_error_finish(replica, error);
        retire(replica, error);
    }
}

struct bh_copy *bh_copy_add(struct bh_replica *replica, struct bh_live_error *error, size_t zone,
                            enum bh_error_kind kind)
{
    struct bh_copy *copy = replica->idle_copies;
    if (copy == NULL)
        copy = bh_allocate(1, sizeof *copy);
    else {
        replica->idle_copies = copy->next;
        *copy = (struct bh_copy){0};
    }
    copy->error = error;
    copy->zone = zone;
    copy->kind = kind;
    copy->entered_boundary = -1;
    copy->born_s = replica->now_s;
    copy->generation = error->lives[zone]++;
    bh_live_error_hold(error);
    DL_APPEND(replica->copies, copy);
    return copy;
}

bool bh_live_error_is_in(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone)
{
    const struct bh_copy *copy;
    DL_FOREACH(replica->copies, copy)
    if (copy->error == error && copy->zone == zone)
        return true;
    return false;
}

/* Whether the error, wherever its parts are, has taken that enclave down before: what is lost is not lost again. */
static bool has_lost(const struct bh_live_error *error, size_t enclave)
{
    const struct bh_live_error *root = error->root;
    for (const struct bh_live_error *part = root; part != NULL; part = part == root ? root->parts : part->next_part)
        for (size_t i = 0; i < part->lost.count; i++)
            if (part->lost.enclave[i] == enclave)
                return true;
    return false;
}

/* A zone holds at most one copy of an error. */
bool bh_live_error_may_enter(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone)
{
    return !bh_live_error_is_in(replica, error, zone) && bh_live_error_may_reach(replica, error, zone);
}

bool bh_live_error_may_reach(const struct bh_replica *replica, const struct bh_live_error *error, size_t zone)
{
    int tenant = bh_node_setup_tree(error->node)->zones[zone].enclave;
    return !bh_zone_set_has(&error->effect.failed, zone) && bh_errors_can_live_in(replica, error->slot, zone) &&
           (tenant < 0 || !has_lost(error, error->partition->enclave[tenant]));
}

/* Whether a copy of an error that took the enclave down is in a zone that it runs in. */
static bool is_survivor(const struct bh_copy *copy, size_t enclave)
{
    const struct bh_live_error *error = copy->error;
    const struct bh_zone_tree *tree = error->node->model->tree;
    int tenant = tree->zones[copy->zone].enclave;
    for (size_t t = 0; t < tree->tenants_count; t++)
        if (error->partition->enclave[t] == enclave && has_lost(error, enclave))
            return tenant >= 0 ? tenant == (int)t : bh_zone_tree_is_around(tree, copy->zone, t);
    return false;
}

/* Errors, not copies: of each only the first copy that survives counts. The list is short, so each looks at all
 * before. */
size_t bh_live_errors_survive(const struct bh_replica *replica, size_t enclave)
{
    const struct bh_copy *copy, *before;
    size_t count = 0;
    DL_FOREACH(replica->copies, copy)
    {
        bool counts = is_survivor(copy, enclave);
        for (before = replica->copies; before != copy && counts; before = before->next)
            counts = before->error->root != copy->error->root || !is_survivor(before, enclave);
        count += counts;
    }
    return count;
}

const struct bh_node_model *bh_copy_model(const struct bh_copy *copy)
{
    return copy->error->node->model;
}

const struct bh_zone_tree *bh_copy_tree(const struct bh_copy *copy)
{
    return bh_node_setup_tree(copy->error->node);
}

const struct bh_zone *bh_copy_zone(const struct bh_copy *copy)
{
    return &bh_copy_tree(copy)->zones[copy->zone];
}

static bool is_in_application(const struct bh_copy *copy)
{
    return bh_copy_zone(copy)->is_application;
}

int bh_copy_owner(const struct bh_copy *copy)
{
    int tenant = bh_copy_zone(copy)->enclave;
    return tenant >= 0 ? (int)copy->error->partition->enclave[tenant] : -1;
}

/* Who waits for a zone that hangs: the tenant whose it is; of a shared one all tenants around which it stands or
 * that need it to go on. Who needs it for I/O alone goes on until the next checkpoint or message. */
void bh_copy_stall(struct bh_replica *replica, const struct bh_copy *copy, bool begins, long cause)
{
    const struct bh_live_error *error = copy->error;
    const struct bh_zone_tree *tree = error->node->model->tree;
    for (size_t t = 0; t < tree->tenants_count; t++) {
        struct bh_enclave *enclave = &replica->enclaves[error->partition->enclave[t]];
        enum bh_need_for what = bh_stops_keep_from(tree, copy->zone, t);
        if (what == BH_NEED_PROGRESS)
            bh_enclave_stall(enclave, error->slot, begins, cause);
        else if (what == BH_NEED_IO)
            bh_stops_hang(enclave, begins, cause);
    }
}

void bh_copy_end(struct bh_replica *replica, struct bh_copy *copy)
{
    struct bh_live_error *error = copy->error;
    if (copy->is_hung)
        bh_copy_stall(replica, copy, false, -1);
    DL_DELETE(replica->copies, copy);
    bh_zone_set_add(&error->past, copy->zone);
    copy->is_ended = true;
    copy->error = NULL;
    bh_live_error_release(replica, error);
}

/* Events in the queue point to copies: the last of them frees one that has ended. */
void bh_copy_release(struct bh_replica *replica, struct bh_copy *copy)
{
    if (--copy->pending > 0 || !copy->is_ended)
        return;
    copy->next = replica->idle_copies;
    replica->idle_copies = copy;
}

/* In a zone that is down nothing lives; nor in a process between an outage and its restart. */
bool bh_errors_can_live_in(const struct bh_replica *replica, uint64_t slot, size_t zone)
{
    const struct bh_partition *partition = bh_setup_partition(replica->setup, slot);
    const struct bh_zone *what = &bh_setup_tree(replica->setup, partition)->zones[zone];
    if (!bh_machine_is_up(replica->machine, slot, zone, replica->now_s))
        return false;
    return !what->is_application || bh_enclave_runs(&replica->enclaves[partition->enclave[what->enclave]], slot);
}

void bh_errors_clear(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *zones)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    if (copy->error->slot == slot && bh_zone_set_has(zones, copy->zone))
        bh_copy_end(replica, copy);
    bh_degraded_clear(replica, slot, zones);
}

void bh_errors_clear_everywhere(struct bh_replica *replica, int enclave)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    if (enclave < 0 || bh_copy_owner(copy) == enclave)
        bh_copy_end(replica, copy);
    bh_degraded_clear_everywhere(replica, enclave);
}

void bh_errors_clear_processes(struct bh_replica *replica, int enclave, uint64_t slot)
{
    struct bh_copy *copy, *next;
    DL_FOREACH_SAFE(replica->copies, copy, next)
    if (bh_copy_owner(copy) == enclave && is_in_application(copy) &&
        (slot == BH_ALL_SLOTS || copy->error->slot == slot))
        bh_copy_end(replica, copy);
}

/* What a checkpoint takes along of live errors: those in the application, and in its guest if the guest is saved
 * whole. */
struct bh_saved_copy *bh_errors_save(const struct bh_replica *replica, int enclave, size_t *count)
{
    bool saves_guest = bh_enclave_application(&replica->enclaves[enclave])->saves_guest;
    struct bh_saved_copy *saved = NULL;
    const struct bh_copy *copy;
    *count = 0;
    DL_FOREACH(replica->copies, copy)
    {
        if (bh_copy_owner(copy) != enclave || !(is_in_application(copy) || saves_guest))
            continue;
        saved = bh_reallocate(saved, *count + 1, sizeof *saved);
        saved[(*count)++] = (struct bh_saved_copy){copy->error->source,  copy->error->identity,
                                                   copy->error->lineage, copy->error->slot,
                                                   copy->zone,           copy->kind};
    }
    return saved;
}
