/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The part of `bulkhead check` that says how errors multiply: the spectral radius of the mean matrix of their live copies. */
#include "command/check/parts.h"

#include "models/base/wrap.h"
#include "models/words/words.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/reach.h"

#include <math.h>

/* Whose copies come to most in all. */
static size_t worst_type(const struct bh_error_reach *reach)
{
    size_t worst = 0;
    for (size_t i = 1; i < reach->types_count; i++)
        if (reach->total[i] > reach->total[worst])
            worst = i;
    return worst;
}

static const char *owner_of(const struct bh_scenario *scenario, const struct bh_error_reach_type *type)
{
    const struct bh_partition_class *class = &scenario->partitions.class[type->class];
    return type->tenant >= 0 ? scenario->entries[scenario->enclaves[class->enclave[type->tenant]].entry].name : "";
}

void bh_check_print_reach(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    bool warns = false;
    fputs("\nHow errors multiply: spectral radius of the mean number of copies that a live copy makes (kind of zone by "
          "enclave,\n"
          "all guards and compositions on), and the copies in all that come of one, by the branching process\n",
          stream);
    for (size_t p = 0; p < scenario->policies_count; p++) {
        struct bh_error_reach *reach = bh_error_reach_create(scenario, p);
        const struct bh_error_reach_type *worst = &reach->type[worst_type(reach)];
        const char *owner = owner_of(scenario, worst);
        fprintf(stream, "  %-36s %8.3g", scenario->policies[p].name, reach->radius);
        if (reach->radius < 1.0)
            fprintf(stream, "   at most %.4g, from %s%s%s\n", reach->total[worst_type(reach)],
                    bh_zone_kind_names[worst->kind], *owner ? " of " : "", owner);
        else
            fputs("   without end\n", stream);
        warns = warns || reach->radius >= 1.0;
        bh_error_reach_destroy(reach);
    }
    if (warns)
        bh_wrap_write(
            "  warning: at 1 or above an error goes on for as long as there are zones that it was not in; what "
            "bounds it is that it uses each way once, and takes each enclave down once for each time that it "
            "comes back",
            BH_CHECK_WIDTH, 2, stream);
}

json_t *bh_check_reach_json(const struct bh_check *check)
{
    const struct bh_scenario *scenario = check->scenario;
    json_t *rows = json_array();
    for (size_t p = 0; p < scenario->policies_count; p++) {
        struct bh_error_reach *reach = bh_error_reach_create(scenario, p);
        json_t *types = json_array(), *row = json_pack("{s:s, s:f, s:b}", "policy", scenario->policies[p].name,
                                                       "spectral_radius", reach->radius, "ends", reach->radius < 1.0);
        for (size_t i = 0; i < reach->types_count; i++) {
            double total = reach->total[i];
            json_array_append_new(types, json_pack("{s:s, s:s, s:o}", "zone", bh_zone_kind_names[reach->type[i].kind],
                                                   "enclave", owner_of(scenario, &reach->type[i]), "copies",
                                                   isfinite(total) ? json_real(total) : json_null()));
        }
        json_object_set_new(row, "from", types);
        json_array_append_new(rows, row);
        bh_error_reach_destroy(reach);
    }
    return rows;
}
