/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead contain --sensitivity`: which assumed numbers decide, and how far each may go before two policies swap. */
#include "command/contain/parts.h"
#include "models/base/quantity.h"
#include "models/catalog/catalog.h"
#include "models/containment/critical_values.h"
#include "sim/platform/partition.h"
#include "sim/scenario/scenario.h"

#include "analysis/reader/markup.h"
#include "sim/runs/progress.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers listed per policy, and the least share of the outcome that one must move per relative change to be listed. */
enum { NUMBERS_SHOWN = 12 };
static const double effect_shown = 1e-4;
/* A derivative below this share of its outcome, per relative change of the number, is rounding. */
static const double effect_least = 1e-9;

static struct bh_stack stack_of(const struct bh_contain *contain, size_t p)
{
    const struct bh_scenario *scenario = contain->scenario;
    const struct bh_node_stack *stack = &contain->policies[p].stack;
    return (struct bh_stack){.catalog = scenario->catalog,
                             .system = stack->system,
                             .policy = stack->policy,
                             .host_kernel = stack->host_kernel,
                             .guest_kernel = stack->guest_kernel,
                             .tenants = contain->tenants,
                             .own = stack->own,
                             .tenants_count = scenario->partitions.class[contain->class].tenants_count,
                             .faults = bh_scenario_fault_choice(scenario)};
}

/* The outermost boundary that the scenario has. */
static enum bh_boundary choose_boundary(const struct bh_contain *contain)
{
    if (contain->scenario->partitions.class[contain->class].tenants_count > 1)
        return BH_ENCLAVE_ENCLAVE;
    for (size_t p = 0; p < contain->policies_count; p++)
        if (contain->policies[p].model->tree->has_guests)
            return BH_GUEST_HOST;
    return BH_PROCESS_KERNEL;
}

static const struct bh_parameter *number_of(const struct bh_contain *contain, size_t number)
{
    const struct bh_catalog *catalog = contain->scenario->catalog;
    return catalog->parameters[number];
}

/* Change of an outcome per relative change of a number: x dM/dx. */
static double effect_of(const struct bh_contain *contain, size_t policy, size_t number, int outcome)
{
    const struct bh_sensitivity *sensitivity = &contain->sensitivity->policies[policy];
    return sensitivity->slope[number * BH_OUTCOMES + (size_t)outcome] * number_of(contain, number)->value;
}

/* By the effect on the escape ratio; what does not touch that, by the largest effect on anything else. */
struct ranked {
    size_t number;
    double on_escape, on_any;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->on_escape != b->on_escape)
        return a->on_escape > b->on_escape ? -1 : 1;
    return a->on_any != b->on_any ? (a->on_any > b->on_any ? -1 : 1)
                                  : (a->number > b->number) - (a->number < b->number);
}

static void rank(struct bh_contain *contain, size_t p)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    const struct bh_catalog *catalog = contain->scenario->catalog;
    const struct bh_sensitivity *own = &all->policies[p];
    struct ranked *ranked = bh_allocate(catalog->parameters_count, sizeof *ranked);
    size_t count = 0;
    for (size_t n = 0; n < own->numbers; n++) {
        struct ranked number = {.number = n};
        for (int o = 0; o < BH_OUTCOMES; o++) {
            double share = own->value[o] > 0.0 ? fabs(effect_of(contain, p, n, o)) / own->value[o] : 0.0;
            number.on_any = fmax(number.on_any, share);
            if (o == BH_OUTCOME_BEYOND + (int)all->boundary)
                number.on_escape = share;
        }
        if (catalog->parameters[n]->status == BH_ASSUMED && number.on_any > effect_least)
            ranked[count++] = number;
    }
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < count; i++)
        all->order[p * catalog->parameters_count + i] = ranked[i].number;
    all->order_count[p] = count;
    free(ranked);
}

/* By pair of policies, then in the order of the catalog. */
static int compare_swaps(const void *left, const void *right)
{
    const struct bh_swap *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int find_swaps(struct bh_contain *contain, struct bh_error *err)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    struct bh_catalog *catalog = contain->scenario->catalog;
    size_t count = contain->policies_count, numbers = catalog->parameters_count;
    unsigned threads = contain->wish.trials.threads;
    struct bh_stack *stacks = bh_allocate(count, sizeof *stacks);
    double *own = bh_allocate(count, sizeof *own);
    bool *chosen = bh_allocate(numbers, sizeof *chosen), *matters = bh_allocate(numbers * count, sizeof *matters);
    int status = 0;
    for (size_t p = 0; p < count && status == 0; p++) {
        stacks[p] = stack_of(contain, p);
        own[p] = NAN; /* level with everything, where the chain is too large */
        if (all->policies[p].numbers > 0)
            status = bh_stack_escape(&stacks[p], all->boundary, threads, &own[p], err);
        for (size_t i = 0; i < all->order_count[p]; i++) {
            size_t number = all->order[p * numbers + i];
            double effect = fabs(effect_of(contain, p, number, BH_OUTCOME_BEYOND + (int)all->boundary));
            if (effect > effect_least * own[p])
                chosen[number] = matters[number * count + p] = true;
        }
    }
    if (status == 0)
        status = bh_swaps_find(stacks, count, catalog, all->boundary, chosen, matters, own, threads, &all->swaps,
                               &all->swaps_count, err);
    if (status == 0 && all->swaps_count > 0)
        qsort(all->swaps, all->swaps_count, sizeof *all->swaps, compare_swaps);
    free(stacks);
    free(own);
    free(chosen);
    free(matters);
    return status;
}

static int find_derivatives(struct bh_contain *contain, struct bh_progress *progress, struct bh_error *err)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    for (size_t p = 0; p < contain->policies_count; p++) {
        struct bh_stack stack = stack_of(contain, p);
        struct bh_error too_large = {0};
        if (bh_sensitivity_of(&stack, contain->wish.trials.threads, &all->policies[p], &too_large) != 0) {
            bh_sensitivity_free(&all->policies[p]);
            if (too_large.code != BH_ERROR_NUMERIC)
                return bh_fail_again(err, &too_large);
        }
        rank(contain, p);
        bh_progress_step(progress);
    }
    return 0;
}

int bh_contain_find_sensitivity(struct bh_contain *contain, struct bh_error *err)
{
    struct bh_contain_sensitivity *all = contain->sensitivity = bh_allocate(1, sizeof *all);
    size_t count = contain->policies_count;
    bool shows = contain->wish.shows_progress;
    all->boundary = choose_boundary(contain);
    all->policies = bh_allocate(count, sizeof *all->policies);
    all->order = bh_allocate(count * contain->scenario->catalog->parameters_count, sizeof *all->order);
    all->order_count = bh_allocate(count, sizeof *all->order_count);
    struct bh_progress *progress = bh_progress_start("policies differentiated by assumed numbers", count, shows);
    int status = find_derivatives(contain, progress, err);
    bh_progress_end(progress);
    if (status != 0)
        return -1;
    progress = bh_progress_start("seeking the values at which policies swap places", 0, shows);
    status = find_swaps(contain, err);
    bh_progress_end(progress);
    return status;
}

void bh_contain_free_sensitivity(struct bh_contain *contain)
{
    struct bh_contain_sensitivity *all = contain->sensitivity;
    if (all == NULL)
        return;
    for (size_t p = 0; p < contain->policies_count; p++)
        bh_sensitivity_free(&all->policies[p]);
    free(all->policies);
    free(all->order);
    free(all->order_count);
    free(all->swaps);
    free(all);
    contain->sensitivity = NULL;
}

/* --- Tables --------------------------------------------------------------------------------------------------------- */

struct column {
    const char *title;
    int outcome;
};

static const struct column columns[] = {
    {"node", BH_SCOPE_NODE},
    {"silent", BH_OUTCOME_SILENT},
    {">process", BH_OUTCOME_BEYOND + BH_PROCESS_KERNEL},
    {">guest", BH_OUTCOME_BEYOND + BH_GUEST_HOST},
    {"enclaves", BH_OUTCOME_BEYOND + BH_ENCLAVE_ENCLAVE},
    {"time", BH_OUTCOME_TIME},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *value_text(const struct bh_parameter *parameter, double value, char *buffer, size_t size)
{
    return bh_quantity_print(value, parameter->dimension, buffer, size);
}

/* Shares of the outcome itself, so that all columns compare: x/M dM/dx. */
static void add_number(struct bh_table *table, const struct bh_contain *contain, size_t p, size_t number)
{
    const struct bh_parameter *parameter = number_of(contain, number);
    char text[BH_NUMBER_SIZE];
    bh_table_cell(table, "%s", parameter->path);
    bh_table_cell(table, "%s", value_text(parameter, parameter->value, text, sizeof text));
    for (int c = 0; c < COLUMNS; c++) {
        double value = contain->sensitivity->policies[p].value[columns[c].outcome];
        double share = effect_of(contain, p, number, columns[c].outcome) / value;
        if (isnan(share) || fabs(share) < effect_shown)
            bh_table_cell(table, "%s", isnan(share) ? "-" : "0");
        else
            bh_table_cell(table, "%+.*f", fabs(share) < 0.01 ? 4 : fabs(share) < 0.1 ? 3 : 2, share);
    }
}

static void print_policy(const struct bh_contain *contain, size_t p, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    const struct bh_contain_sensitivity *all = contain->sensitivity;
    size_t numbers = contain->scenario->catalog->parameters_count, shown = all->order_count[p];
    fputs(marks[format], stream);
    bh_markup_print(stream, format, "%s: what the assumed numbers do", contain->policies[p].spec->name);
    fputs(format == BH_TABLE_MARKDOWN ? "\n\n" : "\n", stream);
    if (all->policies[p].numbers == 0) {
        fputs("the exact chain is too large for derivatives\n", stream);
        return;
    }
    struct bh_table *table = bh_table_create();
    bh_table_column(table, "number");
    bh_table_column(table, "value");
    for (int c = 0; c < COLUMNS; c++)
        bh_table_column(table, "%s", columns[c].title);
    shown = shown < NUMBERS_SHOWN ? shown : NUMBERS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        add_number(table, contain, p, all->order[p * numbers + i]);
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
    if (shown < all->order_count[p])
        fprintf(stream, "%s%zu more matter less; --json has them all\n", format == BH_TABLE_LATEX ? "% " : "",
                all->order_count[p] - shown);
}

static void print_swaps(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    static const char *const marks[] = {"\n", "\n### ", "\n% "};
    const struct bh_contain_sensitivity *all = contain->sensitivity;
    fprintf(stream, "%sCritical values: where two policies swap places by the escape ratio over %s\n%s", marks[format],
            bh_boundary_names[all->boundary], format == BH_TABLE_MARKDOWN ? "\n" : "");
    if (all->swaps_count == 0) {
        fputs("none: no assumed number turns the order of any two policies within its range\n", stream);
        return;
    }
    struct bh_table *table = bh_table_create();
    static const char *const titles[] = {"number", "value", "range", "critical"};
    for (size_t t = 0; t < sizeof titles / sizeof *titles; t++)
        bh_table_column(table, "%s", titles[t]);
    for (size_t i = 0; i < all->swaps_count; i++) {
        const struct bh_swap *swap = &all->swaps[i];
        const struct bh_parameter *parameter = number_of(contain, swap->number);
        char text[BH_NUMBER_SIZE], high[BH_NUMBER_SIZE];
        if (i == 0 || swap->first != swap[-1].first || swap->second != swap[-1].second) {
            char *pair = bh_print_text("%s lets less escape than %s, until", contain->policies[swap->first].spec->name,
                                       contain->policies[swap->second].spec->name);
            bh_table_group(table, pair);
            free(pair);
        }
        bh_table_cell(table, "%s%s", format == BH_TABLE_TEXT ? "  " : "", parameter->path);
        bh_table_cell(table, "%s", value_text(parameter, parameter->value, text, sizeof text));
        value_text(parameter, parameter->low, text, sizeof text);
        bh_table_cell(table, "%s..%s", text, value_text(parameter, parameter->high, high, sizeof high));
        bh_table_cell(table, "%s", value_text(parameter, swap->critical, text, sizeof text));
    }
    bh_table_print(table, format, stream);
    bh_table_destroy(table);
}

void bh_contain_print_sensitivity(const struct bh_contain *contain, enum bh_table_format format, FILE *stream)
{
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    for (size_t p = 0; p < contain->policies_count; p++)
        print_policy(contain, p, format, stream);
    fprintf(
        stream,
        "\n%sRelative change of each outcome (all errors, by their rates) per relative change of the number, from\n"
        "%sexact derivatives: +0.50 means that 1 %% more of the number is 0.5 %% more of the outcome. A share's gain\n"
        "%sis the loss of those that it sums to 1 with. Ordered by the effect on the escape ratio over %s.\n",
        mark, mark, mark, bh_boundary_names[contain->sensitivity->boundary]);
    print_swaps(contain, format, stream);
}
