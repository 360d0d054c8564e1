/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Scopes: how far something reaches. */
#ifndef BH_MODELS_WORDS_SCOPE_H
#define BH_MODELS_WORDS_SCOPE_H

/* How far something reaches; also what a disposition takes down (all but NONE). Ordered. Names as in the design. */
enum bh_scope {
    BH_SCOPE_NONE,
    BH_SCOPE_PROCESS,
    BH_SCOPE_GUEST,
    BH_SCOPE_NODE,
    BH_SCOPE_ENCLAVE,
    BH_SCOPE_COMPOSITION,
    BH_SCOPE_SYSTEM,
    BH_SCOPES
};
extern const char *const bh_scope_names[];

#endif
