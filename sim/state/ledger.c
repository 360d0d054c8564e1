/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Books node-time to its parts and lost node-time to its causes. */
#include "sim/state/ledger.h"

#include "models/base/error.h"

#include <math.h>
#include <string.h>

const char *const bh_part_names[] = {
    "compute",          "virtualization", "guards",      "composition", "noise",   "checkpoint",
    "verification",     "lost-work",      "detection",   "restart",     "restore", "repair-and-spare-wait",
    "composition-wait", "switching",      "idle-spares", "degraded",    NULL,
};

size_t bh_causes_find(struct bh_causes *causes, struct bh_cause_key key)
{
    for (size_t i = 0; i < causes->count; i++)
        if (memcmp(&causes->cause[i].key, &key, sizeof key) == 0)
            return i;
    causes->cause = bh_reallocate(causes->cause, causes->count + 1, sizeof *causes->cause);
    causes->cause[causes->count] = (struct bh_cause){.key = key};
    return causes->count++;
}

void bh_ledger_roll_back(struct bh_ledger *ledger, const struct bh_ledger *since, struct bh_cause *cause)
{
    double lost_node_s = 0.0;
    for (int part = 0; part < BH_PARTS; part++) {
        if (part >= BH_PART_LOST_WORK && part != BH_PART_DEGRADED)
            continue;
        lost_node_s += ledger->part[part] - since->part[part];
        ledger->part[part] = since->part[part];
    }
    bh_ledger_book(ledger, BH_PART_LOST_WORK, lost_node_s, cause);
}

double bh_ledger_sum(const struct bh_ledger *ledger)
{
    double sum = 0.0;
    for (int part = 0; part < BH_PARTS; part++)
        sum += ledger->part[part];
    return sum;
}

void bh_ledger_assert_sum(const struct bh_ledger *ledger, double node_s)
{
    BH_BUG_ASSERT(fabs(bh_ledger_sum(ledger) - node_s) <= 1e-9 * fabs(node_s));
}

struct bh_cause *bh_cause_at(struct bh_causes *causes, long index)
{
    return index >= 0 ? &causes->cause[index] : NULL;
}
