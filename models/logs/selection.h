/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Some nodes, causes or years of a log; and nodes that a log does not name. */
#pragma once

#include "models/logs/failure_log.h"

struct bh_error;

/* Clauses that all must hold. */
struct bh_log_selection;

struct bh_log_selection *bh_log_selection_create(void);
void bh_log_selection_destroy(struct bh_log_selection *selection);

/* "node=n0*,n1*", likewise class, detail, system and node-class, with patterns as shells have them, of which one must fit;
 * "time=2003-01-01..2004-12-31", of which either may be left out. */
int bh_log_selection_add(struct bh_log_selection *selection, const char *clause, struct bh_error *err);

/* Leaves out what does not fit: other nodes were never there, other failures neither end nor stop a clock, and nodes were
 * watched within the window alone. Fails if no failure is left. */
int bh_failure_log_select(struct bh_failure_log *log, const struct bh_log_selection *selection, const char *name,
                          struct bh_error *err);

/* A node that may not be in the log, since it never failed: watched as long as its system. A name of one of several
 * systems is "SYSTEM.NODE". */
int bh_failure_log_add_node(struct bh_failure_log *log, const char *name, struct bh_error *err);
