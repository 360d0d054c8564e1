/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A results file in memory: arrays by name, over policies and points of the varied axes. */
#ifndef BH_ANALYSIS_READER_VIEW_H
#define BH_ANALYSIS_READER_VIEW_H

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One axis; `numbers` is NULL when the labels are words. Labels of numbers are printed numbers. */
struct bh_view_axis {
    char *name;
    char *unit;
    size_t count;
    char **labels;
    double *numbers;
    bool is_ordered; /* neither words nor numbered draws: values between two of it make sense */
};

/* The same policies with an assumed number at several values of its range, at one point of the varied axes. Arrays are
 * [policy][value][enclave]... */
struct bh_view_uncertainty {
    struct bh_view_axis axis;                                /* count 0: the file has none */
    char *source;                                            /* of a posterior, whose draws have no order; or NULL */
    double *makespan_s, *finished, *useful_work, *elapsed_s; /* ...[replica] */
    double *native_bare_makespan_s;
    double *escape_exact; /* [policy][value][boundary] */
};

/* What cost node-time: one row per policy, point and cause, summed over replicas. */
struct bh_view_causes {
    size_t count;
    size_t *policy, *point;
    char **fault, **origin, **disposition; /* `fault` is "CLASS" or "COMPONENT in ZONE" */
    double *failures, *lost_node_s;
};

/* Everything read is `double`, whatever the file holds. [cell] stands for policy * points + point, and a point for a
 * position on every varied axis, the last varying fastest. Pointers marked "or NULL" are data that a file may lack.
 * All is owned by the view. */
struct bh_view {
    char *file; /* as given; for messages */
    char *title, *scenario, *version, *baseline, *primary_enclave;
    uint64_t seed;
    uint64_t nodes; /* of a scenario that does not vary them; 0: the file does not say */
    bool reproduces_input;
    bool faults_requested;

    size_t points;
    size_t axes_count; /* the varied axes */
    struct bh_view_axis *axes;
    size_t headline; /* the point the uncertainty axis stands at, else the last one, which is the largest scale */

    struct bh_view_axis policy, enclave, replica, part, scope, boundary, level;
    char **policy_system, **policy_policy;
    char **system_colour, **policy_mark; /* per policy, "" where the catalog leaves it open; or NULL */
    size_t primary;                      /* index of the primary enclave */
    char **enclave_entry;                /* per enclave: the entry of the workload that made it; or NULL */

    double *makespan_s, *finished, *useful_work, *elapsed_s; /* [cell][enclave][replica] */
    double *interruptions, *sdc;                             /* [cell][enclave][replica]; sdc or NULL */
    /* [cell][enclave][replica], or all NULL: no enclave verifies its data. The last three are NaN where there was no
     * silent error to tell of. */
    double *verifications, *silent_found, *silent_rollbacks, *silent_beginnings;
    double *detection_delay_s, *tainted_ranks_mean, *tainted_ranks_most;
    double *node_time;                                               /* [cell][enclave][replica][part] */
    double *native_bare_makespan_s, *price;                          /* [cell][enclave] */
    double *checkpoint_time_s;                                       /* [cell][enclave][level] or NULL */
    double *restart_time_s;                                          /* [cell][enclave][scope] or NULL */
    double *faults, *errors, *unchangeable_errors;                   /* [cell][replica] */
    double *silent_errors, *struck_while_down, *simultaneous_losses; /* [cell][replica] or NULL */
    /* Where zones need others, else all NULL: errors that stop enclaves, [cell][replica]; as the exact chain has it, [cell];
     * node-seconds stopped, [cell][enclave][replica]. */
    double *progress_stops, *io_stops, *several_stopped;
    double *progress_stops_exact, *io_stops_exact, *several_stopped_exact;
    double *stopped_time, *io_wait;
    double *losing_errors, *enclaves_lost, *enclaves_lost_most; /* [cell][replica] or NULL */
    double *unacceptable;                                       /* [cell][replica] or NULL */
    double *guard_crossed, *guard_blocked;                      /* [cell][replica][boundary] or NULL */
    double *composition_degree;                                 /* [cell][enclave]; NULL: no compositions */
    double *failures, *system_extent, *application_extent;      /* [cell][replica][scope] */
    double *escape_seen, *escape_exposed;                       /* [cell][replica][boundary] */
    double *escape_exact, *escape_low, *escape_high;            /* [cell][boundary] */
    double *containment_exact;                                  /* [cell][scope] or NULL */
    double *unresolved;                                         /* [cell] or NULL; NaN: there is no exact chain */
    double *enclave_nodes, *enclave_partition;                  /* [cell][enclave] or NULL */
    double *noise_extrapolated, *independent_nodes;             /* [cell][enclave] or NULL */
    double *script_extent_exact;                                /* [cell][scope] or NULL: there is no script */
    double *script_loss_exact;                                  /* [cell][enclave][scope] or NULL */
    struct bh_view_causes causes;                               /* count 0: the file has none */

    struct bh_view_uncertainty uncertainty;
};

/* Reads a file, or a file that is already open (an HDF5 identifier, which stays open; `name` stands in messages).
 * NULL with BH_ERROR_INPUT when it is no HDF5 file, is cut short, or lacks something or holds it in another shape. */
struct bh_view *bh_view_read(const char *path, struct bh_error *err);
struct bh_view *bh_view_read_open(int64_t file, const char *name, struct bh_error *err);
void bh_view_destroy(struct bh_view *view);

#endif
