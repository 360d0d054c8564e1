/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Answers that took long to find, kept on disk from one run of a program to the next by what they depend on. */
#pragma once

#include <stddef.h>
#include <xxhash.h>

/* From now on answers are kept in `folder`, which is made where it is missing, in a file of this very program: one that is built
 * anew begins again, and files that nothing was added to for a month go then. NULL: none are kept, as at first.
 * Nothing here fails: an answer that cannot be read, is damaged or in a file of another user, is not there; one that cannot be
 * written is not kept, nor is any beyond 16 MiB of them. Several programs may use a folder at once. */
void bh_kept_answers_use(const char *folder);

/* Its bytes, valid until the next bh_kept_answers_use; NULL: it was not there when the first was asked for. */
const void *bh_kept_answers_find(XXH128_hash_t question, size_t *length);
/* To be asked for by later runs; after that one was asked for here. */
void bh_kept_answers_add(XXH128_hash_t question, const void *bytes, size_t length);
