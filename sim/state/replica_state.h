/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What all of one replica share. One actor runs it, so no locks guard it. */
#pragma once

#include "models/base/event_queue.h"
#include "models/base/random.h"
#include "sim/state/error_totals.h"
#include "sim/state/ledger.h"
#include "sim/state/options.h"
#include "sim/state/storage_state.h"

struct bh_composing;
struct bh_copy;
struct bh_course;
struct bh_degraded;
struct bh_degraded_slot;
struct bh_enclave;
struct bh_exchange;
struct bh_fault;
struct bh_fault_arrivals;
struct bh_fleet;
struct bh_lasting_fault;
struct bh_machine;
struct bh_platform;
struct bh_setup;
struct bh_silent_looks;
struct bh_zone_outage;
struct bh_zone_set;

/* What the injector has to do. */
enum bh_event_kind {
    BH_EVENT_HORIZON,
    BH_EVENT_FAULT,         /* index: source of faults */
    BH_EVENT_RECURRENCE,    /* subject: lasting fault that strikes again */
    BH_EVENT_SCRIPT,        /* index: line of the script */
    BH_EVENT_COPY,          /* subject: the copy whose next step is due */
    BH_EVENT_RETURNED,      /* index: physical node, repaired or rebooted */
    BH_EVENT_LEAVE,         /* index: enclave whose time is up */
    BH_EVENT_SILENT_SIGNAL, /* index: enclave, which hears what its verification has found */
    BH_EVENT_COMPOSITION,   /* index: composition that begins or ends */
    BH_EVENT_PROTECTION,    /* index: enclave whose guards may change */
    BH_EVENT_ZONE_UP,       /* subject: outage of a needed zone that is over */
    BH_EVENT_NOTICED,       /* subject: degraded zone that is to be restarted, or its node taken out */
};

/* Numbers from the first to before the end; none if the end is not above the first. */
struct bh_span {
    size_t first, end;
};

static inline void bh_span_add(struct bh_span *span, size_t number)
{
    bool is_empty = span->first >= span->end;
    span->first = is_empty || number < span->first ? number : span->first;
    span->end = is_empty || number >= span->end ? number + 1 : span->end;
}

struct bh_replica {
    const struct bh_setup *setup;
    double now_s; /* set by who runs it, whenever time has passed */
    const struct bh_platform *platform;
    struct bh_replica_options options;
    struct bh_random random;
    struct bh_machine *machine;
    struct bh_event_queue queue;
    struct bh_fault_arrivals **arrivals; /* per source */
    struct bh_fault *next_fault;         /* per source */
    struct bh_lasting_fault *lasting;    /* all that are not over */
    struct bh_copy *copies;              /* all live copies, everywhere */
    struct bh_copy *idle_copies;         /* that are over, for the next; by `next` */
    struct bh_live_error *idle_errors;   /* likewise, by `next_part` */
    struct bh_tallies tallies;
    struct bh_causes causes;
    struct bh_enclave *enclaves;
    size_t running;           /* enclaves that still work */
    bool over;                /* horizon reached, or all enclaves done */
    struct bh_span signalled; /* enclaves, and ... */
    struct bh_span looking;   /* ... exchanges that are to look again are among these */
    struct bh_course *course;
    struct bh_composing *composing; /* per composition */
    bool has_tight;                 /* whether any is tight, ... */
    bool has_alone, has_together;   /* ... and restarts so */
    struct bh_exchange **exchanges; /* per composition; NULL: nothing is sent */
    struct bh_recent_losses recent_losses;
    struct bh_storage_state storage;
    struct bh_silent_looks *looks; /* per silent error */
    size_t looks_count;
    struct bh_zone_outage *zone_outages; /* needed zones that are down on their own */
    struct bh_degraded *degraded;        /* zones that are */
    struct bh_degraded_slot *degraded_slots;
    /* Told of zones that have just gone down on a slot, by who carries processes out one by one; NULL: nobody does. */
    void (*zones_went)(struct bh_replica *replica, uint64_t slot, const struct bh_zone_set *down);
    struct bh_fleet *fleet; /* theirs */
};
