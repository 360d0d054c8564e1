/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog, read from its files. */
#pragma once

#include "models/base/error.h"

struct bh_catalog;
struct bh_catalog_files;
struct bh_node;

/* Reads DIRECTORY/{zones,errors,components,channels,guards,domains,memory,faults,applications,policies,recovery}.yaml and
 * DIRECTORY/systems/(*).yaml, applies `overrides` (a map from dotted parameter path to value, or NULL) and resolves.
 * An override is a quantity with its own unit ("5 s", 1e-3); it may leave the parameter's range, which it replaces, and
 * its status becomes BH_SET_BY_SCENARIO. One of the form {value: ..., source: ...} was computed from what the source says.
 * `extra` (or NULL) is a map with any of the keys components, channels, guards, systems, domains, faults, applications,
 * policies: entries a scenario defines itself, in the same form as in the files; they add to or replace the files'.
 * `machine` (or NULL) is the file of a parametric machine, whose numbers are the catalog's too, as platform.KEY.
 * Fails with a place on anything malformed: unknown keys, missing unit/source/status, an assumed number without range,
 * a value outside its range, shares that do not sum to 1, a zone tree with a cycle or two roots, unknown names. */
struct bh_catalog *bh_catalog_read(const char *directory, const struct bh_node *overrides, const struct bh_node *extra,
                                   const char *machine, struct bh_error *err);
void bh_catalog_destroy(struct bh_catalog *catalog);

/* The same in two steps, for many catalogs of one folder: files are read once, those of machines when they are first asked
 * for. No catalog needs the files once it is made. */
struct bh_catalog_files *bh_catalog_files_read(const char *directory, struct bh_error *err);
void bh_catalog_files_destroy(struct bh_catalog_files *files);
struct bh_catalog *bh_catalog_create(struct bh_catalog_files *files, const struct bh_node *overrides,
                                     const struct bh_node *extra, const char *machine, struct bh_error *err);
