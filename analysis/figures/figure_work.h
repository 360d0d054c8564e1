/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The hidden folder in which a figure is made, which no signal leaves behind. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Makes FOLDER/.NAME-XXXXXX for files NAME and one of `suffixes`, one at a time in a process. Folders of that form that a
 * process left when it was killed are removed first. Until bh_figure_work_end, SIGTERM, SIGINT and SIGHUP end the
 * child of bh_figure_work_fork and remove the folder before they take their course. The path, which
 * bh_figure_work_end frees; NULL with errno set on failure. */
const char *bh_figure_work_begin(const char *folder, const char *name, const char *const *suffixes,
                                 size_t suffixes_count);
/* fork(), with the child watched from its first moment until it is waited for and forgotten. */
pid_t bh_figure_work_fork(void);
void bh_figure_work_forget(void);
/* Removes the folder with what is left in it. */
void bh_figure_work_end(void);
