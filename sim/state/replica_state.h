/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the actors of one replica share. SimGrid runs one actor at a time, so no locks guard it. */
#ifndef BH_SIM_STATE_REPLICA_STATE_H
#define BH_SIM_STATE_REPLICA_STATE_H

#include "models/base/event_queue.h"
#include "models/faults/arrivals.h"
#include "sim/enclaves/compositions.h"
#include "sim/enclaves/enclave.h"
#include "sim/enclaves/stops.h"
#include "sim/enclaves/storage_outage.h"
#include "sim/errors/lasting_faults.h"
#include "sim/errors/live_errors.h"
#include "sim/replica/replica.h"
#include "sim/state/lost_enclaves.h"
#include "sim/state/machine.h"

/* What the injector has to do. */
enum bh_event_kind {
    BH_EVENT_HORIZON,
    BH_EVENT_FAULT,         /* index: source of faults */
    BH_EVENT_RECURRENCE,    /* subject: lasting fault that strikes again */
    BH_EVENT_SCRIPT,        /* index: line of the script */
    BH_EVENT_COPY,          /* subject: the copy whose next step is due */
    BH_EVENT_REPAIRED,      /* index: physical node */
    BH_EVENT_LEAVE,         /* index: enclave whose time is up */
    BH_EVENT_SILENT_SIGNAL, /* index: enclave, which hears what its verification has found */
    BH_EVENT_COMPOSITION,   /* index: composition that begins or ends */
    BH_EVENT_PROTECTION,    /* index: enclave whose guards may change */
    BH_EVENT_ZONE_UP,       /* subject: outage of a needed zone that is over */
};

struct bh_replica {
    const struct bh_setup *setup;
    const struct bh_platform *platform;
    struct bh_replica_options options;
    struct bh_random random;
    struct bh_machine *machine;
    struct bh_event_queue queue;
    struct bh_fault_arrivals **arrivals; /* per source */
    struct bh_fault *next_fault;         /* per source */
    struct bh_lasting_fault *lasting;    /* all that are not over */
    struct bh_copy *copies;              /* all live copies, everywhere */
    struct bh_tallies tallies;
    struct bh_causes causes;
    struct bh_enclave *enclaves;
    size_t running;     /* enclaves that still work */
    bool over;          /* horizon reached, or all enclaves done */
    bool has_signalled; /* some enclave is to be woken */
    struct bh_bed injector_bed;
    struct bh_composing *composing; /* per composition */
    bool has_tight;                 /* whether any is tight, ... */
    bool has_alone, has_together;   /* ... and restarts so */
    struct bh_exchange **exchanges; /* per composition; NULL: nothing is sent */
    struct bh_recent_losses recent_losses;
    struct bh_storage_state storage;
    struct bh_zone_outage *zone_outages; /* needed zones that are down on their own */
};

struct bh_bed bh_bed_create(void);
void bh_bed_destroy(struct bh_bed *bed);
/* Sleeps until `until_s`, or until woken. False when woken, now or since the last sleep. */
bool bh_bed_sleep(struct bh_replica *replica, struct bh_bed *bed, double until_s);
void bh_bed_wake(struct bh_bed *bed);

/* The cause row of a failure; valid until the next call. */
struct bh_cause *bh_replica_cause(struct bh_replica *replica, long index);

/* Plans the checkpoint transfers of all enclaves that go to storage. */
int bh_replica_plan_transfers(struct bh_replica *replica, struct bh_error *err);

/* The injector's body: faults, errors, repairs and the horizon, in order of time. */
void bh_injector_start(struct bh_replica *replica);

#endif
