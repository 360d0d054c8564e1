/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Text that is no UTF-8 made such. */
#pragma once

/* A copy in which U+FFFD stands for each byte that is malformed. The caller frees. */
char *bh_utf8_repair(const char *text);
