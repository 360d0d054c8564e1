/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The JSON object of `--json` and `report --format json`. */
#include "analysis/tables/json.h"

#include "analysis/measures/measures.h"
#include "analysis/measures/verdict.h"
#include "analysis/reader/view_points.h"
#include "analysis/tables/summary_interaction.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval(struct bh_estimate estimate)
{
    return isfinite(estimate.low) && isfinite(estimate.high) ? json_pack("[f, f]", estimate.low, estimate.high)
                                                             : json_null();
}

static json_t *estimate_object(struct bh_estimate estimate, const char *unit)
{
    if (!isfinite(estimate.mean))
        return json_null();
    return json_pack("{s:f, s:o, s:s}", "mean", estimate.mean, "ci95", interval(estimate), "unit", unit);
}

static json_t *containment_object(const struct bh_view *view, size_t policy, size_t point)
{
    static const char *const scopes[] = {"process", "guest", "node", "enclave"};
    json_t *object = json_object();
    for (size_t i = 0; i < BH_COUNT(scopes); i++) {
        size_t scope = bh_view_find_label(&view->scope, scopes[i]);
        if (scope == view->scope.count)
            continue;
        json_t *entry = estimate_object(bh_measure_containment(view, policy, point, scope), "1");
        if (json_is_object(entry) && view->numbers[BH_METRIC_containment_exact] != NULL)
            json_object_set_new(entry, "exact",
                                number(view->numbers[BH_METRIC_containment_exact]
                                                    [(policy * view->points + point) * view->scope.count + scope]));
        json_object_set_new(object, scopes[i], entry);
    }
    return object;
}

/* Where none was seen, the ratio is the exact chain's; the interval is that of none of the errors exposed. */
static json_t *escape_object(const struct bh_view *view, size_t policy, size_t point)
{
    json_t *object = json_object();
    for (size_t b = 0; b < view->boundary.count; b++) {
        size_t at = (policy * view->points + point) * view->boundary.count + b;
        struct bh_escape escape = bh_measure_escape_or_exact(view, policy, point, b);
        json_object_set_new(object, view->boundary.labels[b],
                            json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "ratio", number(escape.ratio.mean),
                                      "from", escape.is_exact ? "exact chain" : "replicas", "ci95",
                                      interval(escape.ratio), "seen", number(escape.seen), "exposed",
                                      number(escape.exposed), "exact",
                                      number(view->numbers[BH_METRIC_escape_exact][at]), "low",
                                      number(view->numbers[BH_METRIC_escape_low][at]), "high",
                                      number(view->numbers[BH_METRIC_escape_high][at])));
    }
    return object;
}

static json_t *deviation_object(struct bh_deviation deviation, const struct bh_interaction *interaction)
{
    if (isnan(deviation.difference))
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:b}", "simulated_less_exact", deviation.difference, "standard_error",
                     deviation.error, "level", deviation.level, "beyond_chance",
                     deviation.level < interaction->chance_level);
}

static json_t *interaction_object(const struct bh_view *view, size_t policy, size_t point)
{
    struct bh_interaction interaction = bh_interaction_at(view, point);
    json_t *containment = json_object(), *escape = json_object();
    for (size_t s = 0; s < view->scope.count; s++)
        json_object_set_new(containment, view->scope.labels[s],
                            deviation_object(bh_measure_containment_interaction(view, policy, point, s), &interaction));
    for (size_t b = 0; b < view->boundary.count; b++)
        json_object_set_new(escape, view->boundary.labels[b],
                            deviation_object(bh_measure_escape_interaction(view, policy, point, b), &interaction));
    return json_pack("{s:o, s:o}", "containment", containment, "escape", escape);
}

static json_t *extent_object(const struct bh_view *view, const double *extent, size_t policy, size_t point)
{
    json_t *object = json_object();
    for (size_t s = 0; s < view->scope.count; s++)
        json_object_set_new(object, view->scope.labels[s],
                            estimate_object(bh_measure_extent(view, extent, policy, point, s), "1"));
    return object;
}

static json_t *breakdown_object(const struct bh_view *view, size_t policy, size_t point, size_t enclave)
{
    json_t *object = json_object();
    for (size_t p = 0; p < view->part.count; p++)
        json_object_set_new(object, view->part.labels[p],
                            number(bh_measure_part(view, policy, point, enclave, p).mean));
    return object;
}

static json_t *point_object(const struct bh_view *view, size_t point)
{
    json_t *object = json_object();
    for (size_t a = 0; a < view->axes_count; a++) {
        const struct bh_view_axis *axis = &view->axes[a];
        size_t position = bh_view_position(view, point, a);
        json_object_set_new(object, axis->name,
                            axis->numbers != NULL ? number(axis->numbers[position])
                                                  : json_string(axis->labels[position]));
    }
    return object;
}

/* A sum of counts over replicas. */
static json_t *total(struct bh_estimate per_replica, size_t replicas)
{
    double sum = per_replica.mean * (double)replicas;
    return isfinite(sum) ? json_integer((json_int_t)llround(sum)) : json_null();
}

static json_t *verdict_object(const struct bh_view *view, size_t policy, size_t point)
{
    struct bh_verdict verdict;
    bh_find_verdict(view, policy, point, &verdict);
    json_t *object =
        json_pack("{s:s, s:{s:o, s:o, s:o}, s:{s:o, s:o, s:o}}", "text", verdict.text, "crash_contained", "exact",
                  number(verdict.contained_exact), "ratio", number(verdict.contained_seen.mean), "ci95",
                  interval(verdict.contained_seen), "host_effects", "exact", number(verdict.effects_exact), "ratio",
                  number(verdict.effects_seen.mean), "ci95", interval(verdict.effects_seen));
    if (view->numbers[BH_METRIC_degraded_errors] != NULL)
        json_object_set_new(object, "affected_nothing_down",
                            json_pack("{s:o, s:o, s:o}", "exact", number(verdict.degraded_exact), "ratio",
                                      number(verdict.degraded_seen.mean), "ci95", interval(verdict.degraded_seen)));
    return object;
}

static json_t *silent_object(const struct bh_silent_measures *m)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "verifications",
                     estimate_object(m->verifications, "1"), "found", estimate_object(m->found, "1"), "rollbacks",
                     estimate_object(m->rollbacks, "1"), "beginnings", estimate_object(m->beginnings, "1"),
                     "wrong_results", estimate_object(m->corrupt, "1"), "detection_delay_s",
                     number(m->detection_delay_s), "tainted_ranks_mean", number(m->tainted_ranks_mean),
                     "tainted_ranks_most", number(m->tainted_ranks_most));
}

/* Per million node-hours. */
static json_t *wrong_rate_object(struct bh_estimate per_node_s)
{
    const double million_h = 1e6 * 3600;
    return estimate_object(
        (struct bh_estimate){per_node_s.mean * million_h, per_node_s.low * million_h, per_node_s.high * million_h},
        "1/(1e6 node-hours)");
}

static json_t *node_hours_object(struct bh_estimate node_s)
{
    return estimate_object((struct bh_estimate){node_s.mean / 3600, node_s.low / 3600, node_s.high / 3600},
                           "node-hours");
}

static json_t *enclaves_array(const struct bh_view *view, size_t policy, size_t point)
{
    json_t *array = json_array();
    for (size_t e = 0; e < view->enclave.count; e++) {
        struct bh_measures m;
        bh_measure(view, policy, point, e, &m);
        json_array_append_new(
            array, json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", view->enclave.labels[e],
                             "unfinished", (int)m.unfinished, "makespan", estimate_object(m.makespan_s, "s"), "price",
                             number(m.price), "net_overhead", estimate_object(m.net_overhead, "1"), "slowdown",
                             estimate_object(m.slowdown, "1"), "useful_work_rate", estimate_object(m.work_rate, "1"),
                             "mtti", estimate_object(m.mtti_s, "s"), "interruptions",
                             number(m.interruptions / (double)m.replicas), "wrong_results",
                             estimate_object(m.wrong, "1"), "verification", estimate_object(m.verification, "1")));
    }
    return array;
}

static json_t *policy_object(const struct bh_view *view, size_t policy, size_t point, size_t enclave)
{
    struct bh_measures m;
    bh_measure(view, policy, point, enclave, &m);
    struct bh_estimate price = {m.price, NAN, NAN};
    double nodes = bh_view_nodes(view, point);
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(view->policy.labels[policy]));
    json_object_set_new(object, "system", json_string(view->policy_system[policy]));
    json_object_set_new(object, "nodes", nodes > 0 ? json_integer((json_int_t)llround(nodes)) : json_null());
    json_object_set_new(object, "point", point_object(view, point));
    json_object_set_new(object, "replicas", json_integer((json_int_t)m.replicas));
    json_object_set_new(object, "unfinished", json_integer((json_int_t)m.unfinished));
    json_object_set_new(object, "makespan", estimate_object(m.makespan_s, "s"));
    json_object_set_new(object, "price", estimate_object(price, "1"));
    json_object_set_new(object, "net_overhead", estimate_object(m.net_overhead, "1"));
    json_object_set_new(object, "slowdown", estimate_object(m.slowdown, "1"));
    json_object_set_new(object, "useful_work_rate", estimate_object(m.work_rate, "1"));
    json_object_set_new(object, "mtti", estimate_object(m.mtti_s, "s"));
    json_object_set_new(object, "wrong_results", estimate_object(m.wrong, "1"));
    json_object_set_new(object, "right_results", estimate_object(m.right, "1"));
    json_object_set_new(object, "wrong_results_rate", wrong_rate_object(m.wrong_per_node_s));
    json_object_set_new(object, "verification", estimate_object(m.verification, "1"));
    json_object_set_new(object, "cost_per_right_result", node_hours_object(m.right_node_s));
    json_object_set_new(object, "enclaves", enclaves_array(view, policy, point));
    json_object_set_new(object, "containment", containment_object(view, policy, point));
    json_object_set_new(object, "escape", escape_object(view, policy, point));
    json_object_set_new(object, "interaction", interaction_object(view, policy, point));
    json_object_set_new(
        object, "extent",
        json_pack("{s:o, s:o}", "system", extent_object(view, view->numbers[BH_METRIC_system_extent], policy, point),
                  "application", extent_object(view, view->numbers[BH_METRIC_application_extent], policy, point)));
    json_object_set_new(object, "breakdown", breakdown_object(view, policy, point, enclave));
    if (view->numbers[BH_METRIC_unacceptable] != NULL)
        json_object_set_new(object, "unacceptable", estimate_object(bh_measure_unacceptable(view, policy, point), "1"));
    if (bh_has_verdict(view))
        json_object_set_new(object, "verdict", verdict_object(view, policy, point));
    struct bh_silent_measures silent;
    if (bh_measure_silent(view, policy, point, enclave, &silent))
        json_object_set_new(object, "silent", silent_object(&silent));
    json_object_set_new(object, "faults", total(m.faults, m.replicas));
    json_object_set_new(object, "errors", total(m.errors, m.replicas));
    json_object_set_new(object, "failures", total(m.failures, m.replicas));
    return object;
}

/* As text where readers of JSON hold no such number. */
static json_t *whole(uint64_t number)
{
    char text[24];
    if (number <= INT64_MAX)
        return json_integer((json_int_t)number);
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return json_string(text);
}

int bh_json_print(const struct bh_view *view, size_t enclave, FILE *stream, struct bh_error *err)
{
    json_t *policies = json_array();
    for (size_t point = 0; point < view->points; point++)
        for (size_t p = 0; p < view->policy.count; p++)
            json_array_append_new(policies, policy_object(view, p, point, enclave));
    json_t *root = json_object();
    json_object_set_new(root, "scenario", json_string(view->scenario));
    json_object_set_new(root, "version", json_string(view->version));
    json_object_set_new(root, "seed", whole(view->seed));
    if (view->reproduces_input)
        json_object_set_new(root, "note", json_string("reproduced, not predicted"));
    json_object_set_new(root, "enclave", json_string(view->enclave.labels[enclave]));
    if (view->resamples != NULL)
        json_object_set_new(root, "intervals_of_means", json_string("bca"));
    json_object_set_new(root, "policies", policies);
    int status = json_dumpf(root, stream, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12));
    json_decref(root);
    if (status != 0 || fputc('\n', stream) == EOF)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot write JSON: %s", strerror(errno));
    return 0;
}
