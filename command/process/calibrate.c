/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead calibrate`: some steps of each enclave carried out on the real topology, and how far off what was reckoned is. */
#include "command/command.h"
#include "command/process/parts.h"
#include "config.h"
#include "models/catalog/application.h"
#include "sim/runs/lone_replica.h"
#include "sim/runs/point.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/setup.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* As many as make rounding of messages to whole bytes small. */
enum { STEPS = 4 };

struct arguments {
    struct bh_options options;
};

/* Of one step of an enclave, in seconds. */
struct step {
    double native_s;   /* computing */
    double reckoned_s; /* communication, with links of its own */
    double measured_s; /* communication, carried out */
    double contention; /* one by the other; 1 where there is none */
    double step_off;   /* how far the whole step was off, relative */
};

static struct step step_of(const struct bh_enclave_setup *enclave, const struct bh_enclave_record *record)
{
    const struct bh_pace *pace = &enclave->pace[1];
    double step_s = enclave->spec->application->step_s.value, noise_s = pace->noise_per_step_s;
    struct step step = {.native_s = step_s, .contention = 1.0};
    double took_s = record->elapsed_s * step_s / enclave->spec->work_s - noise_s;
    step.reckoned_s = pace->slowdown.communication_s / enclave->spec->contention;
    step.measured_s = fmax(0.0, took_s - step_s);
    if (step.reckoned_s > 0.0)
        step.contention = step.measured_s / step.reckoned_s;
    step.step_off = (step_s + step.reckoned_s) / took_s - 1.0;
    return step;
}

static void print_table(const struct bh_point *point, const struct step *steps)
{
    const struct bh_scenario *scenario = point->scenario;
    printf("%-20s  %14s  %24s  %24s  %10s  %9s\n", "enclave", "native step", "communication, reckoned",
           "communication, measured", "contention", "step off");
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        printf("%-20s  %12.6g s  %22.6g s  %22.6g s  %10.6g  %7.2f %%\n", scenario->enclaves[e].name, steps[e].native_s,
               steps[e].reckoned_s, steps[e].measured_s, steps[e].contention, 100.0 * steps[e].step_off);
    printf("\nstep off: how far a step was off, reckoned with links of its own. Put contention into each enclave of\n"
           "workload.enclaves, or give it with --set. By Bulkhead %s: %d steps on %llu hosts of %s, all enclaves at "
           "once.\n",
           PACKAGE_VERSION, STEPS, (unsigned long long)point->facts.hosts, scenario->platform_file);
    for (size_t i = 0; i < scenario->entries_count; i++)
        printf("  --set workload.enclaves.%zu.contention=%.6g\n", i,
               steps[scenario->entries[i].first_enclave].contention);
}

static void print_json(const struct bh_point *point, const struct step *steps)
{
    const struct bh_scenario *scenario = point->scenario;
    json_t *enclaves = json_array();
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        json_array_append_new(enclaves, json_pack("{s:s, s:f, s:f, s:f, s:f, s:f}", "name", scenario->enclaves[e].name,
                                                  "native_step_s", steps[e].native_s, "communication_reckoned_s",
                                                  steps[e].reckoned_s, "communication_measured_s", steps[e].measured_s,
                                                  "contention", steps[e].contention, "step_off", steps[e].step_off));
    json_t *object = json_pack("{s:s, s:s, s:s, s:i, s:o}", "version", PACKAGE_VERSION, "scenario", scenario->file,
                               "platform", scenario->platform_file, "steps", STEPS, "enclaves", enclaves);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(object);
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    const struct bh_setting own = {"resolution", "process"};
    struct bh_one_point one = {0};
    struct bh_replica_record record = {0};
    struct step *steps = NULL;
    int status = bh_one_point_read(&one, &arguments->options, &own, 1, NULL, err);
    if (status != 0)
        goto out;
    struct bh_scenario *scenario = one.point->scenario;
    for (size_t e = 0; e < scenario->enclaves_count; e++) {
        scenario->enclaves[e].work_s = STEPS * scenario->enclaves[e].application->step_s.value;
        scenario->enclaves[e].start_s = 0.0;
    }
    status = bh_lone_replica_run(one.point, one.point->bare, (struct bh_replica_options){0}, &record, err);
    if (status != 0)
        goto out;
    steps = bh_allocate(scenario->enclaves_count, sizeof *steps);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        steps[e] = step_of(&one.point->bare->enclaves[e], &record.enclaves[e]);
    if (arguments->options.json)
        print_json(one.point, steps);
    else
        print_table(one.point, steps);
out:
    free(steps);
    bh_replica_record_clear(&record);
    bh_one_point_clear(&one);
    return status;
}

const struct bh_subcommand bh_subcommand_calibrate = {
    .name = "calibrate",
    .arguments = "SCENARIO",
    .help = "measures communication on the real topology, for enclaves to reckon with",
    .doc = "Carries some native steps of every enclave out, process by process and all enclaves at once, with messages "
           "over the links of the platform, and says how long a step and its communication take and how far off it was "
           "to reckon with links of one's own. What it prints as contention is a key of the enclave: with it in the "
           "scenario, enclaves as a whole reckon with the links of this machine, at any number of replicas.",
    .options = (const struct bh_option *const[]){bh_options_scenario, bh_options_point, bh_options_json, NULL},
    .operand = BH_OPERAND_SCENARIO,
    .size = sizeof(struct arguments),
    .run = run,
};
