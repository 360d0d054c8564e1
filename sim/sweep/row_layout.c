/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Lays the table of metrics out as a row. */
#include "sim/sweep/row_layout.h"

#include <math.h>
#include <stdlib.h>

void bh_layout_create(struct bh_layout *layout, const struct bh_campaign *campaign, bool by_replica)
{
    *layout = (struct bh_layout){.by_replica = by_replica};
    layout->entry = bh_allocate(BH_METRICS, sizeof *layout->entry);
    bh_metric_axis_sizes(campaign->first, layout->sizes);
    layout->sizes[BH_AXIS_REPLICA] = 1;
    layout->sizes[BH_AXIS_ENCLAVE] = campaign->enclaves.count;
    for (size_t m = 0; m < BH_METRICS; m++) {
        const struct bh_metric_axes *own = &bh_metric_axes[bh_metrics[m].shape];
        struct bh_layout_entry entry = {.metric = &bh_metrics[m], .offset = layout->length, .cells = 1};
        bool has_replica = false;
        for (size_t d = 0; d < own->count; d++) {
            if (own->axis[d] == BH_AXIS_REPLICA) {
                has_replica = true;
                entry.replica_place = d;
                continue;
            }
            entry.axis[entry.axes_count++] = own->axis[d];
            entry.cells *= layout->sizes[own->axis[d]];
        }
        enum bh_metric_use use = bh_metrics[m].use;
        if (has_replica != by_replica || use == BH_OVER_REPLICAS ||
            (use != BH_WITH_VERIFICATION && !campaign->says[use]))
            continue;
        layout->entry[layout->count++] = entry;
        layout->length += entry.cells;
    }
}

void bh_layout_release(struct bh_layout *layout)
{
    free(layout->entry);
    *layout = (struct bh_layout){0};
}

void bh_layout_fill(const struct bh_layout *layout, const struct bh_campaign *campaign, const struct bh_point *resolved,
                    size_t point, size_t policy, double *row)
{
    struct bh_metric_cell cell = {resolved, policy, {0}};
    for (size_t i = 0; i < layout->count; i++) {
        const struct bh_layout_entry *entry = &layout->entry[i];
        for (size_t c = 0; c < entry->cells; c++) {
            size_t rest = c;
            bool is_there = true;
            for (size_t d = entry->axes_count; d-- > 0; rest /= layout->sizes[entry->axis[d]]) {
                size_t at = rest % layout->sizes[entry->axis[d]];
                if (entry->axis[d] == BH_AXIS_ENCLAVE)
                    is_there = (at = bh_enclave_axis_number(&campaign->enclaves, point, at)) != BH_NO_ENCLAVE;
                cell.at[entry->axis[d]] = at;
            }
            row[entry->offset + c] = is_there ? bh_metric_value(entry->metric, &cell) : NAN;
        }
    }
}

size_t bh_layout_offset(const struct bh_layout *layout, enum bh_metric_name metric)
{
    for (size_t i = 0; i < layout->count; i++)
        if (layout->entry[i].metric == &bh_metrics[metric])
            return layout->entry[i].offset;
    return SIZE_MAX;
}
