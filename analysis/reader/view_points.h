/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Where things are in results that were read: points, axes, labels and policies. */
#pragma once

#include "analysis/reader/view.h"

/* To be said when a cell is about to be read: pages of numbers that are too many for memory are let go now and then. */
void bh_view_was_read(const struct bh_view *view);

/* Position of a point on one of the varied axes. */
size_t bh_view_position(const struct bh_view *view, size_t point, size_t axis);

/* The point that differs from `point` in its position on one axis. */
size_t bh_view_neighbour(const struct bh_view *view, size_t point, size_t axis, size_t position);

/* Index of the varied axis called `name`, or axes_count. */
size_t bh_view_find_axis(const struct bh_view *view, const char *name);

/* Index of a label, or the axis' count. */
size_t bh_view_find_label(const struct bh_view_axis *axis, const char *label);

/* A point in words: "131072 nodes, spares: warm"; empty without varied axes. The caller frees. */
char *bh_view_point_name(const struct bh_view *view, size_t point);

/* Nodes at a point: from the axis called `nodes`, else from the file; 0 if neither says. */
double bh_view_nodes(const struct bh_view *view, size_t point);

/* The fewest nodes, from `least` on, of a point at which a flag, [cell][enclave] or NULL, is set; INFINITY: none. */
double bh_view_fewest_nodes(const struct bh_view *view, const double *flag, double least);

/* The largest runs whose failures were read of: on Blue Waters (Di Martino et al., DSN 2015). Beyond, results in which
 * nodes fail one by one are said to be of independent nodes. */
enum { BH_NODES_OBSERVED = 22000 };
/* The policy entry "protection-first" of the same system, or `policy` itself when there is none. */
size_t bh_view_reference(const struct bh_view *view, size_t policy);
