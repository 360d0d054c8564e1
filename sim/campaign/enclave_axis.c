/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Gathers the names of all scenarios' enclaves. */
#include "sim/campaign/enclave_axis.h"

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

/* The names of a scenario that are not on the axis yet. */
static void add_labels(struct bh_enclave_axis *axis, struct label **known, const struct bh_scenario *scenario)
{
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        const char *name = scenario->enclaves[e].name;
        if (find_label(*known, name) != NULL)
            continue;
        struct label *label = bh_allocate(1, sizeof *label);
        *label = (struct label){.name = name, .position = axis->count++};
        HASH_ADD_KEYPTR(hh, *known, label->name, strlen(label->name), label);
        axis->names = bh_reallocate(axis->names, axis->count, sizeof *axis->names);
        axis->entries = bh_reallocate(axis->entries, axis->count, sizeof *axis->entries);
        axis->names[label->position] = name;
        axis->entries[label->position] = scenario->entries[scenario->enclaves[e].entry].name;
    }
}

void bh_enclave_axis_find(struct bh_enclave_axis *axis, const struct bh_scenario *const *scenarios, size_t count)
{
    struct label *known = NULL, *label, *next;
    size_t largest = 0;
    *axis = (struct bh_enclave_axis){.scenarios = count};
    for (size_t s = 1; s < count; s++)
        if (scenarios[s]->enclaves_count > scenarios[largest]->enclaves_count)
            largest = s;
    add_labels(axis, &known, scenarios[largest]);
    for (size_t s = 0; s < count; s++)
        add_labels(axis, &known, scenarios[s]);
    axis->number = bh_allocate(count * axis->count, sizeof *axis->number);
    for (size_t i = 0; i < count * axis->count; i++)
        axis->number[i] = BH_NO_ENCLAVE;
    for (size_t s = 0; s < count; s++)
        for (size_t e = 0; e < scenarios[s]->enclaves_count; e++)
            axis->number[s * axis->count + find_label(known, scenarios[s]->enclaves[e].name)->position] = e;
    HASH_ITER(hh, known, label, next)
    {
        HASH_DEL(known, label);
        free(label);
    }
}

void bh_enclave_axis_release(struct bh_enclave_axis *axis)
{
    free(axis->names);
    free(axis->entries);
    free(axis->number);
    *axis = (struct bh_enclave_axis){0};
}

size_t bh_enclave_axis_number(const struct bh_enclave_axis *axis, size_t point, size_t position)
{
    return axis->number[(axis->scenarios > 1 ? point : 0) * axis->count + position];
}
