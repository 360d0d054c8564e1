/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds every row of a store: where it is in mapped memory, and how many replicas each point has. */
#include "sim/sweep/parts.h"

#include <stdlib.h>

static int take(void *context, const struct bh_record_head *head, const void *payload, struct bh_error *err)
{
    struct bh_merge *merge = context;
    if (bh_state_take(&merge->state, head, payload, err) != 0)
        return -1;
    size_t length = merge->state.layout[1].length * merge->policies;
    uint64_t replicas = head->kind == BH_RECORD_REPLICAS ? bh_state_clip(merge->campaign, head) : 0;
    const size_t *points;
    size_t count = bh_identities_find(merge->campaign->identities, head->identity, &points);
    for (size_t i = 0; i < count; i++) {
        if (head->kind == BH_RECORD_POINT)
            merge->point_rows[points[i]] = payload;
        for (uint64_t r = 0; r < replicas; r++)
            merge->replica_rows[points[i] * merge->campaign->replicas + head->first + r] =
                (struct bh_merge_row){(const double *)payload + r * length, head, r};
    }
    return 0;
}

const double *bh_merge_replica(const struct bh_merge *merge, size_t point, size_t policy, uint64_t replica)
{
    const double *row = merge->replica_rows[point * merge->campaign->replicas + replica].row;
    return row != NULL ? row + policy * merge->state.layout[1].length : NULL;
}

const double *bh_merge_point(const struct bh_merge *merge, size_t point, size_t policy)
{
    const double *row = merge->point_rows[point];
    return row != NULL ? row + policy * merge->state.layout[0].length : NULL;
}

/* How many replicas each point counts with, and the most of them. */
static void count_replicas(struct bh_merge *merge)
{
    merge->replicas = 1;
    for (size_t p = 0; p < merge->campaign->points; p++) {
        bool is_final;
        uint64_t target = bh_state_target(&merge->state, p, &is_final);
        uint64_t count = bh_state_count(&merge->state, p);
        merge->missing += !merge->state.point_done[p];
        uint64_t gaps = 0;
        for (uint64_t r = 0; r < target; r++)
            gaps += !merge->state.replica_done[p * merge->campaign->replicas + r];
        merge->missing += (gaps + merge->campaign->chunk - 1) / merge->campaign->chunk;
        merge->counts[p] = is_final && target < count ? target : count;
        if (!merge->campaign->precision.is_on)
            merge->counts[p] = target; /* with gaps, as they are */
        if (merge->counts[p] > merge->replicas)
            merge->replicas = merge->counts[p];
    }
}

int bh_merge_create(struct bh_merge *merge, const struct bh_campaign *campaign, const struct bh_store_view *view,
                    struct bh_error *err)
{
    *merge = (struct bh_merge){.campaign = campaign, .policies = campaign->first->policies_count};
    bh_state_create(&merge->state, campaign);
    merge->point_rows = bh_allocate(campaign->points, sizeof *merge->point_rows);
    merge->replica_rows = bh_allocate(campaign->points * campaign->replicas, sizeof *merge->replica_rows);
    merge->counts = bh_allocate(campaign->points, sizeof *merge->counts);
    if (bh_store_view_visit(view, take, merge, err) != 0)
        return -1;
    count_replicas(merge);
    return 0;
}

void bh_merge_release(struct bh_merge *merge)
{
    bh_state_release(&merge->state);
    free(merge->point_rows);
    free(merge->replica_rows);
    free(merge->counts);
    *merge = (struct bh_merge){0};
}
