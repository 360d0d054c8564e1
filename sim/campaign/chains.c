/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Each child asks for all chains of one point, and computes one of them. */
#include "sim/campaign/chains.h"

#include "models/containment/isolation_cache.h"
#include "sim/campaign/campaign.h"
#include "sim/runs/escape_ends.h"
#include "sim/runs/forked_jobs.h"
#include "sim/runs/point.h"
#include "sim/runs/progress.h"

#include <stdio.h>
#include <stdlib.h>

struct chains {
    struct bh_campaign *campaign;
    const struct bh_isolation_cache *list;
    const struct bh_chain_asker *asker;
    size_t *number; /* [job]: in the list */
    struct bh_progress *progress;
};

int bh_chain_ask(struct bh_campaign *campaign, struct bh_chain_asker asker, struct bh_isolation_cache *cache,
                 struct bh_error *err)
{
    struct bh_point *point = campaign->resolved[asker.point];
    return asker.is_ends ? bh_point_find_escape_ends(point, campaign->study, cache, err)
                         : bh_point_set_up(point, cache, err);
}

static int compute(void *context, size_t job, FILE *answer, struct bh_error *err)
{
    const struct chains *chains = context;
    size_t number = chains->number[job];
    struct bh_isolation_cache *cache = bh_isolation_cache_create_for(chains->list, number);
    if (bh_chain_ask(chains->campaign, chains->asker[number], cache, err) != 0)
        return -1;
    return bh_isolation_cache_write(cache, answer, err); /* the point goes on pointing into the cache */
}

static bool is_spent(void *context)
{
    (void)context;
    return false;
}

static int take(void *context, size_t job, const void *answer, size_t length, struct bh_error *err)
{
    const struct chains *chains = context;
    (void)job;
    bh_progress_step(chains->progress);
    return bh_isolation_cache_take(chains->campaign->isolations, answer, length, err);
}

static char *describe(void *context, size_t job, char *buffer, size_t size)
{
    const struct chains *chains = context;
    snprintf(buffer, size, "exact chain %zu, of point %zu", chains->number[job],
             chains->asker[chains->number[job]].point);
    return buffer;
}

static void warn(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "%s\n", text);
}

int bh_chains_compute(struct bh_campaign *campaign, const struct bh_isolation_cache *list,
                      const struct bh_chain_asker *asker, unsigned jobs, bool shows_progress, struct bh_error *err)
{
    size_t listed = bh_isolation_cache_count(list), count = 0;
    struct chains chains = {campaign, list, asker, bh_allocate(listed + 1, sizeof *chains.number), NULL};
    for (size_t n = 0; n < listed; n++)
        if (bh_isolation_cache_channels(list, n) >= BH_CHAIN_OF_MANY_CHANNELS && !bh_isolation_cache_is_kept(list, n))
            chains.number[count++] = n;
    int status = 0;
    if (count > 1) {
        chains.progress = bh_progress_start("exact chains", count, shows_progress);
        struct bh_workers workers = {.jobs = count,
                                     .at_once = jobs,
                                     .context = &chains,
                                     .work = compute,
                                     .is_spent = is_spent,
                                     .done = take,
                                     .describe = describe,
                                     .warn = warn};
        status = bh_workers_run(&workers, err);
        bh_progress_end(chains.progress);
    }
    free(chains.number);
    return status;
}
