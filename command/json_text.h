/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What JSON cannot hold as it is: names of files, whole numbers of 64 bits, and numbers that are none. */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* A file's name, which may be no UTF-8: null then. A new reference. */
json_t *bh_json_file_name(const char *name);
/* A number; null where it is not finite. A new reference. */
json_t *bh_json_number(double value);
/* A whole number; as text above 2^63 - 1, which is the most that readers of JSON hold. A new reference. */
json_t *bh_json_whole(uint64_t number);
