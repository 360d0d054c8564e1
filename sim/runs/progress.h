/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A line that says what is under way and how far it is: rewritten in place on a terminal, now and then a line elsewhere. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A phase of a command. A thread of its own shows it, so that one long step does not silence it. */
struct bh_progress;

/* Begins a phase of `total` steps, "runs" or "exact chains"; a phase whose length is not known has a total of 0 and says
 * what it does: "reading the scenario". With `is_on` false nothing is ever shown. A phase is shown on standard error once
 * it has taken a second, where that is no terminal ten seconds, and then a line a minute. `what` must outlive it. */
struct bh_progress *bh_progress_start(const char *what, size_t total, bool is_on);
/* As above, for commands that have no --quiet: on terminals only. */
struct bh_progress *bh_progress_start_on_terminal(const char *what, size_t total);
/* One more is done; or `done` of `total` are. */
void bh_progress_step(struct bh_progress *progress);
void bh_progress_set(struct bh_progress *progress, size_t done, size_t total);
/* Ends the line and frees. NULL is fine. */
void bh_progress_end(struct bh_progress *progress);

/* Writes the parts, joined by ", ", to standard error: on a terminal over the line before, of `*length` columns, with as
 * many of the first parts as fit; else all of them in a line. Sets `*length`. */
void bh_progress_write(const char *const *parts, size_t count, bool is_terminal, size_t *length);
/* "about 3.2 min to go", once a second has passed, something is done of it, and a second or more is left; else "". Returns buffer. */
char *bh_progress_eta(double spent_s, double done, double total, char *buffer, size_t size);
