/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Times of recovery. */
#pragma once

#include "models/catalog/parameter.h"

/* Times of recovery that do not depend on the virtualization system (models/data/recovery.yaml). */
struct bh_recovery_numbers {
    struct bh_parameter process_restart_s; /* relaunch of an application once its nodes and guests are up */
    struct bh_parameter node_reboot_s;
    /* People mend what software has left broken: in a share of its crashes of nodes, a lognormal time until the node is back,
     * or its reboot if that is longer. */
    struct bh_parameter software_repair, software_repair_median_s, software_repair_sigma;
    struct bh_parameter spare_activation_s; /* a warm spare takes a failed node's place */
    struct bh_parameter system_restart_s;   /* the whole machine */
    struct bh_parameter detection_s;        /* from a failure to the start of recovery */
    struct bh_parameter watchdog_s;         /* from the start of a hang to its detection */
    struct bh_parameter local_bandwidth;    /* bytes per second and node, to node-local storage */
    struct bh_parameter memory_bandwidth;   /* the same, to a checkpoint in the node's memory */
    struct bh_parameter partner_bandwidth;  /* the same, of a copy on a partner, where links are not slower */
    struct bh_parameter partner_distance;   /* to a node's partner, as a share of its enclave's nodes */
    /* While a zone is degraded: how much longer computing takes for the parts that are in it, or need it, how many of their messages are
     * lost, when these are sent again, and how much later all come; and the lognormal time until somebody notices and takes its
     * node out. */
    struct bh_parameter degraded_slowdown, degraded_loss, degraded_resend_s, degraded_delay_s;
    struct bh_parameter degraded_notice_median_s, degraded_notice_sigma;
};
