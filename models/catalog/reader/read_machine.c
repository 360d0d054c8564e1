/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a parametric machine: they are set by path, as all others. */
#include "models/catalog/keys/machine_keys.h"
#include "models/catalog/machine.h"
#include "models/catalog/reader/parts.h"
#include "models/document/document_get.h"

#include <math.h>

/* Up to where sums of nodes stay exact in a double. */
#define NODES_MOST (UINT64_C(1) << 40)
/* Each storage host has a route from every group, and each disk takes part in every transfer. No machine has more. */
#define STORAGE_HOSTS_MOST 1024.0
#define DISKS_MOST         65536.0

static int read_numbers(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_machine *machine,
                        struct bh_error *err)
{
    const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_machine, nodes_per_cabinet, "nodes-per-cabinet", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_machine, cabinets_per_group, "cabinets-per-group", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_machine, node_speed, "node-speed", BH_DIMENSION_SPEED, false),
        BH_FIELD(struct bh_machine, node_bandwidth, "node-bandwidth", BH_DIMENSION_BANDWIDTH, false),
        BH_FIELD(struct bh_machine, latency_s, "latency", BH_DIMENSION_TIME, false),
        BH_FIELD(struct bh_machine, global_bandwidth, "global-bandwidth", BH_DIMENSION_BANDWIDTH, false),
    };
    const struct bh_parameter_field storage_fields[] = {
        BH_FIELD(struct bh_machine, storage_hosts, "hosts", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_machine, disks_per_host, "disks", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_machine, read_per_write, "read-per-write", BH_DIMENSION_FACTOR, false),
    };
    const struct bh_parameter_field law_fields[] = {
        BH_FIELD(struct bh_machine, at_nodes, "at-nodes", BH_DIMENSION_FACTOR, false),
        BH_FIELD(struct bh_machine, bandwidth, "bandwidth", BH_DIMENSION_BANDWIDTH, false),
        BH_FIELD(struct bh_machine, exponent, "exponent", BH_DIMENSION_FACTOR, false),
    };
    const struct bh_node *storage = bh_node_need(map, "storage", err);
    if (!storage || bh_keys_check(storage, &bh_machine_storage_keys, err) ||
        bh_parameter_read_fields(reader, map, "platform", &bh_machine_keys, fields, BH_COUNT(fields), machine, err) ||
        bh_parameter_read_fields(reader, storage, "platform.storage", &bh_machine_storage_keys, storage_fields,
                                 BH_COUNT(storage_fields), machine, err))
        return -1;
    const struct bh_node *law = bh_node_need(storage, "bandwidth-law", err);
    return !law || bh_keys_check(law, &bh_machine_law_keys, err)
               ? -1
               : bh_parameter_read_fields(reader, law, "platform.storage.bandwidth-law", &bh_machine_law_keys,
                                          law_fields, BH_COUNT(law_fields), machine, err);
}

/* What is counted is a whole number; what is divided by is none of 0. What is written and loaded grows with storage. */
static int check_numbers(struct bh_machine *machine, struct bh_error *err)
{
    struct bh_parameter *const counts[] = {&machine->nodes_per_cabinet, &machine->cabinets_per_group,
                                           &machine->storage_hosts, &machine->disks_per_host, &machine->at_nodes};
    const struct bh_parameter *const sizes[] = {&machine->node_speed, &machine->node_bandwidth,
                                                &machine->global_bandwidth, &machine->bandwidth,
                                                &machine->read_per_write};
    for (size_t i = 0; i < BH_COUNT(counts); i++) {
        counts[i]->step = 1.0;
        if (counts[i]->value < 1.0 || counts[i]->value > (double)NODES_MOST ||
            counts[i]->value != floor(counts[i]->value))
            return bh_fail_at(err, counts[i]->place, "%s: found %g, expected a whole number from 1 to 2^40",
                              counts[i]->path, counts[i]->value);
    }
    for (size_t i = 0; i < BH_COUNT(sizes); i++)
        if (!(sizes[i]->value > 0.0))
            return bh_fail_at(err, sizes[i]->place, "%s: found 0, expected more", sizes[i]->path);
    double hosts = machine->storage_hosts.value, disks = machine->disks_per_host.value;
    if (hosts > STORAGE_HOSTS_MOST)
        return bh_fail_at(err, machine->storage_hosts.place, "%s: found %g storage hosts; expected at most %g",
                          machine->storage_hosts.path, hosts, STORAGE_HOSTS_MOST);
    if (hosts * disks > DISKS_MOST)
        return bh_fail_at(err, machine->disks_per_host.place,
                          "%s: found %g disks on each of %g storage hosts; expected at most %g in all",
                          machine->disks_per_host.path, disks, hosts, DISKS_MOST);
    return 0;
}

int bh_read_machine(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_machine *machine,
                    struct bh_error *err)
{
    if (bh_keys_check(map, &bh_machine_keys, err) || bh_read_choice(map, "machine", bh_machine_names, err) < 0)
        return -1;
    const struct bh_node *nodes = bh_node_need(map, "nodes", err), *least, *most;
    if (!nodes || bh_keys_check(nodes, &bh_machine_nodes_keys, err) || !(least = bh_node_need(nodes, "least", err)) ||
        !(most = bh_node_need(nodes, "most", err)) ||
        bh_node_count_value(least, 1, NODES_MOST, &machine->nodes_least, err) ||
        bh_node_count_value(most, machine->nodes_least, NODES_MOST, &machine->nodes_most, err) ||
        read_numbers(reader, map, machine, err))
        return -1;
    return check_numbers(machine, err);
}
