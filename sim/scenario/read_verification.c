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
    if (node == NULL || bh_node_is(node, "none") || bh_node_is(node, "no"))
        return 0;
    if (bh_keys_check(node, &bh_verification_keys, err) != 0)
        return -1;
    if (!application->kind->keeps_checkpoints)
        return bh_node_fail(node, err,
                            "found a verification of %s, which tolerates loss; expected none: it has no checkpoints "
                            "to go back to",
                            application->name);
    if (read_every(scenario, node, enclave, err) != 0 ||
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
    return rule < 0 ? -1 : 0;
}

int bh_verification_check(const struct bh_scenario *scenario, struct bh_error *err)
{
    bool any = false;
    for (int level = 0; level < BH_LEVELS; level++)
        any = any || scenario->checkpoint[level].enabled;
    for (size_t e = 0; e < scenario->enclaves_count && !any; e++)
        if (scenario->enclaves[e].verification.rule == BH_VERIFY_BEFORE_CHECKPOINT)
            return bh_fail_at(
                err, scenario->enclaves[e].verification.place,
                "workload.enclaves.%zu.verification.every: found checkpoint in a scenario without checkpoints; "
                "expected a time",
                scenario->enclaves[e].entry);
    return 0;
}
