/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "models/silent/taint.h"
#include "sim/platform/bed.h"
#include "sim/process/fleet.h"
#include "sim/process/trace.h"

#include <simgrid/forward.h>

struct bh_activity;
struct bh_enclave;
struct bh_zone_set;
struct bh_zone_tree;

enum bh_power { BH_POWER_OFF, BH_POWER_BOOTS, BH_POWER_ON };

/* A guest on a node, and its virtual machine. */
struct bh_guest {
    enum bh_power power;
    double boots_s; /* when it began to, or will */
    uint64_t life;  /* of its virtual machine */
    size_t kernel;  /* its zone */
    sg_vm_t machine;
};

/* A slot of the machine: the host of the node in it, and what runs there. */
struct bh_seat {
    struct bh_fleet *fleet;
    uint64_t slot;
    const struct bh_zone_tree *tree;
    double boot_s;         /* of a guest */
    size_t processes_most; /* if all guests had as many as the fullest, since SimGrid gives all machines alike */
    sg_host_t host;
    size_t host_number;
    bool is_on;
    struct bh_guest *guest; /* per guest; without guests a set of processes, which is never booted */
    bool has_firmware;      /* an actor that brings it up again, ... */
    struct bh_bed bed;      /* ... and sleeps there */
};

/* The most activities that a process has under way: messages to and from neighbours. */
enum { BH_DIRECTIONS = 2 * BH_HALO_DIMENSIONS_MOST, BH_UNDER_WAY_MOST = 2 * BH_DIRECTIONS };
/* Mailboxes of a process: one per direction, two of its partner and of collectives down, and one per stage up. */
enum { BH_MAIL_DOWN = BH_DIRECTIONS, BH_MAIL_RANDOM, BH_MAIL_PARTNER, BH_MAIL_UP, BH_STAGES_MOST = 40 };

struct bh_process {
    struct bh_job *job;
    struct bh_seat *seat;
    size_t node, rank; /* in its enclave; on its node */
    size_t zone, guest;
    sg_actor_t actor; /* NULL: none runs */
    struct bh_bed bed;
    uint64_t seen; /* the last order that it has carried out, or given up */
    uint64_t life; /* of its actor */
    bool computes; /* which is all that is under way then */
    size_t under_way;
    struct bh_activity *activity[BH_UNDER_WAY_MOST];
    void *payload[BH_UNDER_WAY_MOST];
    double done_s;                                     /* work, of the order */
    double step_from_s, step_work_s, collectives_due;  /* of the step under way */
    sg_mailbox_t mailbox[BH_MAIL_UP + BH_STAGES_MOST]; /* that it reads from, made when first needed */
};

/* Processes of one enclave on one node, which reach each other without the network. */
struct bh_crew {
    size_t arrived;  /* at the collective under way */
    uint64_t rounds; /* collectives done */
};

struct bh_job {
    struct bh_fleet *fleet;
    const char *name;
    struct bh_enclave *enclave;
    size_t index;
    size_t nodes, per_node, count;
    struct bh_process *process; /* node by node */
    struct bh_crew *crew;       /* per node */
    struct bh_order order;
    uint64_t number; /* of the order */
    size_t left;     /* that have not carried it out */
    bool awaits;     /* all that it stands on to be up */
    uint64_t steps;  /* before this order, of all */
    size_t noise_count;
    double *noise_s; /* of each step, of the slowest */
    struct bh_progress progress;
    struct bh_taint grid;           /* on which nodes are neighbours */
    size_t directions;              /* that lead to others */
    double latency_s, bandwidth;    /* to neighbours, as the platform has them */
    double stage_s[BH_STAGES_MOST]; /* latencies of collectives' stages */
};

struct bh_fleet {
    struct bh_replica *replica;
    const struct bh_platform *platform;
    void (*over)(void *context, size_t enclave);
    void *context;
    sg_host_t launcher;
    double longest_s; /* that anybody sleeps */
    FILE *trace;      /* NULL: none */
    size_t *host_of;  /* per node and spare */
    size_t seats_count;
    struct bh_seat *seat;
    size_t jobs_count;
    struct bh_job *job;
    uint64_t to_end, ended; /* actors, by failures and relaunches; and that SimGrid told of */
};

/* What a trace calls them. */
struct bh_traced_name bh_host_traced(const struct bh_seat *seat);
struct bh_traced_name bh_guest_traced(const struct bh_seat *seat, size_t guest);
struct bh_traced_name bh_process_traced(const struct bh_process *process);

/* Starts its actor, if what it is to run on is up. */
void bh_process_launch(struct bh_process *process);
/* By whichever of SimGrid's means: its own death, or that of what it runs on, which the caller sees to. */
void bh_process_lose(struct bh_process *process, bool is_killed);
/* What an actor does that has seen a new order; false: it was stopped, or somebody it talks to is gone. */
bool bh_process_carry_out(struct bh_process *process);
/* All that it has under way is cancelled; it may wake up meanwhile. */
void bh_process_cancel(struct bh_process *process);

/* Of its seat: whether its processes can run. */
static inline bool bh_seat_is_up(const struct bh_seat *seat, size_t guest)
{
    return seat->is_on && seat->guest[guest].power == BH_POWER_ON;
}

void bh_seats_create(struct bh_fleet *fleet);
void bh_seats_destroy(struct bh_fleet *fleet);
void bh_seats_start(struct bh_fleet *fleet);
void bh_seat_look(struct bh_seat *seat);
/* All processes of a seat's guest, and of those that are in `zones` (NULL: in whichever). */
void bh_jobs_lose(struct bh_fleet *fleet, const struct bh_seat *seat, size_t guest, const struct bh_zone_set *zones,
                  bool is_killed);
/* Whether all that it stands on is up. */
bool bh_job_is_whole(const struct bh_job *job);
/* Frees what its actor left. */
void bh_process_forget(struct bh_process *process);
/* A guest of a seat is up: its processes may start, and whoever waited for it may go on. */
void bh_jobs_come(struct bh_fleet *fleet, const struct bh_seat *seat);
