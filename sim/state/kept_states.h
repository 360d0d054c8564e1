/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints that an enclave has kept, per level, and what failures leave of them. */
#pragma once

#include "sim/setup/levels/levels.h"
#include "sim/state/ledger.h"
#include "sim/state/silent_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_enclave;
struct bh_saved_copy;

/* A state that a restore can return to. */
struct bh_saved_state {
    double time_s;               /* when it was complete on the nearest level that it was written to */
    double work_s;               /* native compute seconds done */
    double bytes;                /* per node */
    uint64_t number;             /* multiples of the interval passed with it, as bh_enclave.checkpoints counts them */
    struct bh_ledger ledger;     /* useful parts at that time */
    struct bh_silent_set silent; /* silent errors that it holds */
    uint64_t partner_mark;       /* partner level: of bh_partners_mark when it was complete */
    size_t copies_count;         /* live errors that it holds */
    struct bh_saved_copy *copies;
    uint64_t returns; /* how often because of wrong data, with no verification passed since */
};

/* The kept states of one checkpoint level, oldest first. */
struct bh_kept_states {
    size_t count;
    struct bh_saved_state *state; /* the oldest, somewhere in `all` */
    size_t room;
    struct bh_saved_state *all; /* owned */
};

/* Errors that an enclave has brought back, and the earliest state that it has gone back to and that held them, of all since
 * it last went back to one that did not. */
struct bh_tried {
    size_t count;
    struct bh_tried_error {
        uint64_t lineage;
        double since_s; /* time of that state, which may be gone by now */
    } * error;          /* owned */
};

/* What partners sent with a live error in it, and is kept to be sent again (sim/errors/message_log.h). */
struct bh_kept_message;
struct bh_kept_messages {
    size_t count;
    struct bh_kept_message *list; /* owned */
};

/* Room for one more behind the youngest, which the caller fills. To be followed by bh_checkpoint_find_newest, unless the
 * caller knows that this is the newest and says so in bh_enclave.newest: others of the level may have moved. */
struct bh_saved_state *bh_kept_states_add(struct bh_kept_states *kept);
/* Drops one of a level's, the oldest being 0. To be followed by bh_checkpoint_find_newest. */
void bh_kept_states_remove(struct bh_kept_states *kept, size_t index);

/* Finds bh_enclave.newest again: kept states have changed. */
void bh_checkpoint_find_newest(struct bh_enclave *enclave);

/* Whether bytes of a checkpoint go that way, or are about to. */
bool bh_checkpoint_moves(const struct bh_enclave *enclave, enum bh_level_way way);

/* A failure on a slot has taken what levels may not survive. If the node in the slot is gone, checkpoints are gone too that
 * its partner has lost before. */
void bh_checkpoint_lose(struct bh_enclave *enclave, uint64_t slot, struct bh_level_loss taken);

/* Gives up all checkpoints, or all that hold an error that has been signalled. */
void bh_checkpoint_drop_all(struct bh_enclave *enclave);
void bh_checkpoint_drop_known_bad(struct bh_enclave *enclave);
/* The same of those that were complete after a time. */
void bh_checkpoint_drop_newer(struct bh_enclave *enclave, double time_s);
/* Wrong data was found: gives up what no verification has passed, all beyond a position. */
void bh_checkpoint_drop_beyond(struct bh_enclave *enclave, double work_s);
/* Gives up what is newer than a time, and then the newest state if the enclave has gone back to it because of wrong data as
 * often as its verification allows: that was not far enough. A return to the newest is counted; a verification that has
 * passed clears all counts. */
void bh_checkpoint_go_further(struct bh_enclave *enclave, double time_s);
void bh_checkpoint_count_return(struct bh_enclave *enclave);
void bh_checkpoint_pass(struct bh_enclave *enclave);

/* The enclave has gone back to a state (NULL: to the beginning). Should an error of a lineage that it holds take the enclave
 * down again, all that hold it are given up from there on: a restart that falls again goes back further. */
void bh_checkpoint_try(struct bh_enclave *enclave, const struct bh_saved_state *state);
void bh_checkpoint_fall_again(struct bh_enclave *enclave, uint64_t lineage);
bool bh_checkpoint_is_newer(const struct bh_saved_state *state, double time_s);
