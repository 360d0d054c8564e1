/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "sim/platform/bed.h"
#include "sim/state/wait.h"

#include <simgrid/forward.h>
#include <stdbool.h>
#include <stddef.h>

struct bh_sleeper;
struct bh_enclave;
struct bh_error;
struct bh_exchange;
struct bh_platform;
struct bh_replica;
struct bh_transfer;

/* How long traffic takes that is alone, once SimGrid has been asked. */
struct bh_alone {
    enum bh_direction direction;
    double bytes, takes_s;
};
enum { BH_ALONE_MOST = 16 };

/* An enclave, or the exchange of a composition, and what it waits for. */
struct bh_waiter {
    struct bh_course *course;
    size_t number;                /* exchanges first, then enclaves */
    struct bh_enclave *enclave;   /* NULL: an exchange's ... */
    struct bh_exchange *exchange; /* ... NULL as well: of a composition that sends nothing */
    const char *name;
    struct bh_transfer *transfer; /* of the enclave's checkpoints; owned. NULL: none goes to storage */
    struct bh_wait wait;
    bool is_over;               /* its wait is, and it is to hear of that */
    bool is_real, has_arrived;  /* its traffic is on SimGrid; and has ended there */
    double begun_s;             /* its wait */
    struct bh_sleeper *sleeper; /* what waits on SimGrid for it; NULL: nothing has so far */
    double arrives_s;           /* its traffic, alone */
    double due_s;               /* in the calendar ... */
    size_t place;               /* ... at this place, from 1; 0: it is not */
    size_t alone_count;
    struct bh_alone alone[BH_ALONE_MOST];
};

/* Waiters in no order of their own. */
struct bh_waiters {
    size_t count, room;
    struct bh_waiter **list;
};

enum bh_passed {
    BH_PASSED,
    BH_PASSED_NEVER,           /* nothing ever happens */
    BH_PASSED_WITHOUT_SIMGRID, /* nothing has been done: the course must go on in an actor */
    BH_PASSED_FAILED,          /* course->err says why */
};

/* What passes time. */
struct bh_passing {
    /* A waiter begins to wait for a time or for traffic. */
    void (*begin)(struct bh_waiter *waiter);
    /* What it waits for is not to be waited for any more; it may just have come. */
    void (*drop)(struct bh_waiter *waiter);
    /* Its sleeper has waited. */
    void (*slept)(struct bh_waiter *waiter);
    /* Time passes, up to `until_s` at most, to where some wait is over (bh_course_over). */
    enum bh_passed (*pass)(struct bh_course *course, double until_s);
    bool needs_simgrid; /* from the first on */
    /* In the actor that runs it, before anything else and after everything; or NULL. */
    void (*starts)(struct bh_course *course);
    void (*ends)(struct bh_course *course);
};

struct bh_course {
    struct bh_replica *replica;
    const struct bh_platform *platform;
    double *now_s; /* the replica's */
    const struct bh_passing *passing;
    sg_host_t host;     /* where actors are that are no processes */
    bool is_on_simgrid; /* it is run by an actor, ... */
    struct bh_bed bed;  /* ... whose bed this is */
    double longest_s;   /* that anybody sleeps */
    size_t count, left;
    struct bh_waiter *waiter;
    struct bh_waiters over; /* by number; of those that are taken off or are over no more, the first `taken` */
    size_t taken;
    struct bh_waiters moving; /* that wait for traffic, in the order in which it began */
    enum bh_passed passed;    /* last */
    struct bh_error *err;
    /* The calendar: a heap, and what is on SimGrid since when, by either clock. */
    struct bh_waiters due;
    size_t real;
    double since_s, since_clock_s;
};

void bh_waiters_add(struct bh_waiters *waiters, size_t place, struct bh_waiter *waiter);
static inline void bh_waiters_append(struct bh_waiters *waiters, struct bh_waiter *waiter)
{
    if (waiters->count < waiters->room)
        waiters->list[waiters->count++] = waiter;
    else
        bh_waiters_add(waiters, waiters->count, waiter);
}
void bh_waiters_remove(struct bh_waiters *waiters, const struct bh_waiter *waiter);

/* Of an engine: a waiter's wait is over now. No effect if it is already. */
void bh_course_over(struct bh_waiter *waiter);

/* Makes a bed for the actor that is to run it. */
void bh_course_go_to_bed(struct bh_course *course);

/* Its traffic goes to SimGrid, as far as SimGrid is told of it: what is waited for after it is the calendar's. */
void bh_waiter_carry(struct bh_waiter *waiter);
/* Seconds that the traffic takes that it waits for, with nobody else about. */
int bh_alone_s(struct bh_waiter *waiter, double *takes_s, struct bh_error *err);

extern const struct bh_passing bh_passing_by_calendar, bh_passing_on_simgrid, bh_passing_by_process;
