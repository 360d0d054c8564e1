/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys by which files say what stacks offer. */
#pragma once

#include "models/document/keys.h"

extern const struct bh_form bh_offer_word;                 /* of a list */
extern const struct bh_keys bh_offers_keys, bh_offer_keys; /* of a system, and of each entry there */
