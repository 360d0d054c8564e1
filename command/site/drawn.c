/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The faults of a scenario as the simulator draws or replays them, met by the same jobs as the log's. */
#include "command/data_directory.h"
#include "command/site/parts.h"
#include "models/base/random.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/lookup.h"
#include "models/faults/arrivals.h"
#include "models/faults/streams.h"
#include "models/holdout/windows.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"

#include <math.h>
#include <stdlib.h>

enum { FAULTS_ENOUGH = 40000, FAULTS_MOST = 2000000 };

struct outages {
    size_t count, room;
    struct bh_outage *outage;
};

static void play_class(const struct bh_scenario *scenario, const struct bh_fault_class *class, double until_s,
                       uint64_t seed, struct outages *to)
{
    const struct bh_random random = {.seed = seed};
    uint64_t nodes = scenario->nodes + scenario->spares;
    struct bh_fault_stream stream = bh_fault_stream_of(class, nodes);
    struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, nodes, scenario->machine_is_steady);
    struct bh_fault fault;
    while (to->count < FAULTS_MOST && bh_fault_arrivals_next(arrivals, &random, &fault) && fault.time_s < until_s) {
        double down_s = class->mend == BH_MEND_REPAIR ? bh_fault_repair_s(&random, &fault) : 0.0;
        if (to->count == to->room) {
            to->room = 2 * to->room + 1024;
            to->outage = bh_reallocate(to->outage, to->room, sizeof *to->outage);
        }
        to->outage[to->count++] = (struct bh_outage){
            .at_s = fault.time_s, .up_s = fault.time_s + down_s, .node = (uint32_t)fault.node, .has_down = true};
    }
    bh_fault_arrivals_destroy(arrivals);
}

/* What the faults of a scenario do until some time, as a history. It is read as `bulkhead run` reads it. */
static struct bh_history *play(const struct bh_site_system *system, const char *folder, bool is_replay, double until_s,
                               uint64_t seed, struct bh_error *err)
{
    struct bh_study *study = NULL;
    struct bh_scenario *scenario = NULL;
    struct bh_history *history = NULL;
    struct outages outages = {0};
    char *path = bh_print_text("%s/%s%s.yaml", folder, system->slug, is_replay ? "-replay" : ""),
         *directory = bh_models_directory(err);
    size_t index = 0;
    if (directory == NULL || (study = bh_study_read(path, directory, NULL, 0, err)) == NULL ||
        (scenario = bh_study_resolve(study, &index, -1, err)) == NULL)
        goto out;
    for (size_t c = 0; c < system->holdout->classes_count; c++) {
        char *name =
            is_replay ? bh_site_replayed_class(c) : bh_copy_text(system->class[c] != NULL ? system->class[c] : "");
        const struct bh_fault_class *class = bh_catalog_fault(scenario->catalog, name, (struct bh_place){0}, NULL);
        if (class != NULL) /* else it was not fitted, or is not in the last third */
            play_class(scenario, class, until_s, seed, &outages);
        free(name);
    }
    history = bh_history_of((uint32_t)scenario->nodes, 0.0, until_s, outages.outage, outages.count);
out:
    bh_scenario_destroy(scenario);
    bh_study_destroy(study);
    free(directory);
    free(path);
    return history;
}

static double interrupted(const struct bh_history *history, double until_s, const struct bh_cell *cell)
{
    struct bh_windows windows;
    bh_windows_fill(history, 0.0, until_s, cell->size, cell->length_s, &windows);
    double share = windows.whole.hit_s / windows.whole.all_s;
    bh_windows_clear(&windows);
    return share;
}

/* As long as it takes for so many faults, and for many of the longest jobs. */
static double enough_s(const struct bh_site_system *system)
{
    double rate = 0.0, longest_s = 0.0;
    for (size_t c = 0; c < system->holdout->classes_count; c++)
        if (system->holdout->law[c].is_fitted)
            rate += (double)system->history->nodes / system->holdout->law[c].time_per_failure_s;
    for (size_t c = 0; c < system->holdout->cells_count; c++)
        longest_s = fmax(longest_s, system->holdout->cells[c].length_s);
    return fmax(FAULTS_ENOUGH / rate, 50.0 * longest_s);
}

int bh_site_play(struct bh_site_system *system, const char *folder, uint64_t seed, struct bh_error *err)
{
    const struct bh_holdout *holdout = system->holdout;
    const struct bh_history *history = system->history;
    double third_s = history->to_s - holdout->split_s, long_s = enough_s(system);
    struct bh_history *drawn = play(system, folder, false, long_s, seed, err), *replayed = NULL;
    int status = drawn != NULL ? 0 : -1;
    if (status == 0 && holdout->after > 0 && (replayed = play(system, folder, true, third_s + 2.0, seed, err)) == NULL)
        status = -1;
    /* Nodes that the log watched for a time are watched as long here. */
    for (uint32_t n = 0; replayed != NULL && n < replayed->nodes && n < history->nodes; n++) {
        replayed->watch[n].from_s = history->watch[n].from_s - holdout->split_s;
        replayed->watch[n].to_s = history->watch[n].to_s - holdout->split_s;
    }
    system->played = bh_allocate(holdout->cells_count + 1, sizeof *system->played);
    for (size_t c = 0; status == 0 && c < holdout->cells_count; c++)
        system->played[c] =
            (struct bh_site_played){interrupted(drawn, long_s, &holdout->cells[c]),
                                    replayed != NULL ? interrupted(replayed, third_s, &holdout->cells[c]) : NAN};
    bh_history_destroy(drawn);
    bh_history_destroy(replayed);
    return status;
}
