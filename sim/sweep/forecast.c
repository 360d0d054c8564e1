/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Times a few replicas on this machine and scales predicted costs to them. */
#include "sim/sweep/forecast.h"

#include "sim/sweep/progress_state.h"
#include "sim/sweep/worker.h"

#include <stdlib.h>

struct priced {
    size_t point;
    double cost_s;
};

static int compare_priced(const void *left, const void *right)
{
    const struct priced *a = left, *b = right;
    if (a->cost_s != b->cost_s)
        return a->cost_s < b->cost_s ? -1 : 1;
    return (a->point > b->point) - (a->point < b->point);
}

static void forget(void *context)
{
    (void)context;
}

/* Time that a unit takes of processors, whoever else is at work, in a worker of its own. */
static int time_unit(const struct bh_campaign *campaign, struct bh_worker *worker, struct bh_unit unit, double *spent_s,
                     struct bh_error *err)
{
    struct bh_record_head head;
    void *payload;
    int died = bh_worker_order(worker, unit) != 0 || bh_worker_answer(worker, &head, &payload, err) != 0;
    while (!died && head.kind == BH_WORKER_WARNING) {
        free(payload);
        died = bh_worker_answer(worker, &head, &payload, err) != 0;
    }
    if (died)
        return bh_fail(err, BH_ERROR_SYSTEM, "a worker ended before its time");
    int status = 0;
    if (head.kind == BH_RECORD_FAILED)
        status = bh_fail(err, BH_ERROR_INPUT, "%s", ((const struct bh_error *)payload)->text);
    *spent_s = head.spent_s;
    free(payload);
    (void)campaign;
    return status;
}

/* A worker's first replica finds nothing in memory that the others will find there; where it is short, these are timed. */
enum { REPLICAS_MORE = 4 };
static const double SHORT_S = 0.5;

/* The first unit of a worker loads the platform and follows exact chains; the second is a replica and no more. */
static int time_point(const struct bh_campaign *campaign, size_t point, double *fixed_s, double *replica_s,
                      struct bh_error *err)
{
    struct bh_worker worker;
    if (bh_worker_start(&worker, campaign, forget, NULL, err) != 0)
        return -1;
    int status = time_unit(campaign, &worker, (struct bh_unit){.point = point, .is_timed = 1}, fixed_s, err);
    if (status == 0)
        status =
            time_unit(campaign, &worker, (struct bh_unit){.point = point, .count = 1, .is_timed = 1}, replica_s, err);
    if (status == 0 && *replica_s < SHORT_S) {
        struct bh_unit more = {.point = point, .first = 1, .count = REPLICAS_MORE, .is_timed = 1};
        status = time_unit(campaign, &worker, more, replica_s, err);
        *replica_s /= (double)REPLICAS_MORE;
    }
    bh_worker_end(&worker, true);
    return status;
}

int bh_forecast(const struct bh_campaign *campaign, struct bh_forecast *forecast, struct bh_error *err)
{
    struct priced *priced = bh_allocate(campaign->points, sizeof *priced);
    struct bh_state state;
    double fixed_s = 0.0, ratio = 0.0;
    int status = 0;
    *forecast = (struct bh_forecast){0};
    for (size_t p = 0; p < campaign->points; p++)
        priced[p] = (struct priced){p, campaign->cost_s[p]};
    qsort(priced, campaign->points, sizeof *priced, compare_priced);
    const size_t places[] = {0, campaign->points / 2, campaign->points - 1};
    for (size_t i = 0; i < 3 && status == 0; i++) {
        double point_s, replica_s = 0.0;
        if (i > 0 && places[i] == places[i - 1])
            continue;
        status = time_point(campaign, priced[places[i]].point, &point_s, &replica_s, err);
        forecast->sampled++;
        fixed_s += point_s;
        ratio += replica_s / priced[places[i]].cost_s;
    }
    fixed_s /= (double)forecast->sampled;
    ratio /= (double)forecast->sampled;
    for (size_t p = 0; p < campaign->points; p++) {
        double all_s = fixed_s + ratio * campaign->cost_s[p] * (double)campaign->replicas;
        forecast->seconds += all_s;
        forecast->least_seconds += fixed_s + ratio * campaign->cost_s[p] * (double)campaign->least;
        forecast->longest_s = all_s > forecast->longest_s ? all_s : forecast->longest_s;
    }
    double cost_s, done_s;
    size_t done;
    bh_state_create(&state, campaign);
    bh_state_progress(&state, &forecast->units, &done, &cost_s, &done_s);
    forecast->bytes = 8.0 * (double)campaign->points * (double)state.policies *
                      ((double)state.layout[1].length * (double)campaign->replicas + (double)state.layout[0].length);
    bh_state_release(&state);
    free(priced);
    return status;
}
