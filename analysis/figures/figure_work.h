/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The hidden folder in which a figure is made, which no signal leaves behind. */
#ifndef BH_ANALYSIS_FIGURES_FIGURE_WORK_H
#define BH_ANALYSIS_FIGURES_FIGURE_WORK_H

#include <stddef.h>
#include <sys/types.h>

/* Makes FOLDER/.NAME-XXXXXX for files NAME and one of `suffixes`, one at a time in a process. Folders of that form that a
 * process left when it was killed are removed first. Until bh_figure_work_end, SIGTERM, SIGINT and SIGHUP end what
 * bh_figure_work_watch watches and remove the folder before they take their course. The path, which
 * bh_figure_work_end frees; NULL with errno set on failure. */
const char *bh_figure_work_begin(const char *folder, const char *name, const char *const *suffixes,
                                 size_t suffixes_count);
/* A child that draws; 0: none. */
void bh_figure_work_watch(pid_t child);
/* Removes the folder with what is left in it. */
void bh_figure_work_end(void);

#endif
