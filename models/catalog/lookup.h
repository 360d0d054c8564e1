/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Things of the catalog by name. */
#pragma once

#include "models/base/error.h"
#include "models/words/words.h"

#include <stddef.h>

struct bh_catalog;
struct bh_node;

/* By name; with an error at `place` that names the nearest known one. */
const struct bh_system *bh_catalog_system(const struct bh_catalog *, const char *name, struct bh_place,
                                          struct bh_error *);
const struct bh_policy *bh_catalog_policy(const struct bh_catalog *, const char *name, struct bh_place,
                                          struct bh_error *);
const struct bh_application *bh_catalog_application(const struct bh_catalog *, const char *name, struct bh_place,
                                                    struct bh_error *);
const struct bh_component *bh_catalog_component(const struct bh_catalog *, const char *name, struct bh_place,
                                                struct bh_error *);
const struct bh_domain *bh_catalog_domain(const struct bh_catalog *, const char *name, struct bh_place,
                                          struct bh_error *);
const struct bh_fault_class *bh_catalog_fault(const struct bh_catalog *, const char *name, struct bh_place,
                                              struct bh_error *);
const struct bh_parameter *bh_catalog_parameter(const struct bh_catalog *, const char *path, struct bh_place,
                                                struct bh_error *);

/* All numbers, and all words that scenarios set as they set numbers, in file order. */
const struct bh_parameter *const *bh_catalog_parameters(const struct bh_catalog *catalog, size_t *count);
const struct bh_open_number *bh_catalog_open_numbers(const struct bh_catalog *, size_t *count);
const struct bh_word *bh_catalog_words(const struct bh_catalog *catalog, size_t *count);

const struct bh_system *bh_catalog_systems(const struct bh_catalog *catalog, size_t *count);

/* The files as one tree, what is like something else filled from it: `systems.NAME` and so on. */
const struct bh_node *bh_catalog_root(const struct bh_catalog *catalog);

/* The numbers of each kind of zone, BH_ZONE_KINDS of them. */
const struct bh_zone_numbers *bh_catalog_zones(const struct bh_catalog *catalog);
/* What errors do whatever zone they are in. */
const struct bh_error_numbers *bh_catalog_errors(const struct bh_catalog *catalog);

/* The names of a section's entries, NULL-terminated; the caller frees the array alone. `guards.BOUNDARY`: the levels there;
 * `zones`: kinds, and zones of all systems; `components.kernels`: those that are; `faults.whole`: classes that take a node or
 * a storage host. */
const char **bh_catalog_names(const struct bh_catalog *catalog, const char *section);

/* The word at a path; NULL: there is none. */
const struct bh_word *bh_catalog_word(const struct bh_catalog *catalog, const char *path);

/* The level of a boundary by name. */
const struct bh_guard_level *bh_catalog_guard(const struct bh_catalog *catalog, enum bh_boundary boundary,
                                              const char *name, struct bh_place place, struct bh_error *err);

const struct bh_channel_type *bh_catalog_channel(const struct bh_catalog *catalog, const char *name,
                                                 struct bh_place place, struct bh_error *err);
/* "unknown WHAT "NAME"; known: ..., did you mean ...?" at a place. Returns -1. */
int bh_fail_unknown(const char *what, const char *name, const char *const *known, size_t count, struct bh_place place,
                    struct bh_error *err);
