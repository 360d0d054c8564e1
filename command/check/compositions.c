/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Part of what `bulkhead check` prints: who is composed with whom, and which guards stand in between, as asked for and as
 * the nodes' operating systems let through. */
#include "command/check/parts.h"
#include "models/base/quantity.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/policy/composition.h"
#include "sim/scenario/composition.h"
#include "sim/scenario/scenario.h"

#include "models/base/error.h"
#include "sim/scenario/node_stack.h"

#include <stdio.h>
#include <stdlib.h>

/* Compositions beyond these are counted. */
enum { COMPOSED_SHOWN = 4 };

static void print_time(double time_s, FILE *stream)
{
    char text[64];
    fputs(bh_quantity_print(time_s, BH_DIMENSION_TIME, text, sizeof text), stream);
}

static void print_when(const struct bh_composition_law *law, FILE *stream)
{
    switch (law->rule) {
    case BH_COMPOSED_NEVER:
    case BH_COMPOSED_ALWAYS:
    case BH_COMPOSITION_RULES:
        fputs(bh_composition_rule_names[law->rule], stream);
        break;
    case BH_COMPOSED_IN_WINDOWS:
        for (size_t w = 0; w < law->windows_count; w++) {
            fputs(w > 0 ? ", " : "from ", stream);
            print_time(law->windows[w].from_s, stream);
            fputs(" to ", stream);
            print_time(law->windows[w].until_s, stream);
        }
        break;
    case BH_COMPOSED_AT_RANDOM:
        fprintf(stream, "%g %% of the time, at random, on for ", 100 * law->degree);
        print_time(law->mean_on_s, stream);
        fputs(" on average", stream);
        break;
    }
}

static void print_spec(const struct bh_scenario *scenario, const struct bh_composition_spec *spec, FILE *stream)
{
    const struct bh_compositions *compositions = &scenario->compositions;
    char text[64];
    fprintf(stream, "  %s: over %s, %s partners", spec->name, bh_composition_media[spec->over],
            bh_coupling_names[spec->is_tight]);
    if (spec->is_tight)
        fprintf(stream, " that restart %s", bh_restart_names[spec->restart]);
    fputs("; ", stream);
    print_when(&spec->law, stream);
    if (spec->volume_bytes > 0) {
        fprintf(stream, "; each node sends %s every ",
                bh_quantity_print(spec->volume_bytes, BH_DIMENSION_BYTES, text, sizeof text));
        print_time(spec->period_s, stream);
    }
    fputc('\n', stream);
    for (size_t c = spec->first; c < spec->first + spec->count && c < spec->first + COMPOSED_SHOWN; c++) {
        const struct bh_composed *composed = &compositions->composed[c];
        fputs("    ", stream);
        for (size_t m = 0; m < composed->members_count; m++)
            fprintf(stream, "%s%s", m > 0 ? " <-> " : "", scenario->enclaves[composed->member[m]].name);
        fputc('\n', stream);
    }
    if (spec->count > COMPOSED_SHOWN)
        fprintf(stream, "    and %zu more\n", spec->count - COMPOSED_SHOWN);
}

/* --- Guards ---------------------------------------------------------------------------------------------------------- */

static const char *guard_name(const struct bh_guard_level *guard)
{
    return guard != NULL ? guard->name : "-";
}

static void print_protect(const struct bh_protection_rule *rule, FILE *stream)
{
    switch (rule->when) {
    case BH_PROTECT_DEGREE:
        fprintf(stream, "composed %g %%", 100 * rule->degree);
        break;
    case BH_PROTECT_ERRORS:
        fprintf(stream, "%u errors within ", rule->errors);
        print_time(rule->within_s, stream);
        break;
    case BH_PROTECT_COMPOSED:
        fputs("while composed", stream);
        break;
    case BH_PROTECT_ALWAYS:
    case BH_PROTECT_NEVER:
    case BH_PROTECTION_WHENS:
        fputs(bh_protection_when_names[rule->when], stream);
        break;
    }
}

/* "checksummed-copies", or "shared-memory -> checksummed-copies" where the Node OS lets no less through. */
static void print_level(const struct bh_node_stack *stack, size_t tenant, bool is_protected, FILE *stream)
{
    struct bh_node_stack free_stack = *stack;
    const struct bh_guard_level *asked[BH_BOUNDARIES], *given[BH_BOUNDARIES];
    bool clipped[BH_BOUNDARIES];
    char *text;
    free_stack.limits = NULL;
    /* Resolving the scenario did both before. */
    int status = bh_scenario_guards(&free_stack, (int)tenant, is_protected, asked, NULL, NULL) |
                 bh_scenario_guards(stack, (int)tenant, is_protected, given, clipped, NULL);
    BH_BUG_ASSERT(status == 0);
    if (clipped[BH_ENCLAVE_ENCLAVE])
        text = bh_print_text("%s -> %s", guard_name(asked[BH_ENCLAVE_ENCLAVE]), guard_name(given[BH_ENCLAVE_ENCLAVE]));
    else
        text = bh_copy_text(guard_name(given[BH_ENCLAVE_ENCLAVE]));
    fprintf(stream, "  %-30s", text);
    free(text);
}

static void print_guards(const struct bh_scenario *scenario, FILE *stream)
{
    fputs("\nGuards between composed enclaves: requested, and -> effective where the node's operating system clips "
          "them\n",
          stream);
    fprintf(stream, "  %-12s %-12s  %-30s  %-30s  %s\n", "entry", "line of policies", "protected", "unprotected",
            "when");
    for (size_t c = 0; c < scenario->partitions.classes_count; c++)
        for (size_t t = 0; t < scenario->partitions.class[c].tenants_count; t++)
            for (size_t p = 0; p < scenario->policies_count && bh_compositions_include_tenant(scenario, c, t); p++) {
                struct bh_node_stack stack = bh_scenario_stack(scenario, p, c, false);
                size_t enclave = scenario->partitions.class[c].enclave[t];
                fprintf(stream, "  %-12s %-12s", scenario->entries[scenario->enclaves[enclave].entry].name,
                        scenario->policies[p].name);
                print_level(&stack, t, true, stream);
                print_level(&stack, t, false, stream);
                fputs("  ", stream);
                print_protect(&stack.own[t]->protect, stream);
                fputc('\n', stream);
                bh_node_stack_free(&stack);
            }
}

void bh_check_print_compositions(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    const struct bh_compositions *compositions = &scenario->compositions;
    if (compositions->count == 0)
        return;
    fputs("\nWho is composed with whom\n", stream);
    for (size_t s = 0; s < compositions->specs_count; s++)
        print_spec(scenario, &compositions->specs[s], stream);
    print_guards(scenario, stream);
}
