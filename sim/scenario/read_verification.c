/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How an enclave verifies its data: when, at what cost, and what it finds. */
#include "models/catalog/application.h"
#include "models/document/document_get.h"
#include "sim/scenario/optional_keys.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#include <string.h>

/* Of numbers of returns to one state this one takes least time, or nearly, where several states are kept (tests/oracles/silent_twin.py). */
enum { RETURNS = 2 };

/* Where silent errors are to be rare and nothing is said of verifications, each checkpoint has them at the application's cost. */
static int read_usual(const struct bh_scenario *scenario, struct bh_enclave_spec *enclave, struct bh_error *err)
{
    const struct bh_application *application = enclave->application;
    struct bh_verification_spec *verification = &enclave->verification;
    if (!bh_has_trust(scenario) || !application->kind->keeps_checkpoints)
        return 0;
    if (application->verification_cost_s.path[0] == '\0' || application->verification_recall.path[0] == '\0')
        return bh_fail_at(
            err, enclave->place,
            "found no `verification` of `%s` beside workload.trust, and no verification-cost and -recall of "
            "the application %s; expected one of both",
            enclave->name, application->name);
    verification->place = scenario->trust_place;
    verification->rule = BH_VERIFY_BEFORE_CHECKPOINT;
    verification->cost_s = application->verification_cost_s.value;
    verification->recall = application->verification_recall.value;
    verification->latency_s = application->verification_latency_s.value;
    verification->has_usual_cost = verification->has_usual_recall = verification->has_usual_latency = true;
    verification->returns = RETURNS;
    return 0;
}

/* A number that the scenario gives, or else the application's. */
static int read_number(const struct bh_node *map, const char *key, enum bh_dimension dimension,
                       const struct bh_parameter *usual, const struct bh_enclave_spec *enclave, double *value,
                       bool *is_usual, struct bh_error *err)
{
    *value = usual->value;
    *is_usual = bh_node_find(map, key) == NULL;
    if (bh_node_find(map, key) == NULL && usual->path[0] == '\0')
        return bh_node_fail(map, err, "found no key `%s`; expected one, as the application %s has no verification-%s",
                            key, enclave->application->name, key);
    return bh_optional_quantity(map, key, dimension, value, err);
}

static int read_every(const struct bh_scenario *scenario, const struct bh_node *map, struct bh_enclave_spec *enclave,
                      struct bh_error *err)
{
    struct bh_verification_spec *verification = &enclave->verification;
    const struct bh_node *every = bh_node_need(map, "every", err);
    if (every == NULL)
        return -1;
    verification->place = bh_node_place(every);
    verification->rule = BH_VERIFY_BEFORE_CHECKPOINT;
    if (bh_node_is(every, "checkpoint"))
        return 0;
    if (bh_has_trust(scenario))
        return bh_node_fail(every, err,
                            "found a time beside workload.trust (line %u), which chooses how often data is verified; "
                            "expected checkpoint",
                            scenario->trust_place.line);
    if (bh_node_find(map, "per-checkpoint") != NULL)
        return bh_node_fail(bh_node_find(map, "per-checkpoint"), err,
                            "found a number of verifications for each checkpoint, and a time between two; expected "
                            "one of both");
    verification->rule = BH_VERIFY_PERIODICALLY;
    const char *text = bh_node_text(every, err);
    if (text == NULL)
        return -1;
    if (text[0] == '\0' || strchr("+-.0123456789", text[0]) == NULL)
        return bh_node_fail(every, err, "found `%.60s`; expected checkpoint, or a time", text);
    if (bh_node_quantity(every, BH_DIMENSION_TIME, &verification->every_s, err) != 0)
        return -1;
    char found[64], work[64];
    if (verification->every_s <= 0 || verification->every_s > enclave->work_s)
        return bh_node_fail(every, err, "found %s; expected more than 0 and at most %swork, %s",
                            bh_quantity_print(verification->every_s, BH_DIMENSION_TIME, found, sizeof found),
                            enclave->work_s == scenario->work_s ? "workload." : "the enclave's ",
                            bh_quantity_print(enclave->work_s, BH_DIMENSION_TIME, work, sizeof work));
    return 0;
}

int bh_verification_read(const struct bh_scenario *scenario, const struct bh_node *node,
                         struct bh_enclave_spec *enclave, struct bh_error *err)
{
    const struct bh_application *application = enclave->application;
    struct bh_verification_spec *verification = &enclave->verification;
    verification->returns = 1;
    verification->per_checkpoint = bh_has_trust(scenario) ? 0 : 1;
    if (node == NULL)
        return read_usual(scenario, enclave, err);
    if (bh_node_is(node, "none") || bh_node_is(node, "no"))
        return 0;
    if (bh_keys_check(node, &bh_verification_keys, err) != 0)
        return -1;
    if (!application->kind->keeps_checkpoints)
        return bh_node_fail(node, err,
                            "found a verification of %s, which tolerates loss; expected none: it has no checkpoints "
                            "to go back to",
                            application->name);
    if (read_every(scenario, node, enclave, err) != 0 ||
        bh_optional_count(node, "per-checkpoint", 1, 1000, &verification->per_checkpoint, err) != 0 ||
        read_number(node, "cost", BH_DIMENSION_TIME, &application->verification_cost_s, enclave, &verification->cost_s,
                    &verification->has_usual_cost, err) != 0 ||
        read_number(node, "recall", BH_DIMENSION_PROBABILITY, &application->verification_recall, enclave,
                    &verification->recall, &verification->has_usual_recall, err) != 0 ||
        read_number(node, "latency", BH_DIMENSION_TIME, &application->verification_latency_s, enclave,
                    &verification->latency_s, &verification->has_usual_latency, err) != 0)
        return -1;
    const struct bh_node *to = bh_node_find(node, "returns-to");
    int rule = to != NULL ? bh_node_choice(to, bh_returns_names, "state to return to", err) : 0;
    verification->knows_age = rule == 1;
    if (verification->knows_age && bh_node_find(node, "returns") != NULL)
        return bh_node_fail(
            bh_node_find(node, "returns"), err,
            "found returns with returns-to: older-than-error; expected none: no state that it returns to "
            "is given up");
    if (rule < 0)
        return -1;
    verification->returns = verification->knows_age ? 1 : RETURNS;
    return bh_optional_count(node, "returns", 1, 1000, &verification->returns, err);
}

int bh_verification_check(const struct bh_scenario *scenario, struct bh_error *err)
{
    bool any = false;
    for (int level = 0; level < BH_LEVELS; level++)
        any = any || scenario->checkpoint[level].enabled;
    if (bh_has_trust(scenario) && !any)
        return bh_fail_at(
            err, scenario->trust_place,
            "workload.trust: found a target in a scenario without checkpoints; expected a level to go back to");
    for (size_t e = 0; e < scenario->enclaves_count && !any; e++)
        if (scenario->enclaves[e].verification.rule == BH_VERIFY_BEFORE_CHECKPOINT)
            return bh_fail_at(
                err, scenario->enclaves[e].verification.place,
                "workload.enclaves.%zu.verification.every: found checkpoint in a scenario without checkpoints; "
                "expected a time",
                scenario->enclaves[e].entry);
    return 0;
}
