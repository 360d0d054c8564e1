/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* First part of what `bulkhead check` prints: what is simulated. */
#include "command/check/parts.h"
#include "models/base/error.h"
#include "models/base/quantity.h"
#include "models/base/wrap.h"
#include "models/catalog/application.h"
#include "sim/platform/platform.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/questions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_point(const struct bh_check *check, FILE *stream)
{
    const struct bh_study *study = check->study;
    if (study->axes_count == 0)
        return;
    char points[32];
    fprintf(stream, "One of %s points:", bh_check_count(bh_study_points(study), points, sizeof points));
    for (size_t a = 0; a < study->axes_count; a++)
        fprintf(stream, "%s %s = %s", a > 0 ? "," : "", study->axes[a].name,
                study->axes[a].values[check->index[a]].label);
    fputs("  (--point AXIS=VALUE chooses another)\n", stream);
}

/* Whom they stand in for, and why not for crashes though they might. */
static void print_spares(const struct bh_scenario *scenario, FILE *stream)
{
    if (scenario->spares == 0)
        return;
    bool may = scenario->spares_for[BH_SPARES_FOR_CRASH];
    fprintf(stream, "               spares stand in for nodes lost for good%s\n",
            bh_spares_serve_reboots(scenario) ? " and for nodes that crash, which come back as spares"
            : may                             ? "; a node that crashes has rebooted before one is ready"
                                              : "; a node that crashes reboots in its place");
}

static void print_platform(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    const struct bh_platform_facts *facts = check->facts;
    char nodes[32], spares[32], all[32], hosts[32], text[64], other[64];
    fprintf(stream, "  platform     %s\n", scenario->platform_file);
    fprintf(stream,
            "               %s nodes and %s warm spares, of %s nodes in %s SimGrid hosts; %" PRIu64 " storage host%s\n",
            bh_check_count(scenario->platform_nodes, nodes, sizeof nodes),
            bh_check_count(scenario->spares, spares, sizeof spares), bh_check_count(facts->nodes, all, sizeof all),
            bh_check_count(facts->hosts, hosts, sizeof hosts), facts->storage_hosts,
            facts->storage_hosts == 1 ? "" : "s");
    fprintf(stream, "               network %s one way and %s a node",
            bh_quantity_print(facts->latency_s, BH_DIMENSION_TIME, text, sizeof text),
            bh_quantity_print(facts->node_bandwidth, BH_DIMENSION_BANDWIDTH, other, sizeof other));
    if (facts->storage_hosts > 0)
        fprintf(stream, "; storage writes %s, reads %s",
                bh_quantity_print(facts->storage_write_bandwidth, BH_DIMENSION_BANDWIDTH, text, sizeof text),
                bh_quantity_print(facts->storage_read_bandwidth, BH_DIMENSION_BANDWIDTH, other, sizeof other));
    fputc('\n', stream);
    print_spares(scenario, stream);
    if (facts->set_aside[0] != '\0') {
        char *aside = bh_print_text("no nodes, by other simulators' properties: %s; bulkhead:role says otherwise",
                                    facts->set_aside);
        fputs("               ", stream);
        bh_wrap_write(aside, BH_CHECK_WIDTH, 15, stream);
        free(aside);
    }
}

static void print_verification(const struct bh_enclave_spec *enclave, FILE *stream)
{
    const struct bh_verification_spec *verification = &enclave->verification;
    char every[64], cost[64], latency[64];
    if (verification->rule == BH_VERIFY_NEVER)
        return;
    if (verification->rule == BH_VERIFY_PERIODICALLY)
        bh_quantity_print(verification->every_s, BH_DIMENSION_TIME, every, sizeof every);
    else if (verification->per_checkpoint > 1)
        snprintf(every, sizeof every, "%" PRIu64 " times for each checkpoint", verification->per_checkpoint);
    else
        snprintf(every, sizeof every, "%s",
                 verification->per_checkpoint == 0 ? "as often as is cheapest" : "before every checkpoint");
    fprintf(stream, "  %-12s %s verifies its data %s%s: takes %s, finds %.4g %% of the silent errors", "",
            enclave->name, verification->rule == BH_VERIFY_PERIODICALLY ? "after every " : "", every,
            bh_quantity_print(verification->cost_s, BH_DIMENSION_TIME, cost, sizeof cost), 100 * verification->recall);
    if (verification->latency_s > 0)
        fprintf(stream, ", says so %s later",
                bh_quantity_print(verification->latency_s, BH_DIMENSION_TIME, latency, sizeof latency));
    if (!verification->knows_age)
        fprintf(stream, ";\n  %-12s returns to one state at most %" PRIu64 " times", "", verification->returns);
    fputc('\n', stream);
}

static void print_workload(const struct bh_scenario *scenario, FILE *stream)
{
    char work[64], horizon[64];
    fprintf(stream, "  work         %s of native computing on each node; given up after %s\n",
            bh_quantity_print(scenario->work_s, BH_DIMENSION_TIME, work, sizeof work),
            bh_quantity_print(scenario->horizon_s, BH_DIMENSION_TIME, horizon, sizeof horizon));
    for (size_t i = 0; i < scenario->entries_count; i++) {
        const struct bh_enclave_spec *enclave = &scenario->enclaves[scenario->entries[i].first_enclave];
        char count[32];
        char *name = scenario->entries[i].count > 1
                         ? bh_print_text("%s x %s", scenario->entries[i].name,
                                         bh_check_count(scenario->entries[i].count, count, sizeof count))
                         : bh_copy_text(enclave->name);
        fprintf(stream, "  %-12s %-16s %-24s %" PRIu64 " x %" PRIu64 " processes per node, %.4g %% of it%s\n",
                i == 0 ? "enclaves" : "", name, enclave->application->name, enclave->guests_per_node,
                enclave->processes_per_guest, 100 * enclave->node_share,
                enclave->application->kind->loses_parts ? "; tolerates loss" : "");
        if (enclave->parts_needed > 1)
            fprintf(stream,
                    "  %-12s %s is lost, and serves nobody, with fewer than %" PRIu64 " of its %" PRIu64 " parts\n", "",
                    enclave->name, enclave->parts_needed, scenario->partitions.partition[enclave->partition].nodes);
        print_verification(enclave, stream);
        free(name);
    }
}

static void print_trust(const struct bh_scenario *scenario, FILE *stream)
{
    if (bh_has_trust(scenario))
        fprintf(stream,
                "  %-12s at most %.4g %% of runs with a wrong result: the cheapest pattern of checkpoints and\n  %-12s "
                "verifications for each policy that reaches it\n",
                "trust", 100 * scenario->trust, "");
}

static void print_checkpoints(const struct bh_scenario *scenario, FILE *stream)
{
    const char *head = "checkpoints";
    for (size_t l = 0; l < BH_LEVELS; l++) {
        const struct bh_checkpoint_spec *checkpoint = &scenario->checkpoint[l];
        char interval[64], write[64], read[64];
        if (!checkpoint->enabled)
            continue;
        if (checkpoint->rule == BH_INTERVAL_FIXED)
            bh_quantity_print(checkpoint->interval_s, BH_DIMENSION_TIME, interval, sizeof interval);
        else
            snprintf(interval, sizeof interval, "the best by the %s formula, for each policy",
                     checkpoint->rule == BH_INTERVAL_EXACT  ? "exact"
                     : checkpoint->rule == BH_INTERVAL_DALY ? "Daly"
                                                            : "Young");
        fprintf(stream, "  %-12s to %s; interval %s", head, bh_level_words[l], interval);
        if (checkpoint->write_s >= 0)
            fprintf(stream, "; each takes %s", bh_quantity_print(checkpoint->write_s, BH_DIMENSION_TIME, write, 64));
        if (checkpoint->read_s >= 0)
            fprintf(stream, "; a restore %s", bh_quantity_print(checkpoint->read_s, BH_DIMENSION_TIME, read, 64));
        if (bh_has_trust(scenario) && !checkpoint->has_keep)
            fputs("; as many are kept as is cheapest", stream);
        else if (checkpoint->keep > 1)
            fprintf(stream, "; %" PRIu64 " are kept", checkpoint->keep);
        fputc('\n', stream);
        head = "";
    }
    if (*head != '\0')
        fprintf(stream, "  %-12s none\n", head);
    if (scenario->staggered)
        fprintf(stream, "  %-12s staggered: enclaves take turns\n", "");
    if (scenario->final_checkpoint)
        fprintf(stream, "  %-12s and one after the last stretch of work\n", "");
}

static void print_axis(const char *head, const struct bh_axis *axis, FILE *stream)
{
    fprintf(stream, "  %-12s %s", head, axis->name);
    if (strcmp(axis->unit, "1") != 0 && strcmp(axis->unit, axis->name) != 0)
        fprintf(stream, " (%s)", axis->unit);
    fputc(':', stream);
    for (size_t v = 0; v < axis->count; v++)
        fprintf(stream, "%s %s", v > 0 ? "," : "", axis->values[v].label);
    fputc('\n', stream);
}

static void print_axes(const struct bh_study *study, FILE *stream)
{
    for (size_t a = 0; a < study->axes_count; a++)
        print_axis(a == 0 ? "axes" : "", &study->axes[a], stream);
    if (!study->has_uncertainty)
        return;
    print_axis("uncertainty", &study->uncertainty, stream);
    fprintf(stream, "  %-12s at", "");
    for (size_t a = 0; a < study->axes_count; a++)
        fprintf(stream, "%s %s = %s", a > 0 ? "," : "", study->axes[a].name,
                study->axes[a].values[study->uncertainty_at[a]].label);
    if (study->posterior.source != NULL)
        fprintf(stream, "\n  %-12s %s: joint draws, without order", "", study->posterior.source);
    fputs("; sets", stream);
    const struct bh_axis_value *value = &study->uncertainty.values[0];
    for (size_t s = 0; s < value->settings_count; s++)
        fprintf(stream, "%s\n  %-12s   %s", s > 0 ? "," : "", "", value->paths[s]);
    fputc('\n', stream);
}

void bh_check_print_setting(const struct bh_check *check, FILE *stream)
{
    const struct bh_scenario *scenario = check->scenario;
    char replicas[32];
    fprintf(stream, "%s: %s\n", scenario->name, scenario->title);
    if (*scenario->description != '\0')
        bh_wrap_write(scenario->description, BH_CHECK_WIDTH, 0, stream);
    print_point(check, stream);
    fputs("\nWhat is simulated\n", stream);
    print_platform(check, stream);
    print_workload(scenario, stream);
    print_trust(scenario, stream);
    print_checkpoints(scenario, stream);
    bh_check_print_faults(scenario, stream);
    fprintf(stream, "  %-12s %s of each policy, seed %" PRIu64 "\n", "replicas",
            bh_check_count(scenario->replicas, replicas, sizeof replicas), scenario->seed);
    fprintf(stream, "  %-12s %zu, priced against `%s`%s\n", "policies", scenario->policies_count,
            scenario->policies[scenario->baseline].name,
            scenario->virtualization_costs ? "" : "; virtualization, guards, noise and communication cost nothing");
    print_axes(check->study, stream);
    if (scenario->reproduces_input)
        fprintf(stream, "  %-12s the outcome is put in: reproduced, not predicted\n", "results");
}
