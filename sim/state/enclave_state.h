/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* An enclave at run time: what is so of it at this moment. */
#pragma once

#include "models/policy/protection.h"
#include "sim/setup/levels/partner_pairs.h"
#include "sim/setup/setup.h"
#include "sim/state/kept_states.h"
#include "sim/state/ledger.h"
#include "sim/state/replica_state.h"
#include "sim/state/silent_set.h"
#include "sim/state/stops.h"
#include "sim/state/wait.h"

#include <stdbool.h>
#include <stdint.h>

struct bh_application;
struct bh_enclave_kind;
struct bh_part_outage;
struct bh_partition;
struct bh_recovery_numbers;
struct bh_replica;

enum bh_phase {
    BH_PHASE_COMPUTE,
    BH_PHASE_VERIFY,
    BH_PHASE_CHECKPOINT,
    BH_PHASE_AWAIT_SIGNAL, /* the work is done, and a verification has found what it has not yet signalled */
    BH_PHASE_STALLED,      /* a hang holds the application up until a watchdog finds it */
    BH_PHASE_DETECT,
    BH_PHASE_AWAIT_NODES,
    BH_PHASE_AWAIT_STORAGE, /* nodes are up, but not what its programs and data are read from, or a zone it needs */
    BH_PHASE_RESTART,
    BH_PHASE_RESTORE,
    BH_PHASE_NOT_STARTED, /* before its time, or its nodes are down when that comes */
    BH_PHASE_DONE,
};

/* While an outage goes on, a second failure is charged only from the time at which the first would have ended. */
struct bh_charge {
    long cause;
    double from_s;
};
enum { BH_CHARGES = 4 };

/* In place of a slot: all of them. */
#define BH_ALL_SLOTS UINT64_MAX

/* What an enclave is about while it waits: found before the wait, and booked after it. */
struct bh_about {
    /* Called when the wait is over: `is_done` if nothing happened to the enclave before. NULL: it is about nothing. */
    void (*finish)(struct bh_enclave *enclave, bool is_done);
    double from_s;
    enum bh_part part;       /* that the time is booked to, ... */
    long cause;              /* ... and who is to blame; -1: nobody */
    struct bh_cause_key key; /* the same, of a row that is yet to be made */
    enum bh_phase after;     /* the phase that comes then */
    double hardware_s;       /* up to when it waits for hardware */
    /* A stretch of work. */
    const struct bh_pace *pace;
    double stop_s, work_s, duration_s, noise_s;
    double down, next_s;   /* parts that are down, and when it ends */
    double slow[BH_SLOWS]; /* of those that are up, the ones that degraded zones make slower */
    bool is_last;          /* with the work */
};

struct bh_enclave {
    struct bh_replica *replica;
    const struct bh_enclave_setup *setup;
    const struct bh_enclave_kind *kind;
    const struct bh_partition *partition; /* the nodes it stands on */
    int index;
    uint64_t identity; /* of its name */
    enum bh_phase phase;
    bool must_leave;   /* its time is up */
    bool is_signalled; /* something happened since it last looked */
    struct bh_about about;
    bool has_come; /* its time is here */

    double work_s;          /* native compute seconds done, per node */
    uint64_t checkpoints;   /* multiples of the interval passed, counted from the position; staggered: from before it */
    uint64_t verifications; /* the same of those that come periodically */
    double verified_work_s; /* position of the last verification of any kind; below 0: none since the last rollback */
    double stretch_start_s; /* of the stretch being computed ... */
    double stretch_rate;    /* ... and native compute seconds per second in it; 0 outside */
    enum bh_level saving;   /* the level that the checkpoint of this position goes to next; BH_LEVELS: none */
    double saving_bytes;    /* of it, per node */
    double moving_bytes;    /* of the transfer of a checkpoint that it waits for */
    struct bh_kept_states kept[BH_LEVELS];
    struct bh_tried tried;
    const struct bh_saved_state *newest; /* of them, see bh_checkpoint_newest, ... */
    enum bh_level newest_level;          /* ... and where it is */
    struct bh_partners partners;         /* nodes lost since the checkpoints kept with partners */
    uint64_t segments;                   /* stretches computed so far: numbers the noise draws */
    unsigned restores;

    /* Set by the injector. */
    unsigned stalls; /* hung zones that hold it up */
    long stall_cause;
    bool has_found;        /* it has heard of a silent error in its data */
    bool has_lost_storage; /* a storage host has failed under its checkpoint or restore */
    bool has_lost_need;    /* a zone that it needs has gone down under what it was about, which begins again */
    long need_cause;
    bool has_failed;
    double failed_s;
    double return_s; /* partners that restart together returned to states of then; INFINITY: none did */
    long return_cause;
    bool is_told; /* because of wrong data that it may have taken from one of them */
    /* Since when it computes from the state that it last went back to, when that was complete, and its position: what it has
     * taken in between is gone. From the beginning: -INFINITY, and 0. */
    double back_s, back_to_s, back_work_s;
    long failure_cause;

    /* What holds it up while it could compute. */
    struct bh_protection protection; /* its guards, and whether they are being switched */
    enum bh_slow slow;               /* what is slower of ranks that wait for each other, on some node */
    double degraded_parts
        [BH_SLOWS];          /* of its nodes, those on which so much is slower, up or not; BH_SLOW_NOT: no number */
    uint64_t degraded_ways;  /* degraded zones that its messages or its I/O go through */
    unsigned resends;        /* of its exchanges, those that wait for what degraded zones have lost or delayed */
    double protection_due_s; /* the event that is scheduled for that; INFINITY: none */
    bool awaits_partner;     /* a tight partner is out */
    unsigned exchanges;      /* under way with tight partners */
    struct bh_stop stop[BH_NEEDS]; /* by zones that it needs */
    struct bh_enclave *held_for;   /* whose I/O the exchange under way has waited for; NULL: nobody's */
    double lost_until_s;           /* position up to which it does lost work again; 0: none was lost */
    double protected_s;

    struct bh_charge charges[BH_CHARGES];
    unsigned charges_count; /* above 0: an outage goes on */
    double outage_end_s;    /* when it is expected to end */
    double restart_end_s;   /* when the relaunch under way is done */

    /* Loss-tolerant services: parts (one per slot) that are down. */
    struct bh_part_outage *outages;
    uint64_t parts_down, parts_failed; /* single ones: that are listed there, and of these not only hung */
    long out_cause;                    /* of what left fewer parts than are needed */
    double node_work_s;                /* native node-seconds done */

    struct bh_kept_messages messages;
    struct bh_silent silent;
    struct bh_ledger ledger;
    struct bh_enclave_counts counts;
    double events;
    double started_s, elapsed_s; /* elapsed: since it started */
    bool is_finished;
};

/* The newest state that survived, on the nearer level if two are as new; NULL: only the beginning is left. `level` (or
 * NULL) is set to the level that holds it. */
static inline const struct bh_saved_state *bh_checkpoint_newest(const struct bh_enclave *enclave, enum bh_level *level)
{
    if (level != NULL && enclave->newest != NULL)
        *level = enclave->newest_level;
    return enclave->newest;
}

/* A slot that waited has a node again. */
void bh_enclave_nodes_came(struct bh_enclave *enclave);
/* Its pace, or what holds it up, has changed: what it computes is to be timed anew. Any actor may call this. */
void bh_enclave_retime(struct bh_enclave *enclave);
/* Look again: something happened, or the replica is over. The injector wakes whom it signalled when it is done. */
void bh_enclave_signal(struct bh_enclave *enclave);
/* Whether it has come and not gone: others lose nothing. */
static inline bool bh_enclave_is_there(const struct bh_enclave *enclave)
{
    return enclave->phase != BH_PHASE_DONE && enclave->phase != BH_PHASE_NOT_STARTED;
}
/* Whether it is there and makes no progress, because of a failure or a hang. */
bool bh_enclave_is_out(const struct bh_enclave *enclave);
/* "works", "saves or verifies", ... */
extern const char *const bh_doing_names[];
/* Tells who watches the replica (options.see) what it does now. */
void bh_enclave_be_seen(const struct bh_enclave *enclave);
/* Whether it is there and has yet to do again what it had done before its last failure. */
bool bh_enclave_is_behind(const struct bh_enclave *enclave);
/* Nothing keeps it down: unless a zone hangs, it writes what is left of the checkpoint of its position, or computes. */
void bh_enclave_resume(struct bh_enclave *enclave);
/* Whether it has to stop where it is: the replica is over, or its time is up. */
static inline bool bh_enclave_is_over(const struct bh_enclave *enclave)
{
    return enclave->replica->over || enclave->must_leave;
}
/* Whether the application computes: does not checkpoint, verify, wait or recover. */
bool bh_enclave_computes(const struct bh_enclave *enclave, uint64_t slot);
/* Whether the application runs on a slot: in an outage there is no process for an error to be in. */
bool bh_enclave_runs(const struct bh_enclave *enclave, uint64_t slot);

/* Native compute seconds done up to now, within a stretch too. */
double bh_enclave_position_s(const struct bh_enclave *enclave);
/* What the scenario says, and of its application. */
const struct bh_scenario *bh_enclave_scenario(const struct bh_enclave *enclave);
const struct bh_application *bh_enclave_application(const struct bh_enclave *enclave);
/* Nodes that it stands on, and the scenario's numbers of recovery. */
static inline double bh_enclave_nodes(const struct bh_enclave *enclave)
{
    return (double)enclave->setup->nodes;
}
const struct bh_recovery_numbers *bh_enclave_recovery(const struct bh_enclave *enclave);
/* Where it begins to be about something, until a time or a signal. */
static inline struct bh_wait bh_enclave_begin(struct bh_enclave *enclave,
                                              void (*finish)(struct bh_enclave *enclave, bool is_done), double until_s)
{
    enclave->about.finish = finish;
    enclave->about.from_s = enclave->replica->now_s;
    return bh_wait_until(until_s);
}
/* Node-seconds since then. */
static inline double bh_enclave_node_s(const struct bh_enclave *enclave)
{
    return (enclave->replica->now_s - enclave->about.from_s) * bh_enclave_nodes(enclave);
}
/* Books node-seconds to a part, and to the row of a cause; -1: nobody is to blame. */
void bh_enclave_book(struct bh_enclave *enclave, enum bh_part part, double node_s, long cause);
/* Splits useful node-seconds at a pace over compute, virtualization, guards and noise. */
void bh_enclave_book_useful(struct bh_enclave *enclave, const struct bh_pace *pace, double node_s, double noise_node_s);
/* Its pace with the guards that are on now. */
static inline const struct bh_pace *bh_enclave_pace(const struct bh_enclave *enclave)
{
    bool is_protected = bh_protection_is_on(&enclave->protection);
    return enclave->slow == BH_SLOW_NOT ? &enclave->setup->pace[is_protected]
                                        : &enclave->setup->slow[enclave->slow][is_protected];
}
/* The part to which time is booked while it is held up: switching, composition-wait, composition or degraded; BH_PARTS: it is not. */
enum bh_part bh_enclave_held_by(const struct bh_enclave *enclave);
