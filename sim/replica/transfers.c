/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint transfers of a setup: from where each enclave's nodes are, and how enclaves share links and disks. */
#include "sim/replica/transfers.h"

#include "models/base/error.h"
#include "sim/platform/placement.h"
#include "sim/platform/transfer.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/setup.h"

#include <math.h>
#include <stdlib.h>

/* SimGrid shares a link by flows. Flows in the proportion of nodes make it fair per node: the fewest that are within
 * this much of it, if the largest partition then has no more than so many. */
static const double proportion_tolerance = 0.02;

enum { FLOWS_MOST = 16 };

/* Processes move their own parts of a state. */
static bool is_planned_for(const struct bh_scenario *scenario)
{
    return scenario->resolution == BH_RESOLUTION_ENCLAVE;
}

static bool needs_storage(const struct bh_enclave_setup *setup)
{
    for (int level = 0; level < BH_LEVELS; level++)
        if (setup->has_level[level] && !setup->is_fixed[level] && setup->every[level] > 0)
            return true;
    return false;
}

static size_t flows_of(const struct bh_enclave_setup *enclave, const struct bh_transfer *transfer,
                       double flows_per_node)
{
    size_t least = bh_transfer_flows_per_storage(transfer);
    size_t fair = (size_t)fmax(1.0, round(flows_per_node * (double)enclave->nodes));
    return fair > least ? fair : least;
}

/* The largest relative distance of an enclave's flows from its share. */
static double unfairness(const struct bh_setup *setup, struct bh_transfer *const *transfers, double flows_per_node)
{
    double most = 0.0;
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        const struct bh_enclave_setup *enclave = &setup->enclaves[e];
        if (transfers[e] == NULL || bh_transfer_flows_per_storage(transfers[e]) == 0)
            continue;
        double share = flows_per_node * (double)enclave->nodes;
        most = fmax(most, fabs((double)flows_of(enclave, transfers[e], flows_per_node) / share - 1.0));
    }
    return most;
}

static double choose_flows_per_node(const struct bh_setup *setup, struct bh_transfer *const *transfers)
{
    double largest = 0.0, best = INFINITY, chosen = 0.0;
    size_t least = 1;
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        if (transfers[e] == NULL)
            continue;
        largest = fmax(largest, (double)setup->enclaves[e].nodes);
        size_t flows = bh_transfer_flows_per_storage(transfers[e]);
        least = flows > least ? flows : least;
    }
    for (size_t flows = 1; flows <= (least > FLOWS_MOST ? least : FLOWS_MOST) && best > proportion_tolerance; flows++) {
        double found = unfairness(setup, transfers, (double)flows / largest);
        if (found < best) {
            best = found;
            chosen = (double)flows / largest;
        }
    }
    return chosen;
}

static void share_fairly(const struct bh_setup *setup, struct bh_transfer **transfers, const struct bh_stands *stands)
{
    double flows_per_node = choose_flows_per_node(setup, transfers);
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        const struct bh_enclave_setup *enclave = &setup->enclaves[e];
        if (transfers[e] != NULL)
            bh_transfer_set_share(transfers[e], &stands[enclave->spec->partition],
                                  flows_of(enclave, transfers[e], flows_per_node));
    }
}

/* Beside others, nodes whose own bandwidth is less than what storage takes: links and disks are then shared as one. */
static void share_own_rates(const struct bh_setup *setup, struct bh_transfer **transfers,
                            const struct bh_platform *platform)
{
    size_t partitions = setup->scenario->partitions.count;
    struct bh_transfer **neighbour = bh_allocate(partitions, sizeof *neighbour);
    double most = fmax(bh_transfer_disks_rate(platform, BH_WRITE), bh_transfer_disks_rate(platform, BH_READ));
    for (size_t e = 0; e < setup->enclaves_count; e++) {
        const struct bh_enclave_setup *enclave = &setup->enclaves[e];
        if (transfers[e] == NULL || !(enclave->link_rate < most))
            continue;
        bh_transfer_set_own_rate(transfers[e], enclave->link_rate, neighbour[enclave->spec->partition]);
        neighbour[enclave->spec->partition] = transfers[e];
    }
    free(neighbour);
}

struct bh_transfer **bh_transfers_plan(const struct bh_setup *setup, const struct bh_platform *platform,
                                       struct bh_error *err)
{
    const struct bh_scenario *scenario = setup->scenario;
    struct bh_transfer **transfers = bh_allocate(setup->enclaves_count, sizeof(struct bh_transfer *));
    struct bh_stands *stands = NULL;
    bool is_planned = true;
    for (size_t e = 0; e < setup->enclaves_count && is_planned; e++) {
        const struct bh_enclave_setup *enclave = &setup->enclaves[e];
        if (!is_planned_for(scenario) || !needs_storage(enclave))
            continue;
        if (stands == NULL)
            stands = bh_place(platform, &scenario->partitions, scenario->placement);
        transfers[e] = bh_transfer_create_on(platform, &stands[enclave->spec->partition], err);
        is_planned = transfers[e] != NULL;
    }
    if (is_planned && stands != NULL && scenario->partitions.count > 1) {
        share_fairly(setup, transfers, stands);
        share_own_rates(setup, transfers, platform);
    }
    bh_stands_free(stands, scenario->partitions.count);
    if (is_planned)
        return transfers;
    bh_transfers_destroy(transfers, setup);
    return NULL;
}

bool bh_transfers_never_meet(struct bh_transfer *const *transfers, const struct bh_setup *setup)
{
    const struct bh_scenario *scenario = setup->scenario;
    size_t count = 0;
    for (size_t e = 0; e < setup->enclaves_count; e++)
        count += transfers[e] != NULL;
    return count <= 1 && scenario->compositions.count == 0 && scenario->engine != BH_ENGINE_SIMGRID &&
           is_planned_for(scenario);
}

void bh_transfers_destroy(struct bh_transfer **transfers, const struct bh_setup *setup)
{
    for (size_t e = 0; transfers != NULL && e < setup->enclaves_count; e++)
        bh_transfer_destroy(transfers[e]);
    free(transfers);
}
