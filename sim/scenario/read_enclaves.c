/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The enclaves of a workload: what each entry of the list asks for, and which nodes that comes to. */
#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/document/document_get.h"
#include "sim/platform/partition.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an entry of the list says. */
struct entry {
    const struct bh_node *map;
    struct bh_enclave_spec enclave; /* as its enclaves are, name and nodes apart */
    const char *name;
    uint64_t count;
    bool has_count;
    double nodes_share; /* of platform.nodes; negative: not given as a share */
    uint64_t nodes;     /* of all its enclaves together */
    const struct bh_node *nodes_node, *shares_with;
    size_t host; /* the entry on whose nodes it stands: itself unless it shares another's */
};

struct reader {
    struct bh_scenario *scenario;
    const struct bh_node *list;
    size_t count;
    struct entry *entries;
};

/* More enclaves than this are a mistake: each is an actor of its own. */
enum { ENCLAVES_MOST = 10000 };

/* --- One entry ----------------------------------------------------------------------------------------------------- */

static int read_nodes(struct entry *entry, const struct bh_node *node, struct bh_error *err)
{
    entry->nodes_share = -1;
    entry->nodes_node = node;
    if (node == NULL)
        return 0;
    return bh_read_nodes(node, 1, &entry->nodes, &entry->nodes_share, err);
}

static int read_own_policy(const struct bh_scenario *scenario, struct entry *entry, struct bh_error *err)
{
    const struct bh_catalog *catalog = scenario->catalog;
    const struct bh_node *system = bh_node_find(entry->map, "system"), *policy = bh_node_find(entry->map, "policy");
    if (system != NULL) {
        entry->enclave.system =
            bh_choose_named(system, catalog->systems, catalog->systems_count, sizeof *catalog->systems, "system", err);
        if (entry->enclave.system == NULL)
            return -1;
    }
    if (policy != NULL) {
        entry->enclave.policy = bh_choose_named(policy, catalog->policies, catalog->policies_count,
                                                sizeof *catalog->policies, "policy", err);
        if (entry->enclave.policy == NULL)
            return -1;
    }
    return 0;
}

static int read_times(const struct bh_scenario *scenario, struct entry *entry, struct bh_error *err)
{
    struct bh_enclave_spec *enclave = &entry->enclave;
    const struct bh_node *leave = bh_node_find(entry->map, "leave"), *work = bh_node_find(entry->map, "work");
    char found[64], most[64];
    enclave->work_s = scenario->work_s;
    enclave->leave_s = INFINITY;
    if (bh_optional_quantity(entry->map, "start", BH_DIMENSION_TIME, &enclave->start_s, err) != 0 ||
        bh_optional_quantity(entry->map, "leave", BH_DIMENSION_TIME, &enclave->leave_s, err) != 0 ||
        bh_optional_quantity(entry->map, "work", BH_DIMENSION_TIME, &enclave->work_s, err) != 0)
        return -1;
    if (work != NULL && enclave->work_s <= 0)
        return bh_node_fail(work, err, "found 0; expected a time above 0");
    if (leave != NULL && (enclave->leave_s <= enclave->start_s || enclave->leave_s > scenario->horizon_s))
        return bh_node_fail(leave, err,
                            "found %s; expected a time after the enclave's start and at most workload.horizon, %s",
                            bh_quantity_print(enclave->leave_s, BH_DIMENSION_TIME, found, sizeof found),
                            bh_quantity_print(scenario->horizon_s, BH_DIMENSION_TIME, most, sizeof most));
    if (leave == NULL && enclave->start_s + enclave->work_s > scenario->horizon_s)
        return bh_node_fail(entry->map, err,
                            "the enclave `%s` starts at %s and cannot be done before workload.horizon, %s; expected a "
                            "later horizon, less work or a time to leave",
                            entry->name, bh_quantity_print(enclave->start_s, BH_DIMENSION_TIME, found, sizeof found),
                            bh_quantity_print(scenario->horizon_s, BH_DIMENSION_TIME, most, sizeof most));
    return 0;
}

static int read_needs_storage(const struct bh_node *map, struct bh_enclave_spec *enclave, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "needs-storage");
    if (bh_optional_bool(map, "needs-storage", &enclave->needs_storage, err) != 0)
        return -1;
    if (enclave->needs_storage && enclave->application->kind->loses_parts)
        return bh_node_fail(node, err, "found yes for %s, which tolerates loss; expected no: its parts reload locally",
                            enclave->application->name);
    return 0;
}

static int read_parts(const struct bh_node *map, struct bh_enclave_spec *enclave, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "parts-needed");
    enclave->parts_needed = 1;
    enclave->parts_share = -1;
    if (node == NULL)
        return 0;
    if (!enclave->application->kind->loses_parts)
        return bh_node_fail(node, err, "found it for %s, which stops with any of its nodes; expected it for a service",
                            enclave->application->name);
    if (bh_read_nodes(node, 1, &enclave->parts_needed, &enclave->parts_share, err) != 0)
        return -1;
    return enclave->parts_share == 0 ? bh_node_fail(node, err, "found 0; expected more than 0 and at most 100 %%") : 0;
}

static int read_entry(const struct reader *reader, struct entry *entry, struct bh_error *err)
{
    const struct bh_scenario *scenario = reader->scenario;
    const struct bh_catalog *catalog = scenario->catalog;
    const struct bh_node *map = entry->map, *name, *application;
    struct bh_enclave_spec *enclave = &entry->enclave;
    if (bh_keys_check(map, &bh_enclave_keys, err) != 0 || (name = bh_node_need(map, "name", err)) == NULL ||
        (entry->name = bh_node_text(name, err)) == NULL ||
        (application = bh_node_need(map, "application", err)) == NULL)
        return -1;
    enclave->place = bh_node_place(name);
    enclave->application = bh_choose_named(application, catalog->applications, catalog->applications_count,
                                           sizeof *catalog->applications, "application", err);
    enclave->guests_per_node = enclave->processes_per_guest = entry->count = 1;
    enclave->node_share = -1; /* not given */
    enclave->contention = 1.0;
    entry->has_count = bh_node_find(map, "count") != NULL;
    entry->shares_with = bh_node_find(map, "shares-with");
    if (enclave->application == NULL ||
        bh_optional_count(map, "guests-per-node", 1, 4096, &enclave->guests_per_node, err) != 0 ||
        bh_optional_count(map, "processes-per-guest", 1, 4096, &enclave->processes_per_guest, err) != 0 ||
        bh_optional_bool(map, "native", &enclave->is_native, err) != 0 ||
        bh_optional_quantity(map, "node-share", BH_DIMENSION_PROBABILITY, &enclave->node_share, err) != 0 ||
        bh_optional_quantity(map, "contention", BH_DIMENSION_FACTOR, &enclave->contention, err) != 0 ||
        bh_optional_count(map, "count", 1, ENCLAVES_MOST, &entry->count, err) != 0 ||
        read_nodes(entry, bh_node_find(map, "nodes"), err) != 0 || read_own_policy(scenario, entry, err) != 0 ||
        read_times(scenario, entry, err) != 0 || read_needs_storage(map, enclave, err) != 0 ||
        read_parts(map, enclave, err) != 0 ||
        bh_verification_read(scenario, bh_node_find(map, "verification"), enclave, err) != 0)
        return -1;
    if (enclave->contention == 0)
        return bh_node_fail(bh_node_find(map, "contention"), err, "found 0; expected more than 0");
    if (enclave->node_share == 0)
        return bh_node_fail(bh_node_find(map, "node-share"), err, "found 0; expected more than 0 and at most 1");
    for (const struct entry *other = reader->entries; other < entry; other++)
        if (strcmp(other->name, entry->name) == 0)
            return bh_node_fail(name, err, "the name `%s` is already that of the enclave in line %u", entry->name,
                                other->enclave.place.line);
    return 0;
}

/* --- Who stands with whom -------------------------------------------------------------------------------------------- */

static int find_host(const struct reader *reader, size_t guest, struct bh_error *err)
{
    struct entry *entry = &reader->entries[guest];
    const char **names = bh_allocate(reader->count + 1, sizeof *names);
    for (size_t i = 0; i < reader->count; i++)
        names[i] = reader->entries[i].name;
    int choice = bh_node_choice(entry->shares_with, names, "enclave", err);
    free(names);
    if (choice < 0)
        return -1;
    const struct entry *host = &reader->entries[choice];
    if (host == entry)
        return bh_node_fail(entry->shares_with, err, "found the enclave's own name; expected another enclave's");
    if (host->shares_with != NULL)
        return bh_node_fail(entry->shares_with, err,
                            "found `%s`, which stands on another enclave's nodes itself; expected `%s`", host->name,
                            bh_node_text(host->shares_with, NULL));
    if (entry->nodes_node != NULL)
        return bh_node_fail(entry->nodes_node, err,
                            "the enclave `%s` stands on the nodes of `%s`; expected one of the keys nodes and "
                            "shares-with",
                            entry->name, host->name);
    if (host->count != entry->count)
        return bh_node_fail(entry->shares_with, err,
                            "`%s` has a count of %llu and `%s` one of %llu; expected equal counts, since each "
                            "enclave stands with the one of the same number",
                            entry->name, (unsigned long long)entry->count, host->name, (unsigned long long)host->count);
    if (host->enclave.system != entry->enclave.system)
        return bh_node_fail(entry->shares_with, err,
                            "`%s` and `%s` stand on the same nodes with different systems, %s and %s; expected the "
                            "same, since a node has one host",
                            entry->name, host->name,
                            entry->enclave.system ? entry->enclave.system->name : "that of each line of policies",
                            host->enclave.system ? host->enclave.system->name : "that of each line of policies");
    entry->host = (size_t)choice;
    return 0;
}

/* Without any word about nodes, all enclaves stand on all nodes. */
static int find_hosts(const struct reader *reader, struct bh_error *err)
{
    bool has_own_nodes = false;
    for (size_t i = 0; i < reader->count; i++) {
        const struct entry *entry = &reader->entries[i];
        has_own_nodes = has_own_nodes || entry->has_count || entry->nodes_node != NULL || entry->shares_with != NULL;
    }
    for (size_t i = 0; i < reader->count; i++) {
        reader->entries[i].host = has_own_nodes ? i : 0;
        if (reader->entries[i].shares_with != NULL && find_host(reader, i, err) != 0)
            return -1;
        if (!has_own_nodes && reader->entries[i].enclave.system != reader->entries[0].enclave.system)
            return bh_fail_at(err, reader->entries[i].enclave.place,
                              "`%s` and `%s` stand on the same nodes with different systems; expected the same, since "
                              "a node has one host, or `nodes` of their own",
                              reader->entries[0].name, reader->entries[i].name);
    }
    return 0;
}

/* --- How many nodes -------------------------------------------------------------------------------------------------- */

static int refuse_nodes(const struct reader *reader, const struct entry *entry, uint64_t with_it, struct bh_error *err)
{
    return bh_node_fail(entry->nodes_node, err,
                        "`%s` and the enclaves before it take %llu nodes; expected at most platform.nodes, %llu",
                        entry->name, (unsigned long long)with_it, (unsigned long long)reader->scenario->platform_nodes);
}

/* Shares are rounded where they end, so that shares that sum to 1 leave no node over. */
static int count_given(const struct reader *reader, uint64_t *taken, struct bh_error *err)
{
    uint64_t all = reader->scenario->platform_nodes;
    double share = 0;
    uint64_t by_share = 0;
    for (size_t i = 0; i < reader->count; i++) {
        struct entry *entry = &reader->entries[i];
        if (entry->nodes_node == NULL)
            continue;
        if (entry->nodes_share >= 0) {
            share += entry->nodes_share;
            uint64_t end = (uint64_t)floor(share * (double)all + 0.5);
            entry->nodes = end - by_share;
            by_share = end;
        }
        if (entry->nodes > all - *taken) {
            return refuse_nodes(reader, entry, *taken + entry->nodes, err);
        }
        *taken += entry->nodes;
    }
    return 0;
}

/* What others leave is shared by those that do not say, equally per enclave. */
static int count_rest(const struct reader *reader, uint64_t rest, struct bh_error *err)
{
    uint64_t enclaves = 0, before = 0;
    for (size_t i = 0; i < reader->count; i++)
        enclaves +=
            reader->entries[i].host == i && reader->entries[i].nodes_node == NULL ? reader->entries[i].count : 0;
    for (size_t i = 0; i < reader->count; i++) {
        struct entry *entry = &reader->entries[i];
        if (entry->host != i)
            continue;
        if (entry->nodes_node == NULL) {
            uint64_t after = before + entry->count, share = rest / enclaves, over = rest % enclaves;
            entry->nodes = share * entry->count + over * after / enclaves - over * before / enclaves;
            before = after;
        }
        if (entry->nodes < entry->count && entry->nodes_node != NULL)
            return bh_node_fail(entry->nodes_node, err,
                                "found %llu of %llu nodes; expected at least one for each of the enclaves `%s`, %llu",
                                (unsigned long long)entry->nodes, (unsigned long long)reader->scenario->platform_nodes,
                                entry->name, (unsigned long long)entry->count);
        if (entry->nodes < entry->count)
            return bh_node_fail(entry->map, err,
                                "%llu nodes are left for `%s`; expected at least one for each of its enclaves, %llu",
                                (unsigned long long)entry->nodes, entry->name, (unsigned long long)entry->count);
    }
    return 0;
}

/* --- Enclaves and partitions ------------------------------------------------------------------------------------------- */

/* The shares of those on the same nodes sum to 1; where none is given, they are equal. */
static int settle_shares(const struct reader *reader, size_t host, struct bh_error *err)
{
    size_t given = 0, together = 0;
    double sum = 0;
    const struct entry *lacking = NULL;
    for (size_t i = 0; i < reader->count; i++) {
        const struct entry *entry = &reader->entries[i];
        if (entry->host != host)
            continue;
        together++;
        if (entry->enclave.node_share >= 0) {
            given++;
            sum += entry->enclave.node_share;
        } else if (lacking == NULL)
            lacking = entry;
    }
    for (size_t i = 0; i < reader->count && given == 0; i++)
        if (reader->entries[i].host == host)
            reader->entries[i].enclave.node_share = 1.0 / (double)together;
    if (given == 0)
        return 0;
    if (lacking != NULL)
        return bh_fail_at(err, lacking->enclave.place,
                          "the enclave `%s` has no node-share, while others on its nodes have one; expected it for all "
                          "or for none",
                          lacking->name);
    if (fabs(sum - 1) > 1e-9)
        return bh_node_fail(reader->list, err,
                            "found node shares on the nodes of `%s` that sum to %.12g; expected a sum of 1",
                            reader->entries[host].name, sum);
    return 0;
}

static void name_enclaves(const struct reader *reader)
{
    struct bh_scenario *scenario = reader->scenario;
    size_t e = 0;
    scenario->entries_count = reader->count;
    scenario->entries = bh_allocate(reader->count, sizeof *scenario->entries);
    scenario->enclaves = bh_allocate(scenario->enclaves_count, sizeof *scenario->enclaves);
    for (size_t i = 0; i < reader->count; i++) {
        const struct entry *entry = &reader->entries[i];
        scenario->entries[i] = (struct bh_enclave_entry){entry->name, e, entry->count};
        for (uint64_t n = 0; n < entry->count; n++, e++) {
            scenario->enclaves[e] = entry->enclave;
            scenario->enclaves[e].entry = i;
            scenario->enclaves[e].name = entry->has_count
                                             ? bh_print_text("%s-%llu", entry->name, (unsigned long long)n + 1)
                                             : bh_copy_text(entry->name);
        }
    }
}

/* The partitions of an entry with nodes of its own, and of those who share them. */
static void add_class(const struct reader *reader, size_t host)
{
    struct bh_scenario *scenario = reader->scenario;
    struct bh_partitions *partitions = &scenario->partitions;
    const struct entry *entry = &reader->entries[host];
    size_t tenants = 0, tenant = 0;
    for (size_t i = 0; i < reader->count; i++)
        tenants += reader->entries[i].host == host;
    size_t *enclave = bh_allocate(entry->count * tenants, sizeof *enclave);
    for (size_t i = 0; i < reader->count; i++) {
        if (reader->entries[i].host != host)
            continue;
        for (size_t n = 0; n < entry->count; n++) {
            size_t e = scenario->entries[i].first_enclave + n;
            scenario->enclaves[e].partition = partitions->count + n;
            scenario->enclaves[e].tenant = tenant;
            enclave[n * tenants + tenant] = e;
        }
        tenant++;
    }
    bh_partitions_add(partitions, entry->name, entry->count, entry->nodes, enclave, tenants);
    scenario->nodes += entry->nodes;
    free(enclave);
}

/* There is a part on each node. */
static int count_parts(const struct reader *reader, struct bh_error *err)
{
    struct bh_scenario *scenario = reader->scenario;
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        struct bh_enclave_spec *enclave = &scenario->enclaves[e];
        uint64_t nodes = scenario->partitions.partition[enclave->partition].nodes;
        if (enclave->parts_share >= 0)
            enclave->parts_needed = (uint64_t)fmax(1.0, ceil(enclave->parts_share * (double)nodes - 1e-9));
        if (enclave->parts_needed > nodes)
            return bh_node_fail(bh_node_find(reader->entries[enclave->entry].map, "parts-needed"), err,
                                "found %llu; expected at most %llu, since `%s` has a part on each of so many nodes",
                                (unsigned long long)enclave->parts_needed, (unsigned long long)nodes, enclave->name);
    }
    return 0;
}

/* Two entries `a` with a count and `a-2` would give two enclaves one name. */
static int check_names(const struct bh_scenario *scenario, struct bh_error *err)
{
    for (size_t i = 0; i < scenario->entries_count; i++) {
        const struct bh_enclave_spec *first = &scenario->enclaves[scenario->entries[i].first_enclave];
        for (size_t e = 0; scenario->entries[i].count == 1 && e < scenario->enclaves_count; e++)
            if (scenario->enclaves[e].entry != i && strcmp(scenario->enclaves[e].name, first->name) == 0)
                return bh_fail_at(err, first->place, "the name `%s` is also that of an enclave of the entry in line %u",
                                  first->name, scenario->enclaves[e].place.line);
    }
    return 0;
}

static int resolve(struct reader *reader, struct bh_error *err)
{
    struct bh_scenario *scenario = reader->scenario;
    uint64_t taken = 0, enclaves = 0;
    for (size_t i = 0; i < reader->count; i++) {
        reader->entries[i].map = bh_node_item(reader->list, i);
        if (read_entry(reader, &reader->entries[i], err) != 0)
            return -1;
        enclaves += reader->entries[i].count;
    }
    if (enclaves > ENCLAVES_MOST)
        return bh_node_fail(reader->list, err, "found %llu enclaves; expected at most %d", (unsigned long long)enclaves,
                            ENCLAVES_MOST);
    if (find_hosts(reader, err) != 0 || count_given(reader, &taken, err) != 0 ||
        count_rest(reader, scenario->platform_nodes - taken, err) != 0)
        return -1;
    for (size_t i = 0; i < reader->count; i++)
        if (reader->entries[i].host == i && settle_shares(reader, i, err) != 0)
            return -1;
    scenario->enclaves_count = enclaves;
    scenario->primary = 0;
    name_enclaves(reader);
    for (size_t i = 0; i < reader->count; i++)
        if (reader->entries[i].host == i)
            add_class(reader, i);
    return count_parts(reader, err) != 0 ? -1 : check_names(scenario, err);
}

int bh_enclaves_resolve(struct bh_scenario *scenario, const struct bh_node *workload, struct bh_error *err)
{
    struct reader reader = {.scenario = scenario, .list = bh_node_need(workload, "enclaves", err)};
    if (reader.list == NULL || bh_node_expect(reader.list, BH_NODE_LIST, "enclaves", err) != 0)
        return -1;
    reader.count = bh_node_count(reader.list);
    if (reader.count == 0)
        return bh_node_fail(reader.list, err, "found none; expected at least one enclave");
    reader.entries = bh_allocate(reader.count, sizeof *reader.entries);
    int status = resolve(&reader, err);
    free(reader.entries);
    return status;
}
