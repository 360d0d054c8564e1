/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The machine of a scenario: its file, what tells it from others, and a look at it in a child process. */
#include "sim/runs/probe.h"

#include "models/catalog/catalog.h"
#include "models/catalog/machine.h"
#include "sim/platform/parametric.h"
#include "sim/platform/platform.h"
#include "sim/platform/probe.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A platform that was looked at, by its key. */
struct probed {
    char *key;
    struct bh_platform_facts facts;
};

struct bh_probes {
    size_t count;
    struct probed *platform;
};

char *bh_prepare_platform(const struct bh_scenario *scenario, int *is_temporary, struct bh_error *err)
{
    return bh_platform_prepare(scenario->platform_file, scenario->catalog->machine,
                               scenario->platform_nodes + scenario->spares, scenario->platform_place, is_temporary,
                               err);
}

char *bh_platform_key(const struct bh_scenario *scenario)
{
    const struct bh_machine *machine = scenario->catalog->machine;
    char *key = bh_print_text("%s %llu", scenario->platform_file,
                              (unsigned long long)(scenario->platform_nodes + scenario->spares));
    if (machine == NULL)
        return key;
    const struct bh_parameter *const numbers[] = {
        &machine->nodes_per_cabinet, &machine->cabinets_per_group, &machine->node_speed,    &machine->node_bandwidth,
        &machine->latency_s,         &machine->global_bandwidth,   &machine->storage_hosts, &machine->disks_per_host,
        &machine->at_nodes,          &machine->bandwidth,          &machine->exponent,      &machine->read_per_write};
    for (size_t i = 0; i < BH_COUNT(numbers); i++)
        bh_add_text(&key, " ", "%a", numbers[i]->value);
    return key;
}

int bh_probe_platform(const struct bh_scenario *scenario, struct bh_platform_facts *facts, struct bh_error *err)
{
    int is_temporary = 0;
    uint64_t nodes = scenario->platform_nodes + scenario->spares;
    const struct bh_machine *machine = scenario->catalog->machine;
    if (machine != NULL && bh_platform_parametric_facts(machine, nodes, facts))
        return bh_scenario_check_platform(scenario, facts, err);
    char *xml = bh_prepare_platform(scenario, &is_temporary, err);
    if (xml == NULL)
        return -1;
    int status = bh_platform_probe(xml, nodes, scenario->platform_place, facts, err);
    if (is_temporary)
        unlink(xml);
    free(xml);
    return status != 0 ? -1 : bh_scenario_check_platform(scenario, facts, err);
}

struct bh_probes *bh_probes_create(void)
{
    return bh_allocate(1, sizeof(struct bh_probes));
}

void bh_probes_destroy(struct bh_probes *probes)
{
    if (probes == NULL)
        return;
    for (size_t i = 0; i < probes->count; i++)
        free(probes->platform[i].key);
    free(probes->platform);
    free(probes);
}

/* The newest first: points of one platform mostly follow each other. */
int bh_probes_ask(struct bh_probes *probes, const struct bh_scenario *scenario, struct bh_platform_facts *facts,
                  struct bh_error *err)
{
    char *key = bh_platform_key(scenario);
    for (size_t i = probes->count; i-- > 0;)
        if (strcmp(probes->platform[i].key, key) == 0) {
            free(key);
            *facts = probes->platform[i].facts;
            return bh_scenario_check_platform(scenario, facts, err);
        }
    if (bh_probe_platform(scenario, facts, err) != 0) {
        free(key);
        return -1;
    }
    probes->platform = bh_reallocate(probes->platform, probes->count + 1, sizeof *probes->platform);
    probes->platform[probes->count++] = (struct probed){key, *facts};
    return 0;
}
