/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Keeps track of what is done. */
#include "sim/sweep/progress_state.h"

#include "sim/campaign/precision.h"

#include <stdlib.h>
#include <string.h>

void bh_state_create(struct bh_state *state, const struct bh_campaign *campaign)
{
    *state = (struct bh_state){.campaign = campaign, .policies = campaign->first->policies_count};
    for (int i = 0; i < 2; i++)
        bh_layout_create(&state->layout[i], campaign, i == 1);
    state->point_done = bh_allocate(campaign->points, 1);
    state->replica_done = bh_allocate(campaign->points * campaign->replicas, 1);
    state->values = bh_allocate(campaign->points, sizeof *state->values);
    if (!campaign->precision.is_on)
        return;
    const struct bh_metric *metric = &bh_metrics[campaign->precision.metric];
    state->watched = bh_layout_offset(&state->layout[1], (enum bh_metric_name)campaign->precision.metric) +
                     (metric->shape == BH_BY_ENCLAVE_REPLICA ? campaign->first->primary : 0);
}

void bh_state_release(struct bh_state *state)
{
    for (size_t p = 0; state->values != NULL && p < state->campaign->points; p++)
        free(state->values[p].value);
    for (int i = 0; i < 2; i++)
        bh_layout_release(&state->layout[i]);
    free(state->values);
    free(state->point_done);
    free(state->replica_done);
    *state = (struct bh_state){0};
}

static void watch(struct bh_state *state, struct bh_unit unit, const double *rows)
{
    struct bh_values *values = &state->values[unit.point];
    size_t policies = state->policies, length = state->layout[1].length;
    if (values->room < unit.first + unit.count) {
        values->room = unit.first + unit.count;
        values->value = bh_reallocate(values->value, values->room * policies, sizeof *values->value);
    }
    for (size_t i = 0; i < unit.count * policies; i++)
        values->value[unit.first * policies + i] = rows[i * length + state->watched];
}

uint64_t bh_state_clip(const struct bh_campaign *campaign, const struct bh_record_head *head)
{
    uint64_t left = head->first < campaign->replicas ? campaign->replicas - head->first : 0;
    return head->count < left ? head->count : left;
}

static void take_point(struct bh_state *state, const struct bh_record_head *head, size_t point, const void *payload)
{
    const struct bh_campaign *campaign = state->campaign;
    struct bh_unit unit = {.point = point, .first = head->first, .count = bh_state_clip(campaign, head)};
    if (head->kind == BH_RECORD_POINT) {
        state->point_done[point] = 1;
    } else if (unit.count > 0) {
        memset(&state->replica_done[point * campaign->replicas + unit.first], 1, unit.count);
        if (campaign->precision.is_on)
            watch(state, unit, payload);
    }
}

int bh_state_take(void *context, const struct bh_record_head *head, const void *payload, struct bh_error *err)
{
    struct bh_state *state = context;
    const size_t *points;
    size_t count = 0;
    if (head->kind == BH_RECORD_START)
        return 0;
    if ((count = bh_identities_find(state->campaign->identities, head->identity, &points)) == 0) {
        state->strangers++;
        return 0;
    }
    size_t rows = head->kind == BH_RECORD_POINT ? state->policies : head->count * state->policies;
    const struct bh_layout *layout = &state->layout[head->kind == BH_RECORD_REPLICAS];
    if (head->kind != BH_RECORD_FAILED && head->length / sizeof(double) / layout->length < rows)
        return bh_fail(err, BH_ERROR_INPUT, "the store holds a record that does not fit its campaign");
    if (head->kind == BH_RECORD_FAILED) {
        state->failed++;
        return 0;
    }
    state->spent_s += head->spent_s;
    state->spent_on +=
        bh_state_cost_s(state, (struct bh_unit){.point = points[0], .first = head->first, .count = head->count});
    for (size_t i = 0; i < count; i++)
        take_point(state, head, points[i], payload);
    return 0;
}

uint64_t bh_state_count(const struct bh_state *state, size_t point)
{
    const uint8_t *done = &state->replica_done[point * state->campaign->replicas];
    const uint8_t *gap = memchr(done, 0, state->campaign->replicas);
    return gap == NULL ? state->campaign->replicas : (uint64_t)(gap - done);
}

uint64_t bh_state_target(const struct bh_state *state, size_t point, bool *is_final)
{
    const struct bh_campaign *campaign = state->campaign;
    const struct bh_values *values = &state->values[point];
    uint64_t count = bh_state_count(state, point), stop = 0;
    *is_final = true;
    if (!campaign->precision.is_on)
        return campaign->replicas;
    if (count > values->room)
        count = values->room;
    double *sample = bh_allocate(count + 1, sizeof *sample);
    for (size_t p = 0; p < state->policies && *is_final; p++) {
        for (uint64_t r = 0; r < count; r++)
            sample[r] = values->value[r * state->policies + p];
        uint64_t enough = bh_precision_stop(sample, count, campaign->precision.relative_half_width, campaign->least,
                                            campaign->replicas);
        *is_final = enough > 0;
        stop = enough > stop ? enough : stop;
    }
    free(sample);
    if (*is_final)
        return stop;
    uint64_t look = campaign->least;
    while (look <= count)
        look = bh_precision_next_look(look, campaign->replicas);
    return look;
}

bool bh_state_is_done(const struct bh_state *state, struct bh_unit unit)
{
    if (unit.count == 0)
        return state->point_done[unit.point];
    return memchr(&state->replica_done[unit.point * state->campaign->replicas + unit.first], 0, unit.count) == NULL;
}

double bh_state_cost_s(const struct bh_state *state, struct bh_unit unit)
{
    /* Fault-free runs are two per policy, and begin with exact chains: about as long as two replicas. */
    return state->campaign->cost_s[unit.point] * (unit.count > 0 ? (double)unit.count : 2.0);
}

void bh_state_progress(const struct bh_state *state, size_t *units, size_t *done, double *cost_s, double *done_s)
{
    const struct bh_campaign *campaign = state->campaign;
    *units = *done = 0;
    *cost_s = *done_s = 0.0;
    for (size_t p = 0; p < campaign->points; p++) {
        bool is_final;
        uint64_t target = bh_state_target(state, p, &is_final);
        struct bh_unit unit = {.point = p}; /* the point's own comes first */
        for (;;) {
            double unit_s = bh_state_cost_s(state, unit);
            bool is_done = bh_state_is_done(state, unit);
            *units += 1;
            *done += is_done;
            *cost_s += unit_s;
            *done_s += is_done ? unit_s : 0.0;
            unit.first += unit.count;
            if (unit.first == target)
                break;
            unit.count = target - unit.first < campaign->chunk ? target - unit.first : campaign->chunk;
        }
    }
}

void bh_state_forget(struct bh_state *state, size_t point)
{
    free(state->values[point].value);
    state->values[point] = (struct bh_values){0};
}
