/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Silent errors in an enclave's data: which there are, and which of its states hold them. */
#pragma once

#include "sim/state/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_copy;
struct bh_enclave;
struct bh_live_error;
struct bh_replica;

/* An error that became silent. It keeps its place in the enclave's list for good: whether the data of the moment, or a
 * checkpoint, holds it, is said by sets of such places. */
struct bh_silent_error {
    bool matters;                /* if it is there at the end, the result is wrong */
    struct bh_live_error *error; /* kept until the end of the replica; NULL in an enclave that never verifies */
    uint64_t identity;           /* keys its draws; the same in all enclaves whose data it has entered */
    size_t looks;                /* of these too: index of replica->looks */
    struct bh_cause_key cause;   /* what a rollback because of it is booked to */
    double since_s;
    double position_s;             /* native compute seconds that the enclave had done then */
    double signal_s;               /* when the application hears of it; INFINITY: no verification has found it */
    bool is_signalled, is_counted; /* counted: among those found */
    double passed_work_s;          /* found: position of the last verification before that found nothing */
};

/* Enclaves that do the same at once, as the halves of a job, come to times that differ in their last digits: SimGrid's disks round
 * what they have moved to whole bytes, of which a microsecond is many. Above an instant (sim/platform/bed.h), which is one clock's. */
#define BH_ONE_MOMENT_S 1e-6

/* Verifications that an error has met, in whichever enclave; several at one time are one, since they look at the same data. */
struct bh_silent_looks {
    uint64_t count;
    double last_s;
};
/* Counts one, now. */
uint64_t bh_silent_look(struct bh_replica *replica, const struct bh_silent_error *error);

/* Copies share their places with what they were made of until either is changed: a checkpoint costs no more for them. */
struct bh_silent_set {
    size_t count;
    size_t *place; /* in bh_silent.list, rising; shared */
};

struct bh_silent {
    size_t count;
    struct bh_silent_error *list; /* owned */
    struct bh_silent_set present; /* in the enclave's data now */
    struct bh_silent_set awaited; /* found, and not yet signalled */
    size_t blamed;                /* the error that a return is booked to */
    double passed_work_s;         /* position of the last verification that found nothing */
    double delay_sum_s;   /* of those found, from becoming silent to the end of the verification that found them */
    double tainted_count; /* errors whose tainted ranks were counted: those found, and those there at the end */
    double tainted_sum, tainted_most;
};

/* A copy has become silent in the data of the enclave: over shared memory partners have it at once. */
void bh_silent_begin(struct bh_enclave *enclave, const struct bh_copy *copy);

/* An exchange of a composition is over: each wrong datum of a member is in what it has sent to another with probability
 * `carries`, always or never for one error and ordered pair, and so in the data of those that run. */
void bh_silent_carry(struct bh_replica *replica, size_t composed);
/* The same of all compositions over shared memory that an enclave is in now: it has new data, or is back. */
void bh_silent_share(struct bh_enclave *enclave);

/* Whether an error in the data matters to the result. */
bool bh_silent_is_wrong(const struct bh_silent *silent);

/* Lets go of the errors, and frees the list. */
void bh_silent_clear(struct bh_enclave *enclave);

/* Adds an error by its place, the last of all. */
void bh_silent_set_add(struct bh_silent_set *set, size_t place);
void bh_silent_set_copy(struct bh_silent_set *to, const struct bh_silent_set *from);
void bh_silent_set_clear(struct bh_silent_set *set);
/* Whether it holds an error that has been signalled. */
bool bh_silent_set_is_known_bad(const struct bh_silent *silent, const struct bh_silent_set *set);
