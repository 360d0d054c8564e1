/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys by which files say what stacks offer. */
#include "models/words/offer_keys.h"

#include "models/words/offers.h"

const struct bh_form bh_offer_word = BH_CHOICE(bh_offer_names);

static const struct bh_key offer_rows[] = {
    {"answer", NULL, BH_YES_NO, "Whether its users have it."},
    {"source", NULL, BH_TEXT, "Where that is from."},
    {0},
};
const struct bh_keys bh_offer_keys = {"an offer", "Whether a system offers a thing to its users.", offer_rows, NULL, 0};
#define OFFER_ROW(offer, name, is_the_kernels, words) {name, "not said", BH_MAP(bh_offer_keys), "Of " words "."},
static const struct bh_key offers_rows[] = {BH_OFFER_ROWS(OFFER_ROW){0}};
const struct bh_keys bh_offers_keys = {"offers", "What a system offers its users.", offers_rows, NULL, 0};
