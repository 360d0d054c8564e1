/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Properties of a SimGrid platform that Bulkhead reads. */
#pragma once

/* Rows up to one without a name; `usual` where a host has none. */
struct bh_platform_property {
    const char *name, *usual, *meaning;
};
extern const struct bh_platform_property bh_platform_properties[];
