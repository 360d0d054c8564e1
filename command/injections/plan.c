/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead fit-injections --plan`: how many injections, where, would tell two policies apart. */
#include "command/injections/parts.h"
#include "models/catalog/system.h"
#include "models/injections/sample_size.h"
#include "sim/scenario/scenario.h"

#include "analysis/reader/markup.h"
#include "command/json_text.h"
#include "models/containment/isolation.h"
#include "models/words/scope.h"
#include "sim/scenario/node_stack.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double confidence = 0.95;

struct plan_row {
    struct bh_zone_choice zone;
    size_t origin[2]; /* in the node under each policy */
    enum bh_error_kind kind;
    double p[2];
    double trials;    /* under each policy; INFINITY: none would do */
    double none_seen; /* trials without any, after which the larger p is ruled out */
};

/* P(outcome) of errors that begin in a zone. */
static int find_probability(const struct bh_node_model *model, size_t zone, enum bh_error_kind kind, int outcome,
                            double *probability, struct bh_error *err)
{
    struct bh_origin origin = {.zone = zone, .kind = kind};
    struct bh_spread spread = {.loss = bh_allocate(model->tree->tenants_count * BH_SCOPES, sizeof(double))};
    int status = bh_isolation_spread(model, origin, &spread, err);
    *probability = outcome < BH_SEEN ? spread.seen[outcome] : 0.0;
    for (enum bh_scope s = BH_SCOPE_NONE; outcome == BH_SEEN && s != BH_SCOPES; s++)
        *probability += bh_scope_within(BH_SCOPE_NODE, s) ? spread.seen[s] : 0.0;
    free(spread.loss);
    return status;
}

/* Whether a system has the zone, and which it is. A native process is there as guest-user. */
static bool find_origin(const struct bh_zone_tree *tree, const struct bh_zone_choice *zone, size_t *origin)
{
    long template = bh_zone_is_there(tree->system, zone) ? bh_zone_choose(tree->system, zone, false, NULL) : -1;
    if (template <0 || (zone->kind == BH_HOST_USER && bh_zone_holds_application(&tree->system->zones[template])))
        return false;
    *origin = bh_zone_tree_first(tree, (size_t) template, 0);
    return true;
}

/* Kinds come first: a zone's own name is there for what no kind means, such as the outer guest of nested ones. */
static bool is_told(const struct plan_row *rows, size_t count, const struct plan_row *row)
{
    for (size_t r = 0; r < count; r++)
        if (rows[r].origin[0] == row->origin[0] && rows[r].origin[1] == row->origin[1] && rows[r].kind == row->kind)
            return true;
    return false;
}

static int add_zone(struct bh_node_model *const models[2], const struct bh_injection_plan *plan, const char *name,
                    struct plan_row *rows, size_t *count, struct bh_error *err)
{
    struct plan_row row = {.zone = bh_zone_choice_of(name, (struct bh_place){0})};
    int status = 0;
    for (int i = 0; i < 2; i++)
        if (!find_origin(models[i]->tree, &row.zone, &row.origin[i]))
            return 0;
    for (enum bh_error_kind kind = 0; kind < BH_ERROR_KINDS && status == 0; kind++) {
        if (bh_kind_told(models[0], kind) != kind && bh_kind_told(models[1], kind) != kind)
            continue;
        row.kind = kind;
        if (is_told(rows, *count, &row))
            continue;
        for (int i = 0; i < 2 && status == 0; i++)
            status = find_probability(models[i], row.origin[i], row.kind, plan->outcome, &row.p[i], err);
        if (status != 0)
            break;
        row.trials = bh_trials_to_separate(row.p[0], row.p[1], plan->level, plan->power);
        row.none_seen = bh_none_seen_trials(fmax(row.p[0], row.p[1]), confidence);
        rows[(*count)++] = row;
    }
    return status;
}

static int find_rows(const struct bh_scenario *scenario, const struct bh_injection_plan *plan, const char *const *names,
                     struct plan_row *rows, size_t *count, struct bh_error *err)
{
    /* On the nodes of the primary enclave. */
    size_t class = scenario->partitions.partition[scenario->enclaves[scenario->primary].partition].class;
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    struct bh_node_model *models[2] = {NULL, NULL};
    int status = 0;
    *count = 0;
    for (int i = 0; i < 2 && status == 0; i++) {
        models[i] = bh_node_model_create(scenario->catalog, plan->policy[i]->system, plan->policy[i]->policy, tenants,
                                         scenario->partitions.class[class].tenants_count, err);
        status = models[i] == NULL ? -1 : 0;
    }
    for (size_t n = 0; names[n] != NULL && status == 0; n++)
        status = add_zone(models, plan, names[n], rows, count, err);
    for (int i = 0; i < 2; i++)
        bh_node_model_destroy(models[i]);
    free(tenants);
    return status;
}

/* Whole as far as that can be read. */
static char *print_count(double count, char *buffer)
{
    snprintf(buffer, BH_NUMBER_SIZE, count < 1e9 ? "%.0f" : "%.2e", count);
    return buffer;
}

static void add_count(struct bh_table *table, double count)
{
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s", isfinite(count) ? print_count(count, text) : "never");
}

static const char *outcome_name(const struct bh_injection_plan *plan)
{
    return plan->outcome == BH_SEEN ? "escape" : bh_seen_names[plan->outcome];
}

static void print_table(const struct bh_injection_plan *plan, const struct plan_row *rows, size_t count,
                        enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"", "## ", "% "}, *const mark[] = {"", "", "% "};
    char fewest[BH_NUMBER_SIZE];
    fprintf(stream, "%sInjections that tell two policies apart by %s\n%s", marks[format], outcome_name(plan),
            format == BH_TABLE_LATEX ? "" : "\n");
    fputs(mark[format], stream);
    bh_markup_print(stream, format, "A: %s", plan->policy[0]->name);
    fprintf(stream, "%s\n%s", format == BH_TABLE_MARKDOWN ? "  " : "", mark[format]);
    bh_markup_print(stream, format, "B: %s", plan->policy[1]->name);
    fputs(format == BH_TABLE_LATEX ? "\n" : "\n\n", stream);
    struct bh_table *table = bh_table_create();
    static const char *const titles[] = {"injected into", "P under A", "P under B", "each", "both", "if none is seen"};
    for (size_t i = 0; i < BH_COUNT(titles); i++)
        bh_table_column(table, "%s", titles[i]);
    const struct plan_row *best = NULL;
    for (size_t r = 0; r < count; r++) {
        char text[BH_NUMBER_SIZE];
        bh_table_cell(table, "%s, %s", rows[r].zone.name, bh_error_kind_names[rows[r].kind]);
        bh_table_cell(table, "%s", bh_number_plain(rows[r].p[0], text));
        bh_table_cell(table, "%s", bh_number_plain(rows[r].p[1], text));
        add_count(table, rows[r].trials);
        add_count(table, 2.0 * rows[r].trials);
        add_count(table, rows[r].none_seen);
        if (isfinite(rows[r].trials) && (best == NULL || rows[r].trials < best->trials))
            best = &rows[r];
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
    fprintf(
        stream,
        "\n%seach, both: injections under each policy, and in all, with which Fisher's exact test, two-sided at %g,\n"
        "%sfinds the difference with probability %g. if none is seen: after so many under one policy without any,\n"
        "%sthe larger P is ruled out at %g %%. P: exact, at the numbers of the scenario; %s.\n",
        mark[format], plan->level, mark[format], plan->power, mark[format], 100 * confidence,
        plan->outcome == BH_SEEN ? "escape: the node or more fails" : outcome_name(plan));
    if (best != NULL)
        fprintf(stream, "%sFewest: %s, %s errors in %s.\n", mark[format], print_count(2.0 * best->trials, fewest),
                bh_error_kind_names[best->kind], best->zone.name);
    else
        fprintf(stream, "%sNo injection tells these two apart by %s: their probabilities are equal.\n", mark[format],
                outcome_name(plan));
}

static void print_json(const struct bh_injection_plan *plan, const struct plan_row *rows, size_t count, FILE *stream)
{
    json_t *list = json_array();
    for (size_t r = 0; r < count; r++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:[f, f], s:o, s:o, s:o}", "zone", rows[r].zone.name, "kind",
                                              bh_error_kind_names[rows[r].kind], "probability", rows[r].p[0],
                                              rows[r].p[1], "each", bh_json_number(rows[r].trials), "both",
                                              bh_json_number(2.0 * rows[r].trials), "if_none_seen",
                                              bh_json_number(rows[r].none_seen)));
    json_t *object =
        json_pack("{s:[s, s], s:s, s:f, s:f, s:o}", "policies", plan->policy[0]->name, plan->policy[1]->name, "outcome",
                  outcome_name(plan), "level", plan->level, "power", plan->power, "origins", list);
    json_dumpf(object, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', stream);
    json_decref(object);
}

int bh_injection_plan_print(const struct bh_scenario *scenario, const struct bh_injection_plan *plan, bool as_json,
                            enum bh_table_format format, FILE *stream, struct bh_error *err)
{
    const char **names = bh_zone_names(scenario->catalog);
    size_t most = 0, count;
    while (names[most] != NULL)
        most++;
    struct plan_row *rows = bh_allocate(most * BH_ERROR_KINDS, sizeof *rows);
    int status = find_rows(scenario, plan, names, rows, &count, err);
    if (status == 0 && as_json)
        print_json(plan, rows, count, stream);
    else if (status == 0)
        print_table(plan, rows, count, format, stream);
    free(rows);
    free(names);
    return status;
}
