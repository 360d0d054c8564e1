/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a unit of work is known by: its resolved point, with the bytes of every file that it opens, the program and the
 * seed. Two campaigns have a point in common where the identities are equal, whatever the number that each gives it. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bh_campaign;
struct bh_scenario;

/* A hash of 128 bits (XXH3): of a million points, two are taken for one with a probability of 1e-27. */
struct bh_identity {
    uint64_t high, low;
};

/* A file that points open, as it was opened, and its bytes. */
struct bh_opened_file {
    char *path;
    struct bh_identity bytes;
};

struct bh_identities {
    struct bh_identity models;  /* all files of the catalog */
    struct bh_identity program; /* with what its numbers depend on: SimGrid and its options */
    size_t files_count;
    struct bh_opened_file *files; /* beside the scenario and the catalog: platforms and what they include, logs, a
                                     posterior */
    struct bh_identity base;      /* what all points share */
    size_t axes_count;
    struct bh_identity **value; /* [axis][value]: its settings, and the files that they name */
    size_t points;
    struct bh_identity *point; /* [point] */
    size_t *order;             /* points by identity */
};

/* Finds the identities of a campaign's points, which must have been made, and reads all files for it. NULL on failure: a
 * file cannot be read, or a value cannot be resolved. */
struct bh_identities *bh_identities_create(const struct bh_campaign *campaign, struct bh_error *err);
void bh_identities_destroy(struct bh_identities *identities);

/* The points of an identity: several where values of axes come to the same. *points is NULL for none. */
size_t bh_identities_find(const struct bh_identities *identities, struct bh_identity identity, const size_t **points);
/* What the environment adds to SimGrid's options (BH_SIMGRID_OPTIONS), "" for nothing; of the environment. */
const char *bh_identity_simgrid_options(void);
/* 32 hexadecimal digits; returns buffer. */
enum { BH_IDENTITY_TEXT = 33 };
char *bh_identity_print(struct bh_identity identity, char buffer[BH_IDENTITY_TEXT]);

/* For a process that has just read a point's files: whether they are still those that the campaign saw. Fails with the name
 * of the file that changed. */
int bh_identities_check(const struct bh_campaign *campaign, const struct bh_scenario *scenario, struct bh_error *err);
