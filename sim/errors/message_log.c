/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Kept messages that brought a live error in. */
#include "sim/errors/message_log.h"

#include "models/catalog/application.h"
#include "sim/state/enclave_state.h"
#include "sim/state/guards_now.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"

#include <math.h>
#include <utlist.h>

struct bh_kept_message {
    double work_s, came_s;     /* position of the enclave that took it, and when it came last */
    struct bh_saved_copy copy; /* that it left */
    bool is_due;               /* to come again: lost work is done from before it */
    bool is_replayed;          /* it has come again since */
};

static bool are_kept(const struct bh_replica *replica, const struct bh_composing *over)
{
    size_t composed = (size_t)(over - replica->composing);
    return bh_composition_tie(bh_composition_spec_of(replica, composed)) == BH_TIE_ALONE;
}

bool bh_messages_are_had(const struct bh_replica *replica, const struct bh_copy *copy, const struct bh_composing *over)
{
    int owner = bh_copy_owner(copy);
    return owner >= 0 && bh_enclave_is_behind(&replica->enclaves[owner]) && are_kept(replica, over);
}

void bh_messages_keep(struct bh_replica *replica, const struct bh_copy *left, const struct bh_composing *over,
                      uint64_t key)
{
    struct bh_enclave *enclave = &replica->enclaves[bh_copy_owner(left)];
    struct bh_kept_messages *kept = &enclave->messages;
    const struct bh_live_error *error = left->error;
    if (bh_enclave_application(enclave)->kind->loses_parts || !are_kept(replica, over))
        return;
    kept->list = bh_grow(kept->list, kept->count, sizeof *kept->list);
    kept->list[kept->count++] = (struct bh_kept_message){
        .work_s = bh_enclave_position_s(enclave),
        .came_s = replica->now_s,
        .copy = {error->source, bh_identity_join(error->identity, key), error->lineage, error->slot, left->zone,
                 left->kind},
    };
}

/* What came while a checkpoint was written came before it was complete, and is in it. */
void bh_messages_rewind(struct bh_enclave *enclave, double work_s, double time_s)
{
    struct bh_kept_messages *kept = &enclave->messages;
    for (size_t i = 0; i < kept->count; i++) {
        struct bh_kept_message *message = &kept->list[i];
        message->is_due = message->work_s > work_s || (message->work_s == work_s && message->came_s > time_s);
    }
}

/* A state on a far level holds what came after the near one was complete. */
static bool is_there(const struct bh_replica *replica, const struct bh_saved_copy *what)
{
    const struct bh_copy *copy;
    DL_FOREACH(replica->copies, copy)
    if (copy->error->lineage == what->lineage && copy->error->slot == what->slot && copy->zone == what->zone)
        return true;
    return false;
}

double bh_messages_next_s(const struct bh_enclave *enclave)
{
    double next_s = INFINITY;
    for (size_t i = 0; i < enclave->messages.count; i++)
        if (enclave->messages.list[i].is_due)
            next_s = fmin(next_s, enclave->messages.list[i].work_s);
    return next_s;
}

bool bh_messages_take(struct bh_enclave *enclave, struct bh_saved_copy *copy)
{
    const struct bh_replica *replica = enclave->replica;
    struct bh_kept_messages *kept = &enclave->messages;
    for (size_t i = 0; i < kept->count; i++) {
        struct bh_kept_message *message = &kept->list[i];
        if (!message->is_due || message->work_s > enclave->work_s)
            continue;
        message->is_due = false;
        if (is_there(replica, &message->copy) ||
            !bh_errors_can_live_in(replica, message->copy.slot, message->copy.zone))
            continue;
        message->is_replayed = true;
        message->came_s = replica->now_s;
        *copy = message->copy;
        return true;
    }
    return false;
}

void bh_messages_fall_again(struct bh_enclave *enclave, uint64_t lineage)
{
    struct bh_kept_messages *kept = &enclave->messages;
    size_t left = 0;
    for (size_t i = 0; i < kept->count; i++)
        if (!kept->list[i].is_replayed || kept->list[i].copy.lineage != lineage)
            kept->list[left++] = kept->list[i];
    kept->count = left;
}
