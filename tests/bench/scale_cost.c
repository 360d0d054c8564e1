/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Measures one replica of tests/bench/scale.yaml, or prints the numbers that tests/bench/plain_loop.c plays it with.
 *   scale_cost DATA-DIRECTORY SCENARIO REPLICA[+MORE]|numbers [PATH=VALUE]...
 * Of a replica: s of the processor to load the platform, s to run, peak KiB (the larger of the process that loaded and of
 * its fork that ran), faults, failures, events, makespan in s; with MORE, s to run each of so many further replicas in
 * one process, as a sweep does. */
#include "models/base/error.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/containment/isolation.h"
#include "models/times/exponential.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { SETTINGS_MOST = 32 };

static void number(const char *name, double value)
{
    printf("%s %.17g\n", name, value);
}

/* What errors that begin in a zone do: the probabilities that the application loses a process, and its node. */
static void print_fate(const struct bh_node_model *model, size_t zone, enum bh_error_kind kind)
{
    double loss[BH_SCOPES] = {0};
    struct bh_spread spread = {.loss = loss};
    struct bh_error err = {0};
    struct bh_origin origin = {.zone = zone, .kind = kind};
    if (bh_isolation_spread(model, origin, &spread, &err) != 0)
        bh_bench_give_up(err.text);
    printf(" %.17g %.17g", loss[BH_SCOPE_PROCESS] + loss[BH_SCOPE_GUEST], loss[BH_SCOPE_NODE]);
}

static void print_stream(const struct bh_fault_stream *stream, const struct bh_node_model *model)
{
    const struct bh_fault_class *class = stream->hardware;
    const struct bh_distribution *arrival = &class->arrival.distribution;
    const struct bh_zone *kernel = &model->tree->zones[0];
    bool is_exponential = arrival->type == &bh_exponential;
    printf("class %s %d %.17g %.17g %.17g %.17g %.17g %.17g", class->name, class->landing == BH_LANDING_NODE,
           is_exponential ? 0.0 : arrival->a[0], is_exponential ? 1.0 / class->rate.value : arrival->b[0],
           class->repair_median_s.value, class->repair_sigma.value,
           class->landing == BH_LANDING_CPU ? kernel->cpu_share : kernel->memory_share, stream->instruction_share);
    for (size_t zone = 0; zone < 2; zone++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            print_fate(model, zone, (enum bh_error_kind)kind);
    printf("\n");
}

static void print_numbers(const struct bh_bench *bench)
{
    const struct bh_setup *setup = bench->setup;
    const struct bh_enclave_setup *enclave = &setup->enclaves[0];
    const struct bh_recovery_numbers *recovery = &bench->scenario->catalog->recovery;
    const struct bh_node_model *model = setup->nodes[0].model;
    if (setup->enclaves_count != 1 || model->tree->zones_count != 2 || bench->scenario->spares != 0)
        bh_bench_give_up("the plain loop plays one enclave of one process per native node, without spares");
    number("nodes", (double)enclave->nodes);
    number("seed", (double)bench->scenario->seed);
    number("steady", bench->scenario->machine_is_steady);
    number("work", enclave->spec->work_s);
    number("pace", enclave->wall_per_work);
    number("interval", enclave->interval_work_s);
    number("storage-every", (double)enclave->every[BH_LEVEL_STORAGE]);
    number("write-local", enclave->write_s[BH_LEVEL_LOCAL]);
    number("write-storage", enclave->write_s[BH_LEVEL_STORAGE]);
    number("read-local", enclave->read_s[BH_LEVEL_LOCAL]);
    number("read-storage", enclave->read_s[BH_LEVEL_STORAGE]);
    number("detection", recovery->detection_s.value);
    number("reboot", recovery->node_reboot_s.value);
    number("activation", recovery->spare_activation_s.value);
    number("relaunch", recovery->process_restart_s.value);
    for (size_t s = 0; s < setup->sources_count; s++)
        print_stream(setup->sources[s].stream, model);
}

int main(int argc, char **argv)
{
    struct bh_bench bench = {0};
    struct bh_setting settings[SETTINGS_MOST];
    size_t count = 0, index[8] = {0};
    if (argc < 4 || argc > 4 + SETTINGS_MOST)
        bh_bench_give_up("usage: scale_cost DATA-DIRECTORY SCENARIO REPLICA[+MORE]|numbers [PATH=VALUE]...");
    for (int i = 4; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals == NULL)
            bh_bench_give_up("a setting is PATH=VALUE");
        *equals = '\0';
        settings[count++] = (struct bh_setting){.path = argv[i], .value = equals + 1};
    }
    bh_bench_read(&bench, argv[1], argv[2], settings, count);
    bh_bench_resolve(&bench, index);
    double loaded_s = bh_bench_load(&bench);
    if (strcmp(argv[3], "numbers") == 0) {
        print_numbers(&bench);
        bh_bench_clear(&bench);
        return 0;
    }
    char *end;
    uint64_t replica = strtoull(argv[3], &end, 10);
    bench.further = strtoull(end, NULL, 10);
    struct bh_cost cost = bh_bench_in_child(&bench, bh_bench_replica, replica);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.6g,%.6g,%.0f,%.0f,%.0f,%.0f,%.12g", loaded_s, cost.cpu_s, fmax(cost.peak_kib, (double)usage.ru_maxrss),
           cost.faults, cost.failures, cost.events, cost.makespan_s);
    if (bench.further > 0)
        printf(",%.6g", bh_bench_in_child(&bench, bh_bench_further, replica).further_s);
    printf("\n");
    bh_bench_clear(&bench);
    return 0;
}
