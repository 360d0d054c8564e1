/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Counts of more than three digits, for people. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* "131,072"; returns buffer. */
char *bh_check_count(uint64_t count, char *buffer, size_t size);
