/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The fault streams of a machine: one per component and zone, and per hardware class. */
#pragma once

#include "models/base/random.h"
#include "models/node/node_model.h"
#include "models/spread/spread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_age_polynomials;
struct bh_catalog;
struct bh_component;
struct bh_domain;
struct bh_recovery_numbers;

/* Faults of one kind. Hardware streams strike physical nodes (spares too), software streams the node slots that run
 * the workload. The identity depends on component, zone kind and owner, not on the system, so that two systems which
 * both run a Linux guest for the same enclave see the same faults in it. */
struct bh_fault_stream {
    const char *name;  /* "memory", "linux in guest[0]"; software: owned by the streams, hardware: the class's */
    const char *cause; /* the component, application or class alone; borrowed */
    uint64_t identity;
    const struct bh_fault_class *hardware; /* NULL for software */
    size_t zone;                           /* software: the zone instance */
    /* Strikes per second and node in the long run, those that others bring along included. What loses a node (landing:
     * node) interrupts what runs there `event_rate` times: strikes of one event count once, shared by the nodes that
     * they could hit, whether it hits one or all of them. */
    double rate, event_rate;
    double carrier_rate; /* per second and carrier: of its clock */
    uint64_t span;       /* nodes per carrier */
    double instruction_share;
    double shared_bug; /* probability that the host kernel is struck too */
    /* The numbers of the catalog that these three are; NULL: 0 by what it is. */
    const struct bh_parameter *rate_number, *instruction_number, *shared_bug_number;
    struct bh_age_polynomials *ages; /* of the times between its events, kept from replica to replica; NULL: not kept */
};

struct bh_fault_streams {
    size_t count;
    struct bh_fault_stream *stream;
};

/* Which faults strike. */
struct bh_fault_choice {
    uint64_t nodes;      /* of the machine: what it carries has its rate divided among them */
    const bool *enabled; /* which hardware classes of the catalog are on; borrowed */
    bool software;
};

/* The streams that strike a node with this model, those of storage hosts not among them. `host_kernel` and `guest_kernel` are the kernels in use; tenants as
 * given to the model. */
struct bh_fault_streams *bh_fault_streams_create(const struct bh_catalog *catalog, const struct bh_node_model *model,
                                                 const struct bh_tenant *tenants, struct bh_fault_choice choice,
                                                 const struct bh_component *host_kernel,
                                                 const struct bh_component *guest_kernel);
void bh_fault_streams_destroy(struct bh_fault_streams *streams);
/* That of a hardware class on a machine of so many nodes. */
struct bh_fault_stream bh_fault_stream_of(const struct bh_fault_class *class, uint64_t nodes);

/* How errors of a stream end where they begin: drawn, or signalled at once. */
enum bh_forced_ending bh_fault_ending(const struct bh_fault_stream *stream);

/* The kinds of error that its faults make, as they are told, with their shares, and how these grow with the share of errors in
 * instructions and with that of these which change the flow. Returns how many. */
struct bh_fault_kind {
    enum bh_error_kind kind;
    double share, by_instruction, by_flow;
};
enum { BH_FAULT_KINDS = 3 };
size_t bh_fault_kinds(const struct bh_node_model *model, const struct bh_fault_stream *stream,
                      struct bh_fault_kind kinds[BH_FAULT_KINDS]);

/* One fault of a stream: it strikes a node, or the machine as a whole. */
struct bh_fault {
    const struct bh_fault_stream *stream;
    double time_s;
    uint64_t node;
    bool is_machine;   /* everything at once; `node` is 0 */
    uint64_t identity; /* names all draws that belong to this fault */
    uint64_t landing;  /* names the draw of its zone: a fault that lasts strikes where it did before */
    uint64_t event;    /* names the draw of its repair time: what a domain's fault breaks is repaired as one */
    bool is_recorded;  /* by a log, with its down time */
    double down_s;     /* then; NAN: not recorded */
};

/* The nodes of a domain. */
uint64_t bh_domain_nodes(const struct bh_domain *domain);

/* Whether a fault of this class strikes all of the machine at once. */
bool bh_fault_class_is_machine_wide(const struct bh_fault_class *class);
/* What hardware of the class takes, whatever the policy; NONE: it strikes a zone, or a storage host. */
enum bh_scope bh_fault_class_takes(const struct bh_fault_class *class);

/* Where a fault lands: zone, kind, shared bug. Not for hardware that takes the whole node. */
struct bh_origin bh_fault_origin(const struct bh_random *random, const struct bh_node_model *model,
                                 const struct bh_fault *fault);

/* Duration of the repair a fault calls for; where it is lognormal, exp(ln median + sigma z). Of a class without a
 * distribution of repair: the fault's recorded down time, or where its record has none, one of the others'. */
double bh_fault_repair_s(const struct bh_random *random, const struct bh_fault *fault);

/* How long a node that a software fault has taken down is away once that has been noticed: until people have mended it, or
 * for its reboot, whichever is longer, or for its reboot alone. */
double bh_fault_software_repair_s(const struct bh_random *random, const struct bh_recovery_numbers *recovery,
                                  uint64_t identity);
/* Its mean, where a spare takes the node's place spare_s after that was noticed unless the node is back first; INFINITY: none. */
double bh_fault_software_away_s(const struct bh_recovery_numbers *recovery, double spare_s);
