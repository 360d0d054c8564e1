/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Local times with summer time, by the system's database of time zones. */
#pragma once

#include <stdbool.h>

struct bh_error;

/* A zone that is in use. It is the process's TZ meanwhile: one at a time, and no other thread may ask for local times. */
struct bh_time_zone;

/* "Europe/Berlin", "UTC", or an offset such as +01:00. NULL with an error if there is no such zone. */
struct bh_time_zone *bh_time_zone_open(const char *name, struct bh_error *err);
void bh_time_zone_close(struct bh_time_zone *zone);

/* Seconds since 1970 in UTC of a local time, counted likewise. Where a clock shows an hour twice, the later one is taken
 * if the earlier lies before `after_s` (the record before this one). *is_doubtful: the hour is there twice, or never. */
double bh_time_zone_to_utc(const struct bh_time_zone *zone, double local_s, double after_s, bool *is_doubtful);
