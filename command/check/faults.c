/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What strikes, as `bulkhead check` tells it: classes of faults, their clocks, what they take along, the script. */
#include "command/check/parts.h"
#include "models/base/quantity.h"
#include "models/base/wrap.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/times/exponential.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/scenario.h"

#include <inttypes.h>
#include <stdlib.h>

static void print_numbers(const struct bh_distribution *distribution, FILE *stream)
{
    const struct bh_distribution_type *type = distribution->type;
    for (size_t part = 0; part < distribution->parts; part++) {
        char a[64], b[64];
        bh_quantity_print(distribution->a[part], type->a_dimension, a, sizeof a);
        fprintf(stream, "%s%s %s", part > 0 ? "; " : " (", type->a_key, a);
        if (type->b_key != NULL)
            fprintf(stream, ", %s %s", type->b_key,
                    bh_quantity_print(distribution->b[part], type->b_dimension, b, sizeof b));
    }
    fputc(')', stream);
}

static void print_carrier(const struct bh_fault_class *fault, FILE *stream)
{
    char text[64];
    const struct bh_distribution *arrival = &fault->arrival.distribution;
    if (fault->landing == BH_LANDING_STORAGE)
        fputs("a clock per storage host", stream);
    else if (fault->carrier == BH_CARRIER_MACHINE)
        fputs("one clock for the machine", stream);
    else if (fault->carrier == BH_CARRIER_DOMAIN)
        fprintf(stream, "a clock per %s, %" PRIu64 " nodes", fault->carrier_domain->name,
                bh_domain_nodes(fault->carrier_domain));
    else if (bh_landing_is_of_device(fault->landing))
        fprintf(stream, "a clock per device, %g on each node, told to %s", fault->devices.value,
                fault->landing == BH_LANDING_DEVICE_USER ? "a process that uses it" : "the kernel that drives it");
    else
        fputs("a clock per node", stream);
    fprintf(stream, ", %s", arrival->type->name);
    if (arrival->type == &bh_exponential)
        fprintf(stream, ", every %s", bh_quantity_print(1.0 / fault->rate.value, BH_DIMENSION_TIME, text, sizeof text));
    else
        print_numbers(arrival, stream);
}

static void print_burst(const struct bh_fault_class *fault, FILE *stream)
{
    const struct bh_burst *burst = &fault->burst;
    char text[64];
    if (fault->carrier != BH_CARRIER_NODE)
        fprintf(stream, "; strikes %s of its nodes",
                !burst->is_given || burst->reach.value >= 1.0
                    ? "all"
                    : bh_quantity_print(burst->reach.value, BH_DIMENSION_FRACTION, text, sizeof text));
    else if (burst->is_given) {
        fprintf(stream, "; %s of them take along",
                bh_quantity_print(burst->probability.value, BH_DIMENSION_FRACTION, text, sizeof text));
        fprintf(stream, " %s of the %s's other nodes, %" PRIu64 " in all",
                bh_quantity_print(burst->reach.value, BH_DIMENSION_FRACTION, text, sizeof text), burst->domain->name,
                bh_domain_nodes(burst->domain));
    }
    if (burst->is_given && burst->within_s.value > 0.0)
        fprintf(stream, ", each %s later on average",
                bh_quantity_print(burst->within_s.value, BH_DIMENSION_TIME, text, sizeof text));
}

static void print_storage(const struct bh_fault_class *fault, FILE *stream)
{
    char text[64];
    if (fault->landing == BH_LANDING_STORAGE)
        fprintf(stream, "; until its repair what goes to storage waits, and of what needs it %s fails at once",
                bh_quantity_print(fault->fails_jobs.value, BH_DIMENSION_FRACTION, text, sizeof text));
}

static void print_recurrence(const struct bh_fault_class *fault, FILE *stream)
{
    const struct bh_recurrence *recurrence = &fault->recurrence;
    char text[64];
    if (!recurrence->is_given)
        return;
    fprintf(stream, "; %s stay",
            bh_quantity_print(recurrence->probability.value, BH_DIMENSION_FRACTION, text, sizeof text));
    fprintf(stream, " and strike every %s until repaired, at the latest after %g failures",
            bh_quantity_print(recurrence->every_s.value, BH_DIMENSION_TIME, text, sizeof text),
            recurrence->tolerated.value + 1.0);
}

/* A line for each class that is more than exponential clocks of nodes. */
static bool print_class(const struct bh_fault_class *fault, FILE *stream)
{
    if (fault->carrier == BH_CARRIER_NODE && !fault->burst.is_given && !fault->recurrence.is_given &&
        fault->landing != BH_LANDING_STORAGE && !bh_landing_is_of_device(fault->landing) && !fault->recorded.is_given &&
        fault->arrival.distribution.type == &bh_exponential)
        return false;
    char *line = NULL;
    size_t length = 0;
    FILE *text = open_memstream(&line, &length);
    BH_BUG_ASSERT(text != NULL);
    fprintf(text, "%s: ", fault->name);
    if (fault->recorded.is_given)
        bh_check_print_recorded_class(fault, text);
    else
        print_carrier(fault, text);
    print_burst(fault, text);
    print_recurrence(fault, text);
    print_storage(fault, text);
    fclose(text);
    fprintf(stream, "  %-12s ", "");
    bh_wrap_write(line, BH_CHECK_WIDTH, 15, stream);
    free(line);
    return fault->arrival.distribution.type != &bh_exponential;
}

static void print_classes(const struct bh_scenario *scenario, FILE *stream)
{
    bool has_age = false;
    for (size_t f = 0; f < scenario->catalog->faults_count; f++)
        if (scenario->fault_enabled[f] && print_class(&scenario->catalog->faults[f], stream))
            has_age = true;
    if (has_age)
        fprintf(stream, "  %-12s %s\n", "",
                scenario->machine_is_steady ? "the machine is in steady state: clocks have long been running"
                                            : "the machine is fresh: clocks begin with the work");
    if (bh_scenario_strikes_apart(scenario))
        fprintf(stream, "  %-12s independent nodes: no class of faults strikes several at once\n", "");
}

static void print_script_line(const struct bh_scenario *scenario, const struct bh_script_fault *fault, const char *head,
                              FILE *stream)
{
    const struct bh_enclave_spec *enclave = &scenario->enclaves[fault->enclave];
    uint64_t node = fault->slot - scenario->partitions.partition[enclave->partition].first_slot;
    char at[64];
    fprintf(stream, "  %-12s at %s ", head, bh_quantity_print(fault->at_s, BH_DIMENSION_TIME, at, sizeof at));
    if (fault->class != NULL && fault->class->landing == BH_LANDING_STORAGE)
        fprintf(stream, "%s on storage host %" PRIu64 "\n", fault->class->name, fault->slot);
    else if (fault->class != NULL)
        fprintf(stream, "%s on node %" PRIu64 " of %s\n", fault->class->name, node, enclave->name);
    else
        fprintf(stream, "a %s error in %s of %s on node %" PRIu64 ", ending %s\n", bh_error_kind_names[fault->kind],
                fault->zone.name, enclave->name, node, bh_ending_names[fault->ending]);
}

void bh_check_print_faults(const struct bh_scenario *scenario, FILE *stream)
{
    const struct bh_catalog *catalog = scenario->catalog;
    fprintf(stream, "  %-12s ", "faults");
    const char *separator = "";
    for (size_t f = 0; f < catalog->faults_count; f++) {
        if (!scenario->fault_enabled[f])
            continue;
        fprintf(stream, "%s%s", *separator ? separator : "hardware: ", catalog->faults[f].name);
        separator = ", ";
    }
    if (scenario->software_faults)
        fprintf(stream, "%ssoftware of every component", *separator ? "; " : "");
    fputs(scenario->random_faults ? "" : "none at random", stream);
    fputs(scenario->faults_spare_rest ? "; only while what they hit computes\n" : "\n", stream);
    bh_check_print_recorded(scenario, stream);
    print_classes(scenario, stream);
    for (size_t i = 0; i < scenario->script_count; i++)
        print_script_line(scenario, &scenario->script[i], i == 0 ? "script" : "", stream);
}
