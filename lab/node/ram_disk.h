/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Initial RAM disks: archives of kind "newc", written by libarchive. Device files need no root: they exist in there alone. */
#pragma once

#include "models/base/error.h"

struct bh_ram_disk;

/* Begins one; its bytes depend on nothing but on what is added, in that order. */
struct bh_ram_disk *bh_ram_disk_create(const char *path, struct bh_error *err);
/* A copy of `file` as `name` ("init", "lib/x.so"), executable; its folders come by themselves. */
int bh_ram_disk_add(struct bh_ram_disk *disk, const char *name, const char *file, struct bh_error *err);
/* An empty folder. */
int bh_ram_disk_add_folder(struct bh_ram_disk *disk, const char *name, struct bh_error *err);
/* Ends it and frees; on an error before this, too. The file has its name only if this is 0. */
int bh_ram_disk_close(struct bh_ram_disk *disk, struct bh_error *err);
