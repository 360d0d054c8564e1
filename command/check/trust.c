/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The part of `bulkhead check` that says which patterns of checkpoints and verifications were chosen for workload.trust. */
#include "command/check/parts.h"
#include "models/base/error.h"
#include "models/containment/isolation_cache.h"

#include "analysis/tables/table.h"
#include "command/json_text.h"
#include "models/base/quantity.h"
#include "models/base/wrap.h"
#include "sim/runs/progress.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/setup.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Calls `tell` for each enclave that a pattern was chosen for, under each policy; entries of many tell of the first. */
struct of {
    const struct bh_setup *setup;
    const struct bh_enclave_setup *enclave;
    double native_s; /* its work under the baseline, with nothing that strikes and nothing kept */
};
typedef void (*teller)(const struct of *of, void *context);
static void for_each(const struct bh_check *check, teller tell, void *context)
{
    const struct bh_scenario *scenario = check->scenario;
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    struct bh_error unheard = {0};
    struct bh_setup *native = bh_setup_create_baseline(scenario, check->facts, cache, &unheard);
    struct bh_progress *progress = bh_progress_start_on_terminal("patterns", scenario->policies_count);
    for (size_t p = 0; p < scenario->policies_count; p++) {
        struct bh_error ignored = {0};
        struct bh_setup *setup = bh_setup_create(scenario, p, check->facts, cache, &ignored);
        for (size_t i = 0; i < scenario->entries_count && setup != NULL && native != NULL; i++) {
            size_t e = scenario->entries[i].first_enclave;
            struct of of = {setup, &setup->enclaves[e],
                            native->enclaves[e].spec->work_s * native->enclaves[e].wall_per_work};
            if (of.enclave->trust.pattern.intervals > 0)
                tell(&of, context);
        }
        bh_setup_destroy(setup);
        bh_progress_step(progress);
    }
    bh_progress_end(progress);
    bh_setup_destroy(native);
    bh_isolation_cache_destroy(cache);
}

static double interval_s(const struct bh_enclave_setup *enclave)
{
    return enclave->interval_work_s * enclave->wall_per_work;
}

struct told {
    struct bh_table *table;
    bool any_missed;
};

static void tell_row(const struct of *of, void *context)
{
    const struct bh_enclave_setup *enclave = of->enclave;
    struct told *told = context;
    const struct bh_pattern_choice *trust = &enclave->trust;
    char text[64], least[64] = "";
    bool is_bare = enclave->verification.rule == BH_VERIFY_NEVER;
    enum bh_level nearest = bh_setup_nearest_level(enclave);
    bh_table_cell(told->table, "%s", of->setup->policy->name);
    bh_table_cell(told->table, "%s", enclave->spec->name);
    if (isinf(enclave->interval_work_s))
        bh_table_cell(told->table, "none");
    else
        bh_table_cell(told->table, "%s", bh_quantity_print(interval_s(enclave), BH_DIMENSION_TIME, text, sizeof text));
    bh_table_cell(told->table, is_bare ? "none" : "%" PRIu64, enclave->verification.per_checkpoint);
    bh_table_cell(told->table, "%" PRIu64, enclave->keep[nearest]);
    if (isfinite(trust->outcome.expected_s))
        bh_table_cell(told->table, "%.3g %%", 100.0 * (trust->outcome.expected_s / of->native_s - 1.0));
    else
        bh_table_cell(told->table, "hardly ends");
    bh_table_cell(told->table, "%.3g %%", 100.0 * trust->outcome.wrong);
    if (!trust->is_met)
        snprintf(least, sizeof least, "no, %.3g %% at best", 100.0 * trust->least_wrong);
    bh_table_cell(told->table, "%s", trust->is_met ? "yes" : least);
    told->any_missed = told->any_missed || !trust->is_met;
}

void bh_check_print_trust(const struct bh_check *check, FILE *stream)
{
    if (!bh_has_trust(check->scenario))
        return;
    struct told told = {.table = bh_table_create()};
    static const char *const heads[] = {"policy", "enclave",  "interval", "verifications",
                                        "kept",   "overhead", "wrong",    "met"};
    for (size_t i = 0; i < BH_COUNT(heads); i++)
        bh_table_column(told.table, "%s", heads[i]);
    for_each(check, tell_row, &told);
    fprintf(
        stream,
        "\nPatterns: the cheapest of those that leave at most %.3g %% of runs with a wrong result (workload.trust)\n",
        100.0 * check->scenario->trust);
    bh_table_print(told.table, BH_TABLE_TEXT, stream);
    bh_wrap_write(
        "interval: of computing, between checkpoints of the nearest level. verifications: for each, evenly spaced. "
        "kept: states of each level. overhead: expected net overhead, and wrong: expected share of "
        "runs, by the chain of doc/model.md, which knows no live errors that a checkpoint brings back, no "
        "compositions and no waiting for nodes",
        BH_CHECK_WIDTH, 0, stream);
    if (told.any_missed)
        bh_wrap_write(
            "no: what strikes during the last verification, or is missed, is too much for any pattern; the one "
            "taken leaves at most twice as many wrong as the best that can be reached",
            BH_CHECK_WIDTH, 0, stream);
    bh_table_destroy(told.table);
}

static void tell_object(const struct of *of, void *context)
{
    const struct bh_enclave_setup *enclave = of->enclave;
    const struct bh_pattern_choice *trust = &enclave->trust;
    bool is_bare = enclave->verification.rule == BH_VERIFY_NEVER;
    json_array_append_new(context,
                          json_pack("{s:s, s:s, s:o, s:I, s:I, s:o, s:f, s:b, s:f}", "policy", of->setup->policy->name,
                                    "enclave", enclave->spec->name, "interval_s", bh_json_number(interval_s(enclave)),
                                    "verifications_per_checkpoint",
                                    is_bare ? 0 : (json_int_t)enclave->verification.per_checkpoint, "keep",
                                    (json_int_t)enclave->keep[bh_setup_nearest_level(enclave)], "expected_s",
                                    bh_json_number(trust->outcome.expected_s), "expected_wrong", trust->outcome.wrong,
                                    "met", trust->is_met, "least_wrong", trust->least_wrong));
}

json_t *bh_check_trust_json(const struct bh_check *check)
{
    if (!bh_has_trust(check->scenario))
        return json_null();
    json_t *patterns = json_array();
    for_each(check, tell_object, patterns);
    return json_pack("{s:f, s:o}", "target", check->scenario->trust, "patterns", patterns);
}
