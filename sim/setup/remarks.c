/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds what is seldom meant. */
#include "sim/setup/remarks.h"

#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/policy.h"
#include "models/catalog/system.h"
#include "models/faults/streams.h"
#include "models/node/node_model.h"
#include "sim/scenario/node_stack.h"
#include "sim/scenario/read_faults.h"

#include <stdlib.h>
#include <string.h>

/* Takes the text over. */
static void add(struct bh_remarks *remarks, char *text)
{
    remarks->text = bh_reallocate(remarks->text, remarks->count + 1, sizeof *remarks->text);
    remarks->text[remarks->count++] = text;
}

/* --- What strikes -------------------------------------------------------------------------------------------------- */

typedef bool is_wanted(const struct bh_fault_stream *stream);

static bool is_software(const struct bh_fault_stream *stream)
{
    return stream->hardware == NULL;
}

/* Lands in a zone and may stay untold there. */
static bool may_be_untold(const struct bh_fault_class *class)
{
    return class->landing != BH_LANDING_NODE && class->landing != BH_LANDING_STORAGE && !class->is_signalled;
}

static bool begins_untold(const struct bh_fault_stream *stream)
{
    return is_software(stream) || may_be_untold(stream->hardware);
}

static bool has_silent_ending(const struct bh_node_model *model)
{
    for (size_t z = 0; z < model->tree->zones_count; z++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            if (model->ending[z][kind].silent > 0.0)
                return true;
    return false;
}

/* Whether faults at a rate above 0 that are wanted strike nodes of a class under a policy; `silently`: where an error may
 * end as a silent one, of whatever. What cannot be told is taken to be so. */
static bool strikes_node(const struct bh_scenario *scenario, size_t policy, size_t class, is_wanted *wanted,
                         bool silently)
{
    struct bh_node_stack stack = bh_scenario_stack(scenario, policy, class, false);
    struct bh_tenant *tenants = bh_scenario_tenants(scenario, class);
    struct bh_node_model *model = bh_scenario_model(scenario, &stack, class, NULL);
    bool strikes = model == NULL || (silently && wanted == NULL && has_silent_ending(model));
    if (model != NULL && wanted != NULL && (!silently || has_silent_ending(model))) {
        struct bh_fault_streams *streams =
            bh_fault_streams_create(scenario->catalog, model, tenants, bh_scenario_fault_choice(scenario),
                                    stack.host_kernel, stack.guest_kernel);
        for (size_t s = 0; s < streams->count; s++)
            strikes = strikes || wanted(&streams->stream[s]);
        bh_fault_streams_destroy(streams);
    }
    bh_node_model_destroy(model);
    bh_node_stack_free(&stack);
    free(tenants);
    return strikes;
}

static bool has_faults_of_software(const struct bh_scenario *scenario)
{
    for (size_t p = 0; p < scenario->policies_count && scenario->software_faults; p++)
        for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
            if (strikes_node(scenario, p, class, is_software, false))
                return true;
    return false;
}

/* Whether a silent error may come to be on nodes of a class, under any policy. */
static bool may_be_silent(const struct bh_scenario *scenario, size_t class)
{
    bool scripted = false;
    for (size_t i = 0; i < scenario->script_count; i++)
        scripted = scripted || scenario->script[i].class == NULL || may_be_untold(scenario->script[i].class);
    for (size_t p = 0; p < scenario->policies_count; p++)
        if ((scripted && strikes_node(scenario, p, class, NULL, true)) ||
            (scenario->random_faults && strikes_node(scenario, p, class, begins_untold, true)))
            return true;
    return false;
}

/* --- Faults counted twice ------------------------------------------------------------------------------------------ */

typedef bool is_kind(const struct bh_fault_class *class);

static bool is_of_memory_modes(const struct bh_fault_class *class)
{
    return class->memory_outcome >= 0;
}

static bool is_other_memory(const struct bh_fault_class *class)
{
    return class->landing == BH_LANDING_MEMORY && class->memory_outcome < 0;
}

/* Of a log that `bulkhead fit` read, or that is replayed whole: all that made its nodes fail. */
static bool is_of_a_log(const struct bh_fault_class *class)
{
    static const char fitted[] = "bulkhead fit:";
    if (class->recorded.is_given)
        return class->recorded.causes == NULL;
    const char *source = class->arrival.a[0].source != NULL ? class->arrival.a[0].source : class->rate.source;
    return source != NULL && strncmp(source, fitted, sizeof fitted - 1) == 0;
}

static bool is_bundled_node_loss(const struct bh_fault_class *class)
{
    return class->landing == BH_LANDING_NODE && !is_of_a_log(class) && !class->recorded.is_given;
}

/* The names of the classes that are on, strike, and are of a kind; owned, "" for none. */
static char *list_classes(const struct bh_scenario *scenario, is_kind *kind)
{
    char *list = bh_copy_text("");
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f] && scenario->catalog->faults[f].rate.value > 0.0 &&
            kind(&scenario->catalog->faults[f]))
            bh_add_text(&list, ", ", "`%s`", scenario->catalog->faults[f].name);
    return list;
}

static void find_doubles(const struct bh_scenario *scenario, struct bh_remarks *remarks)
{
    char *modes = list_classes(scenario, is_of_memory_modes), *memory = list_classes(scenario, is_other_memory);
    char *logged = list_classes(scenario, is_of_a_log), *losses = list_classes(scenario, is_bundled_node_loss);
    if (*modes != '\0' && *memory != '\0')
        add(remarks,
            bh_print_text("faults of memory are counted twice: %s, by a rate of its own, and %s, by the fault modes "
                          "of its devices; leave one of them out of faults.hardware",
                          memory, modes));
    if (*logged != '\0' && has_faults_of_software(scenario))
        add(remarks,
            bh_print_text("failures of software may be counted twice: the log behind %s has them too, unless it was "
                          "taken by cause; faults.software: no leaves the others out",
                          logged));
    if (*logged != '\0' && *losses != '\0')
        add(remarks,
            bh_print_text("losses of nodes may be counted twice: the log behind %s has them too, beside %s; leave "
                          "one of them out of faults.hardware",
                          logged, losses));
    free(modes);
    free(memory);
    free(logged);
    free(losses);
}

/* --- Policies that come to the same -------------------------------------------------------------------------------- */

static bool has_guests(const struct bh_system *system)
{
    for (size_t z = 0; z < system->zones_count; z++)
        if (system->zones[z].kind == BH_GUEST_KERNEL && system->zones[z].per != BH_PER_NODE)
            return true;
    return false;
}

/* Of the zones that are a tenant's own, or that all share. */
static bool has_equal_dispositions(const struct bh_system *system, const struct bh_policy *one,
                                   const struct bh_policy *other, bool of_tenants)
{
    bool are_guests = has_guests(system);
    for (size_t z = 0; z < system->zones_count; z++) {
        const struct bh_zone_template *zone = &system->zones[z];
        enum bh_scope left = bh_policy_disposition(one, zone), right = bh_policy_disposition(other, zone);
        bool equal = are_guests ? left == right : bh_scope_without_guests(left) == bh_scope_without_guests(right);
        if (of_tenants == (zone->per != BH_PER_NODE) && !equal)
            return false;
    }
    return true;
}

/* Guards of a tenant, or of what all share, at every boundary that is ever met: on and off, and when. */
static bool has_equal_guards(const struct bh_scenario *scenario, const struct bh_node_stack *one,
                             const struct bh_node_stack *other, int tenant, bool has_one_rule)
{
    const struct bh_guard_level *left[2][BH_BOUNDARIES], *right[2][BH_BOUNDARIES];
    bool changes = false;
    for (int on = 0; on < 2; on++)
        if (bh_scenario_guards(one, tenant, on, left[on], NULL, NULL) != 0 ||
            bh_scenario_guards(other, tenant, on, right[on], NULL, NULL) != 0)
            return false;
    for (int b = 0; b < BH_BOUNDARIES; b++) {
        if (!bh_boundary_matters(scenario, (enum bh_boundary)b))
            continue;
        if (left[0][b] != right[0][b] || left[1][b] != right[1][b])
            return false;
        changes = changes || left[0][b] != left[1][b];
    }
    return !changes || has_one_rule;
}

static bool is_same_on_class(const struct bh_scenario *scenario, size_t class, size_t p, size_t q)
{
    struct bh_node_stack one = bh_scenario_stack(scenario, p, class, false);
    struct bh_node_stack other = bh_scenario_stack(scenario, q, class, false);
    bool same = one.system == other.system && one.host_kernel == other.host_kernel &&
                one.guest_kernel == other.guest_kernel &&
                has_equal_dispositions(one.system, one.policy, other.policy, false) &&
                has_equal_guards(scenario, &one, &other, -1, one.policy == other.policy);
    for (size_t t = 0; same && t < scenario->partitions.class[class].tenants_count; t++)
        same = has_equal_dispositions(one.system, one.own[t], other.own[t], true) &&
               has_equal_guards(scenario, &one, &other, (int)t, one.own[t] == other.own[t]);
    bh_node_stack_free(&one);
    bh_node_stack_free(&other);
    return same;
}

static bool is_same(const struct bh_scenario *scenario, size_t p, size_t q)
{
    for (size_t class = 0; class < scenario->partitions.classes_count; class ++)
        if (!is_same_on_class(scenario, class, p, q))
            return false;
    return true;
}

static void find_twins(const struct bh_scenario *scenario, struct bh_remarks *remarks)
{
    size_t count = scenario->policies_count;
    bool *told = bh_allocate(count, sizeof *told);
    for (size_t p = 0; p < count; p++) {
        char *list = bh_copy_text("");
        for (size_t q = p + 1; q < count && !told[p]; q++)
            if (!told[q] && is_same(scenario, p, q)) {
                told[q] = true;
                bh_add_text(&list, ", ", "`%s`", scenario->policies[q].name);
            }
        if (*list != '\0')
            add(remarks,
                bh_print_text("the lines of policies `%s` and %s come to the same here: equal systems, kernels, "
                              "dispositions and guards",
                              scenario->policies[p].name, list));
        free(list);
    }
    free(told);
}

/* --- Checkpoints and silent errors --------------------------------------------------------------------------------- */

/* The state behind a verification is clean, what is written of it need not be: an error that strikes meanwhile is in the
 * only checkpoint that is kept. */
static void find_single_checkpoints(const struct bh_scenario *scenario, struct bh_remarks *remarks)
{
    bool any = false;
    for (enum bh_level level = 0; level < BH_LEVELS; level++) {
        const struct bh_checkpoint_spec *checkpoint = &scenario->checkpoint[level];
        if (checkpoint->enabled && (checkpoint->keep > 1 || (bh_has_trust(scenario) && !checkpoint->has_keep)))
            return;
        any = any || scenario->checkpoint[level].enabled;
    }
    if (!any || scenario->faults_spare_rest)
        return;
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        if (scenario->enclaves[e].verification.rule != BH_VERIFY_NEVER &&
            may_be_silent(scenario, scenario->partitions.partition[scenario->enclaves[e].partition].class)) {
            add(remarks, bh_print_text(
                             "`%s` verifies its data, and checkpoints.*.keep is 1: a silent error that strikes while a "
                             "checkpoint is written is in the only one there is, and the work begins anew; keep: 2 "
                             "keeps an older one",
                             scenario->enclaves[e].name));
            return;
        }
}

/* A name that meant something else before, and channels that are not there to be opened. */
static void find_openers(const struct bh_scenario *scenario, struct bh_remarks *remarks)
{
    bool is_renamed = false;
    for (size_t p = 0; p < scenario->policies_count; p++) {
        const struct bh_policy_spec *spec = &scenario->policies[p];
        size_t opened = 0;
        for (size_t c = 0; c < spec->system->channels_count; c++)
            opened += spec->system->channels[c].is_opened;
        if (!spec->policy->opens)
            continue;
        if (opened == 0)
            add(remarks, bh_print_text("`%s` opens channels for speed, of which system `%s` has none", spec->name,
                                       spec->system->name));
        is_renamed = is_renamed || strcmp(spec->policy->name, "performance-first") == 0;
    }
    if (is_renamed)
        add(remarks,
            bh_copy_text("`performance-first` opens channels for speed and takes down the guest alone; before, it was "
                         "what `as-host-kernel` is, which takes the node and opens nothing"));
}

struct bh_remarks bh_remarks_of(const struct bh_scenario *scenario)
{
    struct bh_remarks remarks = {0};
    find_doubles(scenario, &remarks);
    find_twins(scenario, &remarks);
    find_single_checkpoints(scenario, &remarks);
    find_openers(scenario, &remarks);
    return remarks;
}

void bh_remarks_free(struct bh_remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++)
        free(remarks->text[i]);
    free(remarks->text);
    *remarks = (struct bh_remarks){0};
}
