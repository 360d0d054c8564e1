/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far one number of the catalog may be off. */
#pragma once

struct bh_catalog_reader;
struct bh_error;
struct bh_node;
struct bh_parameter;

/* The keys range, basis, across, transfer, drawn-with and tied of a number whose value and status are read. */
int bh_interval_read(struct bh_catalog_reader *reader, const struct bh_node *map, const char *unit,
                     struct bh_parameter *parameter, struct bh_error *err);
/* Once all numbers are there: whom each goes with, and the intervals that follow. */
int bh_intervals_link(struct bh_catalog_reader *reader, struct bh_error *err);
/* A plain number in the parameter's unit: the value or an end of its interval. */
int bh_interval_read_plain(const struct bh_node *node, const char *unit, const struct bh_parameter *parameter,
                           const char *what, double *value, struct bh_error *err);
