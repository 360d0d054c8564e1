/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The zones of one node: a virtualization system's templates unfolded for the enclaves that share the node. */
#pragma once

#include "models/base/error.h"
#include "models/node/zone_set.h"
#include "models/words/scope.h"
#include "models/words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_catalog;

/* What one enclave puts on every node it uses. */
struct bh_tenant {
    uint64_t guests_per_node; /* native: process sets */
    uint64_t processes_per_guest;
    double node_share; /* of the node's CPU and memory; the shares of all tenants sum to 1 */
    const struct bh_application *application;
    bool is_native; /* its processes stand on the host's kernel, whatever guests others have there */
};

/* One zone instance. Index 0 is the root; a parent's index is below its children's. */
struct bh_zone {
    const struct bh_zone_template *template;
    size_t template_index;
    enum bh_zone_kind kind;
    int parent;          /* -1 for the root */
    int enclave;         /* tenant that owns it; -1: shared by all on the node */
    int guest;           /* guest (or process set) on the node, counted over all tenants; -1: shared */
    int process;         /* process on the node, counted over all tenants; -1: not a process */
    bool is_application; /* holds application data: only here can errors become silent */
    bool is_kernel;
    double memory_share, cpu_share; /* of the node; each sums to 1 over the tree */
    double user_share;              /* of the node's devices, those that the process uses; sums to 1 */
    double driver_share;            /* likewise, those that the kernel drives: see device_drivers.h */
    /* Of what fails in a zone of a kind; sums to 1 for each kind. Where a node has none, the host's kernel has all. */
    double kind_share[BH_ZONE_KINDS];
    struct bh_zone_set subtree; /* the zone itself and all below */
};

/* One way across: from one zone instance to another. */
struct bh_channel {
    const struct bh_channel_type *type;
    size_t from, to;
    int link; /* the composition link that it belongs to; -1: of the system, always open */
};

/* Two tenants of a node that are composed over it: every process of the one hands data to every process of the other,
 * by channels of this type, both ways. */
struct bh_tenant_link {
    size_t tenant[2];
    const struct bh_channel_type *type;
};

struct bh_zone_tree {
    const struct bh_system *system;
    size_t zones_count;
    struct bh_zone *zones;
    size_t channels_count;
    struct bh_channel *channels; /* grouped by source: those of zone z are first_channel[z] .. first_channel[z+1]-1 */
    size_t *first_channel;
    size_t tenants_count;
    size_t guests_count, processes_count;
    struct bh_zone_set *guest_zones;       /* per guest: all zones it owns */
    struct bh_zone_set *tenant_zones;      /* per tenant: all zones it owns, without the shared ones */
    struct bh_zone_set *composition_zones; /* per tenant: its own and those of all tenants it is composed with, also by
                                              way of others; without links its own */
    size_t *process_zone;                  /* per process: its zone */
    /* Shared zones whose outage stops all enclaves here, or, of the others, their I/O: those that any zone of theirs, or
     * any around it, needs, also by way of others. */
    struct bh_zone_set needs[BH_NEEDS];
    bool has_guests;        /* false: a guest is a set of processes and `guest` means `process` */
    bool *guest_has_kernel; /* per guest: false for the process sets of native tenants, of which the same holds */
    bool *opens;            /* per tenant: its policy opens channels for speed */
    /* The order in which hardware faults land, the same for every system: by kind, then guest, then process. */
    size_t *landing_order;
};

/* Unfolds the system's templates. Weights come from catalog->zones; zones that hold an application weigh as guest-user
 * zones do, whatever their kind, so that a native process and a guest's process are alike. Returns NULL with
 * BH_ERROR_INPUT when a node would hold more than BH_ZONE_SET_SIZE zones. */
struct bh_zone_tree *bh_zone_tree_create(const struct bh_catalog *catalog, const struct bh_system *system,
                                         const struct bh_tenant *tenants, size_t tenants_count, struct bh_error *err);
void bh_zone_tree_destroy(struct bh_zone_tree *tree);

/* Whether a tenant's policy opens the channels that the system opens for speed; they are there where nobody whose zones they
 * join says no. Without, none does. */
void bh_zone_tree_open(struct bh_zone_tree *tree, size_t tenant);

/* Adds the channels of compositions, after the system's own of each zone, in place of those added before. */
void bh_zone_tree_compose(struct bh_zone_tree *tree, const struct bh_tenant_link *links, size_t links_count);

/* Share of a landing's faults that land in a zone. */
double bh_zone_share(const struct bh_zone *zone, enum bh_landing landing);

/* Zone in which a fault lands whose uniform draw is u in (0,1), by that share. */
size_t bh_zone_tree_land(const struct bh_zone_tree *tree, enum bh_landing landing, double u);

/* The numbers that govern a zone: by its kind, application zones as guest-user. */
const struct bh_zone_numbers *bh_zone_numbers_of(const struct bh_catalog *catalog, const struct bh_zone *zone);

/* Smallest scope that holds all of `affected` on this node: none, process, guest or node. A system without guests has
 * no scope `guest`. */
enum bh_scope bh_zone_tree_extent(const struct bh_zone_tree *tree, const struct bh_zone_set *affected);

/* Whether a tenant has guests; of a zone that all share, whether any has. */
bool bh_zone_tree_has_guests(const struct bh_zone_tree *tree, int tenant);

/* Number of tenants that own at least one zone of the set. */
size_t bh_zone_tree_tenants_hit(const struct bh_zone_tree *tree, const struct bh_zone_set *affected);

/* "guest[1]", "process[0.3]", "host": template name with the guest and process numbers; returns buffer. What comes
 * after the template's name takes at most BH_ZONE_NAME_NUMBERS bytes, the end of the text among them. */
enum { BH_ZONE_NAME_NUMBERS = 32 };
char *bh_zone_name(const struct bh_zone_tree *tree, size_t zone, char *buffer, size_t size);

/* The first instance of a zone of the system that belongs to `tenant`, or is shared. */
size_t bh_zone_tree_first(const struct bh_zone_tree *tree, size_t template_index, int tenant);
