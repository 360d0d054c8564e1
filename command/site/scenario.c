/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What of a site can be run: its failures as one log, its classes as a scenario, and the last third replayed. */
#include "command/fault_yaml.h"
#include "command/site/parts.h"

#include "models/document/document_print.h"
#include "models/words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Failures ------------------------------------------------------------------------------------------------------- */

static void print_cell(const char *text, FILE *stream)
{
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

/* A node's name without its system's, and the system unless the log names none. */
static void print_node(const struct bh_failure_log *log, uint32_t number, FILE *stream)
{
    const char *own = bh_failure_log_own_name(log, number);
    bool has_system = own != bh_name_list_text(log->node_names, number);
    print_cell(own, stream);
    fputc(',', stream);
    print_cell(has_system ? bh_name_list_text(log->system_names, log->nodes[number].system) : "", stream);
}

int bh_site_write_failures(const struct bh_site *site, const char *folder, struct bh_error *err)
{
    const struct bh_failure_log *log = site->all;
    FILE *stream = bh_site_open(folder, "failures.csv", err);
    if (stream == NULL)
        return -1;
    fputs("time,node,system,class,downtime,installed\n", stream);
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        if (log->nodes[failure->node].is_unnamed)
            continue;
        fprintf(stream, "%.14g,", failure->start_s);
        print_node(log, failure->node, stream);
        fputc(',', stream);
        print_cell(bh_name_list_text(log->cause_names, failure->cause), stream);
        if (failure->down_s >= 0.0)
            fprintf(stream, ",%.12g,\n", failure->down_s);
        else
            fputs(",,\n", stream);
    }
    /* Nodes that never failed were there, too. */
    for (uint32_t n = 0; n < bh_name_list_count(log->node_names); n++) {
        const struct bh_failure_node *node = &log->nodes[n];
        if (node->count > 0 || node->is_unnamed)
            continue;
        fputc(',', stream);
        print_node(log, n, stream);
        fprintf(stream, ",,,%.14g\n", node->from_s);
    }
    return bh_site_close(stream, folder, "failures.csv", err);
}

/* --- Scenarios ------------------------------------------------------------------------------------------------------ */

static void print_head(const struct bh_site_system *system, const char *name, const char *title, FILE *stream)
{
    fprintf(stream, "scenario: %s%s\ntitle: ", system->slug, name);
    bh_write_quoted(title, stream);
    fprintf(stream,
            "\nplatform: {file: parametric.yaml, nodes: %u} # a sketch: put the machine's own numbers here\n"
            "workload:\n  work: 1 d\n  enclaves:\n"
            "    - {name: job, application: mpi-bulk-synchronous, guests-per-node: 1, processes-per-guest: 4}\n"
            "checkpoints:\n  storage: {interval: exact}\n"
            "baseline: native native\n"
            "policies:\n"
            "  - {system: native, policy: native}\n"
            "  - {system: kvm, policy: protection-first}\n"
            "replicas: 20\nseed: 1\n",
            system->history->nodes);
}

static void print_classes_on(const struct bh_site_system *system, FILE *stream)
{
    const char *between = "";
    fputs("hardware: [", stream);
    for (size_t c = 0; c < system->holdout->classes_count; c++)
        if (system->class[c] != NULL) {
            fprintf(stream, "%s%s", between, system->class[c]);
            between = ", ";
        }
    fputs("]", stream);
}

/* The words of where it is from, for every number. */
static char *source_of(const struct bh_site_system *system, size_t c)
{
    const struct bh_history *history = system->history;
    return bh_print_text(
        "bulkhead site: %s, %zu failures, %zu by themselves or first of a burst, in the first two thirds "
        "of the log of %u nodes; maximum likelihood",
        history->classes[c].name, system->holdout->law[c].failures, system->holdout->law[c].firsts, history->nodes);
}

static void print_burst(const struct bh_site_system *system, size_t c, const char *source, FILE *stream)
{
    const struct bh_class_law *law = &system->holdout->law[c];
    if (law->bursts == 0)
        return;
    fprintf(stream, "      burst:\n        domain: %s\n        ",
            law->domain < system->history->nodes ? "site-group" : "site-all");
    bh_fault_yaml_number("probability", law->probability, "", NAN, source, stream);
    fputs("\n        ", stream);
    bh_fault_yaml_number("reach", law->reach, "", NAN, source, stream);
    fputc('\n', stream);
}

/* What failed is known, so the error ends there at once, and the policy says what it takes; else the node is gone. */
static void print_landing(int zone, bool has_down, FILE *stream)
{
    if (zone > 1)
        fprintf(stream, "\n      landing: %s # error zone %d%s\n      signalled: yes\n      mend: reboot\n",
                bh_zone_kind_names[zone - 1], zone,
                zone == 2 ? "; a native node has no VMM: there the host's kernel fails" : "");
    else
        fprintf(stream, "\n      landing: node\n      mend: %s\n", has_down ? "repair" : "reboot");
}

static void print_class(const struct bh_site_system *system, size_t c, FILE *stream)
{
    const struct bh_class_law *law = &system->holdout->law[c];
    const struct bh_history_class *class = &system->history->classes[c];
    char *source = source_of(system, c), *description = bh_print_text("recorded as: %s", class->name);
    fprintf(stream, "    %s:\n      description: ", system->class[c]);
    bh_write_quoted(description, stream);
    print_landing(class->zone, law->has_down, stream);
    bh_fault_yaml_timing("arrival", &law->up, source, stream);
    if (law->has_down && class->zone <= 1)
        bh_fault_yaml_timing("repair", &law->down, source, stream);
    print_burst(system, c, source, stream);
    free(source);
    free(description);
}

static void print_domains(const struct bh_site_system *system, FILE *stream)
{
    bool has_group = false, has_all = false;
    for (size_t c = 0; c < system->holdout->classes_count; c++) {
        const struct bh_class_law *law = &system->holdout->law[c];
        has_group = has_group || (law->bursts > 0 && law->domain < system->history->nodes);
        has_all = has_all || (law->bursts > 0 && law->domain >= system->history->nodes);
    }
    if (!has_group && !has_all)
        return;
    fputs("  domains:\n", stream);
    if (has_group)
        fprintf(stream,
                "    site-group:\n      description: nodes whose names differ in their last number alone\n"
                "      nodes: {value: %u, status: computed, source: \"bulkhead site: a guess by names\"}\n",
                system->cabinets.nodes);
    if (has_all)
        fprintf(stream,
                "    site-all:\n      description: all nodes of the log\n"
                "      nodes: {value: %u, status: computed, source: \"bulkhead site: nodes of the log\"}\n",
                system->history->nodes);
}

static int write_fitted(const struct bh_site_system *system, const char *folder, struct bh_error *err)
{
    char *name = bh_print_text("%s.yaml", system->slug);
    FILE *stream = bh_site_open(folder, name, err);
    int status = -1;
    if (stream != NULL) {
        fputs("# Fitted to the first two thirds of a log; README.md says how well it foretells the last.\n", stream);
        print_head(system, "", "Failures as a log has them, by fitted laws", stream);
        fputs("faults: {", stream);
        print_classes_on(system, stream);
        fputs(", software: no, machine: steady} # the log has what software does\ndefine:\n", stream);
        print_domains(system, stream);
        fputs("  faults:\n", stream);
        for (size_t c = 0; c < system->holdout->classes_count; c++)
            if (system->class[c] != NULL)
                print_class(system, c, stream);
        status = bh_site_close(stream, folder, name, err);
    }
    free(name);
    return status;
}

/* Whether any record of a class in the last third says how long. */
static bool has_down_times(const struct bh_history *history, size_t c, double split_s)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->outage[i].class == c && history->outage[i].has_down && history->outage[i].at_s >= split_s)
            return true;
    return false;
}

/* Whether the last third has a record of a class. */
static bool is_there(const struct bh_history *history, size_t c, double split_s)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->outage[i].class == c && history->outage[i].at_s >= split_s)
            return true;
    return false;
}

char *bh_site_replayed_class(size_t c)
{
    return bh_print_text("replay-%zu", c + 1);
}

static int write_replay(const struct bh_site_system *system, const char *folder, struct bh_error *err)
{
    const struct bh_history *history = system->history;
    const char *between = "";
    char *name = bh_print_text("%s-replay.yaml", system->slug);
    FILE *stream = bh_site_open(folder, name, err);
    int status = -1;
    if (stream == NULL)
        goto out;
    fputs("# The last third of the log, as it was recorded.\n", stream);
    print_head(system, "-replay", "The last third of a log, replayed", stream);
    fputs("faults:\n  hardware: [", stream);
    for (size_t c = 0; c < history->classes_count; c++)
        if (is_there(history, c, system->holdout->split_s)) {
            char *class = bh_site_replayed_class(c);
            fprintf(stream, "%s%s", between, class);
            free(class);
            between = ", ";
        }
    fprintf(stream,
            "]\n  software: no\n  recorded: {log: failures.csv, nodes: as-recorded, start: begin, end: stop, "
            "log-nodes: %u, begin: %.14g, until: %.14g",
            history->nodes, system->holdout->split_s, history->to_s);
    if (strcmp(system->name, "-") != 0) {
        fputs(", system: ", stream);
        bh_write_quoted(system->name, stream);
    }
    fputs("}\ndefine:\n  faults:\n", stream);
    for (size_t c = 0; c < history->classes_count; c++) {
        if (!is_there(history, c, system->holdout->split_s))
            continue;
        char *class = bh_site_replayed_class(c);
        fprintf(stream, "    %s:\n      description: ", class);
        free(class);
        char *description = bh_print_text("recorded as: %s", history->classes[c].name);
        bh_write_quoted(description, stream);
        free(description);
        print_landing(history->classes[c].zone, has_down_times(history, c, system->holdout->split_s), stream);
        fputs("      arrival: ", stream);
        if (history->classes[c].cause == BH_NO_NAME) {
            fputs("recorded\n", stream);
            continue;
        }
        fputs("{recorded: {causes: [", stream);
        bh_write_quoted(history->classes[c].name, stream);
        fputs("]}}\n", stream);
    }
    status = bh_site_close(stream, folder, name, err);
out:
    free(name);
    return status;
}

int bh_site_write_scenarios(const struct bh_site_system *system, const char *folder, struct bh_error *err)
{
    return write_fitted(system, folder, err) != 0 || write_replay(system, folder, err) != 0 ? -1 : 0;
}
