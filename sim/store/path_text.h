/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Paths as text: names of files are any bytes, and JSON holds UTF-8 alone. */
#pragma once

/* The path with `%` and every byte that is no well-formed and printable UTF-8 as %XX; ASCII otherwise unchanged. Owned by
 * the caller. */
char *bh_path_escape(const char *path);
/* The path again; a `%` that no two hexadecimal digits follow stays. Owned by the caller. */
char *bh_path_unescape(const char *text);
