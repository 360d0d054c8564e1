/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where errors end, as pictures: the zones of each system as a graph, and where errors end by where they begin. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The kinds of zone, E-Zones 1 to 4, lowest first. */
enum { BH_PICTURE_KINDS = 4 };

/* Zones of one node that are alike. All texts of a picture are borrowed. */
struct bh_picture_zone {
    const char *name;
    unsigned kind;     /* E-Zone - 1 */
    int parent;        /* index of a zone before this one; -1 for the root */
    int enclave;       /* -1: shared by all */
    uint64_t count;    /* so many on a node */
    const char *takes; /* what a signalled error here takes down */
};

/* One way across, and the guard that is on. */
struct bh_picture_channel {
    size_t from, to; /* zones; equal: between zones that are alike */
    const char *type;
    double probability; /* crossed before the error's end, behind the guard: p (1 - b) */
    const char *guard;  /* NULL: none stands in between */
    double blocks;      /* b; 0 without a guard */
    bool bypasses;      /* the boundary has a guard that does not see this channel */
};

struct bh_picture_cell {
    double probability;
    bool is_bound; /* less than this; all that is known */
};

/* A zone that stops, its I/O or all of it, while another is down. */
struct bh_picture_need {
    size_t zone, needed;
    const char *what;
};

/* Errors of one kind that begin in zones alike. */
struct bh_picture_row {
    size_t zone; /* zones_count: all errors, by the rates of faults */
    const char *kind;
    unsigned order;                 /* of kinds within a zone */
    bool is_simulated;              /* not from the exact chain */
    struct bh_picture_cell *extent; /* one per scope */
};

/* A policy. */
struct bh_picture_panel {
    const char *name, *policy, *system;
    size_t zones_count;
    struct bh_picture_zone *zones;
    size_t channels_count;
    struct bh_picture_channel *channels;
    size_t needs_count;
    struct bh_picture_need *needs;
    size_t rows_count;
    struct bh_picture_row *rows;
};

struct bh_picture {
    const char *scenario, *title;
    bool reproduces_input;
    size_t scopes_count; /* none, process, ... */
    const char *const *scope_names;
    size_t enclaves_count;
    const char **enclave_names;
    size_t panels_count;
    struct bh_picture_panel *panels;
    size_t notes_count; /* for the key of the graph, which takes BH_PICTURE_NOTES of them */
    char **notes;
};
enum { BH_PICTURE_NOTES = 6 };

/* Leaves SCENARIO-zones and SCENARIO-extents, each as bh_figure_files_write does, in an existing folder; with more
 * panels than fit a page, SCENARIO-zones-1 and so on. What was written is told on `told` (or NULL), a line each. On
 * failure the other figures are still written, and the first error is told. */
int bh_containment_figure_write(const struct bh_picture *picture, const char *folder, bool run_gnuplot, FILE *told,
                                struct bh_error *err);
