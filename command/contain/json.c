/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead contain --json` prints. */
#include "command/contain/parts.h"
#include "models/base/quantity.h"
#include "models/catalog/catalog.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/containment/critical_values.h"
#include "sim/containment/rare.h"
#include "sim/scenario/scenario.h"

#include "command/json_text.h"

#include <jansson.h>

static json_t *by_scope(const double *value)
{
    json_t *object = json_object();
    for (int s = 0; s < BH_SCOPES; s++)
        json_object_set_new(object, bh_scope_names[s], bh_json_number(value[s]));
    return object;
}

/* Null where the origin does not lie inside the boundary. */
static json_t *by_boundary(const double *value, const bool *inside)
{
    json_t *object = json_object();
    for (int b = 0; b < BH_BOUNDARIES; b++)
        json_object_set_new(object, bh_boundary_names[b], inside[b] ? bh_json_number(value[b]) : json_null());
    return object;
}

static json_t *answer(const struct bh_containment *containment)
{
    json_t *depth = json_array(), *object;
    for (int d = 0; d < BH_DEPTHS; d++)
        json_array_append_new(depth, bh_json_number(containment->depth[d]));
    object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "extent", by_scope(containment->extent), "beyond",
                       by_boundary(containment->beyond, containment->inside), "escape",
                       by_boundary(containment->escape, containment->inside), "silent",
                       bh_json_number(containment->silent), "depth", depth, "depth_mean",
                       bh_json_number(containment->depth_mean), "time_s", bh_json_number(containment->time_s));
    if (containment->has_needs) {
        json_t *stops = json_object();
        for (int s = 0; s < BH_STOPS_DEGRADED; s++)
            json_object_set_new(stops, bh_stops_names[s], bh_json_number(containment->stops[s]));
        json_object_set_new(object, "stops", stops);
    }
    if (containment->degrades)
        json_object_set_new(object, "degraded", bh_json_number(containment->stops[BH_STOPS_DEGRADED]));
    if (containment->trials > 0) {
        json_object_set_new(object, "trials", json_integer((json_int_t)containment->trials));
        json_object_set_new(object, "depth_standard_error", bh_json_number(containment->depth_error));
        json_object_set_new(object, "time_standard_error_s", bh_json_number(containment->time_error));
    } else {
        json_object_set_new(object, "unresolved", bh_json_number(containment->unresolved));
        json_object_set_new(object, "depth_unresolved", bh_json_number(containment->depth_unresolved));
    }
    return object;
}

static json_t *rare(const struct bh_rare_event *events)
{
    json_t *object = json_object();
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (events[b].trials > 0)
            json_object_set_new(object, bh_boundary_names[b],
                                json_pack("{s:o, s:o, s:o, s:I, s:I}", "beyond", bh_json_number(events[b].probability),
                                          "standard_error", bh_json_number(events[b].error), "relative_half_width",
                                          bh_json_number(bh_contain_half_width(&events[b])), "trials",
                                          (json_int_t)events[b].trials, "hits", (json_int_t)events[b].hits));
    return object;
}

static json_t *row(const struct bh_contain *contain, const struct bh_contain_policy *policy, size_t i)
{
    const struct bh_contain_row *row = &policy->rows[i];
    const struct bh_origin *origin = &policy->origins.entry[i].origin;
    const struct bh_zone *zone = &policy->model->tree->zones[origin->zone];
    json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o}", "zone", zone->template->name, "zone_kind",
                               bh_zone_kind_names[zone->kind], "error_kind", bh_error_kind_names[origin->kind],
                               "in_host_kernel_too", origin->also_host_kernel, "rate_per_s",
                               bh_json_number(policy->origins.entry[i].rate), "share", bh_json_number(row->share));
    json_object_set_new(object, "signalled_at_once", json_boolean(origin->ending == BH_ENDING_SIGNALLED_AT_ONCE));
    json_object_set_new(object, "enclave",
                        zone->enclave >= 0 ? json_string(bh_contain_enclave(contain, zone->enclave)->name)
                                           : json_null());
    if (row->has_exact)
        json_object_set_new(object, "exact", answer(&row->exact));
    if (row->has_simulated)
        json_object_set_new(object, "monte_carlo", answer(&row->simulated));
    if (row->has_simulated)
        json_object_set_new(object, "importance_sampling", rare(row->rare));
    return object;
}

static json_t *policy_object(const struct bh_contain *contain, const struct bh_contain_policy *policy)
{
    json_t *rows = json_array(), *all = json_object();
    for (size_t i = 0; i < policy->origins.count; i++)
        json_array_append_new(rows, row(contain, policy, i));
    bool is_exact = policy->exact_count == policy->origins.count;
    if (is_exact)
        json_object_set_new(all, "exact", answer(&policy->exact_mix));
    if (contain->wish.monte_carlo || !is_exact)
        json_object_set_new(all, "monte_carlo", answer(&policy->simulated_mix));
    json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "name", policy->spec->name, "system",
                               policy->spec->system->name, "policy", policy->spec->policy->name, "origins", rows, "all",
                               all, "node_loss_rate_per_s", bh_json_number(policy->origins.loss_rate[BH_SCOPE_NODE]));
    struct bh_zone_three three = bh_contain_zone_three(policy);
    json_object_set_new(object, "zone_three",
                        three.is_defined ? json_pack("{s:o, s:[o, o]}", "weight", bh_json_number(three.weight), "ci95",
                                                     bh_json_number(three.low), bh_json_number(three.high))
                                         : json_null());
    json_object_set_new(object, "raising_guards", bh_contain_raises_json(contain, policy));
    if (policy->too_large != NULL)
        json_object_set_new(object, "no_exact_answer", json_string(policy->too_large));
    return object;
}

/* --- Sensitivity ---------------------------------------------------------------------------------------------------- */

static json_t *outcomes(const double *value)
{
    static const bool all[BH_BOUNDARIES] = {true, true, true, true};
    return json_pack("{s:o, s:o, s:o, s:o}", "extent", by_scope(value), "escape",
                     by_boundary(value + BH_OUTCOME_BEYOND, all), "silent", bh_json_number(value[BH_OUTCOME_SILENT]),
                     "time_s", bh_json_number(value[BH_OUTCOME_TIME]));
}

static json_t *numbers_of(const struct bh_contain *contain, size_t p)
{
    const struct bh_contain_sensitivity *all = contain->sensitivity;
    const struct bh_catalog *catalog = contain->scenario->catalog;
    json_t *list = json_array();
    for (size_t i = 0; i < all->order_count[p]; i++) {
        size_t n = all->order[p * catalog->parameters_count + i];
        const struct bh_parameter *parameter = catalog->parameters[n];
        json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:[o, o], s:o}", "path", parameter->path, "value",
                                              bh_json_number(parameter->value), "unit",
                                              bh_dimension_unit(parameter->dimension), "range",
                                              bh_json_number(parameter->low), bh_json_number(parameter->high),
                                              "derivative", outcomes(&all->policies[p].slope[n * BH_OUTCOMES])));
    }
    return list;
}

static json_t *sensitivity(const struct bh_contain *contain)
{
    const struct bh_contain_sensitivity *all = contain->sensitivity;
    json_t *policies = json_array(), *swaps = json_array();
    for (size_t p = 0; p < contain->policies_count; p++)
        if (all->policies[p].numbers > 0)
            json_array_append_new(policies,
                                  json_pack("{s:s, s:o, s:o}", "name", contain->policies[p].spec->name, "value",
                                            outcomes(all->policies[p].value), "numbers", numbers_of(contain, p)));
    for (size_t i = 0; i < all->swaps_count; i++) {
        const struct bh_swap *swap = &all->swaps[i];
        const struct bh_parameter *parameter = contain->scenario->catalog->parameters[swap->number];
        json_array_append_new(swaps,
                              json_pack("{s:s, s:o, s:o, s:s, s:s, s:s}", "path", parameter->path, "value",
                                        bh_json_number(parameter->value), "critical", bh_json_number(swap->critical),
                                        "unit", bh_dimension_unit(parameter->dimension), "less_before",
                                        contain->policies[swap->first].spec->name, "more_before",
                                        contain->policies[swap->second].spec->name));
    }
    return json_pack("{s:s, s:o, s:o}", "boundary", bh_boundary_names[all->boundary], "policies", policies,
                     "critical_values", swaps);
}

void bh_contain_print_json(const struct bh_contain *contain, FILE *stream)
{
    json_t *policies = json_array();
    for (size_t p = 0; p < contain->policies_count; p++)
        json_array_append_new(policies, policy_object(contain, &contain->policies[p]));
    json_t *object = json_pack("{s:s, s:o, s:I, s:o}", "scenario", contain->scenario->name, "seed",
                               bh_json_whole(contain->wish.trials.seed), "trials",
                               (json_int_t)contain->wish.trials.trials, "policies", policies);
    if (contain->agreement.outcomes > 0)
        json_object_set_new(object, "agreement",
                            json_pack("{s:b, s:I, s:o, s:s}", "agrees", !bh_contain_disagrees(contain), "outcomes",
                                      (json_int_t)contain->agreement.outcomes, "least_level",
                                      bh_json_number(contain->agreement.least_level), "of",
                                      contain->agreement.worst ? contain->agreement.worst : "none"));
    json_object_set_new(object, "silent_errors", bh_contain_silent_json(contain->silent));
    if (contain->prices != NULL)
        json_object_set_new(object, "prices", bh_contain_prices_json(contain->prices));
    if (contain->sensitivity != NULL)
        json_object_set_new(object, "sensitivity", sensitivity(contain));
    json_dumpf(object, stream, JSON_INDENT(2));
    fputc('\n', stream);
    json_decref(object);
}
