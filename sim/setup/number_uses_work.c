/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are read where work is done: costs, checkpoints, verification, recovery; and of a study's points. */
#include "sim/scenario/parts.h"
#include "sim/setup/number_uses_parts.h"

#include <stdlib.h>
#include <string.h>

/* Points of a product that are looked at for numbers that no axis alone asks for. */
enum { POINTS_MOST = 256 };

const struct bh_application *bh_reading_tenant(const struct bh_reading *reading, size_t class, int tenant)
{
    const struct bh_scenario *scenario = reading->scenario;
    return scenario->enclaves[scenario->partitions.class[class].enclave[tenant]].application;
}

/* --- Costs -------------------------------------------------------------------------------------------------------- */

static bool sends_messages(const struct bh_application *application)
{
    return application->halo_messages.value > 0.0 ||
           (!application->tolerates_loss && application->collectives.value > 0.0);
}

static void mark_noise(struct bh_reading *reading, const struct bh_component *kernel)
{
    if (kernel == NULL)
        return;
    bh_reading_mark(reading, true, &kernel->noise_share);
    bh_reading_mark(reading, kernel->noise_share.value > 0.0, &kernel->noise_measured_nodes);
}

void bh_reading_costs(struct bh_reading *reading, const struct bh_reached *reached, const struct bh_node_stack *stack)
{
    const struct bh_system *system = stack->system;
    if (!reading->scenario->virtualization_costs)
        return;
    bh_reading_mark(reading, true, &system->compute_slowdown);
    mark_noise(reading, stack->host_kernel);
    mark_noise(reading, system->guest_kernel != NULL ? stack->guest_kernel : NULL);
    for (int t = 0; t < (int)reading->scenario->partitions.class[reached->class].tenants_count; t++) {
        const struct bh_application *application = bh_reading_tenant(reading, reached->class, t);
        bool exits = system->guest_kernel != NULL;
        bh_reading_mark(reading, exits && application->exits_per_s.value > 0.0, &system->exit_time_s);
        bh_reading_mark(reading, exits, &application->exits_per_s);
        bh_reading_mark(reading, sends_messages(application), &system->latency_s);
        bh_reading_mark(reading, application->halo_bytes.value > 0.0, &system->bandwidth_loss);
    }
}

/* --- Checkpoints -------------------------------------------------------------------------------------------------- */

/* An interval by rule is infinite where nothing fails. */
static bool is_written(const struct bh_reading *reading, enum bh_level level)
{
    const struct bh_checkpoint_spec *spec = &reading->scenario->checkpoint[level];
    return spec->enabled && (spec->rule == BH_INTERVAL_FIXED || reading->fails);
}

/* A time that the scenario gives needs no bytes. Nothing is read back where nothing fails. */
static bool is_by_bytes(const struct bh_reading *reading, enum bh_level level)
{
    const struct bh_checkpoint_spec *spec = &reading->scenario->checkpoint[level];
    return is_written(reading, level) && (spec->write_s < 0.0 || (reading->fails && spec->read_s < 0.0));
}

/* Parts of a service reload from their node's disk. */
static bool reloads(const struct bh_reading *reading)
{
    return reading->fails && reading->scenario->checkpoint[BH_LEVEL_LOCAL].read_s < 0.0;
}

bool bh_reading_moves_bytes(const struct bh_reading *reading, const struct bh_application *application)
{
    if (application->tolerates_loss)
        return reloads(reading);
    for (int level = 0; level < BH_LEVELS; level++)
        if (is_by_bytes(reading, (enum bh_level)level))
            return true;
    return false;
}

static void read_levels(struct bh_reading *reading, const struct bh_application *application)
{
    const struct bh_recovery_numbers *recovery = &reading->scenario->catalog->recovery;
    bh_reading_mark(reading, bh_reading_moves_bytes(reading, application), &application->checkpoint_bytes);
    if (application->tolerates_loss) {
        bh_reading_mark(reading, reloads(reading), &recovery->local_bandwidth);
        return;
    }
    bh_reading_mark(reading, is_by_bytes(reading, BH_LEVEL_MEMORY), &recovery->memory_bandwidth);
    bh_reading_mark(reading, is_by_bytes(reading, BH_LEVEL_LOCAL), &recovery->local_bandwidth);
    bh_reading_mark(reading, is_by_bytes(reading, BH_LEVEL_PARTNER), &recovery->partner_bandwidth);
    bh_reading_mark(reading, reading->fails && is_written(reading, BH_LEVEL_PARTNER), &recovery->partner_distance);
}

/* --- Applications ------------------------------------------------------------------------------------------------- */

static bool has_rhythm(const struct bh_reading *reading)
{
    for (int level = 0; level < BH_LEVELS; level++)
        if (is_written(reading, (enum bh_level)level) && reading->scenario->checkpoint[level].rule != BH_INTERVAL_FIXED)
            return true;
    return false;
}

static void read_enclave(struct bh_reading *reading, const struct bh_enclave_spec *enclave)
{
    const struct bh_application *application = enclave->application;
    const struct bh_verification_spec *verification = &enclave->verification;
    bool costs = reading->scenario->virtualization_costs, verifies = verification->rule != BH_VERIFY_NEVER;
    bool waits = costs && !application->tolerates_loss, taints = verifies && reading->is_silent;
    bh_reading_mark(reading, costs || taints || (!application->tolerates_loss && has_rhythm(reading)),
                    &application->step_s);
    bh_reading_mark(reading, costs, &application->halo_bytes);
    bh_reading_mark(reading, costs, &application->halo_messages);
    bh_reading_mark(reading, waits || taints, &application->collectives);
    bh_reading_mark(reading, application->communicates_at_random && taints, &application->contacts);
    bh_reading_mark(reading, verifies && verification->has_usual_cost, &application->verification_cost_s);
    bh_reading_mark(reading, taints && verification->has_usual_recall, &application->verification_recall);
    bh_reading_mark(reading, taints && verification->has_usual_latency, &application->verification_latency_s);
    read_levels(reading, application);
}

void bh_reading_applications(struct bh_reading *reading)
{
    const struct bh_scenario *scenario = reading->scenario;
    const struct bh_recovery_numbers *recovery = &scenario->catalog->recovery;
    bh_reading_mark(reading, reading->fails, &recovery->detection_s);
    bh_reading_mark(reading, reading->fails, &recovery->process_restart_s);
    for (size_t i = 0; i < scenario->entries_count; i++)
        read_enclave(reading, &scenario->enclaves[scenario->entries[i].first_enclave]);
}

/* --- Studies ------------------------------------------------------------------------------------------------------ */

/* What is asked for, and what has been found. */
struct search {
    const struct bh_study *study;
    const char *const *paths;
    size_t count;
    bool *is_used;
};

static bool is_complete(const struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        if (!search->is_used[i])
            return false;
    return true;
}

static void look_at(const struct search *search, const size_t *index)
{
    struct bh_error ignored = {0};
    struct bh_place nowhere = {0};
    if (is_complete(search))
        return;
    struct bh_scenario *scenario = bh_study_resolve(search->study, index, -1, &ignored);
    if (scenario == NULL)
        return;
    struct bh_number_uses *uses = bh_number_uses_find(scenario, true);
    for (size_t i = 0; i < search->count; i++) {
        const struct bh_parameter *parameter;
        const struct bh_word *word;
        if (search->is_used[i])
            continue;
        if ((word = bh_catalog_word(scenario->catalog, search->paths[i])) != NULL)
            search->is_used[i] = bh_number_uses_read_word(scenario, word);
        else if ((parameter = bh_catalog_parameter(scenario->catalog, search->paths[i], nowhere, &ignored)) != NULL)
            search->is_used[i] = bh_number_uses_has(uses, parameter);
    }
    bh_number_uses_destroy(uses);
    bh_scenario_destroy(scenario);
}

/* The next point of the product; false after the last. */
static bool step(const struct bh_study *study, size_t *index)
{
    for (size_t a = 0; a < study->axes_count; a++) {
        if (++index[a] < study->axes[a].count)
            return true;
        index[a] = 0;
    }
    return false;
}

void bh_number_uses_of_study(const struct bh_study *study, const char *const *paths, size_t count, bool *is_used,
                             bool *is_sure)
{
    struct search search = {study, paths, count, is_used};
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    double points = 1.0;
    look_at(&search, index);
    for (size_t a = 0; a < study->axes_count; a++) {
        for (index[a] = 1; index[a] < study->axes[a].count; index[a]++)
            look_at(&search, index);
        index[a] = 0;
        points *= (double)study->axes[a].count;
    }
    *is_sure = points <= POINTS_MOST;
    do
        look_at(&search, index);
    while (*is_sure && !is_complete(&search) && step(study, index));
    free(index);
}

/* The numbers that an axis sets, each once; *others: it sets other keys too. The caller frees. */
static const char **numbers_of(const struct bh_axis *axis, size_t *count, bool *others)
{
    size_t most = 0;
    for (size_t v = 0; v < axis->count; v++)
        most += axis->values[v].settings_count;
    const char **paths = bh_allocate(most + 1, sizeof *paths);
    *count = 0;
    *others = false;
    for (size_t v = 0; v < axis->count; v++)
        for (size_t s = 0; s < axis->values[v].settings_count; s++) {
            const char *path = bh_models_path(axis->values[v].paths[s]);
            size_t known = 0;
            *others = *others || path == NULL;
            while (path != NULL && known < *count && strcmp(paths[known], path) != 0)
                known++;
            if (path != NULL && known == *count)
                paths[(*count)++] = path;
        }
    return paths;
}

int bh_number_uses_check_axis(const struct bh_study *study, const struct bh_axis *axis, bool each, struct bh_error *err)
{
    size_t count, used = 0, unused = 0;
    bool others, is_sure = false;
    const char **paths = numbers_of(axis, &count, &others);
    bool *is_used = bh_allocate(count + 1, sizeof *is_used);
    if (count > 0 && (each || !others))
        bh_number_uses_of_study(study, paths, count, is_used, &is_sure);
    for (size_t i = 0; i < count; i++)
        if (is_used[i])
            used++;
        else
            unused = i;
    int status = 0;
    if (is_sure && used < count && (each || used == 0))
        status =
            bh_fail_at(err, axis->place,
                       "the axis `%s` sets models.%s, which nothing in this scenario reads; expected a number that "
                       "`bulkhead check` lists as used",
                       axis->name, paths[unused]);
    free(is_used);
    free(paths);
    return status;
}

int bh_number_uses_check(const struct bh_study *study, struct bh_error *err)
{
    for (size_t a = 0; a < study->axes_count; a++)
        if (bh_number_uses_check_axis(study, &study->axes[a], false, err) != 0)
            return -1;
    /* Draws of a posterior are of what was measured, all of which a scenario need not have. */
    if (study->has_uncertainty && study->posterior.source == NULL)
        return bh_number_uses_check_axis(study, &study->uncertainty, false, err);
    return 0;
}
