/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What stacks may offer, as files and people have it. */
#include "models/words/offers.h"

#include <stddef.h>

const char *const bh_offer_names[] = {
#define BH_OFFER_NAME(offer, name, ...) name,
    BH_OFFER_ROWS(BH_OFFER_NAME) NULL};

const char *const bh_offer_words[BH_OFFERS] = {
#define BH_OFFER_WORD(offer, name, is_the_kernels, words) words,
    BH_OFFER_ROWS(BH_OFFER_WORD)};

const bool bh_offer_is_the_kernels[BH_OFFERS] = {
#define BH_OFFER_OF_KERNEL(offer, name, is_the_kernels, ...) is_the_kernels,
    BH_OFFER_ROWS(BH_OFFER_OF_KERNEL)};
