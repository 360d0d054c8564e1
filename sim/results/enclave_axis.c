/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The enclaves of a campaign: points may have different ones, results have one axis for all. */
#include "sim/runs/study_run.h"

#include <stdlib.h>
#include <uthash.h>

struct label {
    const char *name;
    size_t position;
    UT_hash_handle hh;
};

static struct label *find_label(struct label *known, const char *name)
{
    struct label *label;
    HASH_FIND_STR(known, name, label);
    return label;
}

/* The names of a stage that are not on the axis yet. */
static void add_labels(struct bh_campaign_enclaves *enclaves, struct label **known, const struct bh_scenario *scenario)
{
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        const char *name = scenario->enclaves[e].name;
        if (find_label(*known, name) != NULL)
            continue;
        struct label *label = bh_allocate(1, sizeof *label);
        *label = (struct label){.name = name, .position = enclaves->count++};
        HASH_ADD_KEYPTR(hh, *known, label->name, strlen(label->name), label);
        enclaves->names = bh_reallocate(enclaves->names, enclaves->count, sizeof *enclaves->names);
        enclaves->entries = bh_reallocate(enclaves->entries, enclaves->count, sizeof *enclaves->entries);
        enclaves->names[label->position] = name;
        enclaves->entries[label->position] = scenario->entries[scenario->enclaves[e].entry].name;
    }
}

static size_t largest_stage(const struct bh_campaign *campaign, size_t stages)
{
    size_t largest = 0;
    for (size_t s = 1; s < stages; s++)
        if (campaign->stages[s]->scenario->enclaves_count > campaign->stages[largest]->scenario->enclaves_count)
            largest = s;
    return largest;
}

void bh_campaign_find_enclaves(struct bh_campaign *campaign)
{
    struct bh_campaign_enclaves *enclaves = &campaign->enclaves;
    size_t stages = campaign->points + campaign->uncertain;
    struct label *known = NULL, *label, *next;
    add_labels(enclaves, &known, campaign->stages[largest_stage(campaign, stages)]->scenario);
    for (size_t s = 0; s < stages; s++)
        add_labels(enclaves, &known, campaign->stages[s]->scenario);
    enclaves->number = bh_allocate(stages * enclaves->count, sizeof *enclaves->number);
    for (size_t i = 0; i < stages * enclaves->count; i++)
        enclaves->number[i] = BH_NO_ENCLAVE;
    for (size_t s = 0; s < stages; s++) {
        const struct bh_scenario *scenario = campaign->stages[s]->scenario;
        for (size_t e = 0; e < scenario->enclaves_count; e++)
            enclaves->number[s * enclaves->count + find_label(known, scenario->enclaves[e].name)->position] = e;
    }
    HASH_ITER(hh, known, label, next)
    {
        HASH_DEL(known, label);
        free(label);
    }
}

void bh_campaign_forget_enclaves(struct bh_campaign *campaign)
{
    free(campaign->enclaves.names);
    free(campaign->enclaves.entries);
    free(campaign->enclaves.number);
    campaign->enclaves = (struct bh_campaign_enclaves){0};
}
