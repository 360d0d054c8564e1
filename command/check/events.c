/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The part of `bulkhead check` that says how many events a month to expect, and what they take down (--events). */
#include "command/check/parts.h"

#include "models/containment/expectations.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "models/words/scope.h"
#include "models/words/words.h"
#include "sim/runs/progress.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>

static const double month_s = 365.25 * 86400.0 / 12.0;

/* Outcomes in the order of the columns; what a scope is called stands in models/words/scope.h. */
static const int outcomes[] = {BH_SCOPE_NONE, BH_SEEN_SILENT,   BH_SCOPE_PROCESS,     BH_SCOPE_GUEST,
                               BH_SCOPE_NODE, BH_SCOPE_ENCLAVE, BH_SCOPE_COMPOSITION, BH_SCOPE_SYSTEM};
_Static_assert(BH_COUNT(outcomes) == BH_SEEN, "an outcome without a column");

static const char *outcome_name(int outcome)
{
    if (outcome == BH_SEEN_SILENT)
        return "wrong data";
    return outcome == BH_SCOPE_NONE ? "nothing" : bh_scope_names[outcome];
}

static const char *begin_name(int begin)
{
    return begin == BH_BEGINS_IN_NODE ? "node" : begin == BH_BEGINS_IN_MACHINE ? "machine" : bh_zone_kind_names[begin];
}

/* Of a node of a class under a line of policies, whose enclaves are apart and guards on. Fails where its chain is too large. */
static int expect(const struct bh_scenario *scenario, size_t policy, size_t class, struct bh_expectations *expectations,
                  struct bh_error *err)
{
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, class, false);
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, class, err);
    int status = -1;
    if (model != NULL) {
        struct bh_fault_streams *streams =
            bh_fault_streams_create(scenario->catalog, model, tenants, bh_scenario_fault_choice(scenario),
                                    stack.host_kernel, stack.guest_kernel);
        struct bh_origins origins = bh_origins_of(model, streams);
        status = bh_expectations_of(model, &origins, expectations, err);
        bh_origins_free(&origins);
        bh_fault_streams_destroy(streams);
    }
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
    free(tenants);
    return status;
}

static double sum(const struct bh_expectations *expectations, int outcome)
{
    double rate = 0.0;
    for (int begin = 0; begin < BH_BEGINS; begin++)
        rate += outcome < BH_SEEN ? expectations->rate[begin][outcome] : expectations->all[begin];
    return rate;
}

/* Column BH_SEEN: all. */
static void print_line(const char *name, const double *rate, double all, const struct bh_expectations *table,
                       double scale, FILE *stream)
{
    fprintf(stream, "  %-14s %12.4g", name, all * scale);
    for (size_t o = 0; o < BH_COUNT(outcomes); o++)
        if (sum(table, outcomes[o]) > 0.0)
            fprintf(stream, " %10.3g", rate[outcomes[o]] * scale);
    fputc('\n', stream);
}

static void print_table(const struct bh_expectations *table, double scale, FILE *stream)
{
    double total[BH_SEEN];
    fprintf(stream, "  %-14s %12s", "begins in", "all");
    for (size_t o = 0; o < BH_COUNT(outcomes); o++)
        if (sum(table, outcomes[o]) > 0.0)
            fprintf(stream, " %10s", outcome_name(outcomes[o]));
    fputc('\n', stream);
    for (int begin = 0; begin < BH_BEGINS; begin++)
        if (table->all[begin] > 0.0)
            print_line(begin_name(begin), table->rate[begin], table->all[begin], table, scale, stream);
    for (int outcome = 0; outcome < BH_SEEN; outcome++)
        total[outcome] = sum(table, outcome);
    print_line("total", total, sum(table, BH_SEEN), table, scale, stream);
}

void bh_check_print_events(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    size_t classes = scenario->partitions.classes_count;
    struct bh_progress *progress = bh_progress_start_on_terminal("exact chains", scenario->policies_count * classes);
    fputs("\nEvents to expect a month (a twelfth of a year), by the kind of zone in which they begin, and the largest "
          "extent of\n"
          "what each takes down: exact, each error alone on a node that is up, guards on, enclaves apart\n",
          stream);
    for (size_t p = 0; p < scenario->policies_count; p++)
        for (size_t c = 0; c < classes; c++) {
            struct bh_expectations table;
            struct bh_error err = {0};
            char nodes[32];
            fprintf(stream, "%s, %s nodes%s%s%s\n", scenario->policies[p].name,
                    bh_check_count(scenario->partitions.class[c].nodes, nodes, sizeof nodes), classes > 1 ? " (" : "",
                    classes > 1 ? scenario->partitions.class[c].name : "", classes > 1 ? ")" : "");
            if (expect(scenario, p, c, &table, &err) == 0)
                print_table(&table, month_s * (double)scenario->partitions.class[c].nodes, stream);
            else
                fprintf(stream, "  left out: %s\n", err.text);
            bh_progress_step(progress);
        }
    bh_progress_end(progress);
}

static json_t *row_of(const char *policy, const char *nodes, const char *begin, const double *rate, double all,
                      double scale)
{
    json_t *row = json_pack("{s:s, s:s, s:s, s:f}", "policy", policy, "nodes", nodes, "begins_in", begin,
                            "events_per_month", all * scale);
    json_t *taken = json_object();
    for (size_t o = 0; o < BH_COUNT(outcomes); o++)
        json_object_set_new(taken, outcomes[o] == BH_SEEN_SILENT ? "wrong-data" : outcome_name(outcomes[o]),
                            json_real(rate[outcomes[o]] * scale));
    json_object_set_new(row, "taken_down", taken);
    return row;
}

json_t *bh_check_events_json(const struct bh_check *check)
{
    const struct bh_scenario *scenario = check->scenario;
    json_t *rows = json_array();
    for (size_t p = 0; p < scenario->policies_count; p++)
        for (size_t c = 0; c < scenario->partitions.classes_count; c++) {
            struct bh_expectations table;
            struct bh_error err = {0};
            bool is_known = expect(scenario, p, c, &table, &err) == 0;
            for (int begin = 0; begin < BH_BEGINS && is_known; begin++)
                if (table.all[begin] > 0.0)
                    json_array_append_new(rows, row_of(scenario->policies[p].name, scenario->partitions.class[c].name,
                                                       begin_name(begin), table.rate[begin], table.all[begin],
                                                       month_s * (double)scenario->partitions.class[c].nodes));
        }
    return rows;
}
