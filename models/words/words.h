/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The words of the model: what its enumerations are called in files, and in what order they stand. */
#pragma once

#include "models/words/error_kinds.h"

#include <stdbool.h>

/* Error zones (E-Zones 1 to 4). Names: host-kernel, host-user, guest-kernel, guest-user. */
enum bh_zone_kind { BH_HOST_KERNEL, BH_HOST_USER, BH_GUEST_KERNEL, BH_GUEST_USER, BH_ZONE_KINDS };

/* Names: process/kernel, guest/host, enclave/enclave, node/node. */
enum bh_boundary { BH_PROCESS_KERNEL, BH_GUEST_HOST, BH_ENCLAVE_ENCLAVE, BH_NODE_NODE, BH_BOUNDARIES };

/* How an error's copy is to end: drawn is not forced. At once: signalled before anything else can happen, no channel is
 * tried; no file can ask for it. Degraded: at once, too, and no error is left. Names: drawn, masked, signalled, silent,
 * at-once, degraded. */
enum bh_forced_ending {
    BH_ENDING_DRAWN,
    BH_ENDING_MASKED,
    BH_ENDING_SIGNALLED,
    BH_ENDING_SILENT,
    BH_ENDING_SIGNALLED_AT_ONCE,
    BH_ENDING_DEGRADED
};

/* How many instances of a zone a node has. Names: node, guest, process. */
enum bh_multiplicity { BH_PER_NODE, BH_PER_GUEST, BH_PER_PROCESS };

/* What a zone cannot do while one that it needs is down: reach disks and network, or anything. Names: io, progress. */
enum bh_need_for { BH_NEED_IO, BH_NEED_PROGRESS, BH_NEEDS };

/* What it takes to take down less than a node: to notice that a zone has failed, to stop it, to clean up after it. Names:
 * notice, stop, reclaim. */
enum bh_mechanism_part_name { BH_NOTICE, BH_STOP, BH_RECLAIM, BH_MECHANISM_PARTS };

/* Names, NULL-terminated, in the order of the enumerations. */
extern const char *const bh_zone_kind_names[];
extern const char *const bh_boundary_names[];
extern const char *const bh_ending_names[];
extern const char *const bh_multiplicity_names[];
extern const char *const bh_need_names[];
extern const char *const bh_mechanism_part_names[];

/* Where a number comes from. published: read in the cited work; measured: by ourselves, with the data in the tree; computed:
 * from cited data, the source says how; assumed: ours; scenario: set by a scenario or by --set. */
enum bh_status { BH_PUBLISHED, BH_MEASURED, BH_COMPUTED, BH_ASSUMED, BH_SET_BY_SCENARIO };
extern const char *const bh_status_names[];

/* What its interval rests on, that is, how far it may be off: nothing was said; a guess; the interval of its own source; what
 * several platforms differ by; a factor for carrying one study over to other machines; a ratio to another number; or it
 * cannot be off. */
enum bh_basis {
    BH_BASIS_NOT_SAID,
    BH_BASIS_GUESS,
    BH_BASIS_INTERVAL,
    BH_BASIS_PLATFORMS,
    BH_BASIS_TRANSFER,
    BH_BASIS_RATIO,
    BH_BASIS_EXACT
};
extern const char *const bh_basis_names[];

/* Hardware fault classes (models/data/faults.yaml). Landing: node (takes the whole node, whatever the policy), memory
 * or cpu (a zone by that share), storage (a storage host: no node is struck), a device's (a GPU's) user or driver: a
 * process that uses it, or the kernel that drives it; or a zone of a kind, in the order and by the names of the kinds. */
enum bh_landing {
    BH_LANDING_NODE,
    BH_LANDING_MEMORY,
    BH_LANDING_CPU,
    BH_LANDING_STORAGE,
    BH_LANDING_DEVICE_USER,
    BH_LANDING_DEVICE_DRIVER,
    BH_LANDING_HOST_KERNEL,
    BH_LANDING_HOST_USER,
    BH_LANDING_GUEST_KERNEL,
    BH_LANDING_GUEST_USER,
    BH_LANDINGS
};
extern const char *const bh_landing_names[];
/* Whether such faults land in a zone; whether they are a device's. */
bool bh_landing_is_in_zone(enum bh_landing landing);
bool bh_landing_is_of_device(enum bh_landing landing);
/* The kind of zone that it names; BH_ZONE_KINDS: it names none. */
enum bh_zone_kind bh_landing_kind(enum bh_landing landing);

enum bh_mend { BH_MEND_REBOOT, BH_MEND_REPAIR };
extern const char *const bh_mend_names[];

/* What the clock of a fault class belongs to: each node; each domain of a kind, whose faults strike the nodes in it; or
 * the machine, one clock for all. */
enum bh_carrier { BH_CARRIER_NODE, BH_CARRIER_DOMAIN, BH_CARRIER_MACHINE };
