/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Text files as users have them: plain, gzip or xz. */
#ifndef BH_SIM_SCENARIO_COMPRESSED_TEXT_H
#define BH_SIM_SCENARIO_COMPRESSED_TEXT_H

#include "models/base/error.h"

#include <stddef.h>

/* The whole of a file, uncompressed, with a NUL behind it; the caller frees. Which kind it is shows in its bytes, not in
 * its name. Refused: what cannot be read, is damaged or truncated, and more than `most_bytes` of text. */
char *bh_text_file_read(const char *path, size_t most_bytes, size_t *length, struct bh_error *err);

#endif
