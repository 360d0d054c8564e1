/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead check` says of shared storage: who may be faster there than the share that it holds. */
#include "command/check/parts.h"
#include "models/catalog/application.h"
#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"

#include "models/cost/storage_share.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Below this nothing is said: shares themselves are not kept any better (flows are whole numbers). */
static const double told_from = 1.01;

static bool moves_bytes(const struct bh_check *check, size_t enclave)
{
    const struct bh_scenario *scenario = check->scenario;
    const struct bh_checkpoint_spec *checkpoint = &scenario->checkpoint[BH_LEVEL_STORAGE];
    return check->facts->storage_hosts > 0 && check->facts->node_bandwidth > 0.0 && checkpoint->enabled &&
           checkpoint->write_s < 0.0 && checkpoint->read_s < 0.0 &&
           scenario->enclaves[enclave].application->kind->keeps_checkpoints;
}

/* Those that move bytes to storage, and which enclave each of them is. Enclaves on the same nodes have their links in
 * common. */
static size_t list_users(const struct bh_check *check, struct bh_storage_user *users, size_t *enclave)
{
    const struct bh_scenario *scenario = check->scenario;
    size_t count = 0;
    double *tenants = bh_allocate(scenario->partitions.count, sizeof *tenants);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        if (moves_bytes(check, e)) {
            enclave[count++] = e;
            tenants[scenario->enclaves[e].partition]++;
        }
    for (size_t u = 0; u < count; u++) {
        const struct bh_enclave_spec *spec = &scenario->enclaves[enclave[u]];
        double nodes = (double)scenario->partitions.partition[spec->partition].nodes;
        double own_rate = check->facts->node_bandwidth * nodes;
        users[u] = (struct bh_storage_user){.bytes = spec->application->checkpoint_bytes.value * nodes,
                                            .own_rate = own_rate,
                                            .own_share = own_rate / tenants[spec->partition],
                                            .weight = nodes};
    }
    free(tenants);
    return count;
}

struct bh_check_advantage *bh_check_storage_advantages(const struct bh_check *check)
{
    const struct bh_scenario *scenario = check->scenario;
    const struct bh_platform_facts *facts = check->facts;
    struct bh_storage_rates write = {facts->storage_write_bandwidth, facts->storage_write_links},
                            read = {facts->storage_read_bandwidth, facts->storage_read_links};
    struct bh_check_advantage *advantage = bh_allocate(scenario->enclaves_count, sizeof *advantage);
    struct bh_storage_user *users = bh_allocate(scenario->enclaves_count, sizeof *users);
    size_t *enclave = bh_allocate(scenario->enclaves_count, sizeof *enclave);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        advantage[e] = (struct bh_check_advantage){1.0, 1.0};
    size_t count = list_users(check, users, enclave);
    /* All on the same nodes: what limits them is common to them, too. */
    for (size_t u = 0; u < count && scenario->partitions.count > 1; u++) {
        bool is_alike = u > 0 && users[u].bytes == users[u - 1].bytes && users[u].own_share == users[u - 1].own_share &&
                        users[u].own_rate == users[u - 1].own_rate;
        advantage[enclave[u]] = is_alike ? advantage[enclave[u - 1]]
                                         : (struct bh_check_advantage){bh_storage_advantage(users, count, u, write),
                                                                       bh_storage_advantage(users, count, u, read)};
    }
    free(users);
    free(enclave);
    return advantage;
}

void bh_check_print_storage(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    struct bh_check_advantage *advantage = bh_check_storage_advantages(check);
    const char *head = "sharing";
    for (size_t i = 0; i < scenario->entries_count; i++) {
        struct bh_check_advantage most = {1.0, 1.0};
        for (size_t e = scenario->entries[i].first_enclave, n = scenario->entries[i].count; n > 0; e++, n--)
            most =
                (struct bh_check_advantage){fmax(most.write, advantage[e].write), fmax(most.read, advantage[e].read)};
        if (fmax(most.write, most.read) < told_from)
            continue;
        fprintf(stream,
                "  %-12s beside others %s writes to storage up to %.3g, reads up to %.3g times as fast as its share\n",
                head, scenario->entries[i].name, most.write, most.read);
        head = "";
    }
    if (*head == '\0')
        fprintf(stream, "  %-12s (its nodes' bandwidth and the disks are shared apart: see doc/model.md)\n", "");
    free(advantage);
}
