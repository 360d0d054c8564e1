/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What fails together: domains of the machine, and the fault classes that strike them, spread in them, or stay. */
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/reader/parts.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <string.h>

int bh_read_domains(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "domains", err))
        return -1;
    catalog->domains_count = bh_node_count(section);
    catalog->domains = bh_allocate(catalog->domains_count + 1, sizeof *catalog->domains);
    for (size_t i = 0; i < catalog->domains_count; i++) {
        struct bh_domain *domain = &catalog->domains[i];
        const struct bh_node *map = bh_catalog_entry(section, i, &domain->name, err);
        if (!map || bh_keys_check(map, &bh_domain_keys, err))
            return -1;
        domain->place = bh_node_place(map);
        if (strcmp(domain->name, "node") == 0 || strcmp(domain->name, "machine") == 0)
            return bh_fail_at(err, domain->place,
                              "domains.%s: found a domain of this name, expected another: `carrier` "
                              "takes it for the %s itself",
                              domain->name, domain->name);
        const char *prefix = bh_catalog_print(reader, "domains.%s", domain->name);
        domain->description = bh_read_text(map, "description", err);
        if (!domain->description ||
            bh_parameter_read(reader, map, "nodes", prefix, BH_DIMENSION_FACTOR, &domain->nodes, err))
            return -1;
        domain->nodes.step = 1.0;
        if (domain->nodes.value < 1.0)
            return bh_fail_at(err, domain->nodes.place, "%s.nodes: found %g, expected at least 1", prefix,
                              domain->nodes.value);
    }
    return 0;
}

static const struct bh_domain *find_domain(const struct bh_catalog *catalog, const struct bh_node *node,
                                           struct bh_error *err)
{
    const char *name = bh_node_text(node, err);
    return name ? bh_catalog_domain(catalog, name, bh_node_place(node), err) : NULL;
}

static int read_carrier(const struct bh_catalog *catalog, const struct bh_node *map, struct bh_fault_class *fault,
                        struct bh_error *err)
{
    const struct bh_node *carrier = bh_node_find(map, "carrier");
    if (!carrier || bh_node_is(carrier, "node"))
        return 0;
    if (bh_node_is(carrier, "machine")) {
        fault->carrier = BH_CARRIER_MACHINE;
        return 0;
    }
    fault->carrier = BH_CARRIER_DOMAIN;
    return (fault->carrier_domain = find_domain(catalog, carrier, err)) ? 0 : -1;
}

/* `burst: {domain, probability, reach, within}`. What a domain or the machine carries strikes it, so that neither the
 * domain nor the probability is asked for. */
static int read_burst(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                      struct bh_fault_class *fault, struct bh_error *err)
{
    const bool is_carried = fault->carrier != BH_CARRIER_NODE;
    const struct bh_keys *keys = is_carried ? &bh_carried_burst_keys : &bh_burst_keys;
    const struct bh_node *node = bh_node_find(map, "burst");
    struct bh_burst *burst = &fault->burst;
    burst->domain = fault->carrier_domain;
    if (!node)
        return 0;
    burst->is_given = true;
    const char *path = bh_catalog_print(reader, "%s.burst", prefix);
    const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_burst, probability, "probability", BH_DIMENSION_PROBABILITY, is_carried),
        BH_FIELD(struct bh_burst, reach, "reach", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_burst, within_s, "within", BH_DIMENSION_TIME, true),
    };
    if (bh_keys_check(node, keys, err) ||
        bh_parameter_read_fields(reader, node, path, &bh_burst_keys, fields, BH_COUNT(fields), burst, err))
        return -1;
    if (is_carried)
        return 0;
    const struct bh_node *domain = bh_node_need(node, "domain", err);
    if (!domain || !(burst->domain = find_domain(reader->catalog, domain, err)))
        return -1;
    return 0;
}

static int read_recurrence(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                           struct bh_fault_class *fault, struct bh_error *err)
{
    static const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_recurrence, probability, "probability", BH_DIMENSION_PROBABILITY, false),
        BH_FIELD(struct bh_recurrence, every_s, "every", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_recurrence, tolerated, "tolerated", BH_DIMENSION_FACTOR, false),
    };
    const struct bh_node *node = bh_node_find(map, "recurrence");
    if (!node)
        return 0;
    const char *path = bh_catalog_print(reader, "%s.recurrence", prefix);
    fault->recurrence.is_given = true;
    if (fault->mend != BH_MEND_REPAIR)
        return bh_node_fail(node, err, "found with mend: reboot; expected mend: repair, which ends it");
    if (fault->landing == BH_LANDING_NODE)
        return bh_node_fail(node, err,
                            "found with landing: node; expected memory or cpu, since a node that is "
                            "lost is repaired at once");
    if (bh_keys_check(node, &bh_recurrence_keys, err) ||
        bh_parameter_read_fields(reader, node, path, &bh_recurrence_keys, fields, BH_COUNT(fields), &fault->recurrence,
                                 err))
        return -1;
    if (fault->recurrence.every_s.value <= 0.0)
        return bh_fail_at(err, fault->recurrence.every_s.place, "%s.every: found 0, expected a time above 0", path);
    return 0;
}

int bh_read_togetherness(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                         struct bh_fault_class *fault, struct bh_error *err)
{
    if (read_carrier(reader->catalog, map, fault, err) || read_burst(reader, map, prefix, fault, err) ||
        read_recurrence(reader, map, prefix, fault, err))
        return -1;
    if (fault->carrier == BH_CARRIER_MACHINE && fault->landing != BH_LANDING_NODE)
        return bh_node_fail(bh_node_find(map, "carrier"), err,
                            "found carrier: machine with landing: %s; expected landing: node",
                            bh_landing_names[fault->landing]);
    return 0;
}
