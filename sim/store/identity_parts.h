/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that find identities share; nobody else includes it. */
#ifndef BH_SIM_STORE_IDENTITY_PARTS_H
#define BH_SIM_STORE_IDENTITY_PARTS_H

#include "sim/store/identity.h"

/* A hash in the making. Each piece goes in with its length, so that no two sequences of pieces run together. */
struct bh_digest;
struct bh_digest *bh_digest_begin(void);
void bh_digest_add(struct bh_digest *digest, const void *bytes, size_t length);
void bh_digest_add_text(struct bh_digest *digest, const char *text);
void bh_digest_add_identity(struct bh_digest *digest, struct bh_identity identity);
struct bh_identity bh_digest_end(struct bh_digest *digest);

/* The bytes of one file. */
int bh_identity_of_file(const char *path, struct bh_identity *bytes, struct bh_error *err);
/* A platform file with all files that it includes or takes traces from. Each is added to `files` unless that is NULL. */
int bh_identity_of_platform(const char *path, struct bh_identities *files, struct bh_identity *bytes,
                            struct bh_error *err);
/* All *.yaml of a catalog's folder and its folder of systems, by name. */
int bh_identity_of_catalog(const char *directory, struct bh_identity *bytes, struct bh_error *err);
/* Remembers what a file held, once. */
void bh_identities_add_file(struct bh_identities *files, const char *path, struct bh_identity bytes);

#endif
