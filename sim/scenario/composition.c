/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Questions about a scenario's compositions. */
#include "sim/scenario/composition.h"

#include "sim/scenario/scenario.h"

#include <math.h>
#include <stdlib.h>

const char *const bh_composition_media[] = {"shared-memory", "network", NULL};
const char *const bh_coupling_names[] = {"loose", "tight", NULL};
const char *const bh_pairing_names[] = {"neighbours", "random", NULL};
const char *const bh_restart_names[] = {"beside", "alone", "together", NULL};

enum bh_tie bh_composition_tie(const struct bh_composition_spec *spec)
{
    static const enum bh_tie tight[] = {BH_TIE_BESIDE, BH_TIE_ALONE, BH_TIE_TOGETHER};
    return spec->is_tight ? tight[spec->restart] : BH_TIE_LOOSE;
}

void bh_compositions_clear(struct bh_compositions *compositions)
{
    for (size_t s = 0; s < compositions->specs_count; s++)
        free((struct bh_composition_window *)compositions->specs[s].law.windows);
    for (size_t c = 0; c < compositions->count; c++)
        free(compositions->composed[c].member);
    free(compositions->specs);
    free(compositions->composed);
    free(compositions->first_of);
    free(compositions->of);
    *compositions = (struct bh_compositions){0};
}

bool bh_compositions_include(const struct bh_compositions *compositions, size_t enclave)
{
    return compositions->count > 0 && compositions->first_of[enclave + 1] > compositions->first_of[enclave];
}

bool bh_compositions_include_tenant(const struct bh_scenario *scenario, size_t class, size_t tenant)
{
    const struct bh_partition_class *partitions = &scenario->partitions.class[class];
    for (size_t n = 0; n < partitions->count; n++)
        if (bh_compositions_include(&scenario->compositions,
                                    partitions->enclave[n * partitions->tenants_count + tenant]))
            return true;
    return false;
}

static bool is_member(const struct bh_composed *composed, size_t enclave)
{
    for (size_t m = 0; m < composed->members_count; m++)
        if (composed->member[m] == enclave)
            return true;
    return false;
}

size_t bh_compositions_find(const struct bh_compositions *compositions, size_t spec, size_t one, size_t other)
{
    for (size_t i = compositions->first_of[one]; i < compositions->first_of[one + 1]; i++) {
        const struct bh_composed *composed = &compositions->composed[compositions->of[i]];
        if (composed->spec == spec && is_member(composed, other))
            return compositions->of[i];
    }
    return SIZE_MAX;
}

struct bh_composition_window bh_enclave_span(const struct bh_enclave_spec *enclave)
{
    return (struct bh_composition_window){enclave->start_s, fmin(enclave->start_s + enclave->work_s, enclave->leave_s)};
}

double bh_compositions_degree(const struct bh_scenario *scenario, size_t enclave)
{
    const struct bh_compositions *compositions = &scenario->compositions;
    if (compositions->count == 0)
        return 0.0;
    size_t first = compositions->first_of[enclave], count = compositions->first_of[enclave + 1] - first;
    const struct bh_composition_law **laws = bh_allocate(count, sizeof *laws);
    for (size_t i = 0; i < count; i++)
        laws[i] = &compositions->specs[compositions->composed[compositions->of[first + i]].spec].law;
    struct bh_composition_window span = bh_enclave_span(&scenario->enclaves[enclave]);
    double degree = bh_compositions_share(laws, count, span.from_s, span.until_s);
    free(laws);
    return degree;
}

/* Whether the tenants are members of one composition on some partition of the class. */
static bool are_linked(const struct bh_scenario *scenario, const struct bh_partition_class *class, size_t spec,
                       size_t one, size_t other)
{
    for (size_t n = 0; n < class->count; n++) {
        const size_t *enclave = &class->enclave[n * class->tenants_count];
        if (bh_compositions_find(&scenario->compositions, spec, enclave[one], enclave[other]) != SIZE_MAX)
            return true;
    }
    return false;
}

struct bh_tenant_link *bh_compositions_links(const struct bh_scenario *scenario, size_t number, size_t **spec,
                                             size_t *count)
{
    const struct bh_compositions *compositions = &scenario->compositions;
    const struct bh_partition_class *class = &scenario->partitions.class[number];
    struct bh_tenant_link *links = NULL;
    *spec = NULL;
    *count = 0;
    for (size_t s = 0; s < compositions->specs_count; s++) {
        if (compositions->specs[s].over != BH_OVER_SHARED_MEMORY)
            continue;
        for (size_t one = 0; one < class->tenants_count; one++)
            for (size_t other = one + 1; other < class->tenants_count; other++) {
                if (!are_linked(scenario, class, s, one, other))
                    continue;
                links = bh_reallocate(links, *count + 1, sizeof *links);
                *spec = bh_reallocate(*spec, *count + 1, sizeof **spec);
                links[*count] = (struct bh_tenant_link){{one, other}, compositions->specs[s].channel};
                (*spec)[(*count)++] = s;
            }
    }
    return links;
}
