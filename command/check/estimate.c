/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The part of `bulkhead check` that says what a run will take, and what of a scenario is seldom meant. */
#include "sim/runs/estimate.h"
#include "command/check/parts.h"
#include "models/base/quantity.h"

#include "models/base/wrap.h"
#include "models/catalog/application.h"
#include "sim/runs/estimate_limits.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/remarks.h"

#include <math.h>

/* "13,400" of an estimate: three digits that mean something. */
static char *count_text(double count, char *buffer, size_t size)
{
    double unit = count >= 1000.0 ? pow(10.0, floor(log10(count)) - 2.0) : 1.0;
    if (!(count < 1e12))
        return bh_estimate_count(count, buffer, size);
    return bh_check_count((uint64_t)(round(count / unit) * unit), buffer, size);
}

static void print_replica(const struct bh_check *check, FILE *stream)
{
    const struct bh_estimate *dearest = &check->estimate->dearest;
    char text[64], count[32], bytes[64], time[64], line[512];
    size_t used = 0;
    for (int h = 0; h < BH_HAPPENINGS; h++)
        if (dearest->count[h] >= 0.5)
            used += (size_t)snprintf(line + used, sizeof line - used, "%s %s, ",
                                     count_text(dearest->count[h], count, sizeof count), bh_happening_names[h]);
    snprintf(line + used, sizeof line - used, "in %s of simulated time; %s of one core, %s of memory",
             bh_quantity_print(dearest->elapsed_s, BH_DIMENSION_TIME, text, sizeof text),
             bh_quantity_print(dearest->seconds, BH_DIMENSION_TIME, time, sizeof time),
             bh_quantity_print(dearest->bytes, BH_DIMENSION_BYTES, bytes, sizeof bytes));
    fprintf(stream, "  %-12s of `%s`, the dearest:\n%15s", "a replica",
            check->scenario->policies[check->estimate->dearest_policy].name, "");
    bh_wrap_write(line, BH_CHECK_WIDTH, 15, stream);
}

/* Enclaves that move checkpoints to storage. */
static size_t storage_users(const struct bh_scenario *scenario)
{
    const struct bh_checkpoint_spec *storage = &scenario->checkpoint[BH_LEVEL_STORAGE];
    size_t users = 0;
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        users += storage->enabled && (storage->write_s < 0.0 || storage->read_s < 0.0) &&
                 scenario->enclaves[e].application->kind->keeps_checkpoints;
    return users;
}

static void print_processes(const struct bh_scenario *scenario, FILE *stream)
{
    double processes = 0.0;
    char line[256];
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        processes += bh_scenario_processes(scenario, &scenario->enclaves[e]);
    snprintf(line, sizeof line,
             "SimGrid carries out each of %.0f processes, step by step; resolution: enclave is quicker", processes);
    fprintf(stream, "  %-12s ", "resolution");
    bh_wrap_write(line, BH_CHECK_WIDTH, 15, stream);
}

/* What of it is known before: whether SimGrid may have to carry out more than single transfers. */
static void print_traffic(const struct bh_scenario *scenario, FILE *stream)
{
    size_t users = storage_users(scenario), compositions = scenario->compositions.count;
    const char *text = scenario->engine == BH_ENGINE_SIMGRID ? "SimGrid carries all of it out, as the scenario asks"
                       : users + compositions > 1
                           ? "may meet, and SimGrid then carries it out; results say how much: transfers_carried"
                           : "never meets; SimGrid is asked once how long it takes";
    if (users + compositions == 0)
        return;
    fprintf(stream, "  %-12s ", "traffic");
    bh_wrap_write(text, BH_CHECK_WIDTH, 15, stream);
}

void bh_check_print_estimate(const struct bh_check *check, FILE *stream)
{
    const struct bh_estimate_point *point = check->estimate;
    double points = bh_estimate_points(check->study);
    char text[32], count[32], bytes[64], time[64], line[512];
    fputs(
        "\nWhat it takes: estimated from rates and intervals, mostly within a factor of 3; exact chains come on top\n",
        stream);
    print_replica(check, stream);
    size_t used = (size_t)snprintf(line, sizeof line, "%s simulations",
                                   count_text(points * point->simulations, count, sizeof count));
    if (points > 1.0)
        used += (size_t)snprintf(line + used, sizeof line - used, " at %s points, if all were like this one",
                                 count_text(points, text, sizeof text));
    snprintf(line + used, sizeof line - used, ": %s of one core, %s of memory for the results",
             bh_quantity_print(points * point->seconds, BH_DIMENSION_TIME, time, sizeof time),
             bh_quantity_print(points * point->record_bytes, BH_DIMENSION_BYTES, bytes, sizeof bytes));
    fprintf(stream, "  %-12s ", "the run");
    bh_wrap_write(line, BH_CHECK_WIDTH, 15, stream);
    if (check->scenario->resolution == BH_RESOLUTION_PROCESS)
        print_processes(check->scenario, stream);
    else
        print_traffic(check->scenario, stream);
}

void bh_check_print_remarks(const struct bh_check *check, FILE *stream)
{
    struct bh_remarks remarks = bh_remarks_of(check->scenario);
    for (size_t i = 0; i < remarks.count; i++) {
        fprintf(stream, "%s  - ", i == 0 ? "\nRemarks\n" : "");
        bh_wrap_write(remarks.text[i], BH_CHECK_WIDTH, 4, stream);
    }
    bh_remarks_free(&remarks);
}

json_t *bh_check_remarks_json(const struct bh_check *check)
{
    struct bh_remarks remarks = bh_remarks_of(check->scenario);
    json_t *list = json_array();
    for (size_t i = 0; i < remarks.count; i++)
        json_array_append_new(list, json_string(remarks.text[i]));
    bh_remarks_free(&remarks);
    return list;
}

json_t *bh_check_estimate_json(const struct bh_check *check)
{
    const struct bh_estimate_point *point = check->estimate;
    const struct bh_estimate *dearest = &point->dearest;
    double points = bh_estimate_points(check->study);
    json_t *counts = json_object();
    for (int h = 0; h < BH_HAPPENINGS; h++)
        json_object_set_new(counts, bh_happening_names[h], json_real(dearest->count[h]));
    return json_pack("{s:{s:s, s:o, s:f, s:f, s:f, s:f, s:s}, s:{s:f, s:f, s:f, s:f}}", "replica", "policy",
                     check->scenario->policies[point->dearest_policy].name, "counts", counts, "events", dearest->events,
                     "simulated_s", dearest->elapsed_s, "core_s", dearest->seconds, "memory_B", dearest->bytes,
                     "most_from", dearest->cause, "run", "simulations", points * point->simulations, "events",
                     points * point->events, "core_s", points * point->seconds, "results_B",
                     points * point->record_bytes);
}
