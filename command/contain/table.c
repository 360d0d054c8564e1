/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead contain` prints: per policy, where errors end by where they begin. */
#include "command/contain/parts.h"
#include "models/catalog/policy.h"
#include "models/node/zone_needs.h"
#include "sim/containment/rare.h"
#include "sim/scenario/scenario.h"

#include "analysis/reader/markup.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const stops_titles[BH_STOPS] = {"I/O stops", "stops", "several", "partly"};

/* Columns of a policy's table: extents that occur, boundaries that exist. */
struct columns {
    bool extent[BH_SCOPES], escape[BH_BOUNDARIES];
    bool stops[BH_STOPS]; /* zones here need others, or can be left degraded */
};

static struct columns choose_columns(const struct bh_contain_policy *policy)
{
    struct columns columns = {.extent = {[BH_SCOPE_NONE] = true, [BH_SCOPE_PROCESS] = true, [BH_SCOPE_NODE] = true}};
    bool beyond_node = false;
    for (size_t i = 0; i < policy->origins.count; i++) {
        const struct bh_containment *answer = bh_contain_row_answer(&policy->rows[i]);
        for (int s = 0; s < BH_SCOPES; s++)
            columns.extent[s] = columns.extent[s] || answer->extent[s] > 0.0;
        for (int b = 0; b < BH_BOUNDARIES; b++)
            columns.escape[b] = columns.escape[b] || answer->inside[b];
        beyond_node = beyond_node || answer->beyond[BH_NODE_NODE] > 0.0;
    }
    columns.escape[BH_NODE_NODE] = beyond_node;
    for (int s = 0; s < BH_STOPS; s++)
        columns.stops[s] = s == BH_STOPS_DEGRADED ? bh_node_model_degrades(policy->model)
                                                  : bh_zone_tree_has_needs(policy->model->tree);
    /* Without guests, a guest's boundary is a process's. */
    columns.escape[BH_GUEST_HOST] = policy->model->tree->has_guests;
    return columns;
}

static void add_headings(struct bh_table *table, const struct columns *columns)
{
    bh_table_column(table, columns->stops[BH_STOPS_DEGRADED] ? "begins in" : "error begins in"); /* 120 columns */
    bh_table_column(table, "share");
    for (int s = 0; s < BH_SCOPES; s++)
        if (columns->extent[s])
            bh_table_column(table, "%s", bh_scope_names[s]);
    bh_table_column(table, "silent");
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (columns->escape[b])
            bh_table_column(table, "%s", bh_contain_escape_titles[b]);
    for (int s = 0; s < BH_STOPS; s++)
        if (columns->stops[s])
            bh_table_column(table, "%s", stops_titles[s]);
    bh_table_column(table, "hops");
    bh_table_column(table, "time");
}

/* A probability. Of trials that never met it, the 95 % bound; of a chain not followed far enough to tell, its bound. */
static void add_probability(struct bh_table *table, double value, const struct bh_containment *answer)
{
    char text[BH_NUMBER_SIZE];
    if (answer != NULL && answer->trials > 0 && value == 0.0)
        bh_table_cell(table, "<%s", bh_number_plain(3.0 / (double)answer->trials, text));
    else if (answer != NULL && value > 0.0 && value < BH_CONTAIN_RESOLVED * answer->unresolved)
        bh_table_cell(table, "<%s", bh_number_plain(value + answer->unresolved, text));
    else
        bh_table_cell(table, "%s", bh_number_plain(value, text));
}

static void add_time(struct bh_table *table, double seconds)
{
    char text[BH_NUMBER_SIZE];
    if (seconds > 0.0 && seconds < 0.1)
        bh_table_cell(table, "%.3g ms", 1e3 * seconds);
    else
        bh_table_cell(table, "%s", bh_number_time(seconds, text));
}

/* `rare` is NULL for the mix, whose parts have bounds of their own. */
static void add_row(struct bh_table *table, const struct columns *columns, const char *name, double share,
                    const struct bh_containment *answer, const struct bh_rare_event *rare)
{
    char text[BH_NUMBER_SIZE];
    const struct bh_containment *bounds = rare != NULL ? answer : NULL;
    double unmasked = 1.0 - answer->extent[BH_SCOPE_NONE];
    bh_table_cell(table, "%s", name);
    bh_table_cell(table, "%s", share > 0.0 ? bh_number_plain(share, text) : "-");
    for (int s = 0; s < BH_SCOPES; s++)
        if (columns->extent[s])
            add_probability(table, answer->extent[s], bounds);
    add_probability(table, answer->silent, bounds);
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        if (!columns->escape[b])
            continue;
        if (rare != NULL && rare[b].hits > 0)
            add_probability(table, rare[b].probability / unmasked, NULL);
        else if (!answer->inside[b])
            bh_table_cell(table, "-");
        else
            add_probability(table, answer->escape[b], bounds);
    }
    for (int s = 0; s < BH_STOPS; s++)
        if (columns->stops[s])
            add_probability(table, answer->stops[s], bounds);
    bh_table_cell(table, "%s", bh_number_plain(answer->depth_mean, text));
    add_time(table, answer->time_s);
}

/* The question of the originating study: is E-Zone 3 like E-Zone 2, or like E-Zone 1? */
static void print_zone_three(const struct bh_contain_policy *policy, enum bh_table_format format, FILE *stream)
{
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    if (!policy->model->tree->has_guests)
        return;
    struct bh_zone_three three = bh_contain_zone_three(policy);
    fputs(format == BH_TABLE_MARKDOWN ? "\n" : "", stream);
    if (!three.is_defined && three.lacks > 0)
        fprintf(stream, "%sWhere E-Zone 3 lies is undefined: no error with an effect begins in E-Zone %d.\n", mark,
                three.lacks);
    else if (!three.is_defined)
        fprintf(stream, "%sWhere E-Zone 3 lies is undefined: errors of E-Zones 1 and 2 reach alike.\n", mark);
    else if (three.low < three.high)
        fprintf(stream, "%sE-Zone 3 lies at %.3f [%.3f, %.3f] from E-Zone 2 (0) to E-Zone 1 (1).\n", mark, three.weight,
                three.low, three.high);
    else
        fprintf(stream, "%sE-Zone 3 lies at %.3f from E-Zone 2 (0) to E-Zone 1 (1).\n", mark, three.weight);
}

static void print_policy(const struct bh_contain_policy *policy, enum bh_table_format format, FILE *stream)
{
    struct bh_table *table = bh_table_create();
    struct columns columns = choose_columns(policy);
    const char *zone = "";
    add_headings(table, &columns);
    for (size_t i = 0; i < policy->origins.count; i++) {
        const struct bh_contain_row *row = &policy->rows[i];
        const struct bh_containment *answer = bh_contain_row_answer(&policy->rows[i]);
        if (strcmp(zone, row->zone) != 0)
            bh_table_group(table, row->zone);
        zone = row->zone;
        char name[64];
        snprintf(name, sizeof name, "%s%s", format == BH_TABLE_TEXT ? "  " : "", row->kind);
        add_row(table, &columns, name, row->share, answer, row->rare);
    }
    if (bh_contain_has_rates(policy)) {
        bh_table_group(table, "all, by the rates of faults");
        add_row(table, &columns, format == BH_TABLE_TEXT ? "  all" : "all", 1.0, bh_contain_mix_answer(policy), NULL);
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
}

static void print_title(const struct bh_contain_policy *policy, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    fputs(marks[format], stream);
    bh_markup_write(stream, policy->spec->name, format);
    fputs(format == BH_TABLE_LATEX ? "\n% " : format == BH_TABLE_MARKDOWN ? "\n\n" : "\n", stream);
    bh_markup_write(stream, policy->stack.policy->description, format);
    fputc('\n', stream);
    if (format == BH_TABLE_MARKDOWN)
        fputc('\n', stream);
    if (policy->too_large != NULL)
        fprintf(stream, "%s%s: %zu of %zu rows are simulated\n%s", format == BH_TABLE_LATEX ? "% " : "",
                policy->too_large, policy->origins.count - policy->exact_count, policy->origins.count,
                format == BH_TABLE_MARKDOWN ? "\n" : "");
}

static void print_how(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    char text[BH_NUMBER_SIZE];
    bool any_exact = false, any_simulated = false, any_needs = false, any_degraded = false;
    double most_unresolved = 0.0, widest = 0.0;
    for (size_t p = 0; p < contain->policies_count; p++) {
        const struct bh_contain_policy *policy = &contain->policies[p];
        any_simulated = any_simulated || policy->exact_count < policy->origins.count;
        any_exact = any_exact || policy->exact_count > 0;
        any_needs = any_needs || bh_zone_tree_has_needs(policy->model->tree);
        any_degraded = any_degraded || bh_node_model_degrades(policy->model);
        for (size_t i = 0; i < policy->origins.count * BH_BOUNDARIES; i++)
            widest = fmax(widest, bh_contain_half_width(&policy->rows[i / BH_BOUNDARIES].rare[i % BH_BOUNDARIES]));
        for (size_t i = 0; i < policy->origins.count; i++)
            most_unresolved = fmax(most_unresolved, policy->rows[i].exact.unresolved);
    }
    fprintf(
        stream,
        "\n%sshare: of all activated errors; hardware that takes whole nodes is in `all` alone. none ... node: the\n"
        "%slargest extent of what failed, was reached or holds a silent error. >process, >guest, >node: escaped,\n"
        "%sof the errors not masked where they began; enclaves: hit two or more. hops: most zones passed, on average.\n"
        "%stime: until nothing is live, on average; a hang ends it, and waits for its watchdog besides.\n"
        "%ssw. data, sw. instr.: errors in data and instructions that software made; data, instruction: hardware's.\n",
        mark, mark, mark, mark, mark);
    if (any_needs)
        fprintf(stream,
                "%sI/O stops, stops: enclaves that lose nothing are stopped by a zone that they need; several: two or\n"
                "%smore of them.\n",
                mark, mark);
    if (any_degraded)
        fprintf(stream, "%spartly: a zone is left degraded and is not down: affected, nothing down.\n", mark);
    if (any_exact)
        fprintf(stream, "%s%s are exact; probabilities are followed to within %.1g.\n", mark,
                any_simulated ? "Other rows" : "The numbers", most_unresolved);
    if (any_simulated)
        fprintf(stream, "%sSimulated rows: %" PRIu64 " trials each, seed %" PRIu64 "; < is a 95 %% bound.\n", mark,
                contain->wish.trials.trials, contain->wish.trials.seed);
    if (widest > 0.0)
        fprintf(stream,
                "%sEscapes too rare for that were sought by importance sampling, and found to within %s (95 %%).\n",
                mark, bh_number_percent(widest, text));
    if (contain->agreement.outcomes > 0)
        fprintf(stream,
                "%sExact and simulated (%" PRIu64 " trials per row, seed %" PRIu64 ") %s: of %zu outcomes the least "
                "likely has level %.2g.\n",
                mark, contain->wish.trials.trials, contain->wish.trials.seed,
                bh_contain_disagrees(contain) ? "DIFFER by more than chance allows" : "agree",
                contain->agreement.outcomes, contain->agreement.least_level);
}

void bh_contain_print_tables(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"", "## ", "% "};
    fputs(marks[format], stream);
    bh_markup_print(stream, format, "%s: where errors end", contain->scenario->name);
    fputc('\n', stream);
    for (size_t p = 0; p < contain->policies_count; p++) {
        print_title(&contain->policies[p], format, stream);
        print_policy(&contain->policies[p], format, stream);
        print_zone_three(&contain->policies[p], format, stream);
        bh_contain_print_raises(contain, &contain->policies[p], format, stream);
    }
    print_how(contain, format, stream);
    bh_contain_silent_print(contain->silent, format, stream);
}
