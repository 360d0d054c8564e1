/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are too many for memory: in a file without a name, of which the pages in use are in memory. */
#pragma once

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

/* The file is in TMPDIR, else in /var/tmp; it goes with its last user, whatever ends that. Zeroes take no room in it. */
struct bh_paged;
struct bh_paged *bh_paged_create(void);
void bh_paged_destroy(struct bh_paged *paged);

/* `count` numbers to be read, which `paged` owns. NULL where they are few enough for memory, or of one axis, or there is no such
 * file, or no `paged`. */
double *bh_paged_numbers(struct bh_paged *paged, size_t rank, size_t count);
/* Fills the last of them from a dataset of HDF5's, of that extent. 1: done; 0: they are no more, since the file
 * has no room, and no others will be; -1: HDF5 cannot read it. */
int bh_paged_read(struct bh_paged *paged, hid_t dataset, const hsize_t *extent, size_t rank);
bool bh_paged_has(const struct bh_paged *paged, const double *numbers);

/* A child that has read all, in the same order, says so, and its parent takes what is there, once. */
void bh_paged_finish(struct bh_paged *paged);
void bh_paged_take_over(struct bh_paged *paged);

/* Says that some `bytes` of them were read: now and then pages are let go, from which nothing is lost. NULL is ignored. */
void bh_paged_was_read(struct bh_paged *paged, size_t bytes);
