/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* From a file, or a text, to a document. */
#pragma once

#include <stddef.h>

struct bh_error;

/* Reads a file. Returns NULL with BH_ERROR_INPUT set when it cannot be read or is not one well-formed document. */
struct bh_document *bh_document_read(const char *path, struct bh_error *err);

/* The same from memory; `name` stands in messages for the file. */
struct bh_document *bh_document_parse(const char *text, size_t length, const char *name, struct bh_error *err);
