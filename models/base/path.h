/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names of files. */
#pragma once

/* A name as the file `file` means it: in the folder of that file, unless it is absolute. The caller frees. */
char *bh_path_beside(const char *file, const char *name);
