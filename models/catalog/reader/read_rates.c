/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Sets of rates, of which one is in force: its numbers stand in place of those of the same paths. */
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/parts.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

int bh_read_rates(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    const struct bh_node *sets;
    if (bh_node_expect(section, BH_NODE_MAP, "rates", err) || bh_keys_check(section, &bh_rates_keys, err) ||
        !(reader->rate_sets = sets = bh_node_need(section, "sets", err)) ||
        bh_node_expect(sets, BH_NODE_MAP, "sets", err))
        return -1;
    const size_t count = bh_node_count(sets);
    const char **names = bh_allocate(count + 1, sizeof *names);
    bh_catalog_keep(reader, names);
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const struct bh_node *set = bh_catalog_entry(sets, i, &name, err);
        if (!set || bh_keys_check(set, &bh_rate_set_keys, err))
            return -1;
        names[i] = name;
    }
    const int choice = bh_word_read(reader, section, "set", "rates", names, err);
    if (choice < 0)
        return -1;
    const struct bh_node *set = bh_node_item(sets, (size_t)choice);
    reader->rates_name = names[choice];
    reader->rates_description = bh_read_text(set, "description", err);
    reader->rates = bh_node_need(set, "numbers", err);
    return !reader->rates_description || !reader->rates || bh_node_expect(reader->rates, BH_NODE_MAP, "numbers", err)
               ? -1
               : 0;
}

/* Of all sets, also those that are not in force: a name mistyped there would wait for its user. */
int bh_rates_check(const struct bh_catalog_reader *reader, struct bh_error *err)
{
    const struct bh_node *sets = reader->rate_sets;
    for (size_t s = 0; s < bh_node_count(sets); s++) {
        const struct bh_node *numbers = bh_node_need(bh_node_item(sets, s), "numbers", err);
        if (!numbers || bh_node_expect(numbers, BH_NODE_MAP, "numbers", err))
            return -1;
        for (size_t i = 0; i < bh_node_count(numbers); i++) {
            const struct bh_node *number = bh_node_item(numbers, i);
            if (!bh_catalog_parameter(reader->catalog, bh_node_key(numbers, i), bh_node_place(number), err) ||
                bh_keys_check(number, &bh_number_keys, err))
                return -1;
        }
    }
    return 0;
}
