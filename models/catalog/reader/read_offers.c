/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What systems offer their users, what of it kernels must offer, and what guard levels withhold. */
#include "models/catalog/reader/parts.h"
#include "models/catalog/system.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/words/offer_keys.h"

int bh_read_offer_words(const struct bh_node *map, const char *key, bool *flags, struct bh_error *err)
{
    const struct bh_node *list = bh_node_find(map, key);
    if (list && bh_node_expect(list, BH_NODE_LIST, key, err))
        return -1;
    for (size_t i = 0; list && i < bh_node_count(list); i++) {
        const int offer = bh_node_choice(bh_node_item(list, i), bh_offer_names, key, err);
        if (offer < 0)
            return -1;
        flags[offer] = true;
    }
    return 0;
}

int bh_read_offers(const struct bh_node *map, struct bh_system *system, struct bh_error *err)
{
    const struct bh_node *offers = bh_node_find(map, "offers");
    if (!offers)
        return 0;
    if (bh_node_expect(offers, BH_NODE_MAP, "offers", err) || bh_node_check_keys(offers, bh_offer_names, err))
        return -1;
    for (int o = 0; o < BH_OFFERS; o++) {
        const struct bh_node *node = bh_node_find(offers, bh_offer_names[o]);
        if (!node)
            continue;
        struct bh_system_offer *offer = &system->offers[o];
        const struct bh_node *answer;
        if (bh_keys_check(node, &bh_offer_keys, err) || !(answer = bh_node_need(node, "answer", err)) ||
            bh_node_bool(answer, &offer->is_offered, err) || !(offer->source = bh_read_text(node, "source", err)))
            return -1;
        offer->is_said = true;
    }
    return 0;
}
