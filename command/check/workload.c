/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The drawing of `bulkhead check`: which nodes carry which enclaves, when, and behind which guards. */
#include "command/check/parts.h"
#include "models/base/quantity.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "sim/platform/partition.h"
#include "sim/platform/placement.h"
#include "sim/scenario/scenario.h"

#include "models/node/node_model.h"
#include "sim/scenario/node_stack.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAR_WIDTH = 64 };
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
enum { LETTERS = sizeof letters - 1 };

static const struct bh_enclave_spec *tenant_of(const struct bh_scenario *scenario, size_t class, size_t tenant)
{
    return &scenario->enclaves[scenario->partitions.class[class].enclave[tenant]];
}

static bool has_own(const struct bh_enclave_spec *enclave)
{
    return enclave->system != NULL || enclave->policy != NULL;
}

/* A workload of old, all on all nodes from start to end, has said all in one line per enclave. */
static bool is_plain(const struct bh_scenario *scenario)
{
    bool is_plain = scenario->partitions.count == 1 && scenario->nodes == scenario->platform_nodes;
    for (size_t e = 0; e < scenario->enclaves_count && is_plain; e++) {
        const struct bh_enclave_spec *enclave = &scenario->enclaves[e];
        is_plain = enclave->start_s == 0 && isinf(enclave->leave_s) && enclave->work_s == scenario->work_s &&
                   !has_own(enclave);
    }
    return is_plain;
}

/* The slots from left to right: a letter per class, a dot where no enclave stands. Each column shows its middle. */
static void print_bar(const struct bh_scenario *scenario, FILE *stream)
{
    const struct bh_partitions *partitions = &scenario->partitions;
    fputs("  |", stream);
    for (int column = 0; column < BAR_WIDTH; column++) {
        uint64_t slot = (uint64_t)((column + 0.5) / BAR_WIDTH * (double)scenario->platform_nodes);
        size_t class = partitions->partition[bh_partitions_find(partitions, slot)].class;
        fputc(slot < scenario->nodes ? letters[class % LETTERS] : '.', stream);
    }
    fputs("|\n", stream);
}

static void print_times(const struct bh_scenario *scenario, const struct bh_enclave_spec *enclave, FILE *stream)
{
    char text[64];
    if (enclave->work_s != scenario->work_s)
        fprintf(stream, "; %s of work", bh_quantity_print(enclave->work_s, BH_DIMENSION_TIME, text, sizeof text));
    if (enclave->start_s > 0)
        fprintf(stream, "; starts at %s", bh_quantity_print(enclave->start_s, BH_DIMENSION_TIME, text, sizeof text));
    if (!isinf(enclave->leave_s))
        fprintf(stream, "; leaves at %s", bh_quantity_print(enclave->leave_s, BH_DIMENSION_TIME, text, sizeof text));
    if (enclave->system != NULL)
        fprintf(stream, "; on %s", enclave->system->name);
    if (enclave->policy != NULL)
        fprintf(stream, "; under %s", enclave->policy->name);
}

static void print_class(const struct bh_scenario *scenario, size_t number, FILE *stream)
{
    const struct bh_partition_class *class = &scenario->partitions.class[number];
    char first[32], last[32], nodes[32], each[32];
    fprintf(stream, "   %c  nodes %s to %s", letters[number % LETTERS],
            bh_check_count(class->first_slot, first, sizeof first),
            bh_check_count(class->first_slot + class->nodes - 1, last, sizeof last));
    if (class->count > 1)
        fprintf(stream, ": %s partitions of %s%s nodes", bh_check_count(class->count, nodes, sizeof nodes),
                class->nodes % class->count ? "about " : "",
                bh_check_count(class->nodes / class->count, each, sizeof each));
    fputc('\n', stream);
    for (size_t t = 0; t < class->tenants_count; t++) {
        const struct bh_enclave_spec *enclave = tenant_of(scenario, number, t);
        const struct bh_enclave_entry *entry = &scenario->entries[enclave->entry];
        fprintf(stream, "      %s %s", t + 1 < class->tenants_count ? "|-" : "`-", enclave->name);
        if (entry->count > 1)
            fprintf(stream, " .. %s", scenario->enclaves[entry->first_enclave + entry->count - 1].name);
        print_times(scenario, enclave, stream);
        fputc('\n', stream);
    }
}

/* --- Guards --------------------------------------------------------------------------------------------------------- */

static const char *requested(const struct bh_policy *policy, enum bh_boundary boundary)
{
    const struct bh_guard_choice *choice = &policy->guards;
    if (choice->rule == BH_GUARDS_NAMED && choice->name[boundary] != NULL)
        return choice->name[boundary];
    enum bh_guard_rule rule = choice->rule == BH_GUARDS_NAMED ? choice->others : choice->rule;
    return rule == BH_GUARDS_STRONGEST ? "strongest" : "weakest";
}

static void print_guards_of(const struct bh_scenario *scenario, size_t policy, size_t number, size_t tenant,
                            const char *line, FILE *stream)
{
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, number, false);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, number, NULL);
    BH_BUG_ASSERT(model != NULL); /* resolving the scenario built it before */
    fprintf(stream, "  %-20s %-24s %s %s:", scenario->entries[tenant_of(scenario, number, tenant)->entry].name, line,
            stack.system->name, stack.own[tenant]->name);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        if (model->tenant_guard[tenant][b] != NULL && bh_boundary_matters(scenario, (enum bh_boundary)b))
            fprintf(stream, " %s %s -> %s;", bh_boundary_names[b], requested(stack.own[tenant], (enum bh_boundary)b),
                    model->tenant_guard[tenant][b]->name);
    fputc('\n', stream);
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
}

/* Enclaves without anything of their own have the guards of each line of policies, which are listed there. */
static void print_own_guards(const struct bh_scenario *scenario, FILE *stream)
{
    bool any = false;
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        any = any || has_own(&scenario->enclaves[e]);
    if (!any)
        return;
    fputs("\nGuards of enclaves with a system or policy of their own: requested -> effective\n", stream);
    fprintf(stream, "  %-20s %s\n", "entry", "in the line of policies");
    for (size_t c = 0; c < scenario->partitions.classes_count; c++)
        for (size_t t = 0; t < scenario->partitions.class[c].tenants_count; t++) {
            const struct bh_enclave_spec *enclave = tenant_of(scenario, c, t);
            bool is_fixed = enclave->system != NULL && enclave->policy != NULL;
            for (size_t p = 0; p < (is_fixed ? 1 : scenario->policies_count) && has_own(enclave); p++)
                print_guards_of(scenario, p, c, t, is_fixed ? "(all)" : scenario->policies[p].name, stream);
        }
}

void bh_check_print_workload(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    char nodes[32], partitions[32], idle[32];
    if (is_plain(scenario))
        return;
    fprintf(stream, "\nWho stands where: %s nodes in %s partition%s, placed %s",
            bh_check_count(scenario->nodes, nodes, sizeof nodes),
            bh_check_count(scenario->partitions.count, partitions, sizeof partitions),
            scenario->partitions.count == 1 ? "" : "s", bh_placement_names[scenario->placement]);
    if (scenario->nodes < scenario->platform_nodes)
        fprintf(stream, "; %s more carry nothing, and take no part (.)",
                bh_check_count(scenario->platform_nodes - scenario->nodes, idle, sizeof idle));
    fputc('\n', stream);
    print_bar(scenario, stream);
    for (size_t c = 0; c < scenario->partitions.classes_count; c++)
        print_class(scenario, c, stream);
    print_own_guards(scenario, stream);
}
