/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead trace`: one replica, with all that happens to hosts, virtual machines and processes in a Paje trace. */
#include "command/command.h"
#include "command/process/parts.h"
#include "sim/runs/lone_replica.h"
#include "sim/runs/point.h"
#include "sim/scenario/scenario.h"

#include <stdio.h>

struct arguments {
    struct bh_options options;
    const char *policy;
    uint64_t replica;
    bool is_timeline;
};

static int check(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->options.output != NULL)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "no file to write to; expected -o FILE.trace, or with --timeline -o DIR");
}

static const struct bh_option own_options[] = {
    {"policy", 0, "NAME", "The line of policies, by its name (default: the first)", 1, BH_TO_WORD(policy)},
    {"timeline", 0, NULL, "Draw what each enclave does, as a figure in the folder of -o, in place of a trace", 1,
     BH_TO_FLAG(is_timeline)},
    {"replica", 0, "N", "Replica number N (default 0)", 1, BH_TO_NUMBER(replica, 0, BH_REPLICAS_MOST)},
    {0},
};

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    const struct bh_setting own = {"resolution", "process"};
    struct bh_one_point one = {0};
    struct bh_replica_record record = {0};
    int status = -1;
    if (bh_one_point_read(&one, &arguments->options, &own, arguments->is_timeline ? 0 : 1, arguments->policy, err) != 0)
        goto out;
    if (arguments->is_timeline) {
        status = bh_timeline_draw(&one, arguments->replica, arguments->options.output, err);
        goto out;
    }
    FILE *stream = fopen(arguments->options.output, "w");
    if (stream == NULL) {
        bh_fail(err, BH_ERROR_INPUT, "cannot write %s", arguments->options.output);
        goto out;
    }
    struct bh_replica_options options = {.replica = arguments->replica, .faults = true, .trace = stream};
    status = bh_lone_replica_run(one.point, one.point->setups[one.policy], options, &record, err);
    if ((ferror(stream) | fclose(stream)) != 0 && status == 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "%s could not be written", arguments->options.output);
out:
    bh_replica_record_clear(&record);
    bh_one_point_clear(&one);
    return status;
}

const struct bh_subcommand bh_subcommand_trace = {
    .name = "trace",
    .arguments = "SCENARIO",
    .help = "writes what hosts, guests and processes of one replica do, as a Paje trace",
    .doc = "Simulates one replica of a scenario with resolution: process, and writes a Paje trace of it: hosts that "
           "are on or off, guests that boot, are up, or are gone, processes that compute, communicate, save, launch or "
           "are idle. Viewers of Paje traces show it, as they do those of SimGrid. With --timeline a figure instead, "
           "at any resolution: enclaves as rows, what they do as colours, failures and errors that cross as marks.",
    .options =
        (const struct bh_option *const[]){own_options, bh_options_scenario, bh_options_point, bh_options_output, NULL},
    .operand = BH_OPERAND_SCENARIO,
    .check = check,
    .size = sizeof(struct arguments),
    .run = run,
};
