/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint transfers of a replica: from where each enclave's nodes are, and how enclaves share links and disks. */
#include "sim/replica/transfers.h"

#include "sim/state/enclave_state.h"
#include "sim/state/replica_state.h"

#include <math.h>

/* SimGrid shares a link by flows. Flows in the proportion of nodes make it fair per node: the fewest that are within
 * this much of it, if the largest partition then has no more than so many. */
static const double proportion_tolerance = 0.02;

enum { FLOWS_MOST = 16 };

static bool needs_storage(const struct bh_enclave_setup *setup)
{
    for (int level = 0; level < BH_LEVELS; level++)
        if (setup->has_level[level] && !setup->is_fixed[level] && setup->every[level] > 0)
            return true;
    return false;
}

static size_t flows_of(const struct bh_enclave *enclave, const struct bh_transfer *transfer, double flows_per_node)
{
    size_t least = bh_transfer_flows_per_storage(transfer);
    size_t fair = (size_t)fmax(1.0, round(flows_per_node * bh_enclave_nodes(enclave)));
    return fair > least ? fair : least;
}

/* The largest relative distance of an enclave's flows from its share. */
static double unfairness(const struct bh_replica *replica, struct bh_transfer *const *transfers, double flows_per_node)
{
    double most = 0.0;
    for (size_t e = 0; e < replica->setup->enclaves_count; e++) {
        const struct bh_enclave *enclave = &replica->enclaves[e];
        if (transfers[e] == NULL || bh_transfer_flows_per_storage(transfers[e]) == 0)
            continue;
        double share = flows_per_node * bh_enclave_nodes(enclave);
        most = fmax(most, fabs((double)flows_of(enclave, transfers[e], flows_per_node) / share - 1.0));
    }
    return most;
}

static double choose_flows_per_node(const struct bh_replica *replica, struct bh_transfer *const *transfers)
{
    double largest = 0.0, best = INFINITY, chosen = 0.0;
    size_t least = 1;
    for (size_t e = 0; e < replica->setup->enclaves_count; e++) {
        const struct bh_enclave *enclave = &replica->enclaves[e];
        if (transfers[e] == NULL)
            continue;
        largest = fmax(largest, bh_enclave_nodes(enclave));
        size_t flows = bh_transfer_flows_per_storage(transfers[e]);
        least = flows > least ? flows : least;
    }
    for (size_t flows = 1; flows <= (least > FLOWS_MOST ? least : FLOWS_MOST) && best > proportion_tolerance; flows++) {
        double found = unfairness(replica, transfers, (double)flows / largest);
        if (found < best) {
            best = found;
            chosen = (double)flows / largest;
        }
    }
    return chosen;
}

static void share_fairly(struct bh_replica *replica, struct bh_transfer **transfers, const struct bh_stands *stands)
{
    double flows_per_node = choose_flows_per_node(replica, transfers);
    for (size_t e = 0; e < replica->setup->enclaves_count; e++) {
        struct bh_enclave *enclave = &replica->enclaves[e];
        if (transfers[e] != NULL)
            bh_transfer_set_share(transfers[e], &stands[enclave->setup->spec->partition],
                                  flows_of(enclave, transfers[e], flows_per_node));
    }
}

int bh_replica_plan_transfers(struct bh_replica *replica, struct bh_transfer **transfers, struct bh_error *err)
{
    const struct bh_scenario *scenario = replica->setup->scenario;
    struct bh_stands *stands = NULL;
    int status = 0;
    for (size_t e = 0; e < replica->setup->enclaves_count && status == 0; e++) {
        struct bh_enclave *enclave = &replica->enclaves[e];
        if (!needs_storage(enclave->setup))
            continue;
        if (stands == NULL)
            stands = bh_place(replica->platform, &scenario->partitions, scenario->placement);
        transfers[e] = bh_transfer_create_on(replica->platform, &stands[enclave->setup->spec->partition], err);
        status = transfers[e] != NULL ? 0 : -1;
    }
    if (status == 0 && stands != NULL && scenario->partitions.count > 1)
        share_fairly(replica, transfers, stands);
    bh_stands_free(stands, scenario->partitions.count);
    return status;
}
